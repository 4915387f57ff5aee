"""/v1/checks on a queue in memory: what is accepted, answered, listed, cancelled and guarded."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.experiment.plan import Experiment, estimate, measurements
from solver import gallery_entry
from tests.app.queue.queue_double import QueueDouble, app_with, result_of

MUP = {"preset": "mup", "depth": 2}
SMALL = {**MUP, "widths": [64, 128, 256]}
UNKNOWN = "000000000000000000000000000000ff"


@dataclass
class Service:
    client: TestClient
    queue: QueueDouble

    def post(self, body: object, **headers: str) -> httpx.Response:
        return self.client.post("/v1/checks", json=body, headers=headers)

    def accepted(self, body: object = SMALL, **headers: str) -> dict[str, Any]:
        response = self.post(body, **headers)
        assert response.status_code == 202, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def queued(self, check_id: str) -> Experiment:
        """What the worker will find."""
        check = self.queue.get(check_id)
        assert check is not None
        return Experiment.from_json(check.job["experiment"])


def serving(**settings: Any) -> Iterator[Service]:
    queue = QueueDouble()
    with TestClient(app_with(queue, **settings), raise_server_exceptions=False) as client:
        yield Service(client, queue)


@pytest.fixture
def service() -> Iterator[Service]:
    yield from serving()


def problem(response: httpx.Response, code: str, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    answer: dict[str, Any] = response.json()
    assert answer["type"] == f"/problems/{code}"
    assert answer["status"] == status
    return answer


# ---------------------------------------------------------------------------- accepting


def test_a_check_is_queued_and_says_where_it_is(service: Service) -> None:
    response = service.post(SMALL)
    assert response.status_code == 202
    check = response.json()
    assert response.headers["Location"] == f"/v1/checks/{check['id']}"
    assert check["status"] == "queued"
    assert check["progress"]["done"] == 0
    assert check["progress"]["message"]
    assert check["created_at"] == "2026-03-01T12:01:00Z"
    assert check["started_at"] is check["finished_at"] is None
    assert check["error"] is check["result"] is None
    assert check["request"] == SMALL
    assert service.client.get(response.headers["Location"]).json() == check


def test_what_theory_says_is_answered_at_once(service: Service) -> None:
    for preset, verdict in (("mup", "feature_learning"), ("ntk", "kernel")):
        check = service.accepted({"preset": preset, "depth": 3})
        classified = service.client.post("/v1/classify", json={"preset": preset, "depth": 3}).json()
        assert check["theory"] == classified["verdict"] == verdict
        assert check["depth"] == 3
        assert check["optimizer"] == "sgd"
        for name in ("parametrization", "warnings"):
            assert check[name] == classified[name]
    near = {"depth": 2, "a": ["-1/6", 0.3333, "1/2"], "b": ["1/6"] * 3, "c": 0}
    assert any("0.3333" in warning for warning in service.accepted(near)["warnings"])


def test_what_is_left_out_has_documented_defaults(service: Service) -> None:
    check = service.accepted(MUP)
    assert check["experiment"] == {
        "widths": [2**k for k in range(8, 17)],
        "steps": 4,
        "seeds": 6,
        "seed": 0,
        "batch_size": 4,
        "input_dim": 8,
        "activation": "tanh",
        "loss": "mse",
        "learning_rate": 0.5,
        "update_rule": "sgd",
        "momentum": 0.0,
        "method": "matrix_free",
        "device": "auto",
        "tolerance": 0.05,
    }
    adam = service.accepted({"preset": "mup_adam", "depth": 2})["experiment"]
    assert adam["method"] == "dense"
    assert adam["update_rule"] == "adam"
    assert adam["learning_rate"] == 0.1
    assert adam["seeds"] == 4
    assert adam["widths"] == [2**k for k in range(6, 12)]


def test_every_choice_reaches_the_worker(service: Service) -> None:
    choices = {
        "widths": [4096, 64, 512],
        "steps": 2,
        "seeds": 3,
        "seed": 7,
        "activation": "relu",
        "loss": "logistic",
        "learning_rate": 0.125,
        "momentum": 0.9,
        "update_rule": "sgd",
        "method": "dense",
        "device": "cpu",
        "tolerance": 0.1,
        "inputs": [[1, 0.5], [-0.25, 1e0]],
        "targets": [1, -1.0],
    }
    body = {"depth": 1, "abc": [0, 0.5, 0, "1/4", 1], **choices}
    check = service.accepted(body)
    assert check["request"] == body
    experiment = service.queued(check["id"])
    assert experiment.exponents == (("0", "0", "1", None), ("1/2", "1/4", "1", None))
    assert experiment.widths == (64, 512, 4096)
    assert experiment.inputs == ((1.0, 0.5), (-0.25, 1.0))
    assert experiment.targets == (1.0, -1.0)
    assert (experiment.batch_size, experiment.input_dim) == (2, 2)
    for name in set(choices) - {"widths", "inputs", "targets"}:
        assert getattr(experiment, name) == choices[name], name
    assert experiment.optimizer == "sgd"
    sign = {"preset": "mup_adam", "depth": 1, "update_rule": "signsgd", "method": "dense"}
    assert service.queued(service.accepted(sign)["id"]).update_rule == "signsgd"


MUON = {
    "depth": 3,
    "optimizer": {"input": "adamw", "hidden": "muon", "readout": "adamw"},
    "a": [0, 0, 0, 1],
    "b": [0, "1/2", "1/2", "inf"],
    "c": ["inf", 0, 0, 0],
}


def test_layers_with_optimizers_of_their_own(service: Service) -> None:
    check = service.accepted({**MUON, "widths": [2**16, 2**18, 2**20], "steps": 2, "seeds": 1})
    optimizers = ["adamw", "muon", "muon", "adamw"]
    assert check["optimizer"] == optimizers
    assert check["parametrization"]["b"] == ["0", "1/2", "1/2", "inf"]
    assert check["experiment"]["update_rule"] == ["adam", "muon", "muon", "adam"]
    assert check["experiment"]["method"] == "matrix_free"
    assert check["experiment"]["learning_rate"] == 0.1
    experiment = service.queued(check["id"])
    assert experiment.parametrization.optimizers == tuple(optimizers)
    assert experiment.parametrization.layers[0].frozen
    sign = service.accepted({**MUON, "update_rule": "signsgd"})
    assert sign["experiment"]["update_rule"] == ["signsgd", "muon", "muon", "signsgd"]


def test_cross_entropy_has_an_output_for_each_class(service: Service) -> None:
    own = {"inputs": [[1, 0], [0, 1]], "targets": [3, 0]}
    for body, outputs in (({}, 3), (own, 4)):
        check = service.accepted({**MUP, "loss": "cross_entropy", **body})
        assert check["experiment"]["loss"] == "cross_entropy"
        assert service.queued(check["id"]).outputs == outputs


def test_without_hidden_matrices_every_optimizer_is_matrix_free(service: Service) -> None:
    check = service.accepted({"preset": "mup_adam", "depth": 1})
    assert check["experiment"]["method"] == "matrix_free"
    frozen = {"depth": 3, "optimizer": "adam", "a": 0, "b": [0, "1/2", "1/2", 1]}
    check = service.accepted({**frozen, "c": [0, "inf", "inf", 1]})
    assert check["experiment"]["method"] == "matrix_free"


def test_null_counts_as_left_out(service: Service) -> None:
    fields = service.accepted(MUP)["experiment"]
    nulls = service.accepted({**MUP, **dict.fromkeys([*fields, "inputs", "targets"])})
    assert nulls["experiment"] == fields


@pytest.mark.parametrize(
    "form",
    [
        {"preset": "uniform", "s": "1/2", "depth": 2},
        {"depth": 2, "abc": [0, 0.5, "1/2", 0, 0, 0, 0]},
        {"depth": 2, "a": [0, 0.5, 0.5], "b": [0, 0, 0], "c": [0, 0, 0]},
        {
            "depth": 2,
            "a": {"input": 0, "hidden": 0.5, "readout": 0.5},
            "b": {"input": 0, "hidden": 0, "readout": 0},
            "c": 0,
        },
    ],
    ids=json.dumps,
)
def test_a_parametrization_has_every_form_of_classify(
    service: Service, form: dict[str, Any]
) -> None:
    experiment = service.queued(service.accepted(form)["id"])
    assert experiment.parametrization == gallery_entry("ntk").roles().at_depth(2)


def test_the_job_holds_what_the_worker_needs(service: Service) -> None:
    check = service.queue.get(service.accepted()["id"])
    assert check is not None
    assert set(check.job) == {"experiment", "total", "seconds", "request"}
    experiment = Experiment.from_json(check.job["experiment"])
    assert check.job["total"] == len(measurements(experiment))
    assert check.job["seconds"] == pytest.approx(estimate(experiment).seconds, abs=0.1)


def test_accepted_checks_are_counted(service: Service) -> None:
    service.accepted()
    service.accepted({"preset": "ntk_adam", "depth": 2})
    service.post({"preset": "nothing"})
    metrics = service.client.get("/metrics").text
    assert 'abc_checks_total{method="matrix_free",theory="feature_learning"} 1.0' in metrics
    assert 'abc_checks_total{method="dense",theory="operator"} 1.0' in metrics
    assert metrics.count("abc_checks_total{") == 2


# ---------------------------------------------------------------------------- once only


def test_the_same_key_gives_the_same_check(service: Service) -> None:
    first = service.accepted(SMALL, **{"Idempotency-Key": "one"})
    assert service.accepted(SMALL, **{"Idempotency-Key": "one"}) == first
    assert service.accepted(SMALL, **{"Idempotency-Key": "two"})["id"] != first["id"]
    assert service.accepted(SMALL)["id"] != service.accepted(SMALL)["id"]


def test_the_same_key_with_another_body_is_a_conflict(service: Service) -> None:
    service.accepted(SMALL, **{"Idempotency-Key": "one"})
    answer = problem(
        service.post({**SMALL, "steps": 3}, **{"Idempotency-Key": "one"}), "key-reused", 409
    )
    assert answer["errors"][0]["pointer"] == "/header/Idempotency-Key"


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é", "\x7f"])
def test_a_strange_key_is_refused(service: Service, key: str) -> None:
    headers = [
        (b"Content-Type", b"application/json"),
        (b"Idempotency-Key", key.encode("latin-1")),
    ]
    response = service.client.post("/v1/checks", content=json.dumps(SMALL), headers=headers)
    answer = problem(response, "invalid-request", 422)
    assert answer["errors"][0]["pointer"] == "/header/Idempotency-Key"
    assert "1 to 255 visible ASCII characters" in answer["detail"]
    assert "submit" not in service.queue.asked


# ---------------------------------------------------------------------------- looking


def test_a_running_check_tells_how_far_it_is(service: Service) -> None:
    check_id = service.accepted()["id"]
    check = service.queue.get(check_id)
    assert check is not None
    service.queue.change(
        check_id,
        status="running",
        started_at=check.created_at,
        progress=type(check.progress)(1, 3, "width 64", seconds_left=2.5),
    )
    answer = service.client.get(f"/v1/checks/{check_id}").json()
    assert answer["status"] == "running"
    assert answer["progress"] == {
        "done": 1,
        "total": 3,
        "message": "width 64",
        "ahead": None,
        "seconds_left": 2.5,
    }
    assert answer["started_at"] == "2026-03-01T12:01:00Z"
    assert answer["result"] is None


def test_a_finished_check_has_its_result_or_its_error(service: Service) -> None:
    done, failed = service.accepted()["id"], service.accepted()["id"]
    check = service.queue.get(done)
    assert check is not None
    service.queue.change(done, status="succeeded", result=result_of(check))
    service.queue.change(failed, status="failed", error="no GPU here")
    answer = service.client.get(f"/v1/checks/{done}").json()
    assert answer["result"] == result_of(check)
    assert answer["error"] is None
    answer = service.client.get(f"/v1/checks/{failed}").json()
    assert (answer["status"], answer["error"], answer["result"]) == ("failed", "no GPU here", None)


PATHS = ("", "/events", "/plot.svg", "/plot.png")


@pytest.mark.parametrize("check_id", [UNKNOWN, "x", "%00", "..%2f", "a b", "é", "1" * 5000, "'--"])
@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_check_is_not_found(service: Service, check_id: str, path: str) -> None:
    response = service.client.get(f"/v1/checks/{check_id}{path}")
    assert "no check" in problem(response, "not-found", 404)["detail"] or "%2f" in check_id


def test_cancelling_an_unknown_check_is_not_found(service: Service) -> None:
    problem(service.client.delete(f"/v1/checks/{UNKNOWN}"), "not-found", 404)


def test_the_newest_checks_come_first_in_pages(service: Service) -> None:
    ids = [service.accepted()["id"] for _ in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = service.client.get("/v1/checks", params=query).json()
        assert len(page["checks"]) <= 2
        assert all("result" not in check for check in page["checks"])
        seen += [check["id"] for check in page["checks"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == ids[::-1]


def test_checks_are_listed_by_status(service: Service) -> None:
    first, second = service.accepted()["id"], service.accepted()["id"]
    service.client.delete(f"/v1/checks/{first}")
    for status, expected in (("cancelled", [first]), ("queued", [second]), ("failed", [])):
        page = service.client.get("/v1/checks", params={"status": status}).json()
        assert [check["id"] for check in page["checks"]] == expected
        assert page["next"] is None


def test_lists_tell_the_verdict_and_the_summary(service: Service) -> None:
    first, second = service.accepted()["id"], service.accepted()["id"]
    result = result_of(service.queue.newest())
    service.queue.change(first, status="succeeded", result=result)
    page = service.client.get("/v1/checks").json()["checks"]
    assert [(each["id"], each["verdict"], each["summary"]) for each in page] == [
        (second, None, None),
        (first, result["verdict"], result["summary"]),
    ]
    whole = service.client.get(f"/v1/checks/{first}").json()
    assert {**page[1], "estimate": whole["estimate"], "result": result} == whole


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/query/limit"),
        ("limit=101", "/query/limit"),
        ("limit=two", "/query/limit"),
        ("limit=" + "9" * 5000, "/query/limit"),
        ("status=done", "/query/status"),
        ("status=", "/query/status"),
        ("cursor=", "/query/cursor"),
        ("cursor=%00", "/query/cursor"),
        ("cursor=" + "x" * 300, "/query/cursor"),
        ("cursor=yesterday", "/query/cursor"),
        ("page=2", "/query/page"),
    ],
    ids=lambda each: each[:20],
)
def test_a_strange_query_is_refused(service: Service, query: str, pointer: str) -> None:
    answer = problem(service.client.get(f"/v1/checks?{query}"), "invalid-request", 422)
    assert [flaw["pointer"] for flaw in answer["errors"]] == [pointer]


# ---------------------------------------------------------------------------- cancelling


def test_cancelling_is_answered_with_the_check(service: Service) -> None:
    check_id = service.accepted()["id"]
    for _ in range(2):  # twice is no error
        response = service.client.delete(f"/v1/checks/{check_id}")
        assert response.status_code == 200
        assert response.json()["status"] == "cancelled"
        assert response.json()["finished_at"] is not None
    assert service.client.get(f"/v1/checks/{check_id}").json()["status"] == "cancelled"


def test_a_finished_check_stays_as_it_is_when_cancelled(service: Service) -> None:
    check_id = service.accepted()["id"]
    check = service.queue.get(check_id)
    assert check is not None
    service.queue.change(check_id, status="succeeded", result=result_of(check))
    answer = service.client.delete(f"/v1/checks/{check_id}").json()
    assert answer["status"] == "succeeded"
    assert answer["result"]["verdict"] == "confirmed"


# ---------------------------------------------------------------------------- no database


def test_without_its_database_everything_about_checks_is_503(service: Service) -> None:
    service.queue.down = True
    check = f"/v1/checks/{UNKNOWN}"
    responses = [
        service.post(SMALL),
        service.client.delete(check),
        service.client.get("/v1/checks"),
        *(service.client.get(check + path) for path in PATHS),
    ]
    for response in responses:
        answer = problem(response, "queue-unavailable", 503)
        assert "try again" in answer["detail"]
        assert int(response.headers["Retry-After"]) > 0
    service.queue.down = False
    assert service.accepted()["status"] == "queued"


def test_without_its_database_the_service_classifies_and_says_so(service: Service) -> None:
    assert service.client.get("/readyz").json() == {
        "status": "ok",
        "queue": "ok",
        "workers": {"cpu": 1},
    }
    service.queue.down = True
    assert service.client.post("/v1/classify", json=MUP).status_code == 200
    response = service.client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "queue": "unavailable", "workers": None}
    assert service.client.get("/livez").status_code == 200


def test_what_is_wrong_is_said_without_a_database(service: Service) -> None:
    service.queue.down = True
    problem(service.post({**MUP, "steps": 0}), "invalid-request", 422)


# ---------------------------------------------------------------------------- methods


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/checks", "GET, POST"),
        ("/v1/checks/x", "GET, DELETE"),
        ("/v1/checks/x/events", "GET"),
        ("/v1/checks/x/plot.svg", "GET"),
    ],
)
def test_a_wrong_method_is_told_every_right_one(service: Service, path: str, allowed: str) -> None:
    response = service.client.put(path)
    problem(response, "method-not-allowed", 405)
    assert response.headers["Allow"] == allowed


def test_a_page_elsewhere_may_read_where_its_check_is(service: Service) -> None:
    response = service.post(SMALL, Origin="https://example.org")
    assert "Location" in response.headers["Access-Control-Expose-Headers"]
