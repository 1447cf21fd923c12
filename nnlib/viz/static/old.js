// What all views share: controls, canvas, facts, the line of code, errors. Each view adds draw(ctx, frame, size, state).
function element(parent, name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  parent.appendChild(made);
  return made;
}

// Arrays arrive as bytes: an aligned copy, with the shape beside it.
function unpacked(value) {
  if (value && value.data instanceof DataView) {
    const { buffer, byteOffset, byteLength } = value.data;
    return Object.assign(new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)), { shape: value.shape });
  }
  if (value && typeof value === "object" && !Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpacked(part)]));
  return value;
}

// Fills a rectangle with an array (rows from the bottom up), each number turned into [red, green, blue, alpha].
function paint(ctx, array, x, y, width, height, colour) {
  const [rows, columns] = array.shape, sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [columns, rows];
  const image = new ImageData(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) image.data.set(colour(array[i * columns + j]), 4 * ((rows - 1 - i) * columns + j));
  sheet.getContext("2d").putImageData(image, 0, 0);
  ctx.drawImage(sheet, x, y, width, height);
}

// A slider with a scale holds an exponent; what the kernel gets, and the reader sees, is the number itself.
const toSlider = ({ scale }, value) => ({ log: Math.log10(value), nines: -Math.log10(1 - value) })[scale] ?? value;
const fromSlider = ({ scale }, value) => ({ log: Number((10 ** value).toPrecision(3)),
                                            nines: Number((1 - (10 ** -value).toPrecision(2)).toFixed(6)) })[scale] ?? value;

// The buttons of a view that goes on, and the slider that looks back. Returns what shows where it is, and says whether it runs.
function play(root, model, unit, wait) {
  const row = element(root, "div", { class: "nnv-row nnv-play", role: "group", "aria-label": "run" });
  const tell = (verb, more = {}) => { model.send({ do: verb, ...more }); wait(); };
  const button = (text, verb) => {
    const made = element(row, "button", { type: "button", "data-lm-suppress-shortcuts": "true" }, text);
    made.addEventListener("click", () => tell(verb()));
    return made;
  };
  const start = button("Start", () => (model.get("live").running ? "pause" : "start"));
  for (const [text, verb] of [["Step", "step"], ["Reset", "reset"], ["Pin", "pin"]]) button(text, () => verb);
  const below = element(root, "div", { class: "nnv-row nnv-back" }), id = newId();
  element(below, "label", { for: id }, "look back");
  const back = element(below, "input", { id, type: "range", min: 0, step: 1, "data-lm-suppress-shortcuts": "true" });
  back.addEventListener("input", () => tell("show", { step: Number(back.value) }));
  const where = element(below, "output", { for: id });
  return () => {
    const { running, shown, step } = model.get("live");
    start.textContent = running ? "Pause" : "Start";
    back.max = step;
    if (document.activeElement !== back || running) back.value = shown;
    where.textContent = `${unit} ${shown}${shown < step ? ` of ${step}` : ""}`;
    return running;
  };
}

// A label belongs to its input by an id; each view of the page may have loaded this file for itself.
const newId = () => `nnv-${(window.nnvIds = (window.nnvIds || 0) + 1)}`;

