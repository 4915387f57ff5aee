"""README and guide tell the truth: tables, commands and what these print, code."""

import json
import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from matplotlib.image import imread

from app.main import create_app
from app.problems import PROBLEMS
from app.settings import Settings
from app.table import gallery_table
from solver.theory import OPTIMIZERS
from tests import ROOT

PAGES = {
    path.name: path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
}
ALL = "\n".join(PAGES.values())
each_page = pytest.mark.parametrize("page", PAGES)
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def service() -> TestClient:
    return TestClient(create_app(Settings(log_level="critical")))


def test_the_readme_fits_a_stranger_s_patience() -> None:
    assert len(PAGES["README.md"].splitlines()) <= 200


def test_the_gallery_table_is_what_the_service_prints(service: TestClient) -> None:
    table = re.search(r"<!-- gallery.*?```text\n(.*?)\n?```", ALL, re.DOTALL)
    assert table is not None
    assert table[1] == gallery_table(service)


def test_the_table_of_errors_is_that_of_the_service() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \| (.*?) \|$", PAGES["errors.md"], re.M)
    assert {code: (int(status), text) for code, status, text in rows} == {
        code: (status, f"{title}. {remedy}") for code, (status, title, remedy) in PROBLEMS.items()
    }


def test_the_table_of_optimizers_is_that_of_the_laws() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \|.*? \| (`.*) \| (theorem|derived) \|$", PAGES["theory.md"], re.M
    )
    written = {
        name: (law, status) for law, names, status in rows for name in re.findall(r"`(\w+)`", names)
    }
    assert written == {name: (law.name, law.status) for name, law in OPTIMIZERS.items()}


# ---------------------------------------------------------------------------- commands

# `$ ask path 'body' | jq 'filter'` and what is printed below, up to the next command or the end.
ASKED = re.compile(
    r"^\$ ask (\S+) '([^']*)'(?: \| jq (?:-r )?'([^']*)')?\n(.*?)(?=^\$|^```)", re.DOTALL | re.M
)
CURLED = re.compile(
    r"^\$ curl -s localhost:8000(/v1/\S+) .*?-d '([^']*)' \| jq (?:-r )?'\{(.*?)\}'\n```\n\n"
    r"```json\n(.*?)```",
    re.DOTALL | re.M,
)


@each_page
def test_what_commands_print_is_what_the_service_answers(service: TestClient, page: str) -> None:
    for path, body, filters, printed in ASKED.findall(PAGES[page]):
        response = service.post(f"/v1/{path}", content=body, headers=JSON)
        assert response.status_code in ((422,) if '"status":422' in printed else (200, 202)), body
        if not printed:
            continue
        if not filters:
            assert response.text == printed.strip()
            continue
        found = [each for one in filters.split(", ") for each in picked(response.json(), one)]
        assert found == values(printed)
    for path, body, names, printed in CURLED.findall(PAGES[page]):
        answer = service.post(path, content=body, headers=JSON).json()
        assert {name: answer[name] for name in names.split(", ")} == json.loads(printed)


def test_there_are_commands_to_test() -> None:
    printed = [each for each in ASKED.findall(ALL) if each[3]]
    assert len(ASKED.findall(ALL)) >= 12
    assert len(printed) >= 7
    assert CURLED.findall(PAGES["README.md"])


def test_the_four_forms_say_the_same(service: TestClient) -> None:
    forms = re.search(r"Four ways to say the same thing:\n\n```console\n(.*?)```", ALL, re.DOTALL)
    assert forms is not None
    asked = ASKED.findall(f"{forms[1]}```")
    assert len(asked) == 4
    for _, body, *_ in asked:
        answer = service.post("/v1/classify", content=body, headers=JSON).json()
        assert answer["equivalent_to"] == ["ntk"]


def picked(value: Any, path: str) -> list[Any]:
    """What jq prints for paths such as `.a.b` and `.a[].b`."""
    found = [value]
    for step in path.strip(".").split("."):
        name, every = step.removesuffix("[]"), step.endswith("[]")
        found = [each[name] for each in found]
        found = [inner for each in found for inner in each] if every else found
    return found


def values(text: str) -> list[Any]:
    """The JSON values one after the other; a line that is none is text that `jq -r` printed."""
    found: list[Any] = []
    while text := text.strip():
        try:
            value, end = json.JSONDecoder().raw_decode(text)
        except ValueError:
            value, end = text.splitlines()[0], len(text.splitlines()[0])
        found.append(value)
        text = text[end:]
    return found


