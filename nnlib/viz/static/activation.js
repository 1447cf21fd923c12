// Left an activation and its slope, right a neuron that learns with it; grey where the slope is nearly 0.
const BLUE = "#0072b2", ORANGE = "#c45500", INK = "#1a1a1a", SHADE = "rgba(118, 118, 118, 0.25)";

const boxes = ({ width, height }) => {
  const top = 52, wide = width / 2 - 58, high = height - top - 46;
  return [{ left: 44, top, wide, high }, { left: width / 2 + 44, top, wide, high }];
};
const short = (value, digits) => String(Number(value.toFixed(digits)));
const fixed = (value) => Number(value.toFixed(3)).toFixed(3); // never -0.000

// Draws axes; returns the places of numbers. x and y are [low, high], across the numbers below.
function axes(ctx, box, x, y, across, label) {
  const toX = (value) => box.left + ((value - x[0]) / (x[1] - x[0])) * box.wide;
  const toY = (value) => box.top + ((y[1] - value) / (y[1] - y[0])) * box.high;
  const rough = (y[1] - y[0]) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((n) => n * power >= rough) || 10);
  ctx.strokeStyle = "#767676";
  ctx.lineWidth = 1;
  ctx.strokeRect(box.left, box.top, box.wide, box.high);
  ctx.fillStyle = INK;
  ctx.textAlign = "right";
  for (let k = Math.ceil(y[0] / step); k * step <= y[1]; k++) ctx.fillText(short(k * step, 6), box.left - 6, toY(k * step));
  ctx.textAlign = "center";
  for (const value of across) ctx.fillText(short(value, 0), toX(value), box.top + box.high + 14);
  ctx.fillText(label, box.left + box.wide / 2, box.top + box.high + 33);
  return [toX, toY];
}

function line(ctx, xs, ys, colour, dashes, [toX, toY]) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = dashes.length === 2 && dashes[0] === 2 ? 1.5 : 3;
  ctx.setLineDash(dashes);
  ctx.beginPath();
  xs.forEach((x, k) => { if (!Number.isNaN(ys[k])) ctx.lineTo(toX(x), toY(ys[k])); });
  ctx.stroke();
  ctx.setLineDash([]);
}

// Shades each stretch in which the slope is nearly 0.
function shade(ctx, box, xs, slopes, flat, toX) {
  ctx.fillStyle = SHADE;
  const isFlat = (k) => Math.abs(slopes[k]) < flat, half = xs.length > 1 ? (xs[1] - xs[0]) / 2 : 0;
  const inside = (value) => Math.min(box.left + box.wide, Math.max(box.left, toX(value)));
  for (let k = 0; k < xs.length; k++) {
    if (!isFlat(k)) continue;
    const first = k;
    while (k + 1 < xs.length && isFlat(k + 1)) k++;
    const from = inside(xs[first] - half), to = inside(xs[k] + half);
    ctx.fillRect(from, box.top, to - from, box.high);
  }
}

function mark(ctx, kind, x, y, colour) {
  ctx.beginPath();
  if (kind === "round") ctx.arc(x, y, 7, 0, 2 * Math.PI);
  else if (kind === "square") ctx.rect(x - 6, y - 6, 12, 12);
  else for (const [dx, dy] of [[0, -8], [8, 0], [0, 8], [-8, 0], [0, -8]]) ctx.lineTo(x + dx, y + dy);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.strokeStyle = "#000";
  ctx.lineWidth = 2;
  ctx.stroke();
}

