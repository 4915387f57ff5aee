"""What a program gets from ``to_dict()`` is what the service answers to the same question."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from solver import classify, compare_any_depth, gallery_entry, repair, survey

MIXED = {"input": "adamw", "hidden": "muon", "readout": "adamw"}
BY_ROLE: dict[str, Any] = {
    "optimizer": MIXED,
    "a": 0,
    "b": {"input": 0, "hidden": "1/2", "readout": "1/2"},
    "c": 0,
}
NEAR: dict[str, Any] = {
    "depth": 2,
    "a": ["-1/6", "0.3333", "1/2"],
    "b": ["1/6", "1/6", "1/6"],
    "c": 0,
}
QUESTIONS: list[tuple[str, Any, dict[str, Any]]] = [
    ("classify", classify, {"preset": "ntk", "depth": 3}),
    ("classify", classify, {"preset": "standard_adam", "c": 0}),
    ("classify", classify, {**BY_ROLE, "activation": "relu"}),
    ("classify", classify, NEAR),
    ("repairs", repair, {"preset": "standard", "depth": 3, "target": "feature_learning"}),
    ("repairs", repair, {"preset": "ntk", "target": "maximal", "locked": ["a"]}),
    ("repairs", repair, {"preset": "mean_field", "target": "kernel", "activation": "relu"}),
    ("repairs", repair, {**BY_ROLE, "depth": 3, "target": "maximal"}),
    ("repairs", repair, {**BY_ROLE, "target": "maximal", "tie_c": False}),
    ("regions", survey, {"preset": "uniform", "s": "s", "depth": 3}),
    ("regions", survey, {"preset": "uniform", "s": "s", "maximize": "s", "subject_to": "kernel"}),
    ("regions", survey, {**BY_ROLE, "c": "c", "minimize": "c", "activation": "relu"}),
    ("regions", survey, {**BY_ROLE, "c": "c", "depth": 1, "bounds": {"c": [0, 2]}}),
]


@pytest.mark.parametrize(("path", "function", "question"), QUESTIONS)
def test_to_dict_is_the_answer(
    client: TestClient, path: str, function: Any, question: dict[str, Any]
) -> None:
    answer = client.post(f"/v1/{path}", json=question)
    assert answer.status_code == 200, answer.text
    plain = function(**question).to_dict()
    assert plain == answer.json()
    assert list(plain) == list(answer.json()), "in the same order"


def test_to_dict_of_an_equivalence_is_the_answer(client: TestClient) -> None:
    for names in (("ntk", "mup"), ("mup", "mean_field"), ("mup", "mup")):
        first, second = (gallery_entry(each).roles() for each in names)
        answer = client.post(
            "/v1/equivalence", json={"first": {"preset": names[0]}, "second": {"preset": names[1]}}
        )
        assert compare_any_depth(first, second).to_dict() == answer.json()
