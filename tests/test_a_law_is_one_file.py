"""A law of updates is added by one file: every part of the service then knows its optimizers."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT

# The entrywise law under another name; nothing else of the house is touched.
TWIN = """
\"\"\"The entrywise law once more.\"\"\"

from dataclasses import replace

from solver.theory.laws import entrywise

LAW = replace(entrywise.LAW, name="twin", optimizers=("twin",))
"""

# Puts questions about an optimizer to the service in the folder it runs in, and to the solver.
ASK = """
import json
import sys

from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from solver import Description, predictions, read

optimizer = sys.argv[1]
roles = lambda *values: dict(zip(("input", "hidden", "readout"), values))
exponents = {"a": roles(0, 0, 1), "b": roles(0, "1/2", 0), "c": roles(0, 1, 0)}
mup = {"optimizer": optimizer, **exponents}
SHIFTED = {"optimizer": optimizer, "depth": 2, "a": [1, 0, 1], "b": [-1, "1/2", 0], "c": [-1, 1, 0]}
ROWS = [[0, 1, 0, 0, 0, 0], [0, 0, 0, "1/2", "3/2", "3/2"], [0, 0, 0, "1/2", 1, "1/7"]]
answers = {}
with TestClient(create_app(Settings(log_level="critical"))) as client:
    for name, path, body in [
        ("classify", "classify", mup | {"depth": 3}),
        ("any depth", "classify", mup),
        ("faithful", "classify", mup | {"depth": 2, "d": roles(1, 1, 1)}),
        ("batch", "classify/batch", {"optimizer": optimizer, "depth": 1, "abc": ROWS}),
        ("equivalence", "equivalence", {"first": mup | {"depth": 2}, "second": SHIFTED}),
        ("regions", "regions", mup | {"c": roles("c", 1, "c")}),
        ("optimum", "regions", mup | {"depth": 2, "c": "c", "minimize": "c"}),
        ("repairs", "repairs", mup | {"depth": 2, "c": 0, "target": "feature_learning"}),
        ("kernel", "repairs", mup | {"target": "kernel"}),
        ("impossible", "repairs", mup | {"target": "kernel", "locked": ["a", "b", "c"]}),
        ("check", "checks", mup | {"depth": 2}),
    ]:
        response = client.post(f"/v1/{path}", json=body)
        answers[name] = {"status": response.status_code, "body": response.json()}
    answers["documented"] = "twin" in json.dumps(client.get("/openapi.json").json())
given = read(Description(depth=2, **mup))
answers["predictions"] = [(*each[:3], str(each.exponent)) for each in predictions(given, 2)]
print(json.dumps(answers))
"""


pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house with one file more."""
    folder = tmp_path_factory.mktemp("house")
    for room in ("solver", "app"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "solver/theory/laws/twin.py").write_text(TWIN)
    return folder


def answers(house: Path, optimizer: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", ASK, optimizer],
        cwd=house, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "DATABASE_URL": f"sqlite:///{house}/checks.sqlite"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_law_added_as_one_file_is_known_everywhere(house: Path) -> None:
    twin, entrywise = answers(house, "twin"), answers(house, "adam")
    assert twin["documented"]
    refused, accepted = twin.pop("check"), entrywise.pop("check")
    assert accepted["status"] == 202
    # Theory needs no experiment; until there is a rule to run, checks say so.
    assert refused["status"] == 422
    assert "no experiment runs yet" in refused["body"]["detail"]
    for name, answer in entrywise.items():
        if isinstance(answer, dict):
            assert answer["status"] == 200, name
    assert without_gallery(renamed(twin)) == without_gallery(entrywise)


def renamed(answer: Any) -> Any:
    """With the twin's name for that of its model."""
    return json.loads(
        json.dumps(answer).replace('"twin"', '"adam"').replace("for twin", "for adam")
    )


def without_gallery(answer: Any) -> Any:
    """Without named parametrizations, which are those of a law, and the names of laws."""
    if isinstance(answer, dict):
        return {
            key: without_gallery(value)
            for key, value in answer.items()
            if key not in ("equivalent_to", "gallery", "laws")
        }
    return [without_gallery(each) for each in answer] if isinstance(answer, list) else answer
