"""The README tells the truth: its table, its answers, its settings."""

import json
import re
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from matplotlib.image import imread

from app.main import create_app
from app.settings import Settings
from app.table import gallery_table
from tests import ROOT

README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def service() -> TestClient:
    return TestClient(create_app(Settings(log_level="critical")))


def test_the_gallery_table_is_what_the_service_prints(service: TestClient) -> None:
    table = re.search(r"<!-- gallery.*?```text\n(.*?)\n?```", README, re.DOTALL)
    assert table is not None
    assert table[1] == gallery_table(service)


def test_the_first_example_is_real(service: TestClient) -> None:
    question = re.search(r"-d '(\{\"depth\": 3.*?\})' \| jq", README)
    printed = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert question is not None
    assert printed is not None
    answer = service.post("/v1/classify", json=json.loads(question[1])).json()
    assert {key: answer[key] for key in ("verdict", "r", "reasons")} == json.loads(printed[1])


def test_every_printed_answer_is_real(service: TestClient) -> None:
    """Each `$ ask path 'body'` line, and the answer below it where there is one."""
    asked = re.findall(r"^\$ ask (\S+) '([^']*)'\n(\{.*?\}$)?", README, re.DOTALL | re.MULTILINE)
    assert len(asked) >= 7
    for path, body, answer in asked:
        response = service.post(
            f"/v1/{path}", content=body, headers={"Content-Type": "application/json"}
        )
        if answer:
            assert response.text == answer
        else:
            assert response.json()["equivalent_to"] == ["ntk"]


def test_every_filtered_answer_is_real(service: TestClient) -> None:
    """Each `$ ask path 'body' | jq 'filter'`, and what is printed below it."""
    asked = re.findall(r"^\$ ask (\S+) '([^']*)' \| jq '(.*?)'\n(.*?)```", README, re.DOTALL | re.M)
    assert {path for path, *_ in asked} == {"regions", "repairs"}
    for path, body, paths, printed in asked:
        answer = service.post(f"/v1/{path}", json=json.loads(body)).json()
        assert [each for path in paths.split(", ") for each in picked(answer, path)] == values(
            printed
        )


def test_the_first_repair_is_real(service: TestClient) -> None:
    found = re.search(
        r"/v1/repairs .*?-d '(\{.*?\})' \| jq -r .summary\n(.*?)\n", README, re.DOTALL
    )
    assert found is not None
    answer = service.post("/v1/repairs", json=json.loads(found[1])).json()
    assert answer["summary"] == found[2]


@pytest.mark.exhaustive
def test_the_pictures_of_regions_are_those_of_the_commands(service: TestClient) -> None:
    asked = re.findall(r"^\$ draw (\S+)\.png '([^']*)'\n```\n\n!\[.*?\]\((\S+)\)", README, re.M)
    assert [name for name, *_ in asked] == ["line", "plane"]
    for name, body, file in asked:
        assert file == f"docs/regions-{name}.png"
        answer = service.post(
            "/v1/regions/plot",
            content=body,
            headers={"Content-Type": "application/json", "Accept": "image/png"},
        )
        # Another version of the drawing library may move an edge by a shade.
        shown, drawn = imread(ROOT / file), imread(BytesIO(answer.content))
        assert shown.shape == drawn.shape
        assert (np.abs(shown - drawn) > 0.5).mean() < 1e-5


def picked(value: Any, path: str) -> list[Any]:
    """What jq prints for paths such as `.a.b` and `.a[].b`."""
    found = [value]
    for step in path.strip(".").split("."):
        name, every = step.removesuffix("[]"), step.endswith("[]")
        found = [each[name] for each in found]
        found = [inner for each in found for inner in each] if every else found
    return found


def values(text: str) -> list[Any]:
    """The JSON values one after the other."""
    found: list[Any] = []
    while text := text.strip():
        value, end = json.JSONDecoder().raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def test_the_python_examples_run(
    service: TestClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(url: str, json: object) -> object:
        return service.post(url.removeprefix("http://localhost:8000"), json=json)

    monkeypatch.setattr("httpx.post", post)
    for example in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "kernel 1/4" in printed
    assert "True" in printed


def test_every_setting_is_documented_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    rows = dict(re.findall(r"\| `ABC_(\w+)` \| `(.*?)` \|", README))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    defaults = Settings()
    for name, shown in rows.items():
        value = getattr(defaults, name.lower())
        assert shown == (",".join(value) if isinstance(value, tuple) else str(value))


def test_every_route_is_mentioned(service: TestClient) -> None:
    for path in service.get("/openapi.json").json()["paths"]:
        assert path in README, path
