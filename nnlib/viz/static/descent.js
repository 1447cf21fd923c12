// A landscape from above (darker is higher) with one or two walks on it, and their heights over the steps beside it.
const looks = { walk: ["#0072b2", []], other: ["#c45500", [7, 5]] };
const bands = 18;

const at = ({ wide, tall }, size) => {
  const right = 0.27 * size.width, room = size.width - right - 136;
  const width = Math.min(room, ((size.height - 84) * wide) / tall), height = (width * tall) / wide;
  const left = 46, top = 32, panel = left + width + 70;
  return { left, top, width, height, panel, right: size.width - panel - 20,
           x: (x) => left + ((x + wide) / (2 * wide)) * width, y: (y) => top + ((tall - y) / (2 * tall)) * height };
};

// The shade between its grid points: [value, its change for one pixel].
function between(array, u, v, scale) {
  const columns = array.shape[1], j = Math.min(columns - 2, Math.floor(u)), i = Math.min(array.shape[0] - 2, Math.floor(v));
  const [s, t, k] = [u - j, v - i, i * columns + j];
  const [a, b, c, d] = [array[k], array[k + 1], array[k + columns], array[k + columns + 1]];
  const low = a + s * (b - a), high = c + s * (d - c), across = (b - a) * (1 - t) + (d - c) * t;
  return [low + t * (high - low), Math.hypot(across, high - low) * scale];
}

// Bands of grey with white lines between them, made anew for another landscape or another size only.
let kept = null;
function sheet(shade, name, width, height) {
  if (kept && kept.name === name && kept.width === width && kept.height === height) return kept.canvas;
  const canvas = document.createElement("canvas"), image = new ImageData(width, height), [rows, columns] = shade.shape;
  [canvas.width, canvas.height] = [width, height];
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const u = (j / (width - 1)) * (columns - 1), v = (1 - i / (height - 1)) * (rows - 1);
      const [value, change] = between(shade, u, v, columns / width), level = value * bands, nearest = Math.round(level);
      const grey = 252 - 68 * (Math.min(bands - 1, Math.floor(level)) / (bands - 1));
      const apart = Math.abs(level - nearest) / Math.max(1e-9, bands * change); // in pixels from a line
      const white = nearest > 0 && nearest < bands ? Math.max(0, Math.min(1, 1.1 - apart)) : 0;
      const shown = grey + (255 - grey) * white;
      image.data.set([shown, shown, shown, 255], 4 * (i * width + j));
    }
  canvas.getContext("2d").putImageData(image, 0, 0);
  kept = { name, width, height, canvas };
  return canvas;
}

function star(ctx, x, y, radius) {
  ctx.beginPath();
  for (let k = 0; k < 10; k++) {
    const r = k % 2 ? 0.42 * radius : radius, turn = (Math.PI * k) / 5;
    ctx.lineTo(x + r * Math.sin(turn), y - r * Math.cos(turn));
  }
  ctx.closePath();
}

function mark(ctx, kind, x, y, r) {
  ctx.beginPath();
  if (kind === "walk") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else { ctx.moveTo(x, y - 1.3 * r); ctx.lineTo(x + 1.2 * r, y + r); ctx.lineTo(x - 1.2 * r, y + r); ctx.closePath(); }
  ctx.fill();
}

// A line through points, with a white edge so that it shows on dark ground, and a star at its end.
function line(ctx, points, kind, dotted) {
  const [colour, dash] = looks[kind];
  for (const [style, width, radius] of [["#fff", 4, 4.4], [colour, 2, 3.2]]) {
    ctx.setLineDash(style === colour ? dash : []);
    [ctx.strokeStyle, ctx.lineWidth, ctx.fillStyle] = [style, width, style];
    ctx.beginPath();
    for (const [x, y] of points) ctx.lineTo(x, y);
    ctx.stroke();
    if (dotted) for (const [x, y] of points) mark(ctx, kind, x, y, radius);
  }
  ctx.setLineDash([]);
  star(ctx, ...points[points.length - 1], dotted ? 13 : 10);
  [ctx.strokeStyle, ctx.lineWidth] = ["#fff", 1.5];
  ctx.stroke();
  ctx.fill();
}

// Far beyond the edge a canvas loses its way: a walk that flies off is drawn to a hundred maps away.
const near = (value, size) => Math.max(-100 * size, Math.min(100 * size, value));

function axes(ctx, to, frame) {
  [ctx.strokeStyle, ctx.lineWidth, ctx.fillStyle] = ["#767676", 1, "#1a1a1a"];
  ctx.strokeRect(to.left, to.top, to.width, to.height);
  const unit = frame.wide > 3 ? 2 : 1, text = (n) => String(n).replace("-", "−");
  ctx.textAlign = "center";
  for (let n = -Math.floor(frame.wide / unit) * unit; n <= frame.wide; n += unit)
    ctx.fillText(text(n), to.x(n), to.top + to.height + 19);
  ctx.fillText("x", to.left + to.width / 2, to.top + to.height + 38);
  ctx.textAlign = "right";
  for (let n = -Math.floor(frame.tall / unit) * unit; n <= frame.tall; n += unit) ctx.fillText(text(n), to.left - 7, to.y(n) + 5);
  ctx.fillText("y", to.left - 28, to.top + to.height / 2 + 5);
}

