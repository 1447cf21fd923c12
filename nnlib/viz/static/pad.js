// Left the pad, in the middle what the net sees of it, right how it reads it; below the nearest training digits.
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", GRID = 64, MOST = 2000;
const LARGEST = 8e6; // bytes: larger messages would cut the line to the kernel
const INK = "#1a1a1a", GREY = "#767676", BLUE = "#0072b2";
const pens = new WeakMap(); // where the keys' pen is, for each canvas

const places = ({ width }) => {
  const u = width / 736;
  return { u, pad: { x: 8 * u, y: 30, side: 280 * u }, seen: { x: 312 * u, y: 30, side: 168 * u },
           bars: { x: 522 * u, y: 30, width: 156 * u, row: 28 * u }, low: { x: 8 * u, y: 30 + 280 * u + 40, side: 84 * u } };
};

function frameOf(ctx, { x, y, side }, title) {
  [ctx.strokeStyle, ctx.lineWidth, ctx.fillStyle, ctx.textAlign] = [GREY, 1, INK, "left"];
  ctx.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
  ctx.fillText(title, x, y - 10);
}

// Ink dark on white, the first row on top.
function picture(ctx, array, { x, y, side }) {
  ctx.save();
  ctx.imageSmoothingEnabled = false;
  ctx.translate(x, y + side);
  ctx.scale(1, -1); // `paint` wants the rows from the bottom up
  paint(ctx, array, 0, 0, side, side, (ink) => [0, 0, 0, 255 * ink]);
  ctx.restore();
}

// The strokes as they are in the state: at once, while the kernel still thinks.
function strokes(ctx, drawing, pen, { x, y, side }) {
  const unit = side / GRID;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, side, side);
  ctx.clip();
  [ctx.strokeStyle, ctx.lineWidth, ctx.lineCap, ctx.lineJoin] = ["#000", (pen * side) / 28, "round", "round"];
  for (const stroke of drawing.split(".")) {
    ctx.beginPath();
    for (let k = 0; k + 1 < stroke.length; k += 2) {
      const [px, py] = [x + (DIGITS.indexOf(stroke[k]) + 0.5) * unit, y + (DIGITS.indexOf(stroke[k + 1]) + 0.5) * unit];
      if (k === 0) ctx.moveTo(px, py);
      ctx.lineTo(px, py);
    }
    ctx.stroke();
  }
  ctx.restore();
}

// The keys' pen: a ring, filled while it is down.
function ring(ctx, pen, { x, y, side }) {
  const unit = side / GRID;
  ctx.beginPath();
  ctx.arc(x + (pen.x + 0.5) * unit, y + (pen.y + 0.5) * unit, 8, 0, 2 * Math.PI);
  [ctx.strokeStyle, ctx.lineWidth, ctx.fillStyle] = ["#fff", 5, "#c45500"];
  ctx.stroke();
  [ctx.strokeStyle, ctx.lineWidth] = ["#c45500", 3];
  ctx.stroke();
  if (pen.down) ctx.fill();
}

function bars(ctx, frame, { x, y, width, row }) {
  const all = frame.probabilities, top = Math.max(...all), answer = top > 0 ? all.indexOf(top) : -1;
  ctx.fillStyle = INK;
  ctx.textAlign = "left";
  ctx.fillText(`read by ${frame.who}`, x - 18, y - 10);
  all.forEach((p, digit) => {
    const middle = y + (digit + 0.5) * row;
    ctx.font = digit === answer ? "bold 15px sans-serif" : "15px sans-serif";
    ctx.fillStyle = INK;
    ctx.fillText(String(digit), x - 18, middle + 5);
    ctx.fillText(`${Math.round(100 * p)}%`, x + 8 + p * width, middle + 5);
    ctx.fillStyle = digit === answer ? BLUE : GREY;
    ctx.fillRect(x, middle - 0.36 * row, Math.max(1, p * width), 0.72 * row);
  });
  ctx.font = "15px sans-serif";
}

function neighbours(ctx, frame, { x, y, side }, u) {
  ctx.fillStyle = INK;
  ctx.textAlign = "left";
  const none = frame.labels.length === 0;
  ctx.fillText(none ? "nothing is drawn" : "nearest training digits: label · distance", x, y - 10);
  frame.labels.forEach((label, k) => {
    const box = { x: x + 144 * u * k, y, side };
    picture(ctx, Object.assign(frame.nearest.subarray(784 * k, 784 * (k + 1)), { shape: [28, 28] }), box);
    frameOf(ctx, box, "");
    ctx.fillText(`${label} · ${frame.distances[k].toFixed(1)}`, box.x, y + side + 20);
  });
}

