// Left the confusion matrix, right the digits of its selected cell, below what silence brings where it is unsure.
const INK = "#1a1a1a", GREY = "#767676", WIDE = 736; // all is drawn for this width, and scaled to the canvas

const CELL = { left: 50, top: 6, wide: 36, high: 35, count: 11, gap: 5 }; // the gap stands before the column "?"
const SHEET = { left: 462, top: 50, wide: 68, high: 75, across: 4, side: 52 };
const CURVE = { left: 74, top: 464, wide: 634, high: 80 };
const cellX = (column) => CELL.left + column * CELL.wide + (column === 10 ? CELL.gap : 0);
const cellY = (row) => CELL.top + row * CELL.high;
const percent = (share, digits) => `${Number((100 * share).toFixed(digits))}%`;

function say(ctx, text, x, y, align = "center", font = "14px sans-serif") {
  ctx.font = font;
  ctx.fillStyle = INK;
  ctx.textAlign = align;
  ctx.fillText(text, x, y);
}

function drawTable(ctx, { table, digit, read }) {
  const wrong = (row, column) => (row === column || column === 10 ? 0 : table[11 * row + column]);
  const most = Math.max(1, ...table.map((_, k) => wrong(Math.floor(k / 11), k % 11)));
  for (let row = 0; row < 10; row++) {
    say(ctx, String(row), CELL.left - 14, cellY(row + 0.5));
    for (let column = 0; column < 11; column++) {
      ctx.fillStyle = `rgba(196, 85, 0, ${(0.7 * wrong(row, column)) / most})`;
      ctx.fillRect(cellX(column), cellY(row), CELL.wide, CELL.high);
      ctx.strokeStyle = "#ddd";
      ctx.lineWidth = 1;
      ctx.strokeRect(cellX(column), cellY(row), CELL.wide, CELL.high);
      const font = `${row === column ? "bold " : ""}14px sans-serif`;
      say(ctx, String(table[11 * row + column]), cellX(column) + CELL.wide / 2, cellY(row + 0.5), "center", font);
    }
  }
  for (let column = 0; column < 11; column++) say(ctx, column === 10 ? "?" : String(column), cellX(column) + CELL.wide / 2, cellY(10) + 14);
  say(ctx, "the network reads (?: I don't know)", CELL.left + 5.5 * CELL.wide, cellY(10) + 36);
  sideways(ctx, "the digit is", 14, cellY(5));
  ctx.strokeStyle = "#000";
  ctx.lineWidth = 4;
  ctx.strokeRect(cellX(read), cellY(digit), CELL.wide, CELL.high);
}

function drawSheet(ctx, { cell, shown, pictures, captions }) {
  const middle = SHEET.left + (SHEET.across * SHEET.wide) / 2;
  say(ctx, cell, middle, 14, "center", "bold 15px sans-serif");
  say(ctx, shown, middle, 34);
  captions.forEach((caption, k) => {
    const x = SHEET.left + (k % SHEET.across) * SHEET.wide, y = SHEET.top + Math.floor(k / SHEET.across) * SHEET.high;
    const picture = Object.assign(pictures.slice(784 * k, 784 * (k + 1)), { shape: [28, 28] });
    ctx.save();
    ctx.translate(x + (SHEET.wide - SHEET.side) / 2, y + SHEET.side);
    ctx.scale(1, -1); // paint begins at the bottom
    paint(ctx, picture, 0, 0, SHEET.side, SHEET.side, (ink) => [255 - ink, 255 - ink, 255 - ink, 255]);
    ctx.restore();
    say(ctx, caption, x + SHEET.wide / 2, y + SHEET.side + 10);
  });
}

// The places of shares and rates.
const scales = ({ low, high }) => ({ x: (share) => CURVE.left + ((share - low) / (1 - low)) * CURVE.wide,
                                     y: (rate) => CURVE.top + (1 - rate / high) * CURVE.high });

function sideways(ctx, text, x, y) {
  ctx.save();
  ctx.translate(x, y);
  ctx.rotate(-Math.PI / 2);
  say(ctx, text, 0, 0);
  ctx.restore();
}

function drawCurve(ctx, frame) {
  const { shares, rates, point, silence, low, high } = frame, to = scales(frame);
  say(ctx, silence, CURVE.left + CURVE.wide / 2, CURVE.top - 16, "center", "bold 14px sans-serif");
  ctx.strokeStyle = GREY;
  ctx.lineWidth = 1;
  ctx.strokeRect(CURVE.left, CURVE.top, CURVE.wide, CURVE.high);
  const rough = high / 4, power = 10 ** Math.floor(Math.log10(rough)), up = power * ([1, 2, 5].find((n) => n * power >= rough) || 10);
  for (let k = 0; k * up <= high; k++) say(ctx, percent(k * up, 3), CURVE.left - 6, to.y(k * up), "right");
  sideways(ctx, "wrong", 14, CURVE.top + CURVE.high / 2);
  const across = low < 0.5 ? 0.2 : low < 0.9 ? 0.1 : 0.02;
  for (let share = 1; share > low - 1e-6; share -= across) say(ctx, percent(share, 0), to.x(share), CURVE.top + CURVE.high + 13);
  say(ctx, "share that is answered", CURVE.left + CURVE.wide / 2, CURVE.top + CURVE.high + 33);
  ctx.strokeStyle = "#0072b2";
  ctx.lineWidth = 3;
  ctx.beginPath();
  shares.forEach((share, k) => { if (!Number.isNaN(rates[k])) ctx.lineTo(to.x(share), to.y(rates[k])); });
  ctx.stroke();
  if (Number.isNaN(point[1])) return;
  const [x, y] = [to.x(point[0]), to.y(point[1])];
  ctx.beginPath();
  for (const [right, down] of [[0, -8], [8, 0], [0, 8], [-8, 0]]) ctx.lineTo(x + right, y + down);
  ctx.closePath();
  ctx.fillStyle = "#c45500";
  ctx.fill();
  ctx.strokeStyle = "#000";
  ctx.lineWidth = 2;
  ctx.stroke();
}

function draw(ctx, frame, size) {
  ctx.scale(size.width / WIDE, size.width / WIDE);
  ctx.textBaseline = "middle";
  drawTable(ctx, frame);
  drawSheet(ctx, frame);
  drawCurve(ctx, frame);
}

// The place in the drawing of a place on the canvas.
const inside = ({ x, y, width }) => ({ x: (x * WIDE) / width, y: (y * WIDE) / width });
const onCurve = ({ y }) => y > CURVE.top - 10;

// The threshold at which the share answered comes nearest to a place in the curve's panel.
function thresholdAt({ x }, frame) {
  const to = scales(frame), far = Array.from(frame.shares, (share) => Math.abs(to.x(share) - x));
  return { threshold: frame.thresholds[far.indexOf(Math.min(...far))] };
}

// A click selects a cell, or a place on the curve; to drag moves along the curve. Arrows move the selected cell.
const more = {
  click(now, state, frame) {
    const at = inside(now), digit = Math.floor((at.y - CELL.top) / CELL.high);
    if (onCurve(at)) return thresholdAt(at, frame);
    const read = Array.from({ length: 11 }, (_, k) => k).find((k) => at.x >= cellX(k) && at.x < cellX(k) + CELL.wide);
    return digit >= 0 && digit < 10 && read !== undefined ? { digit, read } : null;
  },
  drag: (now, from, state, frame) => (onCurve(inside(from)) ? thresholdAt(inside(now), unpacked(frame)) : {}),
  keys(key, { digit, read }) {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] || [0, 0];
    return down || right ? { digit: digit + down, read: read + right } : null;
  },
};
