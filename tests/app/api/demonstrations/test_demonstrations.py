"""/v1/demonstrations over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

SHORT: dict[str, Any] = {"widths": [64, 16], "steps": 5}


@pytest.mark.parametrize(
    ("name", "measures"),
    [
        ("words", {"separation", "same_class"}),
        ("analogies", {"accuracy"}),
        ("few-shot", {"test_error"}),
        ("transfer", {"kernel_index", "test_error", "untrained_error"}),
    ],
)
def test_rows_by_width(client: TestClient, name: str, measures: set[str]) -> None:
    answer = client.post(f"/v1/demonstrations/{name}", json=SHORT).json()
    rows = [(row["parametrization"], row["width"]) for row in answer["rows"]]
    assert rows == [("mup", 16), ("mup", 64), ("mup", None), ("ntk", 16), ("ntk", 64)]
    assert all(set(row["measures"]) == measures for row in answer["rows"])
    assert bool(answer["pictures"]) == (name in ("words", "analogies"))


def test_the_same_seed_gives_the_same(client: TestClient) -> None:
    first, second, other = (
        client.post("/v1/demonstrations/transfer", json={**SHORT, "seed": seed}).json()
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first["rows"] != other["rows"]


@pytest.mark.parametrize("name", ["words", "few-shot"])
def test_figures(client: TestClient, name: str) -> None:
    asked = {"question": '{"widths": [16], "steps": 3}', "format": "svg"}
    answer = client.get(f"/v1/demonstrations/{name}/plot", params=asked)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert b"limit of" in answer.content
    flawed = client.get(f"/v1/demonstrations/{name}/plot", params={"question": '{"steps": 0}'})
    assert flawed.json()["errors"][0]["pointer"] == "/query/question/steps"


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"widths": [2]}, "/widths/0", "between 4 and"),
        ({"widths": []}, "/widths", "between 1 and 6"),
        ({"widths": [16, 16]}, "/widths/1", "give each once"),
        ({"steps": 5000}, "/steps", "between 1 and 1000"),
        ({"learning_rate": 0}, "/learning_rate", "between 0.001 and 20"),
        ({"learning_rate": 20, "steps": 900}, "/learning_rate", "diverges"),
        ({"seed": 0.5}, "/seed", "whole number"),
        ({"first_order": True}, "/first_order", "not a field here"),
    ],
)
def test_flaws(client: TestClient, changes: dict[str, Any], pointer: str, words: str) -> None:
    answer = client.post("/v1/demonstrations/transfer", json={"widths": [16], **changes})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]
