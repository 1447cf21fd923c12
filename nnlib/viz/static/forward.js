// The arrays of a way forward. Everything is placed by Python on a sheet 700 wide, which is scaled to the canvas.
const SHEET = 700, HIGH = 28, INK = "#1a1a1a", BLUE = "#0072b2", ORANGE = "#c45500";

function drawGrid(ctx, part) {
  const columns = part.values.shape[1];
  ctx.textAlign = "center";
  part.values.forEach((_, k) => {
    const x = part.left + (k % columns) * part.wide, y = part.top + Math.floor(k / columns) * HIGH;
    ctx.fillStyle = part.lit[k] ? "#cfe4f3" : "#fff";
    ctx.fillRect(x, y, part.wide, HIGH);
    ctx.strokeStyle = "#767676";
    ctx.lineWidth = 0.7;
    ctx.strokeRect(x, y, part.wide, HIGH);
    ctx.fillStyle = INK;
    ctx.font = part.lit[k] ? "bold 14px sans-serif" : "14px sans-serif";
    ctx.fillText(part.texts[Math.floor(k / columns)][k % columns], x + part.wide / 2, y + 19);
    if (part.wrong[k]) corner(ctx, x, y, part.wide);
  });
}

function corner(ctx, x, y, wide) {
  const right = x + wide - 2;
  ctx.strokeStyle = ctx.fillStyle = ORANGE;
  ctx.lineWidth = 2;
  ctx.strokeRect(x + 2, y + 2, wide - 4, HIGH - 4);
  ctx.beginPath();
  for (const [dx, dy] of [[-11, 0], [0, 0], [0, 11]]) ctx.lineTo(right + dx, y + 2 + dy);
  ctx.fill();
}

function draw(ctx, frame, size) {
  ctx.save();
  ctx.scale(size.width / SHEET, size.width / SHEET);
  for (const part of Object.values(frame)) if (part && part.texts) drawGrid(ctx, part);
  for (const [x, y, wide, high, look] of frame.borders) {
    ctx.strokeStyle = look === "focus" ? "#000" : BLUE;
    ctx.lineWidth = 3;
    ctx.setLineDash(look === "dashed" ? [6, 4] : []);
    ctx.strokeRect(x, y, wide, high);
  }
  ctx.setLineDash([]);
  ctx.fillStyle = INK;
  ctx.font = "14px sans-serif";
  for (const [text, x, y, align] of frame.labels) {
    ctx.textAlign = align;
    ctx.fillText(text, x, y);
  }
  ctx.textAlign = "left";
  frame.lines.forEach((line, k) => ctx.fillText(line, 8, 398 + 22 * k));
  ctx.restore();
}

// Where an arrow leads that leaves an array: to its neighbour on the sheet.
const BESIDE = {
  Z1: { ArrowDown: "A1" },
  A1: { ArrowUp: "Z1", ArrowRight: "Z2" },
  Z2: { ArrowLeft: "A1", ArrowRight: "P" },
  P: { ArrowLeft: "Z2" },
};
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// A press picks a cell; so do the arrow keys, from array to array.
const more = {
  click(at, state, frame) {
    const scale = SHEET / at.width, x = at.x * scale, y = at.y * scale;
    for (const array of Object.keys(BESIDE)) {
      const { left, top, wide, values } = frame[array], [rows, columns] = values.shape;
      const row = Math.floor((y - top) / HIGH), column = Math.floor((x - left) / wide);
      if (row >= 0 && row < rows && column >= 0 && column < columns) return { array, row, column };
    }
    return null;
  },
  keys(key, state, frame) {
    if (!STEPS[key]) return null;
    const shape = (array) => frame[array].values.shape, [down, right] = STEPS[key];
    const row = state.row + down, column = Math.min(state.column, shape(state.array)[1] - 1) + right;
    if (row >= 0 && row < shape(state.array)[0] && column >= 0 && column < shape(state.array)[1]) return { row, column };
    const array = BESIDE[state.array][key];
    if (!array) return {}; // the edge of the sheet
    const [rows, columns] = shape(array);
    return { array, row: (row + rows) % rows, column: right ? (right > 0 ? 0 : columns - 1) : column };
  },
};
