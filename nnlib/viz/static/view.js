// What all views share in the browser: the picture that Python has drawn, its controls, facts, the line of code, errors.
function element(parent, name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  parent.appendChild(made);
  return made;
}

// JupyterLab leaves the keys to what has this attribute; Ctrl+S and the like are still its own.
const KEYS = "data-lm-suppress-shortcuts";
const input = (parent, name, attributes = {}, text = "") => element(parent, name, { [KEYS]: "true", ...attributes }, text);
function leaveShortcuts(root) {
  const chord = (event) => event.key === "Control" || event.key === "Meta";
  root.addEventListener("keydown", (event) => { if (chord(event)) event.target.removeAttribute(KEYS); }, true);
  for (const end of ["keyup", "focusin"])
    root.addEventListener(end, (event) => {
      if ((end === "focusin" || chord(event)) && event.target.matches("input, select, button, .nnv-picture, .nnv-large"))
        event.target.setAttribute(KEYS, "true");
    }, true);
}

// A slider with a scale holds an exponent; what the kernel gets, and the reader sees, is the number itself.
const toSlider = ({ scale }, value) => ({ log: Math.log10(value), nines: -Math.log10(1 - value) })[scale] ?? value;
const fromSlider = ({ scale }, value) => ({ log: Number((10 ** value).toPrecision(3)),
                                            nines: Number((1 - (10 ** -value).toPrecision(2)).toFixed(6)) })[scale] ?? value;

// A label belongs to its input by an id; each view of the page may have loaded this file for itself.
const newId = () => `nnv-${(window.nnvIds = (window.nnvIds || 0) + 1)}`;

// How fast something goes: the word stays beside its list where the row is broken.
function speeds(row, names) {
  const pair = element(row, "span", { class: "nnv-pair" }), id = newId();
  element(pair, "label", { for: id }, "speed");
  const made = input(pair, "select", { id });
  for (const name of names) element(made, "option", { value: name }, name);
  return made;
}

// The buttons of a view that goes on, its speed, and the slider that looks back. Returns what shows where it is, and says whether it runs.
function runner(root, { model, wait, gone }) {
  const row = element(root, "div", { class: "nnv-play", role: "group", "aria-label": "run" }), { live: unit, paces } = model.get("spec");
  const send = (verb, more = {}) => { if (!gone()) model.send({ do: verb, ...more }); };
  const tell = (verb, more = {}) => { send(verb, more); if (!gone()) wait(); };
  const button = (text, verb) => {
    const made = input(row, "button", { type: "button" }, text);
    made.addEventListener("click", () => tell(verb()));
    return made;
  };
  const start = button("Start", () => (model.get("live").running ? "pause" : "start"));
  for (const [text, verb] of [["Step", "step"], ["Reset", "reset"], ["Pin", "pin"]]) button(text, () => verb);
  const speed = speeds(row, paces);
  speed.addEventListener("change", () => send("pace", { pace: speed.value }));
  const below = element(root, "div", { class: "nnv-row nnv-back" }), id = newId();
  element(below, "label", { for: id }, "look back");
  const back = input(below, "input", { id, type: "range", min: 0, step: 1 });
  let follows = true; // at the slider's end the picture goes on with the run
  back.addEventListener("input", () => {
    follows = Number(back.value) >= Number(back.max);
    tell("show", { step: follows ? null : Number(back.value) });
  });
  back.addEventListener("blur", () => { follows = true; });
  const where = element(below, "output", { for: id });
  model.on("change:answers", () => { if (model.get("live").running) send("seen"); }); // else a run would never end
  return () => {
    const { running, shown, step, pace } = model.get("live");
    start.textContent = running && !gone() ? "Pause" : "Start";
    speed.value = pace || paces[1];
    back.max = step;
    if (document.activeElement !== back || follows) back.value = shown;
    where.textContent = `${unit} ${shown}${shown < step ? ` of ${step}` : ""}`;
    return running && !gone();
  };
}

