"""A check in one call: what the worker would conclude, and what the service would say of slips."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.experiment import Checked, check
from app.experiment.run import DeviceError
from solver import ParametrizationError
from tests.app.experiment.experiments import checked, experiment, named
from tests.app.queue.queue_double import QueueDouble, app_with

MUP: dict[str, Any] = {"preset": "mup", "depth": 2}
SMALL: dict[str, Any] = {"widths": [64, 128, 256], "steps": 2, "seeds": 2, "device": "cpu"}


@pytest.mark.training
def test_a_check_is_that_of_a_worker() -> None:
    told: list[tuple[int, int]] = []
    found = check(**MUP, **SMALL, progress=lambda done, total: told.append((done, total)))
    assert isinstance(found, Checked)
    each = experiment(named("mup", 2), **{**SMALL, "widths": (64, 128, 256)})
    assert replace(found.experiment, most_seconds=0.0, most_bytes=0) == replace(
        each, most_seconds=0.0, most_bytes=0
    )
    result = found.to_dict()
    assert json.loads(json.dumps(result)) == result
    assert {**result, "seconds": 0.0} == checked(each)
    assert found.verdict == result["verdict"]
    assert found.summary == result["summary"]
    assert repr(found) == f"<Checked: {found.summary}>"
    assert found.summary.split(":")[0] in found._repr_html_()
    # The total grows where a slope is measured further.
    assert [done for done, _ in told] == list(range(len(told)))
    assert told[-1][0] == told[-1][1] > 1


@pytest.mark.training
def test_arrays_are_lists() -> None:
    arrays = check(
        preset="ntk", depth=np.int64(1), widths=2 ** np.arange(6, 9), steps=1, seeds=1,
        inputs=np.eye(2), targets=np.array([1.0, -1.0]),
    )  # fmt: skip
    lists = check(
        preset="ntk", depth=1, widths=[64, 128, 256], steps=1, seeds=1,
        inputs=[[1, 0], [0, 1]], targets=[1, -1],
    )  # fmt: skip
    assert arrays.experiment == lists.experiment
    assert {**arrays.to_dict(), "seconds": 0} == {**lists.to_dict(), "seconds": 0}


SLIPS: list[dict[str, Any]] = [
    {},
    {"preset": "mup"},
    {"preset": "nothing", "depth": 2},
    {**MUP, "widths": [64, 128]},
    {**MUP, "widths": [64, 64, 128]},
    {**MUP, "widths": 64},
    {**MUP, "steps": "many", "seeds": 1.5, "loss": "ce", "tolerance": 3},
    {**MUP, "inputs": [[1], [2, 3]], "targets": [1]},
    {**MUP, "targets": [1]},
    {**MUP, "momentum": 1},
    {"preset": "mup_adam", "depth": 2, "method": "matrix_free"},
    {**MUP, "optimizer": "muon"},
    {"depth": 1, "a": [0, "x"], "b": 0, "c": 0},
]


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_are_told_as_by_the_service(slip: dict[str, Any]) -> None:
    with TestClient(app_with(QueueDouble())) as client:
        answer = client.post("/v1/checks", json=slip)
    assert answer.status_code == 422
    with pytest.raises(ParametrizationError) as caught:
        check(**slip)
    flaws = [
        ("".join(f"/{step}" for step in each.path), each.message) for each in caught.value.flaws
    ]
    assert flaws == [(each["pointer"], each["detail"]) for each in answer.json()["errors"]]


def test_what_is_no_keyword_is_told() -> None:
    with pytest.raises(TypeError, match="check takes no width, lr; it takes depth, abc, a, b, c"):
        check(**MUP, width=64, lr=1)


def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(DeviceError, match='ask for "auto"'):
        check(**{**MUP, **SMALL, "device": "cuda"})
