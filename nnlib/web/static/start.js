// The start page: what this browser lacks, where to go on, what was done, and the files that it keeps.
const say = (place, words) => { document.querySelector(place).textContent = words; };
const fill = (text) => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

function lacks() {
  if (typeof WebAssembly !== 'object') return 'This browser cannot run Python: it lacks WebAssembly. A newer one can.';
  if (!navigator.serviceWorker || !indexedDB.databases) {
    return 'This window keeps nothing: it is a private one, an old browser, or the address is not https. You can try everything, but save your work with File > Download.';
  }
  return '';
}

// Do something with the store of JupyterLite's files, each of which is a record under its name; null where there is none.
async function files(mode, act) {
  const name = `JupyterLite Storage - ${new URL('.', location.href).pathname}`;
  const known = await indexedDB.databases();
  if (!known.some((each) => each.name === name)) return null; // no notebook was ever opened here
  const base = await answered(indexedDB.open(name));
  try {
    if (!base.objectStoreNames.contains('files')) return null;
    return await act(base.transaction('files', mode).objectStore('files'));
  } finally {
    base.close();
  }
}

function answered(asked) {
  return new Promise((done, fail) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

const all = () => files('readonly', (store) => answered(store.getAll())).then((found) => found ?? []);

function textOf({ content, format }) {
  if (format === 'base64') return new TextDecoder().decode(Uint8Array.from(atob(content), (c) => c.charCodeAt(0)));
  return typeof content === 'string' ? content : JSON.stringify(content, null, 1);
}

function showProgress(record) {
  let done = {};
  try {
    done = JSON.parse(textOf(record)).exercises ?? {};
  } catch { /* nothing yet, or a damaged file, of which the next check speaks */ }
  for (const meta of document.querySelectorAll('[data-exercises]')) {
    const numbers = meta.dataset.exercises.split(' ').filter(Boolean);
    const ready = numbers.filter((number) => done[number] === '✓').length;
    if (ready) meta.textContent = meta.textContent.replace(/\d+ exercises$/, `${ready} of ${numbers.length} exercises done`);
  }
}

function showWork(records) {
  const mine = records.filter(({ path, type }) => type !== 'directory' && !path.includes('/'));
  document.querySelector('#work').hidden = !mine.length;
  document.querySelector('#kept').innerHTML = mine.map(({ path, last_modified }) => `<li><a href="#" data-path="${fill(path)}"
    aria-label="Download ${fill(path)}">${fill(path)}</a>, changed ${fill(new Date(last_modified).toLocaleString())}</li>`).join('');
  for (const link of document.querySelectorAll('[data-path]')) {
    const record = mine.find(({ path }) => path === link.dataset.path);
    const type = record.mimetype || 'application/octet-stream';
    Object.assign(link, { href: URL.createObjectURL(new Blob([textOf(record)], { type })), download: record.path });
  }
}

// A file that was downloaded comes back. One of its name stays, with another name.
async function bring(file) {
  const text = await file.text(), isNotebook = file.name.endsWith('.ipynb');
  const content = JSON.parse(text);
  if (isNotebook ? !Array.isArray(content.cells) : file.name !== 'progress.json' || typeof content !== 'object') {
    throw new Error('it is no notebook, and no progress.json');
  }
  const now = new Date().toISOString();
  const made = (path, more) => ({ name: path, path, created: now, last_modified: now, writable: true, size: text.length, ...more });
  const record = isNotebook
    ? made(file.name, { type: 'notebook', format: 'json', mimetype: 'application/json', content })
    : made(file.name, { type: 'file', format: 'text', mimetype: 'application/json', content: text });
  const kept = await files('readwrite', async (store) => {
    const before = await answered(store.get(file.name));
    if (before) {
      const aside = file.name.replace(/(\.\w+)$/, ` (before ${now.slice(0, 19).replace(/:/g, '.')})$1`);
      await answered(store.put({ ...before, name: aside, path: aside }, aside));
    }
    await answered(store.put(record, file.name));
    return true;
  });
  if (!kept) throw new Error('open a notebook once, so that this browser has a place for it');
}

async function show() {
  const records = await all();
  showProgress(records.find(({ path }) => path === 'progress.json'));
  showWork(records);
}

say('#lacks', lacks());
const last = localStorage.getItem('nnlib-last');
if (last && /^[\w-]+\.ipynb$/.test(last)) {
  const title = document.querySelector(`a[href$="${last}"]`)?.textContent;
  if (title) Object.assign(document.querySelector('#go'), { href: `notebooks/index.html?path=${last}`, textContent: `Continue: ${title}` });
}
document.querySelector('#bring').addEventListener('change', async ({ target }) => {
  const told = [];
  for (const file of target.files) {
    await bring(file).then(() => told.push(`${file.name} is here.`), (error) => told.push(`✗ ${file.name}: ${error.message}`));
  }
  say('#brought', told.join(' '));
  target.value = '';
  await show();
});
await show().catch(() => {});