function draw(ctx, frame, size, state) {
  const to = places(size), drawing = state.drawing, pen = pens.get(ctx.canvas);
  ctx.font = "15px sans-serif";
  if (drawing.startsWith("#")) picture(ctx, frame.sheet, to.pad);
  else strokes(ctx, drawing, state.pen, to.pad);
  if (pen && pen.shown) ring(ctx, pen, to.pad);
  frameOf(ctx, to.pad, drawing.length > MOST - 4 && drawing[0] !== "#" ? "the pad is full: c clears it" : pen ? "draw here" : "the drawing");
  picture(ctx, frame.seen, to.seen);
  frameOf(ctx, to.seen, "the net sees 28 × 28");
  ctx.fillText(state.normalise, to.seen.x, to.seen.y + to.seen.side + 20);
  bars(ctx, frame, to.bars);
  neighbours(ctx, frame, to.low, to.u);
}

// The pad as an input: mouse and finger draw; arrows move a pen, space puts it down and up; c clears.
function input({ control, model, canvas, move, redraw, place, row }) {
  const pen = { x: 32, y: 32, down: false, shown: false, finger: null };
  pens.set(canvas, pen);
  canvas.tabIndex = 0;
  const strokesNow = () => model.get("state")[control.name].replace(/^#.*/, ""); // strokes take the place of a picture
  const inside = (value) => Math.max(0, Math.min(GRID - 1, value));
  const put = (x, y, fresh) => {
    const now = strokesNow(), dot = DIGITS[Math.round(x)] + DIGITS[Math.round(y)];
    const next = now + (fresh && now ? "." : "") + dot;
    if (next.length <= MOST) {
      move({ [control.name]: next });
      redraw();
    }
    [pen.x, pen.y] = [Math.round(x), Math.round(y)];
  };
  const clear = () => { pen.down = false; move({ [control.name]: "" }); redraw(); };
  const at = (event) => {
    const now = place(event), { pad } = places(now), unit = pad.side / GRID;
    return [(now.x - pad.x) / unit - 0.5, (now.y - pad.y) / unit - 0.5];
  };

  canvas.addEventListener("pointerdown", (event) => {
    const [x, y] = at(event);
    if (event.button !== 0 || pen.finger !== null || inside(Math.round(x)) !== Math.round(x) || inside(Math.round(y)) !== Math.round(y)) return;
    canvas.setPointerCapture(event.pointerId);
    Object.assign(pen, { finger: event.pointerId, down: false, shown: false });
    put(x, y, true);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen.finger) return;
    const [x, y] = at(event).map(inside);
    if (Math.hypot(x - pen.x, y - pen.y) >= 2.5) put(x, y);
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, (event) => { if (event.pointerId === pen.finger) pen.finger = null; });

  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ways[event.key]) {
      const far = event.shiftKey ? 8 : 2, [dx, dy] = ways[event.key], x = inside(pen.x + far * dx), y = inside(pen.y + far * dy);
      if (pen.down && (x !== pen.x || y !== pen.y)) put(x, y);
      else [pen.x, pen.y] = [x, y];
    } else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) put(pen.x, pen.y, true);
    } else if (event.key === "c" || event.key === "Delete") clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
    pen.shown = true;
    redraw();
  });
  canvas.addEventListener("blur", () => { Object.assign(pen, { down: false, shown: false }); redraw(); });
  buttons(row, model, clear);
}

function buttons(row, model, clear) {
  const button = (text) => element(row, "button", { type: "button", "data-lm-suppress-shortcuts": "true" }, text);
  button("Clear").addEventListener("click", clear);
  const file = element(row, "input", { type: "file", accept: "image/*", hidden: "" });
  button("Open a picture …").addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    const bytes = chosen.size > LARGEST ? [] : [await chosen.arrayBuffer()];
    file.value = ""; // the same file can be opened again
    model.send({ size: chosen.size }, undefined, bytes);
  });
  element(row, "span", {}, "Keys on the pad: arrows move a pen, space puts it down and up, c clears");
}

const more = { input };
