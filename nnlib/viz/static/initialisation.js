// Above the activations of each layer as histograms on their sides, below the sizes of what goes up and comes back.
const BLUE = "#0072b2", ORANGE = "#c45500", GREY = "#767676", INK = "#1a1a1a";

const boxes = ({ width, height }) => {
  const left = 92, wide = width - left - 10, upper = 0.35 * height;
  return [{ left, top: 28, wide, high: upper }, { left, top: upper + 84, wide, high: height - upper - 84 - 44 }];
};
const power = (n) => "10" + String(n).replace(/./g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));

function write(ctx, text, x, y, align = "center") {
  ctx.fillStyle = INK;
  ctx.textAlign = align;
  ctx.fillText(text, x, y);
}

function border(ctx, box) {
  ctx.strokeStyle = GREY;
  ctx.lineWidth = 1;
  ctx.strokeRect(box.left, box.top, box.wide, box.high);
}

// A bar has its full length from a share of `full` on: what is rare stays visible beside a spike.
function drawHistograms(ctx, frame, box, toX, column) {
  const [layers, bins] = frame.shares.shape, bar = box.high / bins, left = (k) => toX(k + 1) - 0.4 * column;
  ctx.fillStyle = BLUE;
  for (let k = 0; k < layers; k++) {
    frame.shares.subarray(k * bins, (k + 1) * bins).forEach((share, i) =>
      ctx.fillRect(left(k), box.top + box.high - (i + 1) * bar, 0.8 * column * Math.min(1, share / frame.full), bar + 0.3));
  }
  border(ctx, box);
  for (const part of [0, 0.5, 1]) {
    const value = frame.low + part * (frame.high - frame.low);
    write(ctx, String(Number(value.toPrecision(3))), box.left - 6, box.top + (1 - part) * (box.high - 12) + 6, "right");
  }
  if (!frame.word) return;
  write(ctx, `${frame.word} %`, box.left - 6, box.top + box.high + 14, "right");
  frame.lost.forEach((share, k) =>
    write(ctx, Number.isNaN(share) ? "–" : (100 * share).toFixed(0), toX(k + 1), box.top + box.high + 14));
}

// A circle or a square; hollow for a 0, which a logarithm cannot show.
function mark(ctx, round, x, y, colour, hollow) {
  ctx.beginPath();
  if (round) ctx.arc(x, y, 5, 0, 2 * Math.PI);
  else ctx.rect(x - 5, y - 5, 10, 10);
  ctx.fillStyle = hollow ? "#fff" : colour;
  ctx.fill();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2;
  ctx.stroke();
}

function series(ctx, xs, ys, round, colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 3;
  ctx.setLineDash(round ? [] : [8, 5]);
  ctx.beginPath();
  xs.forEach((x, k) => { if (Number.isFinite(ys[k])) ctx.lineTo(x, ys[k]); });
  ctx.stroke();
  ctx.setLineDash([]);
  xs.forEach((x, k) => { if (Number.isFinite(ys[k])) mark(ctx, round, x, ys[k], colour, false); });
}

function drawSizes(ctx, frame, box, toX) {
  const bottom = frame.decades[0], top = frame.decades[frame.decades.length - 1];
  const toY = (log) => box.top + ((top - log) / (top - bottom)) * box.high;
  ctx.fillStyle = "#dddddd";
  for (const n of frame.decades) ctx.fillRect(box.left, toY(n), box.wide, 1);
  border(ctx, box);
  for (const n of frame.decades) write(ctx, power(n), box.left - 6, toY(n), "right");
  const xs = Array.from(frame.signal, (_, k) => toX(k + 1));
  for (const [logs, round, colour] of [[frame.signal, true, BLUE], [frame.gradient, false, ORANGE]]) {
    series(ctx, xs, Array.from(logs, toY), round, colour);
    logs.forEach((log, k) => { if (log === -Infinity) mark(ctx, round, xs[k] + (round ? -7 : 7), toY(bottom), colour, true); });
  }
  const beyond = frame.signal.some(Number.isNaN) ? frame.signal : frame.gradient;
  xs.forEach((x, k) => { if (Number.isNaN(beyond[k])) write(ctx, "∞", x, box.top + 10); });
  xs.forEach((x, k) => write(ctx, String(k + 1), x, box.top + box.high + 15));
  write(ctx, "layer", box.left + box.wide / 2, box.top + box.high + 33);
}

function legend(ctx, frame, box) {
  const y = box.top - 18;
  let x = box.left;
  write(ctx, "standard deviation:", x, y, "left");
  x += ctx.measureText("standard deviation:").width + 14;
  for (const [name, round, colour] of [["activations", true, BLUE], ["gradients that come back", false, ORANGE]]) {
    series(ctx, [x, x + 17, x + 34], [y, y, y], round, colour);
    write(ctx, name, x + 44, y, "left");
    x += 64 + ctx.measureText(name).width;
  }
  if ([...frame.signal, ...frame.gradient].includes(-Infinity)) write(ctx, "hollow: 0", x, y, "left");
}

function draw(ctx, frame, size) {
  const [above, below] = boxes(size), column = above.wide / Math.max(frame.signal.length, 8);
  const toX = (layer) => above.left + (layer - 0.5) * column;
  ctx.font = "14px sans-serif";
  ctx.textBaseline = "middle";
  write(ctx, `activations (a full bar: ${100 * frame.full}% or more; beyond the axis: at its edge)`, above.left, 14, "left");
  drawHistograms(ctx, frame, above, toX, column);
  legend(ctx, frame, below);
  drawSizes(ctx, frame, below, toX);
}

// To drag upwards multiplies the weights, to drag to the right adds layers; arrows do the same by keys.
const more = {
  drag: (now, from, state) => ({
    scale: state.scale * 10 ** ((from.y - now.y) / 150),
    depth: state.depth + Math.round((now.x - from.x) / 30),
  }),
  keys(key, state) {
    if (key === "ArrowUp") return { scale: state.scale + 0.05 };
    if (key === "ArrowDown") return { scale: state.scale - 0.05 };
    if (key === "ArrowRight") return { depth: state.depth + 1 };
    if (key === "ArrowLeft") return { depth: state.depth - 1 };
    return null;
  },
};