// The play button of a view with steps: it takes one after the other, each when the one before has been answered.
const SPEEDS = { "slow": 2000, "normal": 1000, "fast": 400, "very fast": 120 }; // milliseconds for a step
function player(root, { model, move, leads, gone }) {
  const row = element(root, "div", { class: "nnv-steps", role: "group", "aria-label": "play" });
  const button = input(row, "button", { type: "button" });
  const speed = speeds(row, Object.keys(SPEEDS));
  speed.value = "normal";
  let timer = 0, playing = false;
  const onward = () => leads(model.get("moves").onward), again = () => leads(model.get("moves").again);
  const show = () => {
    button.textContent = playing ? "❚❚ Pause" : !onward() && again() ? "↺ Play again" : "▶ Play";
    button.disabled = gone() || !(onward() || again());
  };
  const stop = () => { clearTimeout(timer); playing = false; show(); };
  const next = () => {
    if (playing && !gone() && onward()) move(onward());
    else stop();
  };
  button.addEventListener("click", () => {
    if (playing) { stop(); return; }
    playing = true;
    move(onward() || again()); // at the last step it begins anew
    show();
  });
  return {
    stop,
    answered() { // an error stops it, too
      clearTimeout(timer);
      if (model.get("error") || !onward()) stop();
      else if (playing) timer = setTimeout(next, SPEEDS[speed.value]);
      show();
    },
  };
}

// What a Move (see drawing.py) makes of the state: numbers stay within their slider, and what is hidden stays as it is.
function changed(does, state, controls, from, to) {
  const change = { ...does.put }, by = { ...does.add }; // by: how far along its slider
  const within = (value, least, most) => Math.min(most, Math.max(least, value));
  for (const [name, [byX, byY]] of Object.entries(does.drag || {})) by[name] = byX * (to.x - from.x) + byY * (to.y - from.y);
  for (const [name, [start, byX, byY, ...ends]] of Object.entries(does.follow || {}))
    change[name] = within(start + byX * to.x + byY * to.y, ends[0] ?? -Infinity, ends[1] ?? Infinity);
  for (const control of controls.filter((c) => c.kind === "Slider" && (c.name in change || c.name in by))) {
    const { name, low, high, step } = control;
    const far = toSlider(control, within(change[name] ?? state[name], low, high)) + (by[name] ?? 0);
    const at = within(Math.round(far / step) * step, toSlider(control, low), toSlider(control, high));
    change[name] = fromSlider(control, Number(at.toFixed(6)));
  }
  const shown = new Set(controls.map((control) => control.name));
  return Object.fromEntries(Object.entries(change).filter(([name]) => shown.has(name)));
}

// The picture: what lies under the pointer says itself what it does.
function listen(picture, { model, apply, place }) {
  const controls = model.get("spec").controls;
  const at = (x, y) => picture.getRootNode().elementFromPoint(x, y)?.closest("[data-does]");
  const read = (shape) => (shape && picture.contains(shape) ? JSON.parse(shape.dataset.does) : null);
  let held = null; // what a pressed pointer drags
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || held) return;
    const does = read(event.target.closest("[data-does]"));
    if (!does) return;
    const from = place(event);
    held = { does, from, state: model.get("state"), id: event.pointerId };
    apply(changed(does, held.state, controls, from, from));
    if (does.drag || does.follow || does.sweep) picture.setPointerCapture(event.pointerId);
    else held = null;
  });
  picture.addEventListener("pointermove", (event) => {
    if (!held || held.id !== event.pointerId) return;
    if (held.does.sweep) {
      const does = read(at(event.clientX, event.clientY));
      if (does?.sweep) apply(changed(does, model.get("state"), controls, held.from, place(event)));
    } else apply(changed(held.does, held.state, controls, held.from, place(event)));
  });
  for (const end of ["pointerup", "pointercancel"])
    picture.addEventListener(end, (event) => { if (held?.id === event.pointerId) held = null; });
  picture.addEventListener("keydown", (event) => {
    const does = !event.ctrlKey && !event.metaKey && !event.altKey && model.get("moves").keys?.[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    apply(changed(does, model.get("state"), controls));
  });
}

