// Tables of the walk back. Everything is placed by Python on a sheet 576 wide, which is scaled to the canvas.
const SHEET = 576;

function drawTable(ctx, part) {
  const [rows, columns] = part.values.shape, { left, top, wide, high } = part;
  const each = (wanted, action) => {
    for (let k = 0; k < rows * columns; k++)
      if (wanted(k)) action(left + (k % columns) * wide, top + Math.floor(k / columns) * high, k);
  };
  ctx.fillStyle = "#1a1a1a";
  ctx.font = "14px sans-serif";
  ctx.fillText(part.title, left + (wide * columns) / 2, top - 8);
  each(() => true, (x, y, k) => {
    const i = Math.floor(k / columns), j = k % columns;
    ctx.fillStyle = part.lit[k] ? "#cfe4f3" : "#fff";
    ctx.fillRect(x, y, wide, high);
    ctx.strokeStyle = "#767676";
    ctx.lineWidth = 0.7;
    ctx.strokeRect(x, y, wide, high);
    ctx.fillStyle = "#1a1a1a";
    ctx.font = part.lit[k] ? "bold 14px sans-serif" : "14px sans-serif";
    ctx.fillText(part.texts[i][j], x + wide / 2, y + 25);
    if (!part.under.length) return;
    ctx.fillStyle = "#0072b2";
    ctx.font = "14px sans-serif";
    ctx.fillText(part.under[i][j], x + wide / 2, y + 42);
  });
  ctx.lineWidth = 3;
  ctx.strokeStyle = "#c45500";
  each((k) => part.wrong[k], (x, y) => {
    ctx.strokeRect(x + 3, y + 3, wide - 6, high - 6);
    const right = x + wide - 6;
    ctx.beginPath();
    ctx.moveTo(right - 7, y + 6);
    ctx.lineTo(right, y + 13);
    ctx.moveTo(right - 7, y + 13);
    ctx.lineTo(right, y + 6);
    ctx.stroke();
  });
  ctx.strokeStyle = "#000";
  each((k) => part.lit[k] === 2, (x, y) => ctx.strokeRect(x, y, wide, high));
}

function draw(ctx, frame, size) {
  ctx.save();
  ctx.scale(size.width / SHEET, size.width / SHEET);
  ctx.textAlign = "center";
  for (const part of Object.values(frame)) if (part && part.texts) drawTable(ctx, part);
  ctx.font = "14px sans-serif";
  ctx.fillStyle = "#1a1a1a";
  for (const [text, x, y] of frame.signs) ctx.fillText(text, x, y);
  ctx.textAlign = "left";
  frame.lines.forEach((line, k) => ctx.fillText(line, 8, 416 + 21 * k));
  ctx.restore();
}

// A press puts the focus on a cell of dW or db; so do the arrow keys.
const more = {
  click(at, state, frame) {
    const scale = SHEET / at.width, x = at.x * scale, y = at.y * scale;
    for (const [part, first] of [[frame.dW, 0], [frame.db, frame.dW.values.shape[0]]]) {
      const [rows, columns] = part.values.shape;
      const i = Math.floor((y - part.top) / part.high), j = Math.floor((x - part.left) / part.wide);
      if (i >= 0 && i < rows && j >= 0 && j < columns) return { row: first + i, column: j };
    }
    return null;
  },
  keys(key, state) {
    if (key === "ArrowUp") return { row: state.row - 1 };
    if (key === "ArrowDown") return { row: state.row + 1 };
    if (key === "ArrowLeft") return { column: state.column - 1 };
    if (key === "ArrowRight") return { column: state.column + 1 };
    return null;
  },
};
