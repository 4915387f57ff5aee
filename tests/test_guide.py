"""The guide: built strictly, served at /guide, with every link in place and no other host asked."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests import ROOT
from tests.pages import PAGES

HOST = "http://testserver"
ARGUMENTS, IN_IMAGE = (
    re.findall(r"/mkdocs build ((?:-\S+ ?)+)", (ROOT / name).read_text())[0].split()
    for name in ("Makefile", "Dockerfile")
)


class Read(HTMLParser):
    """The anchors of a page, where it links to, and what a browser loads for it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.loaded.append(given["href"])
        elif tag in ("script", "img", "iframe", "source") and "src" in given:
            self.loaded.append(given["src"])


def built(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """As ``make docs`` builds it."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", *ARGUMENTS, "-d", str(folder)],
        cwd=source, check=False, capture_output=True, text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("guide")
    done = built(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def served(site: Path) -> TestClient:
    return TestClient(create_app(Settings(log_level="critical", guide=site)))


def address(name: str) -> str:
    return f"{HOST}/guide/" if name == "index.md" else f"{HOST}/guide/{name[:-3]}/"


def test_the_image_builds_it_as_make_does() -> None:
    assert ARGUMENTS == IN_IMAGE


@pytest.mark.processes
@pytest.mark.parametrize("flaw", ["[x](nowhere.md)", "[x](api.md#nowhere)", "![x](no.png)", None])
def test_a_flaw_stops_the_build(tmp_path: Path, flaw: str | None) -> None:
    """A link, an anchor, a picture that is not there; a page that is not in the menu."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    page = tmp_path / "docs" / ("index.md" if flaw else "forgotten.md")
    with page.open("a") as file:
        file.write(f"\n{flaw}\n")
    assert built(tmp_path, tmp_path / "site").returncode != 0


@pytest.mark.processes
@pytest.mark.parametrize("name", [name for name in PAGES if name != "README.md"])
def test_links_anchors_and_resources_are_there(served: TestClient, name: str) -> None:
    here = address(name)
    page = served.get(here)
    assert page.status_code == 200
    read = Read(page.text)
    assert read.loaded
    for each in read.loaded:
        target = urljoin(here, each)
        assert target.startswith(f"{HOST}/guide/"), each
        assert served.get(target).status_code == 200, each
    for each in read.links:
        target = urlsplit(urljoin(here, each))
        if target.netloc != urlsplit(HOST).netloc:
            continue
        found = served.get(target._replace(fragment="").geturl())
        assert found.status_code == 200, each
        if target.fragment:
            assert unquote(target.fragment) in Read(found.text).anchors, each


@pytest.mark.processes
def test_styles_load_nothing_from_other_hosts(site: Path) -> None:
    styles = list(site.rglob("*.css"))
    assert styles
    for each in styles:
        text = each.read_text()
        assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", text), each.name
        assert not re.search(r"@import\s+[\"'](?:https?:)?//", text), each.name


def test_where_the_guide_is_not_built_it_is_said_how(tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(log_level="critical", guide=tmp_path)))
    for path in ("/guide", "/guide/", "/guide/api/"):
        response = client.get(path)
        assert response.status_code == 404
        assert response.headers["content-type"].startswith("application/problem+json")
        assert "make docs" in response.json()["detail"]