// Small pictures: the one that is pointed at is shown large; so is the one that keys, a click or a finger have chosen.
function magnifier(picture) {
  const large = input(picture, "div", { class: "nnv-large", role: "slider", tabindex: 0, "aria-label": "small pictures" });
  let all = [], chosen = 0, shown = -1; // places in `all`, which has the order of the drawing
  const show = (k) => {
    const small = all[(shown = k)];
    for (const one of [...all, large]) one.classList.toggle("nnv-shown", Boolean(small) && (one === small || one === large));
    large.replaceChildren();
    if (small) enlarge(small);
  };
  const enlarge = (small) => {
    const { x, y, width, height } = small.getBBox(), svg = small.ownerSVGElement.cloneNode(), gap = 8;
    svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    for (const image of picture.querySelectorAll("svg > image")) {
      const box = image.getBBox();
      if (box.x < x + width && x < box.x + box.width && box.y < y + height && y < box.y + box.height) svg.append(image.cloneNode());
    }
    large.append(svg);
    element(large, "div", {}, small.dataset.small);
    const [sheet, seen, here] = [picture, picture.parentElement, small].map((e) => e.getBoundingClientRect());
    const [wide, high] = [large.offsetWidth, large.offsetHeight]; // it lies beside the small one, where there is more room
    const left = here.left + here.right > seen.left + seen.right ? here.left - gap - wide : here.right + gap;
    large.style.left = `${Math.max(seen.left, Math.min(seen.right - wide, left)) - sheet.left}px`;
    large.style.top = `${Math.max(0, Math.min(sheet.height - high, (here.top + here.bottom - high) / 2 - sheet.top))}px`;
  };
  const choose = (k) => {
    chosen = Math.max(0, Math.min(all.length - 1, k));
    const says = { min: 1, max: all.length, now: chosen + 1, text: all[chosen]?.dataset.small };
    for (const [name, value] of Object.entries(says)) large.setAttribute(`aria-value${name}`, value);
  };
  const point = (event) => { // what is chosen is seen again when the pointer has left
    const k = all.indexOf(event.target);
    show(k < 0 && picture.getRootNode().activeElement === large ? chosen : k);
  };
  for (const name of ["pointerover", "pointerleave"]) picture.addEventListener(name, point);
  picture.addEventListener("click", (event) => {
    if (!all.includes(event.target)) return;
    choose(all.indexOf(event.target));
    large.focus({ preventScroll: true });
    reveal();
  });
  const reveal = () => { all[chosen]?.scrollIntoView({ block: "nearest", inline: "nearest" }); show(chosen); };
  large.addEventListener("focus", reveal);
  large.addEventListener("blur", () => show(-1));
  large.addEventListener("keydown", (event) => {
    const ways = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -all.length, End: all.length, Escape: 0 };
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in ways)) return;
    event.preventDefault();
    event.stopPropagation(); // the picture has other moves for them
    choose(chosen + ways[event.key]);
    if (event.key === "Escape") show(-1); else reveal();
  });
  return () => { // the picture has been drawn anew
    all = [...picture.querySelectorAll(":scope > svg > [data-small]")];
    large.hidden = !all.length;
    choose(chosen);
    if (shown >= 0) show(Math.min(shown, all.length - 1));
  };
}

// One of several pictures: radio buttons, so that Tab and the arrow keys do what they do everywhere.
function pictures(parent, { label, name, options, pictures: texts }, apply) {
  const made = element(parent, "fieldset", { class: "nnv-picks" }), group = newId();
  element(made, "legend", {}, label);
  options.forEach((option, k) => {
    const pick = element(made, "label", { class: "nnv-pick" });
    const radio = input(pick, "input", { type: "radio", name: group, value: option });
    radio.addEventListener("change", () => apply({ [name]: option }));
    const svg = document.adoptNode(new DOMParser().parseFromString(texts[k], "image/svg+xml").documentElement);
    svg.setAttribute("aria-hidden", "true"); // the word below it says the same
    pick.appendChild(svg);
    element(pick, "span", {}, option);
  });
  return made;
}

