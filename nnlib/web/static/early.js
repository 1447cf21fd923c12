const opened = new URLSearchParams(location.search).get('path');

// What has to be known before work is lost stands below the notebook until it is closed.
function warn(words) {
  const bar = document.body.appendChild(document.createElement('div'));
  bar.setAttribute('role', 'alert');
  bar.style = 'position: fixed; inset: auto 0 0; z-index: 10000; padding: 0.5rem 1rem; border-top: 3px solid #c45500; background: #fbdcc4; color: #1a1a1a; font: 1rem/1.4 system-ui';
  bar.append(`${words} `);
  const close = bar.appendChild(document.createElement('button'));
  close.textContent = 'Close';
  close.onclick = () => bar.remove();
}

if (typeof WebAssembly !== 'object') warn('This browser cannot run Python: it lacks WebAssembly. A newer one can.');
if (!navigator.serviceWorker) {
  warn('This window keeps nothing: it is a private one, or the address is not https. Save your work with File > Download.');
}

// The start page offers to go on with the notebook that was opened last.
try {
  if (opened) localStorage.setItem('nnlib-last', opened);
} catch { /* nothing is kept in this window */ }

// Two tabs of a notebook: each would write over what the other has saved.
if (opened) {
  const tabs = new BroadcastChannel('nnlib-opened');
  tabs.onmessage = ({ data: { path, asks } }) => {
    if (path !== opened) return;
    if (asks) tabs.postMessage({ path });
    tabs.onmessage = null;
    warn(`${path} is open in another tab, too. What is saved in one is lost when the other is saved: close one of them.`);
  };
  tabs.postMessage({ path: opened, asks: true });
}

const ROOM = 30e6; // bytes: a few notebooks with their pictures
navigator.storage?.estimate?.().then(({ quota, usage }) => {
  if (quota - usage < ROOM) warn('This browser has hardly any room left for this site, so saving may fail. Download your work with File > Download, and delete what other sites have stored.');
});

// A link may bring a view along, index.html?path=01_neurons.ipynb#Neuron:w1=2.0;...: it is shown in a cell at the top.
// The text goes to from_text as a string of Python, and nothing of it is evaluated.
async function showWhatTheLinkBrings() {
  const [, name, text] = /^#([A-Z]\w*):([\w=;:.,|+\-/ ]{1,20000})$/.exec(decodeURIComponent(location.hash)) ?? [];
  if (!name || !opened) return;
  const pause = () => new Promise((done) => setTimeout(done, 200));
  const panel = () => window.jupyterapp?.shell?.currentWidget;
  while (!panel()?.content?.model?.cells?.length || !panel().sessionContext?.session?.kernel) await pause();
  const { content } = panel();
  const begins = '# Opened by a link';
  content.activeCellIndex = 0;
  if (!content.activeCell.model.sharedModel.getSource().startsWith(begins)) {
    await window.jupyterapp.commands.execute('notebook:insert-cell-above');
  }
  content.activeCell.model.sharedModel.setSource(`${begins}\nfrom nnlib.viz import ${name}\n\n${name}.from_text(${JSON.stringify(text)})`);
  content.deselectAll();
  await window.jupyterapp.commands.execute('notebook:run-cell');
}
showWhatTheLinkBrings().catch((error) => console.warn(`the view of the link is not shown: ${error}`));

// Before anything large is loaded, wait for the service worker that keeps it: so the second visit needs no network.
async function keptByServiceWorker() {
  const service = navigator.serviceWorker;
  if (!service) return; // a private window, or plain http: the course runs, and is loaded anew each time
  const address = new URL('service-worker.js?enableCache=true', FULL_LITE_ROOT).href;
  try {
    if (!service.controller) {
      const controlled = new Promise((done) => service.addEventListener('controllerchange', done, { once: true }));
      await service.register(address);
      await Promise.race([controlled, new Promise((done) => setTimeout(done, 5000))]);
    }
    const config = await jupyterConfigData();
    localStorage.setItem(`${address}-version`, config.appVersion); // else JupyterLite takes ours for an old one
  } catch (error) {
    console.warn(`without a service worker: ${error}`);
    return;
  }
  // What came before it is asked for once more, and comes from the browser's own cache.
  const before = performance.getEntriesByType('resource').map((entry) => entry.name);
  const own = [location.href, ...before].filter((url) => url.startsWith(FULL_LITE_ROOT));
  for (const url of new Set(own)) fetch(url).catch(() => {});
}
await keptByServiceWorker();
