"""The builder of the site: takes no byte that it does not know, says what is missing, leaves no half of a site."""

import hashlib
import io
import json
import re
import tarfile
import threading
import urllib.request
import zipfile
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from patience import PATIENCE

import nnlib.web
from nnlib import viz
from nnlib.__main__ import NOTEBOOKS
from nnlib.data.mnist import SHA256
from nnlib.notebooks import lessons
from nnlib.web import command, inputs, licences, serve, site, start, wheels

FILES = {"pyodide.mjs": b"a loader", "some-1.0-py3-none-any.whl": b"a package" * 1000}


@pytest.fixture
def known(monkeypatch):
    """Two small files in place of Pyodide's, fetched from nowhere."""
    sums = {name: {"sha256": hashlib.sha256(it).hexdigest(), "size": len(it)} for name, it in FILES.items()}
    monkeypatch.setitem(inputs.KNOWN, "files", sums)
    monkeypatch.setitem(inputs.KNOWN, "source", "http://127.0.0.1:9/")  # where nobody answers


def tar(path, files):
    with tarfile.open(path, "w:bz2") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(f"pyodide/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def folder(path, files):
    (path / "deep/er").mkdir(parents=True)
    for name, content in files.items():
        (path / "deep/er" / name).write_bytes(content)


def archive(path, files):
    path.write_bytes(wheels.packed({f"frontend/pyodide/{name}": content for name, content in files.items()}))


WAYS = {"tar": tar, "folder": folder, "zip": archive}


@pytest.mark.parametrize("way", WAYS)
def test_files_are_found_wherever_they_lie_and_kept(way, known, tmp_path):
    place, kept = tmp_path / "place", tmp_path / "kept"
    WAYS[way](place, FILES | {"other.txt": b"?"})
    paths = inputs.gather([place], kept)
    assert {name: path.read_bytes() for name, path in paths.items()} == FILES
    assert sorted(path.name for path in kept.iterdir()) == sorted(FILES)
    assert inputs.gather([], kept) == paths  # nothing is asked for again


def test_other_bytes_are_refused_wherever_they_lie(known, tmp_path):
    """One byte more, one bit changed, or a kept file that was damaged."""
    name, content = "pyodide.mjs", FILES["pyodide.mjs"]
    for other in [content + b"\n", b"A" + content[1:], b""]:
        archive(tmp_path / "place.whl", FILES | {name: other})
        with pytest.raises(ValueError, match=r"got other bytes: pyodide\.mjs in .*place\.whl"):
            inputs.gather([tmp_path / "place.whl"], tmp_path / "kept")
    folder(tmp_path / "whole", FILES)
    paths = inputs.gather([tmp_path / "place.whl", tmp_path / "whole"], tmp_path / "kept")  # one place has them right
    paths[name].write_bytes(b"damaged")
    assert inputs.gather([tmp_path / "whole"], tmp_path / "kept")[name].read_bytes() == content


def test_without_a_network_it_says_what_to_give(known, tmp_path):
    with pytest.raises(OSError, match=r"expected pyodide\.mjs from .*Without a network, give them: --pyodide PATH"):
        inputs.gather([], tmp_path)


@pytest.mark.parametrize("made", ["nothing there", "another file"])
def test_a_place_that_is_none_is_said(made, known, tmp_path):
    if made == "another file":
        (tmp_path / "place").write_text("?")
    with pytest.raises(ValueError, match=f"place, got {made}"):
        inputs.gather([tmp_path / "place"], tmp_path / "kept")


class Source(serve.Handler):
    """A server that breaks off in the middle of a file, the first time, and can go on from any byte."""

    asked = []

    def do_GET(self):
        content, asked = FILES[self.path[1:]], self.headers.get("Range")
        self.asked.append(asked)
        start = int(asked[6:-1]) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:] if asked else content[:100])
        self.close_connection = True