@pytest.mark.exhaustive
def test_the_pictures_of_regions_are_those_of_the_commands(service: TestClient) -> None:
    asked = re.findall(
        r"^\$ draw (\S+)\.png '([^']*)'\n```\n\n!\[.*?\]\((\S+)\)", PAGES["api.md"], re.M
    )
    assert [name for name, *_ in asked] == ["line", "plane"]
    for name, body, file in asked:
        assert file == f"regions-{name}.png"
        answer = service.post(
            "/v1/regions/plot", content=body, headers={**JSON, "Accept": "image/png"}
        )
        # Another version of the drawing library may move an edge by a shade.
        shown, drawn = imread(ROOT / "docs" / file), imread(BytesIO(answer.content))
        assert shown.shape == drawn.shape
        assert (np.abs(shown - drawn) > 0.5).mean() < 1e-5


# ---------------------------------------------------------------------------- code


@each_page
def test_the_python_examples_run(
    service: TestClient,
    page: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And print what the comments beside them say."""

    def post(url: str, json: object) -> object:
        return service.post(url.removeprefix("http://localhost:8000"), json=json)

    monkeypatch.setattr("httpx.post", post)
    for example in re.findall(r"```python\n(.*?)```", PAGES[page], re.DOTALL):
        exec(compile(example, page, "exec"), {"__name__": "example"})
        printed = capsys.readouterr().out
        for comment in re.findall(r"^print\(.*\)  # ([^:\n]*)", example, re.M):
            assert comment in printed


def test_the_network_of_the_readme_has_the_exponents_that_are_read_off() -> None:
    import torch

    (source,) = re.findall(r"```python\n(import torch.*?)```", PAGES["README.md"], re.DOTALL)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(source, "README.md", "exec"), names)
    torch.manual_seed(0)
    widths = (128, 512, 2048)
    models = [names["MLP"](n=width) for width in widths]
    for layer, b in (("input", 0.0), ("hidden", 0.5), ("readout", 0.5)):
        stds = [float(getattr(each, layer).weight.std().detach()) for each in models]
        slope = np.polyfit(np.log(widths), np.log(stds), 1)[0]
        assert slope == pytest.approx(-b, abs=0.03)


# ---------------------------------------------------------------------------- completeness, prose


def test_every_setting_is_documented_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    rows = dict(re.findall(r"\| `ABC_(\w+)` \| `(.*?)` \|", PAGES["operations.md"]))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    defaults = Settings()
    for name, shown in rows.items():
        value = getattr(defaults, name.lower())
        assert shown == (",".join(value) if isinstance(value, tuple) else str(value))


def test_every_route_is_mentioned(service: TestClient) -> None:
    for path in service.get("/openapi.json").json()["paths"]:
        assert path in ALL, path


def test_every_field_of_a_verdict_is_explained(service: TestClient) -> None:
    answer = service.post("/v1/classify", json={"preset": "mup", "depth": 2}).json()
    missing = [name for name in answer if f"`{name}`" not in PAGES["api.md"] + PAGES["theory.md"]]
    assert missing == []


@each_page
def test_links_lead_somewhere(page: str) -> None:
    folder = ROOT if page == "README.md" else ROOT / "docs"
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", PAGES[page]):
        if not target.startswith("http"):
            assert (folder / target).exists(), target


@pytest.mark.processes
def test_the_guide_is_built_strictly_and_served_without_internet(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-d", str(tmp_path)],
        cwd=ROOT, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    service = TestClient(create_app(Settings(log_level="critical", guide=tmp_path)))
    for name in ("", "verdicts/", "api/", "theory/", "operations/"):
        page = service.get(f"/guide/{name}")
        assert page.status_code == 200
        assert "abc-dichotomy" in page.text
        loaded = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=\"?([^\s\">]+)", page.text)
        assert loaded
        assert [each for each in loaded if each.startswith(("http:", "https:", "//"))] == []
        for each in loaded:
            found = service.get(f"/guide/{name}{each}" if not each.startswith("/") else each)
            assert found.status_code == 200, each


def test_where_the_guide_is_not_built_it_is_said_how(service: TestClient, tmp_path: Path) -> None:
    client = TestClient(create_app(Settings(log_level="critical", guide=tmp_path)))
    for path in ("/guide", "/guide/api/"):
        response = client.get(path)
        assert response.status_code == 404
        assert "make docs" in response.json()["detail"]


# Sentences at which a reader stops.
STOPS = (
    "verdict is so",
    "can be spared",
    "what they come to",
    "stability just allows",
    "there already",
)


def test_no_sentence_makes_a_reader_stop() -> None:
    ours = [path for room in ("app", "solver") for path in (ROOT / room).rglob("*.py")]
    texts = {**PAGES, **{str(Path(path).relative_to(ROOT)): path.read_text() for path in ours}}
    assert [(name, stop) for name, text in texts.items() for stop in STOPS if stop in text] == []
