"""The course as web pages: opened in a browser without a network, nothing is missing, and axe finds nothing."""

import re
import subprocess
import sys
from html import unescape
from urllib.parse import unquote

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import CONTRAST
from rules import NOTEBOOKS
from test_browser import stored
from test_export import small  # noqa: F401 (a fixture)

from nnlib import export

# All answers open; of each kind of word in the code one, and some formulas, for axe looks at each for milliseconds.
OPEN = """() => {
    document.querySelectorAll("details").forEach(answer => { answer.open = true; });
    const seen = new Set();
    for (const word of document.querySelectorAll(".highlight span"))
        seen.has(word.className) ? word.replaceWith(word.textContent) : seen.add(word.className);
    document.querySelectorAll("math").forEach((formula, k) => formula.classList.toggle("alike", k > 9));
}"""
# Texts whose elements have the same tags, classes and styles have the same contrast: one of each kind is left.
ONE_OF_EACH = """() => {
    const seen = new Set(), texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), again = [];
    while (texts.nextNode()) {
        let kind = "";
        for (let up = texts.currentNode.parentElement; up !== document.body.parentElement; up = up.parentElement)
            kind += `${up.tagName} ${up.className} ${up.getAttribute("style")} in `;
        if (texts.currentNode.data.trim()) seen.has(kind) ? again.push(texts.currentNode) : seen.add(kind);
    }
    again.forEach(text => text.remove());
}"""
# What a reader of the prose reads, without code and formulas.
PROSE = """() => [...document.querySelectorAll(".prose")].map(part => {
    const copy = part.cloneNode(true);
    copy.querySelectorAll("pre, code, math").forEach(other => other.remove());
    return copy.textContent;
}).join(" ")"""
pytestmark = pytest.mark.browser

ALL_BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The folder that the README's command writes."""
    folder = tmp_path_factory.mktemp("a folder – with ü")
    subprocess.run([sys.executable, "-m", "nnlib", "export", folder], check=True)
    return folder


@pytest.fixture
def offline(page):
    """A browser without a network, and what the pages in it asked for or complained about."""
    page.context.set_offline(True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="screen", color_scheme="light")
    said = []
    listeners = {
        "request": lambda request: said.append(request.url) if not re.match("file:|data:", request.url) else None,
        "console": lambda message: said.append(message.text) if message.type == "error" else None,
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield page, said
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


def faults(tab, said, path):
    """Open a page, and return all that is wrong with it."""
    tab.goto(path.as_uri())
    tab.evaluate(OPEN)
    found = [f"asks or says: {text}" for text in said]
    found += [f"a picture without words: {k}" for k, alt in enumerate(alts(tab)) if not alt or not alt.strip()]
    found += [f"raw LaTeX: {raw}" for raw in re.findall(r"\$[^$]*\$|\\[a-z]+", tab.evaluate(PROSE))]
    found += [f"LaTeX that became no formula: {text}" for text in texts(tab, "math") if "\\" in text]
    found += [f"leads nowhere: {link}" for link in dead_links(tab, path)]
    found += [f"hides nothing: {answer}" for answer in texts(tab, "details:not(:has(> summary + *))")]
    found += [] if len(texts(tab, "h1")) == 1 else [f"headings of the first level: {texts(tab, 'h1')}"]
    tab.set_viewport_size({"width": 400, "height": 900})
    found += ["is wider than 400 pixels"] if tab.evaluate("document.documentElement.scrollWidth") > 400 else []
    tab.set_viewport_size({"width": 1280, "height": 900})
    found += violations(tab, ALL_BUT_CONTRAST)
    tab.evaluate(ONE_OF_EACH)
    for scheme in ["light", "dark"]:
        tab.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in violations(tab, CONTRAST)]
    return found


def violations(tab, options):
    """Return what axe finds."""
    axe = Axe().run(tab, {"exclude": [".alike"]}, {"resultTypes": ["violations"]} | options)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in axe.response["violations"]]


def alts(tab):
    """Return the words of all pictures."""
    return tab.evaluate("[...document.images].map(image => image.getAttribute('alt'))")


def texts(tab, which):
    """Return what is written in each of these elements."""
    return tab.evaluate("which => [...document.querySelectorAll(which)].map(one => one.textContent)", which)


