"""Makes HTML fit for a page without a network: pictures are put into it, and what could act is taken out."""

import io
import mimetypes
import re
from base64 import b64decode, b64encode
from html import escape
from urllib.parse import unquote

from bs4 import BeautifulSoup
from bs4.element import PreformattedString
from PIL import Image

PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")
TAGS = re.findall(
    r"\w+",
    """a abbr article b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption
    figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q s samp section small span strike
    strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr

    math annotation menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms
    mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics""",
)
ATTRIBUTES = re.findall(
    r"[\w-]+",
    """align alt aria-label border class colspan dir height href id lang open reversed role rowspan scope span src start
    style title type valign value width

    accent accentunder columnalign columnlines columnspacing depth display displaystyle encoding fence form largeop
    linethickness lspace mathbackground mathcolor mathvariant maxsize minsize movablelimits notation rowlines
    rowspacing rspace scriptlevel separator stretchy symmetric xmlns""",
)
UNSEEN = {"base", "head", "link", "meta", "style", "template", "title"}  # nobody misses what is no content


class Missing(list):
    """What a page cannot show, in words: each is said where it would stand, and once more at the end."""

    def note(self, what, tag="span"):
        """Take down what is missing, and return what to show in its place."""
        self.append(" ".join(what.split())[:200])
        return f'<{tag} class="missing" role="note">Missing here: {escape(self[-1])}</{tag}>'


def safe(html, folder, attachments, missing):
    """Return HTML that does nothing and asks nobody, its pictures inside it and its links leading to pages."""
    html = re.sub(r"<svg\b.*?</svg\s*>", drawing, html, flags=re.DOTALL | re.IGNORECASE)
    soup = BeautifulSoup(html, "html.parser")
    for text in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        text.extract()  # comments, and what else is not shown
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        if tag.name in UNSEEN:
            tag.decompose()
        elif tag.name in ("script", "iframe", "object", "embed", "audio", "video", "canvas", "form", "input", "button"):
            tag.replace_with(parsed(missing.note(f"<{tag.name}>, which does nothing on a page without a program")))
            tag.decompose()
        elif tag.name not in TAGS:
            tag.unwrap()
        else:
            harmless(tag)
            if tag.name == "img":
                embed(tag, folder, attachments, missing)
            elif "href" in tag.attrs:
                lead(tag, folder, missing)
    return soup.decode(formatter="minimal")


def parsed(html):
    """Return the one element that a piece of HTML is."""
    return BeautifulSoup(html, "html.parser").find(True)


def harmless(tag):
    """Take away the attributes that could act, ask the network, or lay a tag over the rest of the page."""
    for name, value in [*tag.attrs.items()]:
        lays_over = name == "style" and re.search(r"position|url|expression|@|\\", value, re.IGNORECASE)
        if name not in ATTRIBUTES or lays_over or (name == "href" and tag.name != "a"):
            del tag[name]


def drawing(hit):
    """Return an <svg> as a picture, in which no script runs."""
    svg = hit[0] if "xmlns=" in hit[0] else hit[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    title = re.search(r"<title\b[^>]*>(.*?)</title>", svg, re.DOTALL)
    alt = re.sub(r"<[^>]+>", "", title[1]).strip() if title else "a drawing"
    return f'<img src="{uri("image/svg+xml", svg.encode())}" alt="{escape(alt)}">'


def uri(kind, data):
    """Return bytes as an address that has them inside."""
    return f"data:{kind};base64,{b64encode(data).decode()}"


def picture(kind, data):
    """Return the address of a picture from bytes; raises ValueError if no browser would show it."""
    try:
        if kind == "image/svg+xml":
            if b"<svg" not in data:
                raise ValueError("it holds no <svg>")
        elif kind in PICTURES:
            Image.open(io.BytesIO(data)).verify()
        else:
            raise ValueError(f"it is of the kind {kind}")
    except Exception as error:  # Pillow's are of many kinds
        raise ValueError(f"cannot be shown ({type(error).__name__})" if kind in PICTURES else str(error)) from None
    return uri(kind, data)


def stored(kind, text):
    """Return the address of a picture as notebooks store it: SVG as text, the others in base64."""
    try:
        data = text.encode() if kind == "image/svg+xml" and "<svg" in text else b64decode(text)
    except ValueError:
        raise ValueError("cannot be shown (no base64)") from None
    return picture(kind, data)


def embed(tag, folder, attachments, missing):
    """Put the picture that an <img> names into it, or say in its place why it is not there."""
    source = tag.attrs.get("src", "").strip()
    tag["alt"] = tag.attrs.get("alt", "a picture without a description")
    try:
        tag["src"] = found(source, folder, attachments)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        tag.replace_with(parsed(missing.note(f"the picture {tag['alt']!r}, {source[:80] or 'no address'}: {why}")))


def found(source, folder, attachments):
    """Return the picture at an address as one that has it inside."""
    if source.startswith("data:image/"):
        kind, _, data = source.removeprefix("data:").partition(",")
        kind, *coded = kind.split(";")
        return stored(kind, data) if "base64" in coded else picture(kind, unquote(data).encode())
    if source.startswith("attachment:"):
        name = source.removeprefix("attachment:")
        kinds = attachments.get(name) or attachments.get(unquote(name)) or {}
        kind = next((kind for kind in PICTURES if kind in kinds), None)
        if kind is None:
            raise ValueError("the cell has no such attachment")
        return stored(kind, kinds[kind])
    if re.match(r"[a-zA-Z][\w+.-]*:|//", source):
        raise ValueError("it is on the network, which pages do not ask")
    path = folder / unquote(re.split("[?#]", source)[0])
    return picture(mimetypes.guess_type(path.name)[0] or "unknown", path.read_bytes())


def page_name(notebook):
    """Return the file for the page of a notebook; index.html is the index of them all."""
    stem = notebook.removesuffix(".ipynb")
    return f"{stem}{'_' * (stem.lower() == 'index')}.html"


def lead(tag, folder, missing):
    """Have a link lead to a page; one that would lead nowhere becomes its words."""
    target = re.sub(r"[\x00-\x20]", "", tag["href"])
    name, hash_, place = target.partition("#")
    if re.match(r"(https?|mailto):|//", name) or not name:
        return
    if name == "../README.md":
        tag["href"] = "index.html"
    elif re.fullmatch(r"[^/:]+\.ipynb", name) and (folder / unquote(name)).is_file():
        tag["href"] = page_name(name) + hash_ + place
    else:
        tag.insert_after(parsed(missing.note(f"what the link {tag.get_text()!r} leads to, {target[:80]}")))
        tag.unwrap()
