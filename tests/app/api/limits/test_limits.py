"""POST /v1/limits: closed forms over HTTP, and what it refuses."""

from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

BODY: dict[str, Any] = {
    "preset": "ntk",
    "depth": 1,
    "activation": "linear",
    "inputs": [[0.6, 0.8], [1, 0]],
    "targets": [1, -1],
    "steps": 3,
}


def post(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    response = client.post("/v1/limits", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def refused(client: TestClient, **changes: Any) -> list[dict[str, str]]:
    response = client.post("/v1/limits", json={**BODY, **changes})
    assert response.status_code == 422, response.text
    errors: list[dict[str, str]] = response.json()["errors"]
    return errors


def test_kernel_gradient_descent(client: TestClient) -> None:
    """A linear network of one hidden layer has K = 2 ξ·ζ; written out by hand."""
    answer = post(client, {**BODY, "f0": 0, "probe": [[0, 1]]})
    points = np.array([[0.6, 0.8], [1, 0], [0, 1]])
    kernel, f = 2 * points @ points.T, np.zeros(3)
    assert answer["method"] == "kernel"
    assert answer["kernel"]["matrix"] == pytest.approx(kernel)
    assert [each["present"] for each in answer["kernel"]["parts"]] == [True, True]
    for step, entry in enumerate(answer["trajectory"]):
        assert entry["step"] == step
        assert [*entry["f"], *entry["probe"]["f"]] == pytest.approx(f)
        assert entry["standard_error"] == entry["standard_deviation"] == [0, 0]
        f = f - 0.5 * kernel[:, :2] @ (f[:2] - [1, -1]) / 2


def test_random_initializations_have_a_spread(client: TestClient) -> None:
    answer = post(client, BODY)
    assert answer["kernel"]["starts_random"]
    first = answer["trajectory"][0]
    assert first["f"] == [0, 0]
    assert first["standard_deviation"] == pytest.approx([1, 1])


def test_layers_that_stand_still_are_named(client: TestClient) -> None:
    answer = post(client, {**BODY, "preset": "standard_1_over_n", "depth": 2})
    assert [each["present"] for each in answer["kernel"]["parts"]] == [False, True, True]
    assert answer["kernel"]["parts"][0]["matrix"] is None
    assert "Layers 2 and 3 train" in answer["summary"]
    assert "layer 1 vanish" in answer["summary"]


def test_a_trivial_network_stands_still(client: TestClient) -> None:
    lazy = {**BODY, "preset": None, "a": [0, "1/2"], "b": 0, "c": 1}
    answer = post(client, {key: value for key, value in lazy.items() if value is not None})
    assert answer["verdict"] == "trivial"
    assert "stands still" in answer["summary"]


def test_linear_feature_learning(client: TestClient) -> None:
    answer = post(client, {**BODY, "preset": "mup", "learning_rate": 0.1})
    assert answer["method"] == "linear"
    assert answer["kernel"] is None
    assert answer["trajectory"][0]["f"] == [0, 0]
    assert answer["trajectory"][3]["f"][0] > 0 > answer["trajectory"][3]["f"][1]


def test_gauges_have_one_limit(client: TestClient) -> None:
    """Mean field and µP at one hidden layer."""
    first, second = (post(client, {**BODY, "preset": name}) for name in ("mup", "mean_field"))
    assert first["trajectory"] == second["trajectory"]


def test_classes_have_a_number_each(client: TestClient) -> None:
    answer = post(client, {**BODY, "loss": "cross_entropy", "targets": [0, 2]})
    last = np.array(answer["trajectory"][-1]["f"])
    assert last.shape == (2, 3)
    assert np.array(answer["trajectory"][-1]["standard_error"]).min() > 0


def test_an_unstable_network_has_no_limit(client: TestClient) -> None:
    (error,) = refused(client, preset="standard", depth=2)
    assert "unstable" in error["detail"]
    assert "features.initial_readout.2" in error["detail"]
    assert "/v1/repairs" in error["detail"]


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"depth": None}, "/depth", "depth is missing"),
        ({"depth": 17}, "/depth", "16"),
        ({"preset": "ntk_adam"}, "/optimizer", "set optimizer to sgd"),
        ({"inputs": None}, "/inputs", "inputs is missing"),
        ({"inputs": [[1, 0], [1]]}, "/inputs/1", "one dimension"),
        ({"inputs": [[1, 0], [0, 0]]}, "/inputs/1", "networks see nothing"),
        ({"inputs": [[1, 0], [0, 1000]]}, "/inputs/1/1", "between -100 and 100"),
        ({"probe": [[1]]}, "/probe/0", "one dimension"),
        ({"targets": [1]}, "/targets", "one target for each input"),
        ({"targets": [1, 0.5], "loss": "logistic"}, "/targets/1", "takes 1 and -1"),
        ({"targets": [1, 0.5], "loss": "cross_entropy"}, "/targets/1", "whole number"),
        ({"targets": [0, 16], "loss": "cross_entropy"}, "/targets/1", "between 0 and 15"),
        ({"steps": 0}, "/steps", "between 1 and 256"),
        ({"learning_rate": 0}, "/learning_rate", "between 1e-06 and 1000"),
        ({"learning_rate": 1000, "steps": 200}, "/learning_rate", "diverge"),
        ({"batch": [[2]], "steps": None}, "/batch/0/0", "between 0 and 1"),
        ({"batch": [[]], "steps": None}, "/batch/0", "0 entries"),
        ({"batch": [[0], [1]], "steps": 3}, "/steps", "leave steps out"),
        ({"f0": [1]}, "/f0", "one for each input"),
        ({"f0": 0, "preset": "mup"}, "/f0", "leave it out"),
        ({"activation": "swish"}, "/activation", "it must be"),
        ({"loss": "hinge"}, "/loss", "it must be"),
        ({"seed": -1}, "/seed", "between 0"),
        ({"width": 5}, "/width", "leave it out"),
    ],
    ids=lambda each: str(each)[:40],
)
def test_flaws(client: TestClient, changes: dict[str, Any], pointer: str, words: str) -> None:
    errors = refused(client, **changes)
    assert (pointer, True) in [(each["pointer"], words in each["detail"]) for each in errors]


