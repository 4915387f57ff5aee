"""The least and greatest values of unknowns, asked over HTTP: POST /v1/regions."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.app.api.regions.test_regions import STANDARD, post
from tests.solver.unknowns import spelled


def optimum(client: TestClient, body: object) -> dict[str, Any]:
    found: dict[str, Any] = post(client, body)["optimum"]
    return found


@pytest.mark.parametrize(
    ("asked", "status", "value", "at", "binding"),
    [
        ({"minimize": "c"}, "attained", "1", "1", {"logits.readout_update"}),
        (
            {"minimize": "c", "subject_to": "stable"},
            "attained",
            "1",
            "1",
            {"logits.readout_update"},
        ),
        ({"maximize": "c"}, "unbounded", None, None, set()),
        ({"maximize": "c", "subject_to": "kernel"}, "attained", "1", "1", {"nontrivial"}),
        ({"minimize": "c", "subject_to": "trivial"}, "approached", "1", "1", {"trivial"}),
        ({"maximize": "c", "subject_to": "unstable"}, "approached", "1", "1", {"unstable"}),
        (
            *({"maximize": "c", "subject_to": "feature_learning"}, "impossible", None, None),
            {"logits.readout_update", "feature_learning"},
        ),
        ({"minimize": "c", "bounds": {"c": [2, 3]}}, "attained", "2", "2", {"bounds"}),
    ],
    ids=spelled,
)
def test_optima_have_a_status_and_what_is_in_the_way(
    client: TestClient,
    asked: dict[str, Any],
    status: str,
    value: str | None,
    at: str | None,
    binding: set[str],
) -> None:
    found = optimum(client, {**STANDARD, "depth": 3, **asked})
    sense = "minimize" if "minimize" in asked else "maximize"
    assert (found["sense"], found["unknown"]) == (sense, "c")
    assert found["subject_to"] == asked.get("subject_to", "stable")
    assert (found["status"], found["value"]) == (status, value)
    assert found["attained"] is (status == "attained")
    assert found["at"] == (None if at is None else {"c": at})
    assert {each["id"] for each in found["binding"]} == binding


@pytest.mark.parametrize(
    ("asked", "here"),
    [
        ({"minimize": "c"}, {"c >= 1"}),
        ({"maximize": "c", "subject_to": "kernel"}, {"c = 1"}),
        ({"minimize": "c", "subject_to": "trivial"}, {"c > 1"}),
        ({"minimize": "c", "subject_to": "feature_learning"}, {"c >= 1", "c = 1/2"}),
        ({"minimize": "c", "bounds": {"c": [2, 3]}}, {"c >= 2"}),
        ({"c": "2*c", "minimize": "c"}, {"c >= 1/2"}),
    ],
    ids=spelled,
)
def test_what_binds_is_said_of_the_unknowns(
    client: TestClient, asked: dict[str, Any], here: set[str]
) -> None:
    found = optimum(client, {**STANDARD, "depth": 3, **asked})
    assert {each["here"] for each in found["binding"]} == here


def test_a_choice_in_several_unknowns_is_not_spelled_out(client: TestClient) -> None:
    a = {"input": 0, "hidden": 0, "readout": "x"}
    b = {"input": 0, "hidden": "1/2", "readout": "y"}
    body = {**STANDARD, "a": a, "b": b, "depth": 3, "minimize": "c"}
    body["subject_to"] = "feature_learning"
    found = {each["id"]: each["here"] for each in optimum(client, body)["binding"]}
    assert found["features.updated_readout.2"] == "c + x >= 1/2"
    assert found["nontrivial"] is None


def test_of_many_best_points_a_corner_is_named(client: TestClient) -> None:
    c = {"input": 0, "hidden": "h", "readout": "o"}
    body = {**STANDARD, "c": c, "depth": 3, "minimize": "h", "subject_to": "kernel"}
    found = optimum(client, body)
    assert (found["at"], found["unique"]) == ({"h": "1", "o": "1"}, False)


def test_the_largest_stable_learning_rate_in_words(client: TestClient) -> None:
    answer = post(client, {**STANDARD, "minimize": "c", "subject_to": "stable"})
    assert [each["optimum"]["summary"] for each in answer["verdicts"].values()] == [
        f"The least c subject to stability is 1, at c = 1; no less is possible because of {each}."
        for each in ("2a_2 + c_2 >= 1 (c >= 1)", "2a_{L+1} + c_{L+1} >= 1 (c >= 1)")
    ]


def test_kernel_means_the_operator_regime_for_adam(client: TestClient) -> None:
    body = {"preset": "standard_adam", "c": "c", "depth": 2, "minimize": "c"}
    kernel = optimum(client, {**body, "subject_to": "kernel"})
    assert kernel == optimum(client, {**body, "subject_to": "operator"})
    assert (kernel["subject_to"], kernel["value"]) == ("operator", "3/2")
