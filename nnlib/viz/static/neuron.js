// The plane of two inputs: shaded where the neuron answers 1, its line, and the four corners.
const at = (frame, size) => {
  const side = Math.min(size.width, size.height) - 60, left = (size.width - side) / 2, span = frame.high - frame.low;
  return { side, left, top: 20, x: (x) => left + ((x - frame.low) / span) * side, y: (y) => 20 + ((frame.high - y) / span) * side };
};

function draw(ctx, frame, size) {
  const to = at(frame, size);
  paint(ctx, frame.shade, to.left, to.top, to.side, to.side, (answer) => [0, 114, 178, 75 * Math.max(0, Math.min(1, answer))]);
  ctx.lineWidth = 1;
  ctx.strokeStyle = "#767676";
  ctx.strokeRect(to.left, to.top, to.side, to.side);
  ctx.font = "15px sans-serif";
  ctx.textAlign = "center";
  if (!Number.isNaN(frame.line[0])) {
    ctx.strokeStyle = "#000";
    ctx.lineWidth = 3;
    ctx.beginPath();
    ctx.moveTo(to.x(frame.line[0]), to.y(frame.line[1]));
    ctx.lineTo(to.x(frame.line[2]), to.y(frame.line[3]));
    ctx.stroke();
  }
  for (let k = 0; k < 4; k++) {
    const x = to.x(frame.corners[2 * k]), y = to.y(frame.corners[2 * k + 1]), wrong = frame.answers[k] !== frame.targets[k];
    ctx.beginPath();
    if (frame.targets[k]) ctx.arc(x, y, 12, 0, 2 * Math.PI);
    else ctx.rect(x - 11, y - 11, 22, 22);
    ctx.fillStyle = frame.targets[k] ? "#0072b2" : "#c45500";
    ctx.fill();
    if (wrong) { ctx.strokeStyle = "#000"; ctx.lineWidth = 4; ctx.stroke(); }
    ctx.fillStyle = "#1a1a1a";
    ctx.fillText(`sum ${Number(frame.sums[k].toFixed(2))}${wrong ? ", wrong" : ""}`, x, y + 34);
  }
  ctx.fillStyle = "#1a1a1a";
  ctx.fillText("x1", to.left + to.side / 2, to.top + to.side + 28);
  ctx.fillText("x2", to.left - 22, to.top + to.side / 2);
}

// To drag moves the line along: the bias changes, the weights keep its direction. Arrows do the same by keys.
const more = {
  drag(now, from, state) {
    const side = Math.min(from.width, from.height) - 60, scale = 2.2 / side;
    return { b: state.b - (state.w1 * (now.x - from.x) - state.w2 * (now.y - from.y)) * scale };
  },
  keys(key, state) {
    if (key === "ArrowRight" || key === "ArrowUp") return { b: state.b - 0.1 };
    if (key === "ArrowLeft" || key === "ArrowDown") return { b: state.b + 0.1 };
    return null;
  },
};