function render({ model, el }, more) {
  const spec = model.get("spec"), inputs = {};
  const root = element(el, "div", { class: "nnv", role: "group", "aria-label": spec.title });
  element(root, "div", { class: "nnv-title" }, spec.title);
  const goal = element(root, "div", { class: "nnv-goal", role: "status" });
  const error = element(root, "div", { class: "nnv-error", role: "alert" });
  const body = element(root, "div", { class: "nnv-body" });
  const sheet = element(body, "div", { class: "nnv-sheet" });
  const picture = input(element(sheet, "div", { class: "nnv-scroll" }), "div", { class: "nnv-picture", tabindex: 0, role: "group" });
  const help = element(sheet, "div", { class: "nnv-help", id: newId() });
  picture.setAttribute("aria-describedby", help.id);
  const side = element(body, "div", { class: "nnv-controls" });

  let waiting = 0, lost = false; // for the answer to a move; whether the kernel has gone
  const gone = () => lost;
  const wait = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { note.textContent = "computing …"; }, 500);
  };
  const apply = (change) => {
    const state = model.get("state");
    if (lost || Object.entries(change).every(([name, value]) => state[name] === value)) return; // no answer would come
    model.set("state", { ...state, ...change });
    model.save_changes();
    wait();
    show();
  };
  const place = (event) => {
    const svg = picture.querySelector("svg"), { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return { x, y };
  };
  // A slider ends where there is no more to show: a run may be shorter than the longest one.
  const endOf = ({ name, high }) => Math.min(high, model.get("moves").ends?.[name] ?? high);
  const led = (does) => changed(does, model.get("state"), spec.controls);
  const leads = (does) => does && Object.entries(led(does)).some(([name, value]) => model.get("state")[name] !== value) && does;
  const context = { model, picture, apply, place, wait, gone, leads, move: (does) => apply(led(does)) };

  const run = spec.live ? runner(side, context) : () => false;
  const play = spec.plays ? player(side, context) : null;
  for (const control of spec.controls) {
    const row = element(side, "div", { class: "nnv-row" }), id = newId();
    if (control.kind === more.kind) { // its input is made by the view's own script
      row.className = "nnv-buttons";
      more.input({ ...context, control, row, redraw: () => redraw() });
      continue;
    }
    if (control.kind === "Pictures") {
      row.className = "";
      inputs[control.name] = [pictures(row, control, apply), element(row, "output", { hidden: "" }), control];
      continue;
    }
    element(row, "label", { for: id }, control.label);
    let made;
    if (control.kind === "Slider") {
      const ends = { min: toSlider(control, control.low), max: toSlider(control, control.high), step: control.step };
      made = input(row, "input", { id, type: "range", ...ends });
      made.addEventListener("input", () => apply({ [control.name]: fromSlider(control, Number(made.value)) }));
    } else {
      made = input(row, "select", { id });
      for (const option of control.options) element(made, "option", { value: option }, option);
      made.addEventListener("change", () => apply({ [control.name]: made.value }));
    }
    inputs[control.name] = [made, element(row, "output", { for: id }), control];
  }
  const note = element(side, "div", { class: "nnv-note", role: "status" });
  const facts = element(root, "div", { class: "nnv-facts", role: "status" });
  const code = element(root, "div", { class: "nnv-code", tabindex: 0 });
  const link = element(root, "a", { class: "nnv-link", target: "_blank" }, "Link to this view as it is now");
  listen(picture, context);
  const magnify = magnifier(picture);
  leaveShortcuts(root);

  function show() {
    const state = model.get("state");
    for (const [name, [made, output, control]] of Object.entries(inputs)) {
      const isSlider = control.kind === "Slider", value = isSlider ? Math.min(state[name], endOf(control)) : state[name];
      for (const radio of made.elements ?? []) radio.checked = radio.value === value;
      if (isSlider) made.max = toSlider(control, endOf(control));
      if (document.activeElement !== made || made.tagName === "SELECT") made.value = toSlider(control, value);
      if (control.scale && control.scale !== "linear") made.setAttribute("aria-valuetext", String(value));
      const idle = control.acts?.length > 0 && !control.acts.some(([other, value]) => state[other] === value);
      made.disabled = lost || idle;
      output.textContent = idle ? "no effect" : isSlider ? String(value) : "";
    }
    facts.textContent = model.get("facts_shown");
    facts.setAttribute("aria-live", run() ? "off" : "polite"); // a run would never stop talking
    const { says, now, seen } = model.get("goal");
    goal.textContent = says ? `${now ? "✓ Goal reached" : seen ? "✓ Goal reached before, not now" : "○ Goal"}: ${says}` : "";
    goal.classList.toggle("nnv-reached", Boolean(now));
    code.textContent = model.get("code");
    link.hidden = !model.get("link");
    link.href = model.get("link");
    error.textContent = model.get("error");
    root.classList.toggle("nnv-failed", Boolean(model.get("error")));
    help.textContent = model.get("moves").help || "";
    picture.setAttribute("aria-label", `${spec.title}: ${model.get("facts_shown")}`);
  }

  // Each line of the picture is a shape. Those that are as they were stay, so a move costs no more than what it changes.
  let drawn = null, first = "", shapes = []; // the picture that is shown, its first line, its others with their elements
  function redraw() {
    const [start, ...lines] = model.get("picture").split("\n").slice(0, -1);
    if (!start) return;
    const there = start === first ? new Map(shapes) : new Map();
    shapes = lines.map((line) => {
      const shape = there.get(line);
      there.delete(line);
      return [line, shape];
    });
    const news = shapes.filter(([, shape]) => !shape).map(([line]) => line).join("");
    const made = document.adoptNode(new DOMParser().parseFromString(`${start}${news}</svg>`, "image/svg+xml").documentElement);
    for (const pair of shapes) pair[1] ??= made.removeChild(made.firstChild);
    if (start !== first) {
      drawn?.remove(); // what a view's own script has put above it stays
      picture.prepend(drawn = made);
      const { width, height } = drawn.viewBox.baseVal;
      sheet.style.setProperty("--wide", `${width}px`);
      sheet.style.setProperty("--tall", height / width);
      first = start;
    }
    const stay = new Set(shapes.map(([, shape]) => shape));
    for (const shape of [...drawn.children]) if (!stay.has(shape)) shape.remove();
    let next = drawn.firstChild;
    for (const shape of stay)
      if (shape === next) next = next.nextSibling;
      else drawn.insertBefore(shape, next);
    more.after?.(drawn, context);
    magnify();
    picture.dataset.drawn = String(Number(picture.dataset.drawn || 0) + 1);
  }

  model.on("change:picture", redraw);
  model.on("change", show); // once for all that a message brings
  model.on("change:answers", () => {
    clearTimeout(waiting);
    if (!lost) note.textContent = model.get("note");
    play?.answered();
    root.dataset.answers = model.get("answers");
  });
  model.on("comm_live_update", () => {
    lost = true;
    clearTimeout(waiting);
    play?.stop();
    note.textContent = "The kernel that drew this is gone: run the cell again.";
    for (const made of root.querySelectorAll("button, input, select")) made.disabled = true;
    show();
  });
  let greetings = 0, later = 0;
  const greet = () => { greetings += 1; model.send({ do: "hello" }); }; // see View.greet
  model.on("msg:custom", (answer) => {
    if (answer?.again && greetings < 10) later = setTimeout(greet, 300); // a kernel of one thread says so each time
    else root.dataset.greeted = "yes";
  });
  redraw();
  show();
  play?.answered();
  greet();
  return () => { clearTimeout(waiting); clearTimeout(later); play?.stop(); };
}