// Text on a little white, so that no line runs through it.
function say(ctx, text, x, y, colour, align) {
  ctx.textAlign = align;
  ctx.strokeStyle = "rgba(255, 255, 255, 0.85)";
  ctx.lineWidth = 5;
  ctx.lineJoin = "round";
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

// A line of samples with their names, from the left edge of a box.
function legend(ctx, box, items) {
  let x = box.left;
  for (const [name, colour, dashes] of items) {
    if (dashes) line(ctx, [x, x + 26], [14, 14], colour, dashes, [(v) => v, (v) => v]);
    else if (name === "measured") cross(ctx, x + 13, 14);
    else mark(ctx, "diamond", x + 13, 14, colour);
    say(ctx, name, x + 32, 14, INK, "left");
    x += 44 + ctx.measureText(name).width;
  }
}

function cross(ctx, x, y) {
  ctx.strokeStyle = "#000";
  ctx.lineWidth = 2;
  ctx.beginPath();
  for (const sign of [1, -1]) { ctx.moveTo(x - 5, y - 5 * sign); ctx.lineTo(x + 5, y + 5 * sign); }
  ctx.stroke();
}

function drawCurve(ctx, frame, box) {
  const room = 0.06 * (frame.top - frame.bottom || 1), y = [frame.bottom - room, frame.top + room], x = [-6, 6];
  const to = axes(ctx, box, x, y, [-6, -3, 0, 3, 6], "x"), [toX, toY] = to;
  shade(ctx, box, frame.x, frame.slope, frame.flat, toX);
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left, box.top, box.wide, box.high);
  ctx.clip(); // a wrong slope may lead out of the panel
  line(ctx, frame.x, frame.y, BLUE, [], to);
  line(ctx, frame.x, frame.slope, ORANGE, [8, 5], to);
  ctx.restore();
  frame.wrong.forEach((wrong, k) => { if (wrong && k % 24 === 0) cross(ctx, toX(frame.x[k]), toY(frame.measured[k])); });
  const last = frame.sums.length - 1, [px, value, slope] = frame.point;
  if (Math.abs(frame.sums[last]) <= 6) mark(ctx, "diamond", toX(frame.sums[last]), toY(frame.answers[last]), "#fff");
  const inside = (height) => toY(Math.min(frame.top, Math.max(frame.bottom, height)));
  mark(ctx, "round", toX(px), inside(value), BLUE);
  mark(ctx, "square", toX(px), inside(slope), ORANGE);
  beside(ctx, box, toX(px), [[`value ${fixed(value)}`, inside(value), BLUE], [`slope ${fixed(slope)}`, inside(slope), ORANGE]]);
}

// Writes value and slope beside their marks, out of each other's way and inside the box.
function beside(ctx, box, x, [first, second]) {
  const right = x < box.left + box.wide / 2 + 20, gap = 22, middle = (first[1] + second[1]) / 2;
  if (Math.abs(first[1] - second[1]) < gap) {
    const sign = first[1] <= second[1] ? -1 : 1;
    first[1] = middle + (sign * gap) / 2;
    second[1] = middle - (sign * gap) / 2;
  }
  const over = Math.max(0, Math.max(first[1], second[1]) - (box.top + box.high - 10));
  const under = Math.max(0, box.top + 10 - Math.min(first[1], second[1]));
  for (const [text, y, colour] of [first, second])
    say(ctx, text, x + (right ? 14 : -14), y - over + under, colour, right ? "left" : "right");
}

const wrongs = (frame) => frame.wrong.some((wrong) => wrong);

function drawRun(ctx, frame, box) {
  const room = 0.06 * (frame.high - frame.low), last = frame.answers.length - 1;
  const to = axes(ctx, box, [0, frame.steps], [frame.low - room, frame.high + room], [0, 100, 200, 300], "step");
  const [toX, toY] = to, steps = Array.from(frame.answers, (_, k) => k);
  shade(ctx, box, steps, frame.slopes, frame.flat, toX);
  line(ctx, [0, frame.steps], [frame.target, frame.target], "#000", [2, 4], to);
  line(ctx, steps, frame.answers, BLUE, [], to);
  line(ctx, steps, frame.slopes, ORANGE, [8, 5], to);
  if (!Number.isNaN(frame.answers[last])) mark(ctx, "diamond", toX(last), toY(frame.answers[last]), "#fff");
}

function draw(ctx, frame, size) {
  const [left, right] = boxes(size);
  ctx.font = "14px sans-serif";
  ctx.textBaseline = "middle";
  const samples = [["value", BLUE, []], ["slope", ORANGE, [8, 5]], ["neuron", "#fff"]];
  legend(ctx, left, wrongs(frame) ? [...samples, ["measured", "#000"]] : samples);
  legend(ctx, right, [["answer", BLUE, []], ["slope", ORANGE, [8, 5]], ["target", "#000", [2, 4]]]);
  say(ctx, `${frame.name}; grey: slope below ${short(frame.flat, 2)}`, left.left, 38, INK, "left");
  say(ctx, frame.caption, size.width - 6, 38, INK, "right");
  drawCurve(ctx, frame, left);
  drawRun(ctx, frame, right);
}

// To drag on the left moves x, on the right the step; arrows do the same by keys.
const more = {
  drag(now, from) {
    const [left, right] = boxes(now);
    if (from.x < now.width / 2) return { x: -6 + (12 * (now.x - left.left)) / left.wide };
    return { step: (300 * (now.x - right.left)) / right.wide };
  },
  keys(key, state) {
    if (key === "ArrowRight") return { x: state.x + 0.1 };
    if (key === "ArrowLeft") return { x: state.x - 0.1 };
    if (key === "ArrowUp") return { step: state.step + 5 };
    if (key === "ArrowDown") return { step: state.step - 5 };
    return null;
  },
};
