// One view and nothing around it. The address says which, and in which state: view.html#Neuron:w1=2.0;w2=1.0;...
const views = JSON.parse(document.getElementById('views').textContent);
const status = document.querySelector('[role=status]');
const say = (words) => { status.textContent = words; status.hidden = !words; };
const link = (parent, href, words) => {
  const made = parent.appendChild(document.createElement('a'));
  made.href = href;
  made.textContent = words;
  return made;
};

const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => { document.body.dataset.jpThemeLight = String(!dark.matches); };
dark.addEventListener('change', paint);
paint();

function asked() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch { // a % that stands alone
    return location.hash.slice(1);
  }
}

function choice(words) {
  say(words);
  const list = document.getElementById('view').appendChild(document.createElement('ul'));
  for (const [name, { title }] of Object.entries(views)) link(list.appendChild(document.createElement('li')), `#${name}`, title);
}

// What anywidget gives a view in Jupyter; `tell` takes what the view says to Python.
function modelOf(values, tell) {
  const listeners = {};
  const changed = new Set();
  const fire = (name, ...more) => (listeners[name] || []).forEach((call) => call(...more));
  return {
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; changed.add(name); },
    save_changes() {
      tell({ method: 'update', state: Object.fromEntries([...changed].map((name) => [name, values[name]])), buffer_paths: [] });
      changed.clear();
    },
    send: (content) => tell({ method: 'custom', content }),
    on: (name, call) => (listeners[name] = listeners[name] || []).push(call),
    off: (name, call) => { listeners[name] = (listeners[name] || []).filter((other) => other !== call); },
    hear({ method, state, content }) {
      if (method === 'custom') fire('msg:custom', content, []);
      if (method !== 'update') return;
      Object.assign(values, state);
      for (const name of Object.keys(state)) fire(`change:${name}`);
      fire('change');
    },
  };
}

async function shown(values, tell) {
  const { _esm, _css } = values;
  document.head.appendChild(document.createElement('style')).textContent = _css;
  const module = await import(URL.createObjectURL(new Blob([_esm], { type: 'text/javascript' })));
  const model = modelOf(values, tell);
  module.default.render({ model, el: document.getElementById('view') });
  return model;
}

function begin(address) {
  const name = address.split(':')[0];
  document.title = `${views[name].title} · Neural networks from scratch`;
  document.querySelector('h1').textContent = views[name].title;
  const footer = document.querySelector('footer');
  footer.append('Made by the code of ');
  const lesson = link(footer, `notebooks/index.html?path=${views[name].lesson}${location.hash}`, 'Neural networks from scratch');
  footer.append('. The address of this page holds what you see: copy it to share it.');
  say('Python is being loaded: some 25 MB, the first time …');
  const worker = new Worker('view-worker.js', { type: 'module' });
  const tell = (message) => worker.postMessage({ hear: JSON.stringify(message) });
  let model = null, mine = location.hash;
  worker.addEventListener('error', (event) => say(`This browser cannot run the view: ${event.message || 'it is too old'}.`));
  worker.addEventListener('message', async ({ data: { stage, failed, kind, text, now } }) => {
    if (stage) say(stage);
    if (failed) say(`✗ ${failed}`);
    if (kind === 'comm_open') model = shown(JSON.parse(text), tell);
    if (kind === 'comm_msg') (await model).hear(JSON.parse(text));
    if (!now) return;
    say('');
    if (location.hash !== mine) return; // another one was typed, and the page is about to load it
    history.replaceState(null, '', `#${encodeURI(now)}`);
    mine = location.hash;
    lesson.hash = mine; // its notebook opens with the same view
  });
  worker.postMessage({ open: address });
}

addEventListener('hashchange', () => location.reload());
if (!asked()) choice('Which one?');
else if (!Object.hasOwn(views, asked().split(':')[0])) {
  choice(`✗ There is no view named ${asked().split(':')[0].slice(0, 40)}. Which one?`);
} else if (typeof WebAssembly === 'undefined' || typeof Worker === 'undefined') {
  say('✗ This browser has no WebAssembly, which Python needs here: take a newer one.');
} else begin(asked());
