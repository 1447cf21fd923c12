// Tables A, B and their result. Everything is placed by Python on a sheet 576 wide, which is scaled to the canvas.
const SHEET = 576;

function drawGrid(ctx, part) {
  const [rows, columns] = part.values.shape, { left, top, cell } = part;
  const text = (what, x, y, font, colour = "#1a1a1a") => {
    ctx.font = `${font} sans-serif`;
    ctx.fillStyle = colour;
    ctx.fillText(what, x, y);
  };
  text(part.title, part.middle, 20, "bold 16px");
  text(part.note, part.middle, 40, "14px");
  const order = [...part.copied.keys()].sort((a, b) => part.copied[b] - part.copied[a]); // full frames above dotted ones
  for (const k of order) {
    const i = Math.floor(k / columns), j = k % columns, x = left + j * cell, y = top + i * cell;
    ctx.lineWidth = 1.2;
    ctx.setLineDash(part.copied[k] ? [2, 3] : []);
    ctx.strokeStyle = part.copied[k] ? "#767676" : "#000";
    ctx.fillStyle = part.copied[k] ? "#fff" : part.tint;
    ctx.fillRect(x, y, cell, cell);
    ctx.strokeRect(x, y, cell, cell);
    text(part.texts[i][j], x + cell / 2, y + cell / 2 + 0.35 * part.font, `${part.font}px`);
    if (!part.wrong[k]) continue;
    ctx.lineWidth = 3;
    ctx.strokeStyle = "#c45500";
    ctx.strokeRect(x + 3, y + 3, cell - 6, cell - 6);
    text("✗", x + cell - 9, y + 14, "bold 14px", "#c45500");
  }
  ctx.setLineDash([]);
  if (!part.framed.length) return;
  const [i, j, high, wide] = part.framed.map((size) => size * cell);
  ctx.lineWidth = 4;
  ctx.strokeStyle = "#000";
  ctx.strokeRect(left + j, top + i, wide, high);
}

function draw(ctx, frame, size) {
  ctx.save();
  ctx.scale(size.width / SHEET, size.width / SHEET);
  ctx.textAlign = "center";
  for (const part of [frame.A, frame.B, frame.result]) if (part) drawGrid(ctx, part);
  ctx.fillStyle = "#1a1a1a";
  for (const [text, x, y, align, font] of frame.texts) {
    ctx.font = `${font}px sans-serif`;
    ctx.textAlign = align;
    ctx.fillText(text, x, y);
  }
  ctx.restore();
}

// A press on the result chooses a cell; so do the arrow keys.
const more = {
  also(change, state) { // Python takes the guess back too, but here no move made meanwhile brings it back
    const asks = ["operation", "rows", "columns", "b_rows", "b_columns"].some((name) => name in change);
    return asks && state.guess !== "show it" ? { guess: "?" } : {};
  },
  click(at, state, frame) {
    if (!frame.at.length) return null;
    const { left, top, cell, values } = frame.result, scale = SHEET / at.width;
    const row = Math.floor((at.y * scale - top) / cell), column = Math.floor((at.x * scale - left) / cell);
    const [rows, columns] = values.shape;
    return row >= 0 && row < rows && column >= 0 && column < columns ? { row, column } : null;
  },
  keys(key, state, frame) {
    if (!frame.at.length) return null;
    const last = frame.result.values.shape.map((size) => size - 1);
    const row = Math.min(state.row, last[0]), column = Math.min(state.column, last[1]);
    if (key === "ArrowUp") return { row: row - 1 };
    if (key === "ArrowDown") return { row: row + 1 };
    if (key === "ArrowLeft") return { column: column - 1 };
    if (key === "ArrowRight") return { column: column + 1 };
    return null;
  },
};