def dead_links(tab, path):
    """Return the links between pages whose page, or place in it, does not exist."""
    dead = []
    for link in set(tab.evaluate("[...document.links].map(link => link.getAttribute('href'))")):
        name, _, place = unquote(link).partition("#")
        there = path.parent / (name or path.name)
        known = there.is_file() and [unescape(i) for i in re.findall(r' id="(.*?)"', there.read_text(encoding="utf-8"))]
        if not re.match("https?:", link) and (known is False or (place and place not in known)):
            dead.append(link)
    return dead


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_page_shows_all_of_its_notebook_without_a_network(notebook, exported, offline):
    tab, said = offline
    assert faults(tab, said, exported / f"{notebook.stem}.html") == []
    heading, pictures, _ = stored(notebook)
    assert texts(tab, "h1") == [heading]
    assert tab.title() == f"{heading} · Neural networks from scratch"
    assert tab.evaluate("[...document.images].every(image => image.naturalWidth > 100)")
    cells = nbformat.read(notebook, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert len(alts(tab)) == pictures + prose.count("](pictures/")
    formulas = re.findall(
        r"\$\$.+?\$\$|\$[^$]+\$", re.sub(r"```.*?```|`[^`\n]*`", "", prose, flags=re.DOTALL), re.DOTALL
    )
    assert len(texts(tab, "math")) == len(formulas)
    folded = [cell for cell in cells if cell.metadata.get("jupyter", {}).get("outputs_hidden")]
    drawing = [cell for cell in cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert len(texts(tab, "main summary")) == prose.count("<summary>") + len(folded) + len(drawing)
    page = (exported / f"{notebook.stem}.html").read_text(encoding="utf-8")
    assert page.count("<details>\n<summary>The result</summary>") == len(folded)
    assert page.count("<details>\n<summary>The code that draws</summary>") == len(drawing)


def test_the_index_leads_to_every_page(exported, offline):
    tab, said = offline
    assert faults(tab, said, exported / "index.html") == []
    tab.reload()
    links = dict(tab.evaluate("[...document.links].map(link => [link.textContent, link.getAttribute('href')])"))
    headings = {stored(notebook)[0]: f"{notebook.stem}.html" for notebook in NOTEBOOKS}
    assert headings.items() <= links.items()
    tab.get_by_role("link", name=(last := list(headings)[-1])).click()
    assert texts(tab, "h1") == [last]
    tab.get_by_role("link", name="All notebooks").first.click()
    assert texts(tab, "h1") == ["Neural networks from scratch"]


def test_a_card_has_picture_minutes_and_what_is_done(tmp_path, monkeypatch, offline):
    tab, _ = offline
    (tmp_path / "mine.json").write_text('{"exercises": {"01.1": "✓", "01.2": "✗", "02.1": "✓"}}', encoding="utf-8")
    monkeypatch.setenv("NNLIB_PROGRESS", str(tmp_path / "mine.json"))
    export.export(NOTEBOOKS[0].parent, tmp_path / "html")
    tab.goto((tmp_path / "html" / "index.html").as_uri())
    cards = tab.locator("article.card")
    assert cards.count() == len(NOTEBOOKS)
    for k, notebook in enumerate(NOTEBOOKS[:-1]):
        assert cards.nth(k).locator("img").count() == 1, notebook.name
        assert cards.nth(k).locator("h3 a").get_attribute("href") == f"{notebook.stem}.html"
    assert cards.nth(1).locator(".meta").inner_text() == "About 75 minutes · 1 of 5 exercises done"
    assert cards.nth(6).locator(".meta").inner_text().startswith("About 140 minutes · 0 of ")


def test_a_page_signs_what_it_asks_for_and_ends_with_its_neighbours(exported, offline):
    tab, _ = offline
    tab.goto((exported / "01_neurons.html").as_uri())
    cells = [cell.source for cell in nbformat.read(NOTEBOOKS[1], as_version=4).cells if cell.cell_type == "code"]
    for name, words in [("predict", " = predict("), ("exercise", "# exercise 01."), ("check", ' = check("01.')]:
        assert len(texts(tab, f".callout.{name} > .sign")) == sum(words in source for source in cells) > 2, name
    assert texts(tab, "nav.foot a") == ["← 0 · Start here", "All notebooks", "2 · Activations →"]
    width = "part => Math.max(...[...document.querySelectorAll(part)].map(one => one.getBoundingClientRect().width))"
    letters = tab.evaluate("""() => {
        const text = [...document.querySelectorAll(".prose > p")].find(p => p.textContent.length > 400);
        const lines = Math.round(text.getBoundingClientRect().height / parseFloat(getComputedStyle(text).lineHeight));
        return text.textContent.length / lines;
    }""")
    assert 55 < letters < 80
    assert tab.evaluate(width, ".highlight") > 1.2 * tab.evaluate(width, ".prose > p:not(:has(img))")


def test_the_keyboard_opens_answers_and_skips_to_the_text(exported, offline):
    tab, _ = offline
    tab.goto((exported / "01_neurons.html").as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the text"
    tab.keyboard.press("Enter")
    answer = tab.locator("main details:has(> summary:text-is('Answer'))").first
    for _ in range(100):
        if answer.locator("summary").evaluate("summary => summary === document.activeElement"):
            break
        tab.keyboard.press("Tab")
    hidden = answer.locator(":scope > :not(summary)").first
    assert not hidden.is_visible()
    tab.keyboard.press("Space")
    hidden.wait_for()  # visible


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("", "", None),
        (
            "</body>",
            '<script src="https://cdn.example.org/x.js"></script></body>',
            "violates the following Content Sec",
        ),
        (
            "<head>",
            '<head><script src="https://cdn.example.org/x.js"></script>',
            "asks or says: https://cdn.example.org/x.js",
        ),
        ("</body>", "<script>fetch('https://cdn.example.org')</script></body>", "violates the following Content Sec"),
        (
            "</main>",
            "<iframe src='https://cdn.example.org' title='x'></iframe></main>",
            "violates the following Content Sec",
        ),
        ('alt="a dot"', 'alt=""', "a picture without words"),
        ('alt="a dot"', "", "a picture without words"),
        ("--link: #0b5394", "--link: #999999", "light: color-contrast"),
        ("--link: #8ab8ff", "--link: #555555", "dark: color-contrast"),
        (".highlight .c1 { color: #177500 }", ".highlight .c1 { color: #88bb88 }", "light: color-contrast"),
        ("<h2", "<h4", "heading-order"),
        ("#2.1-Here", "#2.2-There", "leads nowhere: 02_next.html#2.2-There"),
        ("02_next.html", "03_none.html", "leads nowhere: 03_none.html"),
        ("<math", "$x$ <math", "raw LaTeX: $x$"),
        ('lang="en"', "", "html-has-lang"),
        ("</summary>", "</summary></details>", "hides nothing: Answer"),
        ("body { margin", "body { min-width: 30rem; margin", "is wider than 400 pixels"),
    ],
)
def test_each_fault_of_a_page_is_found(old, new, says, small, offline):  # noqa: F811
    tab, said = offline
    path = small / "01_small.html"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = faults(tab, said, path)
    assert (found == []) if says is None else any(says in fault for fault in found), found
