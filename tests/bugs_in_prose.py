"""Changes each quantity in the prose of the notebooks, one at a time: which change would no test notice?

    python tests/bugs_in_prose.py                          all notebooks: runs their code once for what the claims say
    python tests/bugs_in_prose.py notebooks/01*  --show    one, with what goes unnoticed

Nothing is written. A number becomes the next one, or loses its sign; a word for one becomes the next word. The change
is noticed if a claim no longer finds its sentence, or if the new quantity is computed nowhere beside it.
"""

import argparse
import re
from pathlib import Path

from claim_words import words
from claims import NOTEBOOKS, claims, covered, judge, literal, rendered, run, spans, whole, without_code
from quantities import stated, worth
from rules import known_quantities, load

NEXT = {"half": "a third", "twice": "three", "a half": "a third", "a third": "a quarter", "a quarter": "a fifth"}


def changes(text):
    """Return what a quantity could become by mistake."""
    if not re.search(r"\d", text):
        value = worth(text)
        if value != int(value) or text.lower() in NEXT:
            return [NEXT.get(text.lower(), "a sixth")]
        return [words(value + 1) if value < 99 else words(2 * value) if value < 10**5 else "two million"]
    digits = re.search(r"\d[\d,.]*", text)[0]
    places = len(digits.partition(".")[2])
    more = f"{float(digits.replace(',', '')) + 10**-places:,.{places}f}"
    more = more if "," in digits else more.replace(",", "")
    return [text.replace(digits, more), *([text[1:]] if text[0] in "-−" else [])]


def unnoticed(path, said):
    """Yield (cell, where it stands, what it became, whether it was noticed) for each change."""
    for cell, start, end, known in known_quantities(load(path)):
        source = without_code(cell.source)
        held = [whole(literal(text)) for text in said]
        held = [pattern for pattern in held if pattern.search(source)]
        phrases = [claim for claim in claims(path.stem) if len(claim.parts) == 1 and spans(claim, source)]
        holes = [span for claim in claims(path.stem) for span in covered(claim, source)]
        for hit in stated(cell.source):
            if not start <= hit.start() < end:
                continue
            for new in changes(hit[0]):
                changed = source[: hit.start()] + new + source[hit.end() :]
                noticed = not all(pattern.search(changed) for pattern in held)
                noticed |= not all(spans(claim, changed) for claim in phrases)
                tied = any(a <= hit.start() and hit.end() <= b for a, b in holes)
                yield cell, hit, new, noticed or not (tied or known(worth(new)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    parser.add_argument("--show", action="store_true", help="print what goes unnoticed")
    arguments = parser.parse_args()
    for path in [path.resolve() for path in arguments.notebooks] or NOTEBOOKS:
        said = [rendered(claim, answer) for claim, prose, answer in run(path) if not judge(claim, prose, answer)]
        found = list(unnoticed(path, said))
        count = sum(noticed for *_, noticed in found)
        print(
            f"{path.name:28} {count:4} of {len(found):4} changes noticed, {count / max(1, len(found)):.0%}", flush=True
        )
        for cell, hit, new, noticed in found if arguments.show else []:
            if not noticed:
                near = cell.source[max(0, hit.start() - 40) : hit.end() + 40]
                print(f"    {hit[0]} -> {new}: ...{' '.join(near.split())}...")


if __name__ == "__main__":
    main()
