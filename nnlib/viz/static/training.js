// What a run tells while it learns: losses, accuracy, the gradients of its layers, the weights of the first layer.
const looks = [["#0072b2", []], ["#c45500", [8, 5]], ["#767676", [2, 4]], ["#000", [10, 4, 2, 4]]];
const [blue, orange, grey] = looks.map(([colour]) => colour);
const short = (value) => (value < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(3))));

// A panel with its title, marks and grid; returns where a point lies. `axis` is logarithmic unless it is linear.
function panel(ctx, box, title, axis, last) {
  const scale = axis.linear ? (v) => v : Math.log10, low = scale(axis.low), span = scale(axis.high) - low;
  const to = { x: (step) => box.x + (step / last) * box.width, y: (v) => box.y + box.height * (1 - (scale(v) - low) / span) };
  [ctx.fillStyle, ctx.strokeStyle, ctx.lineWidth] = ["#1a1a1a", "#dddddd", 1];
  ctx.setLineDash([]);
  ctx.textAlign = "left";
  ctx.fillText(title, box.x, box.top);
  ctx.textAlign = "right";
  for (const tick of axis.ticks) {
    ctx.beginPath();
    ctx.moveTo(box.x, to.y(tick));
    ctx.lineTo(box.x + box.width, to.y(tick));
    ctx.stroke();
    ctx.fillText(axis.linear ? `${Math.round(100 * tick)} %` : short(tick), box.x - 6, to.y(tick) + 5);
  }
  ctx.strokeStyle = "#767676";
  ctx.strokeRect(box.x, box.y, box.width, box.height);
  ctx.fillText(`step ${last}`, box.x + box.width, box.y + box.height + 18);
  ctx.textAlign = "left";
  ctx.fillText("0", box.x, box.y + box.height + 18);
  return to;
}

function line(ctx, to, xs, ys, colour, width, dash, every = 1, first = 0) {
  [ctx.strokeStyle, ctx.lineWidth, ctx.lineJoin] = [colour, width, "round"];
  ctx.setLineDash(dash);
  ctx.beginPath();
  let on = false;
  xs.forEach((x, k) => {
    const y = ys[k * every + first];
    if (Number.isNaN(y)) { on = false; return; }
    on ? ctx.lineTo(to.x(x), to.y(y)) : ctx.moveTo(to.x(x), to.y(y));
    on = true;
  });
  ctx.stroke();
  ctx.setLineDash([]);
}

// Samples of lines with their names, in a row.
function legend(ctx, x, y, entries) {
  ctx.textAlign = "left";
  for (const [text, colour, dash] of entries) {
    line(ctx, { x: (v) => v, y: (v) => v }, [x, x + 22], [y - 5, y - 5], colour, 3, dash);
    ctx.fillStyle = colour;
    ctx.fillText(text, x + 26, y);
    x += 38 + ctx.measureText(text).width;
  }
}

function losses(ctx, box, frame) {
  const { run, pinned } = frame, to = panel(ctx, box, "loss (thin: each step)", frame.loss_axis, frame.last);
  ctx.globalAlpha = 0.6;
  line(ctx, to, run.steps, run.batch, blue, 1, []);
  ctx.globalAlpha = 1;
  if (pinned) {
    line(ctx, to, pinned.steps, pinned.mean, grey, 2, []);
    line(ctx, to, pinned.checked, pinned.val_loss, grey, 2, [8, 5]);
  }
  line(ctx, to, run.steps, run.mean, blue, 3, []);
  line(ctx, to, run.checked, run.val_loss, orange, 3, [8, 5]);
  legend(ctx, box.x, box.top + 20, [["training", blue, []], ["validation", orange, [8, 5]], ...(pinned ? [["pinned", grey, []]] : [])]);
}

function accuracy(ctx, box, frame) {
  const { run, pinned } = frame, now = run.accuracy[run.accuracy.length - 1];
  const axis = { linear: true, low: 0, high: 1.02, ticks: [0, 0.5, 0.9, 1] };
  const to = panel(ctx, box, `validation right: ${(100 * now).toFixed(1)} %`, axis, frame.last);
  if (pinned) line(ctx, to, pinned.checked, pinned.accuracy, grey, 2, [8, 5]);
  line(ctx, to, run.checked, run.accuracy, orange, 3, [8, 5]);
}

function gradients(ctx, box, frame) {
  const count = frame.labels.length, to = panel(ctx, box, "length of each gradient", frame.norm_axis, frame.last);
  for (let k = 0; k < count; k++) {
    const [colour, dash] = looks[k % looks.length];
    line(ctx, to, frame.run.steps, frame.norms, colour, 2, dash, count, k);
    ctx.fillStyle = colour;
    ctx.fillText(`layer ${k + 1}`, box.x + box.width + 6, box.y + box.height * (1 - frame.labels[k]) + 5);
  }
}

function weights(ctx, box, frame) {
  ctx.fillStyle = "#1a1a1a";
  frame.caption.split("\n").forEach((text, k) => ctx.fillText(text, box.x - 40, box.top + 20 * k));
  const [rows, columns] = frame.tiles.shape, scale = Math.min((box.width + 40) / columns, box.height / rows);
  if (rows > 1)
    paint(ctx, frame.tiles, box.x - 40, box.y, scale * columns, scale * rows, (v) =>
      Number.isNaN(v) ? [0, 0, 0, 0] : v > 0 ? [0, 114, 178, 255 * v] : [196, 85, 0, -255 * v]);
  ctx.font = "bold 17px sans-serif";
  ctx.fillText(frame.verdict, box.x - 40, box.y + box.height + 10);
}

function draw(ctx, frame, size) {
  ctx.font = "15px sans-serif";
  const half = size.width / 2, tall = size.height / 2;
  const box = (x, y) => ({ x: x + 50, top: y + 18, y: y + 48, width: half - 66, height: tall - 78 });
  losses(ctx, box(0, 0), frame);
  accuracy(ctx, box(half, 0), frame);
  const below = box(0, tall);
  gradients(ctx, { ...below, width: below.width - 44 }, frame);
  weights(ctx, box(half, tall), frame);
}

const more = {};
