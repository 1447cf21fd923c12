
// The start page offers to go on with the notebook that was opened last.
try {
  const opened = new URLSearchParams(location.search).get('path');
  if (opened) localStorage.setItem('nnlib-last', opened);
} catch { /* nothing is kept in this window */ }

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
