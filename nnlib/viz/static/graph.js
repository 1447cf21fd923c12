// The graph of a tape. Everything is placed by Python on a sheet, which is scaled to the canvas.
const INK = "#1a1a1a", GREY = "#767676", BLUE = "#0072b2", ORANGE = "#c45500";

const scale = (size, frame) => Math.min(size.width / frame.wide, size.height / frame.high);

// Grey to the user; on the way back orange to the parent, bold now, dashed when it is done.
function drawEdge(ctx, points, flow, back) {
  const now = flow === 1, last = points.length - 2;
  ctx.strokeStyle = ctx.fillStyle = flow ? (back ? ORANGE : BLUE) : GREY;
  ctx.lineWidth = now ? 4 : 1.5;
  ctx.setLineDash(flow === 2 ? [6, 4] : []);
  ctx.beginPath();
  for (let k = 0; k <= last; k += 2) ctx.lineTo(points[k], points[k + 1]);
  ctx.stroke();
  ctx.setLineDash([]);
  const [at, way] = back && flow ? [0, 1] : [last, -1], [long, half] = now ? [14, 7] : [10, 5];
  ctx.beginPath();
  ctx.moveTo(points[at], points[at + 1]);
  ctx.lineTo(points[at] + way * long, points[at + 1] - half);
  ctx.lineTo(points[at] + way * long, points[at + 1] + half);
  ctx.fill();
}

function drawSlope(ctx, text, x, y, now) {
  if (!text) return;
  ctx.font = `${now ? "bold " : ""}14px sans-serif`;
  const wide = ctx.measureText(text).width + 4;
  ctx.fillStyle = "#fff";
  ctx.fillRect(x - wide / 2, y - 9, wide, 18);
  ctx.fillStyle = INK;
  ctx.fillText(text, x, y);
}

function drawNode(ctx, frame, k) {
  const [left, top, wide, high] = frame.boxes.slice(4 * k, 4 * k + 4), middle = left + wide / 2, now = frame.nodes[k];
  ctx.fillStyle = frame.inputs[k] ? "#e3eff7" : "#fff";
  ctx.fillRect(left, top, wide, high);
  ctx.strokeStyle = "#000";
  ctx.lineWidth = now ? 5 : 1.2;
  ctx.strokeRect(left, top, wide, high);
  ctx.fillStyle = INK;
  ctx.font = "bold 14px sans-serif";
  ctx.fillText(frame.heads[k], middle, top + (frame.formulas[k] ? 15 : 25));
  ctx.font = "14px sans-serif";
  ctx.fillText(frame.formulas[k], middle, top + 35);
  ctx.fillStyle = ORANGE;
  if (frame.back) [frame.gradients[k], frame.sums[k]].forEach((text, line) => ctx.fillText(text, middle, top + high + 14 + 20 * line));
}

function draw(ctx, frame, size) {
  const points = frame.edges.shape[1] * 2, part = (k) => frame.edges.subarray(k * points, (k + 1) * points);
  ctx.save();
  ctx.scale(scale(size, frame), scale(size, frame));
  ctx.textBaseline = "middle";
  ctx.fillStyle = INK;
  ctx.font = "bold 14px sans-serif";
  ctx.fillText(frame.caption, 12, 18);
  ctx.textAlign = "center";
  frame.flows.forEach((flow, k) => drawEdge(ctx, part(k), flow, frame.back));
  frame.slopes.forEach((text, k) => drawSlope(ctx, text, frame.places[2 * k], frame.places[2 * k + 1], frame.flows[k] === 1));
  frame.heads.forEach((_, k) => drawNode(ctx, frame, k));
  ctx.restore();
}

// A press on a node shows the step at which its rule runs; arrow keys go through the steps.
const more = {
  click(at, state, frame) {
    const by = scale(at, frame), x = at.x / by, y = at.y / by;
    const hit = frame.heads.findIndex((_, k) => {
      const [left, top, wide, high] = frame.boxes.slice(4 * k, 4 * k + 4);
      return x >= left && x <= left + wide && y >= top && y <= top + high;
    });
    return hit >= 0 && frame.steps[hit] ? { step: frame.steps[hit] } : null;
  },
  keys(key, state) {
    if (key === "ArrowRight" || key === "ArrowDown") return { step: state.step + 1 };
    if (key === "ArrowLeft" || key === "ArrowUp") return { step: state.step - 1 };
    return null;
  },
};
