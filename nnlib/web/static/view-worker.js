// Runs Python and one view in a thread of their own, so that the page never waits for them.
import { loadPyodide } from './static/pyodide/pyodide.mjs';

let alone = null, waiting = Promise.resolve();
const lastLine = (error) => String(error.message || error).trim().split('\n').pop();

async function open(address) {
  const python = await loadPyodide({ packages: ['nnlib'], messageCallback: () => {} });
  postMessage({ stage: 'The view is being drawn …' });
  const hand = (kind, text) => postMessage({ kind, ...(kind === 'comm_open' ? { text: JSON.stringify(JSON.parse(text).state) } : { text }) });
  alone = python.pyimport('nnlib.viz.alone').opened(address, hand);
  postMessage({ now: alone.address() });
}

self.addEventListener('message', ({ data }) => {
  waiting = waiting.then(async () => {
    if (data.open) await open(data.open);
    if (data.hear && alone) {
      alone.hear(data.hear);
      postMessage({ now: alone.address() });
    }
  }).catch((error) => postMessage({ failed: lastLine(error) }));
});