def test_every_flaw_is_listed_at_once(client: TestClient) -> None:
    errors = refused(client, inputs=[[1], []], targets=["x", 1], steps=-1, learning_rate="fast")
    assert {each["pointer"] for each in errors} == {
        "/inputs/1", "/targets/0", "/steps", "/learning_rate"
    }  # fmt: skip


def test_the_figure(client: TestClient) -> None:
    for accept, start in (("image/png", b"\x89PNG"), ("image/svg+xml", b"<?xml")):
        answer = client.post("/v1/limits/plot", json=BODY, headers={"Accept": accept})
        assert answer.headers["content-type"] == accept
        assert answer.content.startswith(start)
    assert (
        client.post("/v1/limits/plot", json=BODY, headers={"Accept": "text/html"}).status_code
        == 406
    )


def test_the_figure_at_an_address(client: TestClient) -> None:
    import json

    asked = {"question": json.dumps(BODY), "format": "svg"}
    answer = client.get("/v1/limits/plot", params=asked)
    assert answer.status_code == 200
    for name in (b"input 0", b"input 1", b"target"):
        assert name in answer.content
    flawed = client.get("/v1/limits/plot", params={"question": json.dumps({**BODY, "steps": 0})})
    assert flawed.json()["errors"][0]["pointer"] == "/query/question/steps"


def test_biases_have_parts_of_their_own(client: TestClient) -> None:
    """With φ(h) = h the bias of the one hidden layer adds 1 to Σ^1, and to K as much again."""
    answer = post(client, {**BODY, "bias": {"a": 0, "b": 0, "c": 0}})
    points = np.array([[0.6, 0.8], [1, 0]])
    ((bias,), kernel) = answer["kernel"]["biases"], answer["kernel"]
    assert (bias["layer"], bias["present"], bias["matrix"]) == (1, True, [[1, 1], [1, 1]])
    assert kernel["sigma"] == pytest.approx(points @ points.T + 1)
    assert kernel["matrix"] == pytest.approx(2 * points @ points.T + 2)
    assert answer["summary"].endswith("Every layer trains. Every bias trains.")
    still = post(client, {**BODY, "bias": {"a": 0, "b": 0, "c": 1}})
    assert still["kernel"]["biases"] == [{"layer": 1, "present": False, "matrix": None}]
    assert still["summary"].endswith("The updates of the biases of layer 1 vanish.")


def test_what_no_limit_is_worked_out_for_is_said(client: TestClient) -> None:
    (decay,) = refused(client, weight_decay=0)
    assert decay["pointer"] == "/weight_decay"
    (assumed,) = refused(client, alignment="full")
    assert assumed["pointer"] == "/alignment"
