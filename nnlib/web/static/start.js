// What this browser has done: its progress stands beside the notebooks, in the storage of JupyterLite.
async function progress() {
  const known = (await indexedDB.databases()).filter(({ name }) => name.startsWith('JupyterLite Storage'));
  for (const { name } of known) {
    const file = await new Promise((done) => {
      const opening = indexedDB.open(name);
      opening.onerror = () => done(null);
      opening.onsuccess = () => {
        const base = opening.result;
        const finish = (value) => { base.close(); done(value); };
        if (!base.objectStoreNames.contains('files')) return finish(null);
        const asked = base.transaction('files').objectStore('files').get('progress.json');
        asked.onsuccess = () => finish(asked.result);
        asked.onerror = () => finish(null);
      };
    });
    const text = file?.format === 'base64' ? new TextDecoder().decode(Uint8Array.from(atob(file.content), (c) => c.charCodeAt(0))) : file?.content;
    if (text) return (typeof text === 'string' ? JSON.parse(text) : text).exercises ?? {};
  }
  return {};
}

function lacks() {
  if (typeof WebAssembly !== 'object') return 'This browser cannot run Python: it lacks WebAssembly. A newer one can.';
  if (!navigator.serviceWorker) {
    return 'This window keeps nothing: it is a private one, or the address is not https. You can try everything, but save your work with File > Download.';
  }
  return '';
}

document.querySelector('#lacks').textContent = lacks();
const last = localStorage.getItem('nnlib-last');
if (last && /^[\w-]+\.ipynb$/.test(last)) {
  const title = document.querySelector(`a[href$="${last}"]`)?.textContent;
  if (title) Object.assign(document.querySelector('#go'), { href: `notebooks/index.html?path=${last}`, textContent: `Continue: ${title}` });
}
const done = await progress().catch(() => ({}));
for (const meta of document.querySelectorAll('[data-exercises]')) {
  const numbers = meta.dataset.exercises.split(' ').filter(Boolean);
  const ready = numbers.filter((number) => done[number] === '✓').length;
  if (ready) meta.textContent = meta.textContent.replace(/\d+ exercises$/, `${ready} of ${numbers.length} exercises done`);
}
