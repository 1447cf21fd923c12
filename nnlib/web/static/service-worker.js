// Keeps what the page has loaded, so that it works without a network, and hands JupyterLite its files.
//
// JupyterLite's own worker forgets, when the browser has stopped it meanwhile, that it should keep anything. What the
// two say to each other is its protocol, version 1. Another site has another version: then all is loaded anew.
const CACHE = 'nnlib-VERSION_OF_THE_SITE';
const channel = new BroadcastChannel('/sw-api.v1');

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(begin()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname === '/api/service-worker-heartbeat') event.respondWith(new Response('ok'));
  else if (/\/api\/(drive|stdin\/)/.test(url.pathname)) event.respondWith(askPage(request, url));
  else if (request.method === 'GET') event.respondWith(kept(request, url));
});

async function begin() {
  const base = new URL('.', location.href).pathname;
  for (const name of await caches.keys()) if (name.startsWith('nnlib-') && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

// A file of this site: the kept one, else the one that the server has.
async function kept(request, url) {
  const cache = await caches.open(CACHE);
  const address = url.origin + url.pathname; // a notebook is named after the question mark, for the page to read
  const found = await cache.match(address);
  if (found) return found;
  const answer = await fetch(request.mode === 'navigate' ? request : new Request(request));
  if (answer.status === 200) await cache.put(address, answer.clone()).catch(() => {}); // the storage may be full
  return answer;
}

// The kernel asks for a file, and waits: the page that it belongs to answers.
async function askPage(request, url) {
  const asked = await request.json();
  asked.requestId ??= crypto.randomUUID();
  asked.pathname = url.pathname;
  const typed = url.pathname.includes('/api/stdin/'); // what a reader types comes without a number
  const answered = new Promise((done) => {
    const hear = ({ data }) => {
      if (data.browsingContextId !== asked.browsingContextId) return;
      if (data.requestId !== asked.requestId && !(typed && data.requestId === undefined)) return;
      channel.removeEventListener('message', hear);
      done(new Response(JSON.stringify(data.response)));
    };
    channel.addEventListener('message', hear);
  });
  channel.postMessage(asked);
  return answered;
}