function render({ model, el }, view) {
  const spec = model.get("spec"), inputs = {};
  const root = element(el, "div", { class: "nnv", role: "group", "aria-label": spec.title });
  element(root, "div", { class: "nnv-title" }, spec.title);
  const frame = spec.least ? element(root, "div", { class: "nnv-scroll" }) : root;
  const canvas = element(frame, "canvas", { class: "nnv-canvas", role: "img", "data-lm-suppress-shortcuts": "true" });
  canvas.style.maxWidth = `${6 * spec.width}rem`;
  // What is drawn on. Where there is less room it is drawn smaller, or words would run into each other.
  const most = Math.min(96 * spec.width, 736); // 46rem, see theme.css
  const paper = { width: most, height: most / spec.aspect };
  if (spec.least) [canvas.style.minWidth, root.style.maxWidth] = [`${spec.least}px`, `max(46rem, ${spec.least + 16}px)`];
  if (view.keys || view.drag || view.click) canvas.tabIndex = 0;

  let waiting = 0; // for the answer to a move
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { note.textContent = "computing …"; }, 500);
  };
  const move = (change) => {
    const state = model.get("state");
    if (Object.entries(change).every(([name, value]) => state[name] === value)) return; // no answer would come
    model.set("state", { ...state, ...change, ...view.also?.(change, state) });
    model.save_changes();
    wait();
    show();
  };

  const player = spec.live ? play(root, model, spec.live, wait) : () => false;
  const many = spec.controls.length > 10 ? element(root, "div", { class: "nnv-many" }) : root;
  for (const control of spec.controls) {
    const row = element(many, "div", { class: "nnv-row" }), id = newId();
    if (control.kind === "Strokes") { // its input is the canvas, by the view's own script
      element(row, "span", {}, control.label);
      const buttons = element(row, "div", { class: "nnv-buttons" });
      view.input({ control, model, canvas, move, redraw, place: (event) => place(event), row: buttons });
      continue;
    }
    element(row, "label", { for: id }, control.label);
    let input;
    if (control.kind === "Slider") {
      input = element(row, "input", { id, type: "range", min: toSlider(control, control.low), max: toSlider(control, control.high),
                                      step: control.step, "data-lm-suppress-shortcuts": "true" });
      input.addEventListener("input", () => move({ [control.name]: fromSlider(control, Number(input.value)) }));
    } else {
      input = element(row, "select", { id, "data-lm-suppress-shortcuts": "true" });
      for (const option of control.options) element(input, "option", { value: option }, option);
      input.addEventListener("change", () => move({ [control.name]: input.value }));
    }
    inputs[control.name] = [input, element(row, "output", { for: id }), control];
  }
  const facts = element(root, "div", { class: "nnv-facts", role: "status" });
  const note = element(root, "div", { class: "nnv-note", role: "status" });
  const code = element(root, "div", { class: "nnv-code", tabindex: 0 });
  const error = element(root, "div", { class: "nnv-error", role: "alert" });

  function show() {
    const state = model.get("state");
    for (const [name, [input, output, control]] of Object.entries(inputs)) {
      if (document.activeElement !== input || input.tagName === "SELECT") input.value = toSlider(control, state[name]);
      if (control.scale && control.scale !== "linear") input.setAttribute("aria-valuetext", String(state[name]));
      input.disabled = control.acts?.length > 0 && !control.acts.some(([other, value]) => state[other] === value);
      output.textContent = input.disabled ? "no effect" : typeof state[name] === "number" ? String(state[name]) : "";
    }
    facts.textContent = model.get("facts_shown");
    facts.setAttribute("aria-live", player() ? "off" : "polite"); // a run would never stop talking
    code.textContent = model.get("code");
    error.textContent = model.get("error");
    canvas.setAttribute("aria-label", `${spec.title}: ${model.get("facts_shown")}`);
  }

  function redraw() {
    const width = canvas.clientWidth;
    if (!width || !Object.keys(model.get("frame")).length) return; // not attached yet, or nothing to draw
    const scale = ((window.devicePixelRatio || 1) * width) / paper.width;
    if (canvas.width !== Math.round(paper.width * scale)) {
      canvas.width = Math.round(paper.width * scale);
      canvas.height = Math.round(paper.height * scale);
      canvas.style.height = `${width / spec.aspect}px`;
    }
    const ctx = canvas.getContext("2d");
    ctx.setTransform(scale, 0, 0, scale, 0, 0);
    ctx.fillStyle = "#fff";
    ctx.fillRect(0, 0, paper.width, paper.height);
    view.draw(ctx, unpacked(model.get("frame")), paper, model.get("state"));
    canvas.dataset.drawn = String(Number(canvas.dataset.drawn || 0) + 1);
  }

  const place = (event) => {
    const box = canvas.getBoundingClientRect(), scale = box.width / paper.width;
    return { x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale, ...paper };
  };
  const limited = (change) => {
    for (const control of spec.controls.filter((c) => c.kind === "Slider" && c.name in change)) {
      const { name, low, high, step } = control, at = toSlider(control, Math.min(high, Math.max(low, change[name])));
      change[name] = fromSlider(control, Number((Math.round(at / step) * step).toFixed(6)));
    }
    const shown = new Set(spec.controls.map((c) => c.name));
    return Object.fromEntries(Object.entries(change).filter(([name]) => shown.has(name)));
  };
  if (view.drag) {
    let from = null;
    canvas.addEventListener("pointerdown", (e) => { from = [place(e), model.get("state")]; canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener("pointermove", (e) => { if (from) move(limited(view.drag(place(e), ...from, model.get("frame")))); });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { from = null; });
  }
  if (view.click) // a click or a tap: what lies there, in the frame
    canvas.addEventListener("pointerdown", (e) => {
      const change = view.click(place(e), model.get("state"), unpacked(model.get("frame")));
      if (change) move(limited(change));
    });
  if (view.keys)
    canvas.addEventListener("keydown", (e) => {
      const change = view.keys(e.key, model.get("state"), model.get("frame"));
      if (change) { e.preventDefault(); e.stopPropagation(); move(limited(change)); }
    });

  model.on("change:frame", redraw);
  model.on("change", show); // once for all that a message brings
  model.on("change:answers", () => {
    clearTimeout(waiting);
    note.textContent = model.get("note");
    root.dataset.answers = model.get("answers");
  });
  model.on("comm_live_update", () => { note.textContent = "The kernel that drew this is gone: run the cell again."; });
  const observer = new ResizeObserver(redraw);
  observer.observe(canvas);
  show();
  redraw();
  return () => observer.disconnect();
}
