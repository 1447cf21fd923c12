// The pad as an input: what a hand draws is seen at once, above the picture, until the kernel has drawn it as well.
const LARGEST = 8e6; // bytes: larger messages would cut the line to the kernel
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const pads = new WeakMap(); // what to call when a picture has been drawn anew

function shape(parent, name, attributes) {
  const made = document.createElementNS(parent.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return parent.appendChild(made);
}

// The drawing, its past, and the strokes that the kernel has yet to draw. Places are those of the grid.
function paper(above, { control, model, picture, apply, gone }) {
  const { name, digits, most, pad: [left, top, side] } = control, unit = side / digits.length, past = [];
  let fresh = []; // paths, each with the number of its stroke
  const text = () => model.get("state")[name];
  const strokes = () => (text().startsWith("#") ? [] : text().split(".").filter(Boolean)); // not of a picture
  const where = (x, y) => `L${left + (x + 0.5) * unit} ${top + (y + 0.5) * unit}`;
  const drawn = (kind) => [...picture.querySelectorAll(`:scope > svg:first-child > ${kind}[clip-path]`)];
  const show = () => drawn(":not(image)").forEach((ink, k) => ink.setAttribute("display", fresh.some(([n]) => n === k) ? "none" : "inline"));
  const trim = () => { // what is no longer in the drawing goes at once
    const count = strokes().length;
    for (const ink of [...drawn(":not(image)").slice(count), ...(text().startsWith("#") ? [] : drawn("image"))]) ink.remove();
    fresh = fresh.filter(([k, path]) => k < count || path.remove());
    show(); // none twice
  };
  const become = (next) => { apply({ [name]: next }); trim(); };
  return {
    where,
    remember: () => past.push(text()),
    undo: () => become(past.pop() ?? strokes().slice(0, -1).join(".")),
    clear() { if (text()) past.push(text()); become(""); },
    put(x, y, begins = false) { // returns whether there is room for one more point
      const now = strokes().join("."), next = now + (begins && now ? "." : "") + digits[Math.round(x)] + digits[Math.round(y)];
      if (gone() || next.length > most) return false;
      if (begins) {
        const look = { "stroke-width": (model.get("state").pen * side) / 28, "stroke-linecap": "round", "stroke-linejoin": "round" };
        fresh.push([strokes().length, shape(above, "path", { class: "none l-ink", d: where(x, y).replace("L", "M") + where(x, y), ...look })]);
        past.push(text());
      }
      become(next);
      return true;
    },
    line(x, y) {
      const path = fresh.at(-1)?.[1];
      path?.setAttribute("d", path.getAttribute("d") + where(x, y));
    },
    settle(drawing) { // what the kernel has drawn as well is seen in its picture
      trim();
      if (drawing || !model.get("code").includes(`${name}='${text()}'`)) return;
      for (const [, path] of fresh) path.remove();
      fresh = [];
      show();
    },
  };
}

function padInput(context) {
  const { control, picture, place, row, gone } = context, [left, top, side] = control.pad, size = control.digits.length;
  const above = picture.appendChild(document.createRange().createContextualFragment("<svg aria-hidden=true></svg>").firstChild);
  above.style.cssText = "position: absolute; inset: 0; height: 100%; pointer-events: none";
  const sheet = paper(shape(above, "g", {}), context);
  const square = shape(above, "rect", { class: "nnv-square none", x: left, y: top, width: side, height: side,
                                        style: "pointer-events: all; cursor: crosshair; touch-action: pinch-zoom" }); // two fingers still zoom
  const ring = shape(above, "g", { display: "none" });
  for (const look of ["l-paper", "l-orange"]) shape(ring, "circle", { class: look, r: 8, "stroke-width": look === "l-paper" ? 6 : 3 });
  const pen = { x: size / 2, y: size / 2, down: false, pointer: null }, inside = (value) => Math.max(0, Math.min(size - 1, value));
  const put = (x, y, begins) => {
    const room = sheet.put(x, y, begins);
    if (room) [pen.x, pen.y] = [Math.round(x), Math.round(y)];
    return room;
  };
  const settle = () => sheet.settle(pen.down || pen.pointer !== null);
  pads.set(picture, (svg) => { above.setAttribute("viewBox", svg.getAttribute("viewBox")); settle(); });

  const at = (event) => { const { x, y } = place(event); return [inside(((x - left) * size) / side - 0.5), inside(((y - top) * size) / side - 0.5)]; };
  const far = ([x, y]) => Math.hypot(x - pen.x, y - pen.y);
  const showRing = (shown) => {
    ring.setAttribute("display", shown ? "inline" : "none");
    ring.setAttribute("transform", sheet.where(pen.x, pen.y).replace("L", "translate(") + ")");
    ring.lastChild.setAttribute("class", `l-orange ${pen.down ? "f-orange" : "none"}`);
    settle();
  };
  square.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary || pen.pointer !== null || !put(...at(event), true)) return;
    square.setPointerCapture(event.pointerId);
    Object.assign(pen, { pointer: event.pointerId, down: false });
    showRing(false);
  });
  square.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen.pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const here of (passed.length ? passed : [event]).map(at))
      if (far(here) < 2.5 || put(...here)) sheet.line(...here);
  });
  for (const end of ["pointerup", "pointercancel"])
    square.addEventListener(end, (event) => {
      if (event.pointerId !== pen.pointer) return;
      if (end === "pointercancel") sheet.undo(); // a second finger came, to zoom
      else if (far(at(event)) > 0.7) put(...at(event));
      pen.pointer = null;
      settle();
    });

  const [undo, clear] = [sheet.undo, sheet.clear].map((act) => () => { pen.down = false; act(); });
  const acts = { u: undo, Backspace: undo, c: clear, Delete: clear, " ": () => { pen.down = !pen.down && put(pen.x, pen.y, true); } };
  picture.addEventListener("keydown", (event) => {
    const way = WAYS[event.key], act = acts[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || gone() || !(way || act)) return;
    if (way) {
      const [x, y] = [pen.x + way[0] * (event.shiftKey ? 8 : 2), pen.y + way[1] * (event.shiftKey ? 8 : 2)].map(inside);
      if (!pen.down) [pen.x, pen.y] = [x, y];
      else if (far([x, y]) && put(x, y)) sheet.line(x, y);
    } else act();
    event.preventDefault();
    event.stopPropagation();
    showRing(true);
  });
  picture.addEventListener("blur", () => { pen.down = false; showRing(false); });
  buttons(row, { ...context, sheet, undo, clear });
}

function buttons(row, { model, sheet, undo, clear }) {
  const button = (text, act) => input(row, "button", { type: "button" }, text).addEventListener("click", act);
  button("Clear", clear);
  button("Undo", undo);
  const file = input(row, "input", { type: "file", accept: "image/*", hidden: "" });
  button("Open a picture …", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const bytes = chosen.size > LARGEST ? [] : [await chosen.arrayBuffer()];
    file.value = ""; // the same file can be opened again
    sheet.remember();
    model.send({ size: chosen.size }, undefined, bytes);
  });
}

const more = { kind: "Strokes", input: padInput, after: (svg, { picture }) => pads.get(picture)?.(svg) };
