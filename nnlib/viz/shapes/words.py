"""What the quiz on shapes says: whether a guess is right, why a result has its shape, how a cell is calculated."""

STRETCH = ("A + B", "A * B")
ASKS, SHOWS, FAILS = "?", "show it", "an error"


def box(framed):
    """Return the slices of the framed part of a table."""
    i, j, rows, columns = framed
    return slice(i, i + rows), slice(j, j + columns)


def judged(question, truth, guess):
    """Return whether the guess is right, and what is."""
    if guess == SHOWS:
        return f"{question} gives {truth}."
    return f"Right: {question} gives {truth}." if guess == truth else f"Wrong: {question} gives {truth}, not {guess}."


def meetings(A, B):
    """Return the pairs of sizes that meet, from the last one on; for a missing one 0."""
    return list(zip(A.shape[::-1], (*B.shape[::-1], 0), strict=False))


def meeting(a, b):
    """Return what comes of it when two sizes meet.

    >>> meeting(3, 4)
    '3 meets 4, and neither is 1'
    """
    if not b:
        return f"{a} meets a missing size, which counts as 1"
    ends = "" if a == b else ", and the 1 is stretched" if 1 in (a, b) else ", and neither is 1"
    return f"{a} meets {b}{ends}"


def met(a, b):
    """Return the size that two sizes give, or a cross."""
    return max(a, b) if b in (0, 1, a) or a == 1 else "✗"


def reasons(operation, A, B):
    """Return in words why the result has its shape, or why there is none."""
    if operation in STRETCH:
        return [meeting(a, b) for a, b in meetings(A, B)]
    if operation == "A @ B":
        inner, outer = (A.shape[1], len(B)), " and ".join(map(str, (A.shape[0], *B.shape[1:])))
        ends = f"are the same and vanish; left: {outer}" if inner[0] == inner[1] else "differ"
        return [f"the inner sizes, {inner[0]} and {inner[1]}, {ends}"]
    return [{
        "A.T": "rows and columns change places",
        "A.sum(axis=0)": "axis 0, the rows, goes away: one sum for each column",
        "A.sum(axis=1)": "axis 1, the columns, goes away: one sum for each row",
    }.get(operation, "one sum for each row; axis 1 is kept, with the size 1")]  # fmt: skip


def written(operation, parts, found, given, at, axes):
    """Return the calculation of the chosen cell in a line; found, given: NumPy's table, the reader's."""
    terms = zip(*(part.values[box(part.framed)].ravel() for part in parts if part), strict=True)
    by = " * " if operation == "A @ B" else operation[1:4]
    side = " + ".join(by.join(f"{number:g}" for number in term) for term in terms)
    place = f"row {at[0]}, column {at[1]}" if axes == 2 else f"place {at[1]}"
    right, mine = (f"{table[*at]:g}" for table in (found, given))
    return f"{place}: {side}{'' if side == right else f' = {right}'}" + ("" if mine == right else f", not {mine}")


def differences(wrong):
    """Return in words how many cells of the reader's product are wrong, or nothing."""
    return f" Your by_loops differs from NumPy in {wrong.sum()} of {wrong.size} cells." if wrong.any() else ""
