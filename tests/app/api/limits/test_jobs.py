"""Limits for which networks are trained: what is queued, answered, refused and drawn."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.experiment.limits.job import LimitJob
from app.experiment.limits.run import worked_out
from app.queue.client import Progress
from tests.app.queue.queue_double import QueueDouble, app_with

BODY: dict[str, Any] = {
    "preset": "mup",
    "depth": 2,
    "inputs": [[0.6, 0.8], [1, 0]],
    "targets": [1, -1],
    "probe": [[0, 1]],
    "steps": 2,
    "precision": 0.01,
}
SIMULATED: dict[str, Any] = {
    "f": [[0.0, 0.0, 0.0], [0.1, -0.1, 0.05], [0.2, -0.2, 0.1]],
    "standard_error": [[0.0, 0.0, 0.0], [0.001] * 3, [0.002] * 3],
    "sampling": 0.002,
    "halves": 0.002,
    "extrapolation": 0.0,
    "precision": 0.01,
    "reached": True,
    "widths": [{"width": 256, "networks": 64, "f": [], "standard_error": []}] * 3,
}
COMPARISON: dict[str, Any] = {
    "widths": [
        {"width": n, "networks": 16, "f": [[0.0] * 3] * 3, "distance": n**-0.5,
         "standard_error": 0.01}
        for n in (64, 256)
    ],
    "rate": 0.5,
    "rate_standard_error": 0.1,
}  # fmt: skip


def report(**changes: Any) -> dict[str, Any]:
    usual = {
        "simulated": SIMULATED,
        "nonlinearity": [0.1, 0.01],
        "comparison": None,
        "device": "cpu",
        "seconds": 1.0,
    }
    return {**usual, **changes}


@pytest.fixture
def queue() -> QueueDouble:
    return QueueDouble()


@pytest.fixture
def service(queue: QueueDouble) -> Iterator[TestClient]:
    with TestClient(app_with(queue), raise_server_exceptions=False) as client:
        yield client


def posted(service: TestClient, **changes: Any) -> dict[str, Any]:
    response = service.post("/v1/limits", json={**BODY, **changes})
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    assert response.headers["location"] == job["links"]["self"] == f"/v1/limits/{job['id']}"
    return job


def test_feature_learning_is_a_job(service: TestClient, queue: QueueDouble) -> None:
    job = posted(service)
    assert job["status"] == "queued"
    assert job["request"] == BODY
    assert job["progress"]["total"] == 3
    assert job["result"] is None
    queued = LimitJob.from_json(queue.newest().job["limit"])
    assert queued.points == 3
    assert queued.precision == 0.01
    assert queued.shares(0) == (0.5, 0.5, 0.0)
    assert service.get(job["links"]["self"]).json() == job


def test_its_result_has_the_shape_of_every_limit(service: TestClient, queue: QueueDouble) -> None:
    job = posted(service)
    queue.change(job["id"], status="succeeded", result=report(), progress=Progress(3, 3, "done"))
    result = service.get(job["links"]["self"]).json()["result"]
    assert result["method"] == "simulation"
    assert result["verdict"] == "feature_learning"
    assert result["trajectory"][2]["f"] == [0.2, -0.2]
    assert result["trajectory"][2]["probe"]["f"] == [0.1]
    assert result["trajectory"][1]["standard_error"] == [0.001, 0.001]
    assert result["simulation"]["reached"]
    assert result["nonlinearity"] == {"value": 0.1, "standard_error": 0.01}
    assert result["parametrization"]["a"] == ["-1/2", "0", "1/2"]
    at_once = service.post("/v1/limits", json={**BODY, "preset": "ntk"}).json()
    assert set(result) == set(at_once)


def test_what_falls_short_is_said(service: TestClient, queue: QueueDouble) -> None:
    job = posted(service)
    short = {**SIMULATED, "reached": False}
    queue.change(job["id"], status="succeeded", result=report(simulated=short))
    assert "did not suffice" in service.get(job["links"]["self"]).json()["result"]["summary"]


def test_what_vanishes_is_left_out_of_the_networks_alone(
    service: TestClient, queue: QueueDouble
) -> None:
    job = posted(service, preset="standard_divided_logits")
    limit = LimitJob.from_json(queue.newest().job["limit"])
    assert [c for _, _, c, _ in limit.simulated["exponents"]] == ["inf", "0", "0"]
    queue.change(job["id"], status="succeeded", result=report())
    result = service.get(job["links"]["self"]).json()["result"]
    assert result["parametrization"]["c"] == ["0", "0", "0"]


def test_a_comparison_is_a_job_in_every_regime(service: TestClient, queue: QueueDouble) -> None:
    job = posted(service, preset="ntk", compare_widths=[256, 64])
    limit = LimitJob.from_json(queue.newest().job["limit"])
    assert limit.compare_widths == (64, 256)
    assert limit.kernel is not None
    assert limit.known is not None
    queue.change(
        job["id"], status="succeeded", result=report(simulated=None, comparison=COMPARISON)
    )
    result = service.get(job["links"]["self"]).json()["result"]
    assert result["method"] == "kernel"
    assert result["comparison"] == COMPARISON
    picture = service.get(job["links"]["plot_svg"])
    assert b"falls like" in picture.content
    assert b"distance of a network" in picture.content


def test_figures(service: TestClient, queue: QueueDouble) -> None:
    job = posted(service)
    assert service.get(job["links"]["plot_svg"]).status_code == 409
    queue.change(job["id"], status="succeeded", result=report())
    picture = service.get(job["links"]["plot_png"])
    assert picture.content.startswith(b"\x89PNG")
    assert "immutable" in picture.headers["cache-control"]


def test_events_end_with_the_result(service: TestClient, queue: QueueDouble) -> None:
    job = posted(service)
    queue.change(job["id"], status="succeeded", result=report())
    stream = service.get(job["links"]["events"]).text
    assert "event: progress" in stream
    assert '"method":"simulation"' in stream


def test_cancelling(service: TestClient) -> None:
    job = posted(service)
    assert service.delete(job["links"]["self"]).json()["status"] == "cancelled"


def test_checks_and_limits_have_ids_of_their_own(service: TestClient) -> None:
    job = posted(service)
    assert service.get(f"/v1/checks/{job['id']}").status_code == 404
    check = service.post("/v1/checks", json={"preset": "ntk", "depth": 2}).json()
    answer = service.get(f"/v1/limits/{check['id']}")
    assert answer.status_code == 404
    assert "there is no limit" in answer.json()["detail"]


def test_the_same_key_starts_one_job(service: TestClient) -> None:
    key = {"Idempotency-Key": "once"}
    first, second = (service.post("/v1/limits", json=BODY, headers=key).json() for _ in "ab")
    assert first["id"] == second["id"]


def test_a_limit_over_the_budget_is_refused_with_a_remedy(queue: QueueDouble) -> None:
    with TestClient(app_with(queue, check_max_seconds=5.0)) as service:
        answer = service.post("/v1/limits", json={**BODY, "precision": 1e-4})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/precision"
    assert "with precision" in error["detail"]
    assert answer.json()["type"] == "/problems/over-budget"


def test_the_key_of_the_service_is_asked_for(queue: QueueDouble) -> None:
    with TestClient(app_with(queue, api_key="secret")) as service:
        assert service.post("/v1/limits", json=BODY).status_code == 401
        key = {"X-API-Key": "secret"}
        assert service.post("/v1/limits", json=BODY, headers=key).status_code == 202


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"precision": 0}, "/precision", "between 1e-05 and 1"),
        ({"steps": 33}, "/steps", "between 1 and 32"),
        ({"preset": "mup_adam"}, "/optimizer", "not of low rank"),
        ({"compare_widths": [64]}, "/compare_widths", "between 2 and 6"),
        ({"compare_widths": [64, 64]}, "/compare_widths/1", "give each once"),
        ({"compare_widths": [64, 1]}, "/compare_widths/1", "between 16 and 65536"),
        ({"compare_widths": [64, 128], "preset": "ntk", "f0": 0}, "/f0", "start at random"),
    ],
)
def test_flaws(service: TestClient, changes: dict[str, Any], pointer: str, words: str) -> None:
    response = service.post("/v1/limits", json={**BODY, **changes})
    assert response.status_code == 422
    flaws = [(each["pointer"], words in each["detail"]) for each in response.json()["errors"]]
    assert (pointer, True) in flaws


def test_muon_with_adam_is_a_job(service: TestClient, queue: QueueDouble) -> None:
    posted(service, preset="mup_muon")
    limit = LimitJob.from_json(json.loads(json.dumps(queue.newest().job["limit"])))
    assert limit.parametrization.optimizers == ("adamw", "muon", "adamw")
    assert [rule.name for rule in limit.experiment(64, 1).rules] == ["adam", "muon", "adam"]


@pytest.mark.training
def test_a_network_with_biases_and_classes_is_simulated(
    service: TestClient, queue: QueueDouble
) -> None:
    """The job keeps everything; its answer has a number for each class."""
    body = {
        **BODY,
        "preset": None,
        "a": [0, 0, 1], "b": [0, "1/2", "inf"], "c": [-1, 0, -1], "depth": 2,
        "bias": {"a": 0, "b": "inf", "c": -1}, "loss": "cross_entropy", "targets": [0, 2],
        "steps": 2,
    }  # fmt: skip
    answer = service.post("/v1/limits", json=body)
    assert answer.status_code == 202, answer.text
    job = queue.newest()
    known = LimitJob.from_json(json.loads(json.dumps(job.job["limit"])))
    assert (known.outputs, known.points, known.depth) == (3, 3, 2)
    assert known.parametrization.layers[-1].zero
    assert [each.exponents.zero for each in known.parametrization.wiring.biases] == [True, True]
    found = worked_out(replace(known, precision=1.0))
    queue.change(job.id, status="succeeded", result=json.loads(json.dumps(found)))
    result = service.get(f"/v1/limits/{job.id}").json()["result"]
    last = result["trajectory"][-1]
    assert np.shape(last["f"]) == (2, 3)
    # What softmax raises for one class it takes from the others.
    assert np.sum(last["f"], axis=1) == pytest.approx([0, 0], abs=1e-9)
    assert last["f"][0][0] == max(last["f"][0])
    assert last["f"][1][2] == max(last["f"][1])