def running(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"


def test_what_was_interrupted_goes_on_where_it_stopped(known, tmp_path, monkeypatch):
    Source.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        monkeypatch.setitem(inputs.KNOWN, "source", running(server))
        name = "some-1.0-py3-none-any.whl"
        with pytest.raises(OSError, match="it broke off, and goes on from there next time"):
            inputs.fetch(name, tmp_path / name)
        assert not (tmp_path / name).exists()
        inputs.fetch(name, tmp_path / name)
        server.shutdown()
    assert (tmp_path / name).read_bytes() == FILES[name]
    assert Source.asked == [None, "bytes=100-"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_list_of_known_files_is_one_of_checksums():
    for name, file in inputs.KNOWN["files"].items():
        assert len(file["sha256"]) == 64, name
        assert file["size"] > 1000, name
    lines = inputs.WHEELS.read_text(encoding="utf-8").splitlines()[1:]
    assert all("==" in line and " --hash=sha256:" in line for line in lines)


def test_the_course_and_its_site_agree_on_what_they_run_on():
    """The packages of the site lie in the ranges of pyproject.toml, and those of pure Python are the pinned ones."""
    import tomllib

    root = Path(nnlib.web.__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    pins = dict(line.split()[0].split("==") for line in inputs.WHEELS.read_text().splitlines() if "==" in line)
    pins |= {name.split("-")[0]: name.split("-")[1] for name in inputs.KNOWN["files"] if name.endswith(".whl")}
    for requirement in map(Requirement, project["dependencies"]):
        if requirement.name != "jupyterlab":
            assert pins[requirement.name] in requirement.specifier, requirement
    # JupyterLab would load a part of JupyterLite's, which logs an error there
    assert not any("jupyterlite" in needed for needed in project["optional-dependencies"]["dev"])


# Packages

METADATA = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\nLicense: MIT\n{}\n"


def wheel(name, *needs, **files):
    about = METADATA.format(name, "".join(f"Requires-Dist: {need}\n" for need in needs))
    return wheels.packed({f"{name}-1.0.dist-info/METADATA": about} | files)


def test_the_list_says_what_a_package_needs_in_a_browser():
    needs = ["beta>=1", 'gamma; sys_platform == "win32"', 'delta; python_version < "3.14"', 'eps; extra == "x"', "pytz"]
    packages = {"Al_pha-1.0-py3-none-any.whl": wheel("Al_pha", *needs, **{"alpha/__init__.py": "", "beta2.py": ""})}
    packages["beta-1.0-py3-none-any.whl"] = wheel("beta")
    listed = json.loads(wheels.lock(packages))["packages"]
    assert listed["al-pha"]["depends"] == ["beta"]
    assert listed["al-pha"]["imports"] == ["alpha", "beta2"]
    content = packages["Al_pha-1.0-py3-none-any.whl"]
    assert listed["al-pha"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert listed["al-pha"]["file_name"] == f"{hashlib.sha256(content).hexdigest()[:8]}/Al_pha-1.0-py3-none-any.whl"
    with pytest.raises(ValueError, match="expected beta, which al-pha needs"):
        wheels.lock({"a.whl": packages["Al_pha-1.0-py3-none-any.whl"]})


def test_a_package_loses_only_what_is_left_out(tmp_path):
    kept = {"matplotlib/pyplot.py": "1", "matplotlib-3.dist-info/METADATA": "2", "matplotlib-3.dist-info/LICENSE": "3"}
    gone = {"matplotlib/mpl-data/sample_data/a.csv": "4", "matplotlib-3.dist-info/RECORD": "5"}
    (tmp_path / "some.whl").write_bytes(wheels.packed(kept | gone))
    with zipfile.ZipFile(io.BytesIO(wheels.trimmed(tmp_path / "some.whl"))) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == kept


def test_nnlibs_own_package_is_this_checkout_without_mnist():
    name, content = wheels.own_wheel(NOTEBOOKS)
    assert wheels.own_wheel(NOTEBOOKS) == (name, content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        assert archive.read("nnlib/layers.py") == (Path(nnlib.__file__).parent / "layers.py").read_bytes()
        assert json.loads(archive.read("nnlib/review/prose.json")).keys() >= {"01_neurons.ipynb", "99_glossary.ipynb"}
    assert not [each for each in names if "__pycache__" in each or each.startswith("nnlib/web/")]
    assert not {f"nnlib/data/files/{name}" for name in SHA256} & names
    assert "nnlib/data/files/digit_reader.npz" in names
    assert "numpy" in wheels.entry(name, content)["depends"]


def test_each_package_names_its_licence(tmp_path):
    licences.write(tmp_path, {"beta-1.0-py3-none-any.whl": wheel("beta")})
    assert (tmp_path / "LICENSES.txt").read_text(encoding="utf-8").endswith("\nbeta 1.0: MIT\n")
    bare = wheels.packed({"beta-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: beta\nVersion: 1.0\n"})
    with pytest.raises(ValueError, match=r"expected beta\.whl to name its licence"):
        licences.write(tmp_path, {"beta.whl": bare})


# The place of the site


@pytest.fixture
def parts(monkeypatch):
    """A builder whose parts are quick, the last of which, JupyterLite, may be made to fail."""
    made = {"page": "new"}

    def jupyterlite(source, target):
        (target / "notebooks").mkdir(parents=True)
        (target / "config-utils.js").write_text("await main();")
        (target / "page").write_text(made["page"])
        if made.get("fails"):
            raise RuntimeError("disk full")

    monkeypatch.setattr(site, "gather", lambda places, kept: {})
    monkeypatch.setattr(site, "pure_wheels", lambda kept: [])
    monkeypatch.setattr(site, "kernel_wheels", list)
    monkeypatch.setattr(site, "own_wheel", lambda notebooks: ("nnlib.whl", wheel("nnlib")))
    monkeypatch.setattr(site, "run_jupyterlite", jupyterlite)
    monkeypatch.setattr(site, "distribution", lambda name: SimpleNamespace(version="1.0"))
    return made


def test_a_site_takes_its_place_at_once_and_a_half_one_never(parts, tmp_path):
    target = tmp_path / "site"
    size = site.build(target, [], tmp_path, NOTEBOOKS)
    assert size == sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    first = json.loads((target / site.ABOUT).read_text())["site"]
    assert {path.name for path in (target / "static/mnist").iterdir()} == set(SHA256)
    assert f"nnlib-{first}" in (target / "service-worker.js").read_text()
    parts |= {"page": "newer", "fails": True}
    with pytest.raises(RuntimeError, match="disk full"):
        site.build(target, [], tmp_path, NOTEBOOKS)
    assert (target / "page").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    parts["fails"] = False
    (tmp_path / "site.unfinished/site/old").mkdir(parents=True)  # a build that was killed
    site.build(target, [], tmp_path, NOTEBOOKS)
    assert (target / "page").read_text() == "newer"
    assert json.loads((target / site.ABOUT).read_text())["site"] != first  # else a browser would keep the old one
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_page_of_one_view_knows_all_views_and_the_lessons_that_show_them(parts, tmp_path):
    site.build(tmp_path / "site", [], tmp_path, NOTEBOOKS)
    page = (tmp_path / "site/view.html").read_text()
    known = json.loads(re.search(r'<script id="views" type="application/json">(.*)</script>', page)[1])
    assert set(known) == set(viz.__all__) - {"View"}
    assert known["Neuron"] == {"title": viz.Neuron.title, "lesson": "01_neurons.ipynb"}
    for each in known.values():
        assert (NOTEBOOKS / each["lesson"]).exists()
    for script in ["view.js", "view-worker.js"]:
        assert (tmp_path / "site" / script).read_bytes() == (site.STATIC / script).read_bytes()


def test_what_is_no_site_is_not_replaced(parts, tmp_path):
    (tmp_path / "mine").mkdir()
    site.build(tmp_path / "mine", [], tmp_path, NOTEBOOKS)  # an empty folder may be taken
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis/text").write_text("three years")
    for taken in ["thesis", "thesis/text"]:
        with pytest.raises(
            ValueError, match=f"expected a new folder, an empty one or one of its own sites, got .*{taken}"
        ):
            site.build(tmp_path / taken, [], tmp_path, NOTEBOOKS)
    assert (tmp_path / "thesis/text").read_text() == "three years"


def test_another_jupyterlite_is_not_patched_blindly(parts, tmp_path, monkeypatch):
    def other(source, target):
        target.mkdir(parents=True)
        (target / "config-utils.js").write_text("main().then(done)")

    monkeypatch.setattr(site, "run_jupyterlite", other)
    with pytest.raises(RuntimeError, match=r"expected config-utils\.js of JupyterLite 0\.8\.6"):
        site.build(tmp_path / "site", [], tmp_path, NOTEBOOKS)
    assert not (tmp_path / "site").exists()


# The command, and the server


def test_the_command_says_in_a_sentence_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NNLIB_WEB_CACHE", str(tmp_path / "kept"))
    monkeypatch.setattr(command, "find_spec", lambda name: "installed")
    with pytest.raises(SystemExit, match=r"expected a folder, a \.tar, \.zip or \.whl in nowhere, got nothing there"):
        command.main([str(tmp_path / "site"), "--pyodide", "nowhere"], NOTEBOOKS)
    assert not (tmp_path / "site").exists()
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r'pip install -e "\.\[web\]"'):
        command.main([], NOTEBOOKS)
    with serve.server(tmp_path) as taken, pytest.raises(SystemExit, match=r"expected port .* to be free"):
        command.serve(tmp_path, taken.server_address[1])


def test_what_is_named_by_its_content_is_kept_for_good_and_nothing_else(tmp_path):
    names = {
        "build/6355.1b5baa7.js": True, "build/notebooks/bundle.js?_=c1d836f": True, "build/notebooks/bundle.js": False,
        "static/pyodide/3ba27699/numpy-2.4.3-cp314-cp314-wasm32.whl": True, "static/mnist/t10k.gz": True,
        "index.html": False, "service-worker.js": False, "static/pyodide/pyodide-lock.json": False, "a-1.0.whl": False,
    }  # fmt: skip
    with serve.server(tmp_path) as server:
        address = running(server)
        for name, good in names.items():
            path = tmp_path / name.partition("?")[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"some")
            with urllib.request.urlopen(address + name, timeout=PATIENCE) as answer:
                assert ("immutable" in answer.headers["Cache-Control"]) == good, name
                assert answer.headers["Cache-Control"] != "no-cache" or not good
        with urllib.request.urlopen(address + "index.html", timeout=PATIENCE) as answer:
            seen = answer.headers["Last-Modified"]
        request = urllib.request.Request(address + "index.html", headers={"If-Modified-Since": seen})
        with pytest.raises(urllib.error.HTTPError, match="304"):
            urllib.request.urlopen(request, timeout=PATIENCE)
        server.shutdown()


def test_the_server_answers_only_this_machine(tmp_path):
    with serve.server(tmp_path) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_the_start_page_has_a_card_for_each_notebook_and_no_gap():
    text = start.page(NOTEBOOKS)
    names = [path.name for path in lessons(NOTEBOOKS)]
    assert re.findall(r'<h3><a href="notebooks/index\.html\?path=([\w.]+)">', text) == names
    assert f'id="go" href="notebooks/index.html?path={names[0]}"' in text
    assert re.findall(r'<img src="files/(pictures/\w+\.svg)" alt="\w', text)
    assert all((NOTEBOOKS / name).exists() for name in re.findall(r'<img src="files/([^"]+)"', text))
    numbers = [number for group in re.findall(r'data-exercises="([^"]*)"', text) for number in group.split()]
    assert len(numbers) == len(set(numbers)) > 40
    assert "{{" not in text
    assert not re.findall(r'(?:src|href)="https?:', text)