function heights(ctx, to, frame) {
  const [low, high] = [Math.log10(frame.low), Math.log10(frame.high)];
  const x = (k) => to.panel + (k / frame.steps) * to.right;
  const y = (h) => to.top + ((high - Math.min(high, Math.log10(Math.max(frame.low, h)))) / (high - low)) * to.height;
  [ctx.strokeStyle, ctx.lineWidth, ctx.fillStyle, ctx.textAlign] = ["#d0d0d0", 1, "#1a1a1a", "right"];
  for (const [value, text] of [[1e3, "1000"], [1, "1"], [1e-3, "0.001"], [1e-6, "10⁻⁶"]]) {
    ctx.beginPath();
    ctx.moveTo(to.panel, y(value));
    ctx.lineTo(to.panel + to.right, y(value));
    ctx.stroke();
    ctx.fillText(text, to.panel - 6, y(value) + 5);
  }
  ctx.strokeStyle = "#767676";
  ctx.strokeRect(to.panel, to.top, to.right, to.height);
  ctx.textAlign = "center";
  for (const k of [0, frame.steps / 2, frame.steps]) ctx.fillText(String(k), x(k), to.top + to.height + 19);
  ctx.fillText("step", to.panel + to.right / 2, to.top + to.height + 38);
  ctx.fillText("height above lowest", to.panel + to.right / 2, to.top - 11);
  for (const kind of ["other", "walk"])
    if (frame[kind]) line(ctx, Array.from(frame[kind].above, (h, k) => [x(k), y(h)]), kind, false);
}

function legend(ctx, to, frame) {
  let x = to.left;
  ctx.textAlign = "left";
  for (const kind of ["walk", "other"])
    if (frame[kind]) {
      ctx.fillStyle = looks[kind][0];
      mark(ctx, kind, x + 6, to.top - 16, 5);
      ctx.fillText(frame[kind].name, x + 18, to.top - 11);
      x += ctx.measureText(frame[kind].name).width + 38;
    }
}

// Says on the map which walk is not on it any more.
function away(ctx, to, frame) {
  ctx.textAlign = "right";
  let y = to.top + 20;
  for (const kind of ["walk", "other"]) {
    if (!frame[kind]) continue;
    const { name, path, gone } = frame[kind], [px, py] = path.slice(-2), steps = path.length / 2 - 1;
    if (Math.abs(px) <= frame.wide && Math.abs(py) <= frame.tall) continue;
    const text = `${name}: ${gone && gone === steps ? `flew off after ${steps} steps` : "off the map"}`;
    ctx.fillStyle = "#fff";
    ctx.fillRect(to.left + to.width - ctx.measureText(text).width - 14, y - 16, 200 + to.width, 22);
    ctx.fillStyle = looks[kind][0];
    ctx.fillText(text, to.left + to.width - 8, y);
    y += 24;
  }
}

function draw(ctx, frame, size) {
  const to = at(frame, size);
  ctx.font = "15px sans-serif";
  const ratio = ctx.getTransform().a, [width, height] = [to.width, to.height].map((side) => Math.round(side * ratio));
  ctx.drawImage(sheet(frame.shade, frame.landscape, width, height), to.left, to.top, to.width, to.height);
  axes(ctx, to, frame);
  heights(ctx, to, frame);
  legend(ctx, to, frame);
  ctx.save();
  ctx.beginPath();
  ctx.rect(to.left, to.top, to.width, to.height);
  ctx.clip();
  for (const kind of ["other", "walk"]) {
    const path = frame[kind] && frame[kind].path, points = [];
    for (let k = 0; path && k < path.length; k += 2)
      points.push([near(to.x(path[k]), size.width), near(to.y(path[k + 1]), size.width)]);
    if (path) line(ctx, points, kind, true);
  }
  away(ctx, to, frame);
  [ctx.fillStyle, ctx.strokeStyle, ctx.lineWidth] = ["#fff", "#000", 2];
  ctx.beginPath();
  ctx.rect(to.x(frame.walk.path[0]) - 5, to.y(frame.walk.path[1]) - 5, 10, 10);
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

// A click or a drag on the map sets the start; arrow keys move it. Beside the map neither does anything.
const start = (frame, x, y) => ({ x: Math.max(-frame.wide, Math.min(frame.wide, x)), y: Math.max(-frame.tall, Math.min(frame.tall, y)) });
function pointed(now, from, frame) {
  const to = at(frame, now);
  if (from.x < to.left || from.x > to.left + to.width || from.y < to.top || from.y > to.top + to.height) return {};
  return start(frame, (((now.x - to.left) / to.width) * 2 - 1) * frame.wide, (1 - ((now.y - to.top) / to.height) * 2) * frame.tall);
}

const more = {
  click: (now, state, frame) => pointed(now, now, frame),
  drag: (now, from, state, frame) => pointed(now, from, frame),
  keys(key, state, frame) {
    const [right, up] = { ArrowRight: [0.05, 0], ArrowLeft: [-0.05, 0], ArrowUp: [0, 0.05], ArrowDown: [0, -0.05] }[key] || [0, 0];
    if (!right && !up) return null;
    const { x, y } = start(frame, state.x, state.y);
    return start(frame, x + right, y + up);
  },
};
