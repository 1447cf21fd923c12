// The network with a map for every unit, the map of its output with the points, and both losses over the epochs.
// All places are those of a picture of 728 × 560 (see playground_picture.py), scaled to the canvas; text keeps its size.
const BLUE = [0, 114, 178], ORANGE = [196, 85, 0], INK = "#1a1a1a", GREY = "#767676";
const LEFT = 90, PLANE = 452, MIDDLE = 190, SIDE = 262, CURVE = { left: 60, top: 396, wide: 460, high: 112 }, SAMPLES = 560;
const css = (colour) => `rgb(${colour.join(",")})`;

// Blue above 0, orange with stripes below: a picture of a map with values from -1 to 1.
function sheet(values) {
  const [rows, columns] = values.shape, canvas = document.createElement("canvas"), image = new ImageData(columns, rows);
  [canvas.width, canvas.height] = [columns, rows];
  values.forEach((value, k) => {
    const row = Math.floor(k / columns), column = k % columns, striped = value < 0 && (row + column) % 5 === 0;
    const share = 0.62 * Math.abs(value) * (striped ? 1.4 : 1), full = value > 0 ? BLUE : ORANGE;
    image.data.set([...full.map((part) => 255 - share * (255 - part)), 255], 4 * ((rows - 1 - row) * columns + column));
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function show(ctx, values, left, top, side) {
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(sheet(values), left, top, side, side);
  [ctx.strokeStyle, ctx.lineWidth] = [GREY, 1];
  ctx.strokeRect(left, top, side, side);
}

// Points of the curve of a connection; it leaves and arrives level.
function bow(frame, line, n = 24) {
  const spot = (unit) => [frame.spots[2 * unit], frame.spots[2 * unit + 1]], [from, to] = [frame.lines[3 * line], frame.lines[3 * line + 1]];
  const last = frame.spots.length / 2 - 1, [x0, y0] = spot(from), [x1, y1] = spot(to);
  const start = x0 + frame.side / 2, end = x1 - (to === last ? 0 : frame.side / 2);
  return Array.from({ length: n }, (_, k) => {
    const t = k / (n - 1);
    return [start + t * (end - start), y0 + t * t * (3 - 2 * t) * (y1 - y0)];
  });
}

function stroke(ctx, points, colour, width, dash) {
  [ctx.strokeStyle, ctx.lineWidth] = [colour, width];
  ctx.setLineDash(dash);
  ctx.beginPath();
  for (const [x, y] of points) ctx.lineTo(x, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

const widthOf = (weight) => 0.4 + 1.6 * Math.min(Math.abs(weight), 5);
const dashOf = (weight) => (weight > 0 ? [] : [3 * widthOf(weight), 2 * widthOf(weight)]);

function drawLines(ctx, frame) {
  if (frame.picked >= 0)
    for (const [colour, more] of [["#000", 6], ["#fff", 3]])
      stroke(ctx, bow(frame, frame.picked), colour, widthOf(frame.lines[3 * frame.picked + 2]) + more, []);
  for (let line = 0; 3 * line < frame.lines.length; line++) {
    const weight = frame.lines[3 * line + 2];
    stroke(ctx, bow(frame, line), css(weight > 0 ? BLUE : ORANGE), widthOf(weight), dashOf(weight));
  }
}

function drawPicked(ctx, frame) {
  if (frame.picked < 0) return;
  const [x, y] = bow(frame, frame.picked)[12], text = frame.lines[3 * frame.picked + 2].toFixed(2), wide = ctx.measureText(text).width + 8;
  ctx.fillStyle = "#fff";
  ctx.fillRect(x - wide / 2, y - 10, wide, 20);
  [ctx.strokeStyle, ctx.lineWidth] = ["#000", 1];
  ctx.strokeRect(x - wide / 2, y - 10, wide, 20);
  write(ctx, text, x, y, "center");
}

function write(ctx, text, x, y, align) {
  [ctx.fillStyle, ctx.textAlign] = [INK, align];
  ctx.fillText(text, x, y);
}

// A circle for class 1, a square for class 0; filled for training, hollow for test.
function mark(ctx, x, y, label, filled, radius = 3.6) {
  const colour = css(label ? BLUE : ORANGE);
  ctx.beginPath();
  if (label) ctx.arc(x, y, radius, 0, 2 * Math.PI);
  else ctx.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  [ctx.fillStyle, ctx.strokeStyle, ctx.lineWidth] = filled ? [colour, "#fff", 1] : ["#fff", colour, 1.3];
  ctx.fill();
  ctx.stroke();
}

function drawPoints(ctx, frame) {
  const at = (k, sign) => (SIDE / 2) * (1 + (sign * frame.points[k]) / frame.wide);
  frame.labels.forEach((label, k) => mark(ctx, PLANE + at(2 * k, 1), MIDDLE - SIDE / 2 + at(2 * k + 1, -1), label, k < frame.n_train));
}

function drawWords(ctx, frame) {
  write(ctx, "features", LEFT, 14, "center");
  const layers = frame.sizes.length - 2;
  if (layers) write(ctx, layers > 1 ? "hidden layers" : "hidden layer", (LEFT + PLANE) / 2, 14, "center");
  write(ctx, "output", PLANE + SIDE / 2, 14, "center");
  write(ctx, "x1 →", PLANE + SIDE / 2, MIDDLE + SIDE / 2 + 14, "center");
  ctx.save();
  ctx.translate(PLANE + SIDE + 9, MIDDLE);
  ctx.rotate(-Math.PI / 2);
  write(ctx, "x2 →", 0, 0, "center");
  ctx.restore();
  frame.names.forEach((name, k) => write(ctx, name, LEFT - frame.side / 2 - 5, frame.spots[2 * k + 1], "right"));
  ["class 1, training", "class 0, training", "hollow: test", "weight above 0", "weight below 0"].forEach((text, row) => {
    const y = CURVE.top + 2 + 22 * row;
    if (row < 3) mark(ctx, SAMPLES + 15, y, row !== 1, row < 2, 5);
    else stroke(ctx, [[SAMPLES, y], [SAMPLES + 30, y]], css(row === 3 ? BLUE : ORANGE), 3.6, row === 3 ? [] : [8, 5]);
    write(ctx, text, SAMPLES + 40, y, "left");
  });
}

const round = (rough) => { // the next larger 1, 2 or 5 times a power of ten
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((n) => n * power >= rough) || 10);
};

function drawCurves(ctx, frame) {
  const { left, top, wide, high } = CURVE, runs = [[frame.pinned, "pinned: "], [frame.history, ""]];
  let [end, most] = [10, 0.01];
  for (const [run] of runs)
    run.forEach((value, k) => { if (k % 3) most = Math.max(most, 1.05 * value); else end = Math.max(end, value); });
  const x = (epoch) => left + (wide * epoch) / end, y = (loss) => top + high - (high * loss) / most;
  stroke(ctx, [[left, top], [left, top + high], [left + wide, top + high]], GREY, 1, []);
  for (let tick = 0, by = Math.max(1, round(end / 6)); tick <= end; tick += by) write(ctx, String(tick), x(tick), top + high + 14, "center");
  for (let k = 0, by = round(most / 3); k * by <= most; k++) write(ctx, String(Number((k * by).toPrecision(3))), left - 6, y(k * by), "right");
  write(ctx, "epoch", left + wide / 2, top + high + 34, "center");
  write(ctx, "loss", left - 6, top - 22, "right");
  let place = left + 8;
  for (const [run, words] of runs)
    for (const [column, name] of run.length ? [[1, "training"], [2, "test"]] : []) {
      const colour = words ? GREY : css(column === 1 ? BLUE : ORANGE), dash = column === 2 ? [8, 5] : words ? [2, 4] : [];
      const points = Array.from({ length: run.length / 3 }, (_, k) => [x(run[3 * k]), y(run[3 * k + column])]);
      stroke(ctx, points, colour, 2.2, dash);
      ctx.fillStyle = colour;
      const [px, py] = points[points.length - 1];
      ctx.fillRect(px - 4, py - 4, 8, 8);
      stroke(ctx, [[place, top - 22], [place + 26, top - 22]], colour, 2.2, dash);
      write(ctx, words + name, place + 32, top - 22, "left");
      place += 48 + ctx.measureText(words + name).width;
    }
}

const scaleOf = (size) => size.width / 728;

function draw(ctx, frame, size) {
  const scale = scaleOf(size), [, rows, columns] = frame.maps.shape, area = rows * columns;
  ctx.scale(scale, scale);
  ctx.font = `${14 / Math.min(1, Math.max(0.8, scale))}px sans-serif`; // on a very small canvas it shrinks, else words collide
  ctx.textBaseline = "middle";
  drawLines(ctx, frame);
  for (let unit = 0; unit * area < frame.maps.length; unit++) {
    const values = Object.assign(frame.maps.subarray(unit * area, (unit + 1) * area), { shape: [rows, columns] });
    show(ctx, values, frame.spots[2 * unit] - frame.side / 2, frame.spots[2 * unit + 1] - frame.side / 2, frame.side);
  }
  show(ctx, frame.output, PLANE, MIDDLE - SIDE / 2, SIDE);
  drawPoints(ctx, frame);
  drawPicked(ctx, frame);
  drawWords(ctx, frame);
  drawCurves(ctx, frame);
}

// The place of a line among all: which layer, from which unit, to which one.
function named(frame, line) {
  for (let layer = 1; layer < frame.sizes.length; layer++) {
    const [sources, targets] = [frame.sizes[layer - 1], frame.sizes[layer]];
    if (line < sources * targets) return { layer, source: Math.floor(line / targets) + 1, target: (line % targets) + 1 };
    line -= sources * targets;
  }
  return null;
}

// A click on a line picks its weight; arrows go to another layer or unit, + and - change the weight before the first epoch.
const more = {
  click(now, state, frame) {
    const x = now.x / scaleOf(now), y = now.y / scaleOf(now);
    let [nearest, best] = [8, -1];
    for (let line = 0; 3 * line < frame.lines.length; line++)
      for (const [px, py] of bow(frame, line, 60)) {
        const away = Math.hypot(px - x, py - y) - widthOf(frame.lines[3 * line + 2]) / 2;
        if (away < nearest) [nearest, best] = [away, line];
      }
    return best < 0 ? null : named(frame, best);
  },
  keys(key, state) {
    const [name, by] = { ArrowRight: ["layer", 1], ArrowLeft: ["layer", -1], ArrowUp: ["source", -1], ArrowDown: ["source", 1],
                         PageUp: ["target", -1], PageDown: ["target", 1], "+": ["change", 0.1], "-": ["change", -0.1] }[key] || [];
    return name ? { [name]: state[name] + by } : null;
  },
};
