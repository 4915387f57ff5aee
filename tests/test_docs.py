"""README and guide tell the truth: commands and what these print, code, links, prose."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from matplotlib.image import imread

from app.main import create_app
from app.settings import Settings
from tests import ROOT
from tests.app.queue.queue_double import QueueDouble, app_with
from tests.pages import ALL, PAGES, each_page

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def service() -> TestClient:
    return TestClient(create_app(Settings(log_level="critical")))


def test_the_readme_fits_a_stranger_s_patience() -> None:
    assert len(PAGES["README.md"].splitlines()) <= 200


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


# Checks as they are started, which the console prints nothing of.
STARTED = re.compile(r"^\$ id=\$\([^{]*'(\{.*?\})'", re.DOTALL | re.M)


def test_checks_of_the_pages_are_accepted() -> None:
    client = TestClient(app_with(QueueDouble()))
    bodies = STARTED.findall(ALL)
    assert len(bodies) == len(re.findall(r"^\$ id=", ALL, re.M)) >= 3
    for body in bodies:
        assert client.post("/v1/checks", content=body, headers=JSON).status_code == 202, body


def test_the_rounded_exponents_are_noticed(service: TestClient) -> None:
    written = re.search(r'says why: "(.*?)"\n\n```json\n(.*?)```', PAGES["api.md"], re.DOTALL)
    assert written is not None
    answer = service.post("/v1/classify", content=written[2], headers=JSON).json()
    assert answer["verdict"] == "unstable"
    assert answer["warnings"] == [" ".join(written[1].split())]


def test_the_link_to_a_picture_draws_it(service: TestClient) -> None:
    asked = re.findall(r"^\$ curl -sG \S+?(/v1/\S+) --data-urlencode 'question=(.*?)'", ALL, re.M)
    assert asked
    for path, question in asked:
        assert service.get(path, params={"question": question}).status_code == 200


# How each command in a block is put to the test, here or above.
KNOWN = re.compile(
    r"ask \S+ '|ask\(\) |id=\$\(|draw \S+\.png '|draw\(\) |make \w+( |$)"
    r"|curl -sG \S+ --data-urlencode|curl -s \S+/v1/classify -H|curl -sN? \S+/v1/checks/\$id"
)


@each_page
def test_every_block_is_of_a_kind_that_is_tested(page: str) -> None:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", PAGES[page], re.DOTALL | re.M)
    assert {language for language, _ in blocks} <= {"console", "json", "python", "text"}
    commands = [each for _, text in blocks for each in re.findall(r"^\$ (.*)", text, re.M)]
    assert [each for each in commands if not KNOWN.match(each)] == []
    targets = re.findall(r"^\$ make (\w+)", PAGES[page], re.M)
    made = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(targets) <= set(made)


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


def test_the_network_of_the_tour_is_repaired_as_the_repair_says() -> None:
    """Widths enter its learning rates as n^(-c), and its output as n^(-a)."""
    import torch

    (source,) = re.findall(r"```python\n(import torch.*?)```", PAGES["tour.md"], re.DOTALL)
    widths = (128, 512, 2048)
    rates: list[list[float]] = []
    divided: list[float] = []
    for width in widths:
        names: dict[str, Any] = {"__name__": "example"}
        exec(compile(source.replace("n=512", f"n={width}"), "tour.md", "exec"), names)
        model, groups = names["model"], names["optimizer"].param_groups
        rates.append([group["lr"] for group in groups])
        owners = [model.input, model.hidden, model.readout]
        assert all(g["params"] == list(o.parameters()) for g, o in zip(groups, owners, strict=True))
        x = torch.ones(1, 784)
        features = torch.tanh(model.hidden(torch.tanh(model.input(x))))
        divided.append(float((model.readout(features) / model(x)).mean().detach()))
    sizes = [*zip(*rates, strict=True), divided]
    slopes = [np.polyfit(np.log(widths), np.log(each), 1)[0] for each in sizes]
    assert slopes == pytest.approx([0, -1, -0.5, 0.5], abs=1e-4)


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


def test_every_route_is_mentioned(service: TestClient) -> None:
    for path in service.get("/openapi.json").json()["paths"]:
        assert path in ALL, path


def test_every_field_of_a_verdict_is_explained(service: TestClient) -> None:
    answer = service.post("/v1/classify", json={"preset": "mup", "depth": 2}).json()
    missing = [
        name
        for name in answer
        if f"`{name}`" not in PAGES["api.md"] + PAGES["theory.md"] + PAGES["optimizers.md"]
    ]
    assert missing == []


@each_page
def test_links_lead_somewhere(page: str) -> None:
    folder = ROOT if page == "README.md" else ROOT / "docs"
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", PAGES[page]):
        if not target.startswith("http"):
            assert (folder / target).exists(), target


# Sentences at which a reader stops.
STOPS = (
    "verdict is so",
    "can be spared",
    "what they come to",
    "stability just allows",
    "there already",
    "ground of the theorem",
    "y it is so",
    "as one likes",
    "otherwise written",
    "to be had",
    "theorem speaks",
    "make up for each other",
)


def test_no_sentence_makes_a_reader_stop() -> None:
    ours = [path for room in ("app", "solver") for path in (ROOT / room).rglob("*.py")]
    texts = {**PAGES, **{str(Path(path).relative_to(ROOT)): path.read_text() for path in ours}}
    assert [(name, stop) for name, text in texts.items() for stop in STOPS if stop in text] == []
