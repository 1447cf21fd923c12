"""The lines as a picture: those that are put in, below the line with def, and those to choose from."""

from nnlib.viz.drawing import Drawing, Move, text_width

LEFT, INDENT, GRIP = 28, 24, 22
HIGH, MORE, APART = 28, 19, 6  # of a box with one line; of each further line; between two boxes
NARROWEST, TOP = 428, 42  # NARROWEST: a window of 400 pixels shows it whole
HELP = "Click a line to put it in, and drag it to its place. By keys: ↑ and ↓ choose a line, Enter puts it in or out, "
MOVES = "Shift with ↑ and ↓ moves it, c checks."
INDENTS = "Shift with ↑ and ↓ moves it, ← and → indent it, c checks."


def draw_lines(puzzle, order, mark):
    """Return the Drawing of an order of lines.

    mark: the row of the first line out of place, from 0; -1 where the check passes; None where nothing is to be said
    """
    depth = max(line.depth for line in puzzle.answer) + 1 if puzzle.indents else 1
    widest = max(text_width(row, bold=True) for line in puzzle.pool for row in line.shown.split("\n"))
    wide = max(NARROWEST, LEFT + INDENT * depth + GRIP + widest + 40, text_width(puzzle.head, bold=True) + 60)
    put = lambda there: Move(put={"lines": there.text(puzzle)})  # noqa: E731
    keys = {key: put(there) for key, there in order.moves(puzzle).items()}
    boxes, y = [], TOP
    for row, (k, deep) in enumerate(order.placed):
        boxes.append((k, LEFT + INDENT * (deep - 1), y, put(order.holding(k)), f"line {row + 1}", row == mark))
        y += height(puzzle.pool[k]) + APART
    rest, between = order.aside(puzzle), y + (HIGH + APART if not order.placed else 0)
    y = between + 40
    for k in rest:
        boxes.append((k, LEFT, y, put(order.turned(k)), "put in", False))
        y += height(puzzle.pool[k]) + APART
    sheet = Drawing(wide, y + 6, keys=keys, help=HELP + (INDENTS if puzzle.indents else MOVES))
    sheet.text(puzzle.head + "  ✓" * (mark == -1), 12, 20, bold=True, name="head")
    if not order.placed:
        sheet.rect(LEFT, TOP, wide - LEFT - 12, HIGH, line="pinned", dash=(4, 4))
        sheet.text("lines go here", LEFT + 12, TOP + HIGH / 2)
    if rest:
        words = "to choose from; of lines joined by a bracket, one is right"
        words = words if brackets(puzzle, rest) else "to choose from"
        sheet.text(words, 12, between + 20, name="aside")
    for box in boxes:
        draw_box(sheet, puzzle, order, *box)
    for first, last in brackets(puzzle, rest):
        ends = [next(box[2] for box in boxes if box[0] == k) for k in (first, last)]
        low = ends[1] + height(puzzle.pool[last])
        sheet.path([(22, ends[0]), (14, ends[0]), (14, low), (22, low)], "axis", width=2, name="bracket")
    if mark is not None and mark >= len(order.placed):
        sheet.text("✗ a line is missing here", LEFT + 12, between - APART / 2 + 2, bold=True, name="missing")
    return sheet


def height(line):
    """Return how high the box of a line is."""
    return HIGH + MORE * line.shown.count("\n")


def draw_box(sheet, puzzle, order, k, left, top, does, says, wrong):
    """Add the box of a line, with a grip at its left."""
    line, held = puzzle.pool[k], k == order.hand
    look = {"line": "wrong" if wrong else "focus" if held else "axis", "width": 3 if wrong or held else 1}
    words = {"does": does, "tip": f"{says}: {line.shown}"}
    high = height(line)
    sheet.rect(left, top, sheet.wide - left - 12, high, fill="lit" if held else "paper", **look, **words, name="box")
    sheet.rect(left, top, GRIP, high, fill="pale grey", line="axis", width=1, **words, name="grip")
    for dy in (-5, 0, 5):
        sheet.path([(left + 6, top + high / 2 + dy), (left + GRIP - 6, top + high / 2 + dy)], "ink", width=1.5)
    for row, text in enumerate(line.shown.split("\n")):
        blank = text_width("n") * (len(text) - len(text.lstrip()))
        place = left + GRIP + 10 + blank, top + HIGH / 2 + MORE * row
        sheet.text(text.lstrip(), *place, bold=held, name="code")
    if wrong:
        sheet.text("✗", sheet.wide - 22, top + HIGH / 2, bold=True, align="right", name="wrong")


def brackets(puzzle, rest):
    """Return first and last of the lines of each group that are still to choose from, where there are several."""
    groups = {}
    for k in rest:
        groups.setdefault(puzzle.pool[k].group, []).append(k)
    return [(group[0], group[-1]) for group in groups.values() if len(group) > 1]


def draw_sentence(*rows):
    """Return the Drawing of an answer of one line: a sentence, in rows."""
    sheet = Drawing(max(NARROWEST, *(round(text_width(row)) + 24 for row in rows)), 100)
    for k, row in enumerate(rows):
        sheet.text(row, 12, 24 + 24 * k, name="sentence")
    return sheet
