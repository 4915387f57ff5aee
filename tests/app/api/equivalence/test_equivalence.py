"""POST /v1/equivalence: the gauge of THEORY.md sections 1 and 4, checked on known shifts."""

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.solver.oracle import sample

FIELDS = {"equivalent", "summary", "depth", "theta", "differences"}
HALF = Fraction(1, 2)


SAME = "They are the same parametrization."
GAUGE = "They are two ways to write the same network: "


def post(client: TestClient, first: object, second: object) -> dict[str, Any]:
    response = client.post("/v1/equivalence", json={"first": first, "second": second})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def refused(client: TestClient, body: object) -> list[dict[str, str]]:
    response = client.post("/v1/equivalence", json=body)
    assert response.status_code == 422, response.text
    errors: list[dict[str, str]] = response.json()["errors"]
    return errors


def test_mean_field_is_mup_at_depth_one(client: TestClient) -> None:
    """θ = -1/2 takes a = (0, 1), b = (0, 0), c = -1 to a = (-1/2, 1/2), b = (1/2, 1/2), c = 0."""
    answer = post(client, {"preset": "mean_field", "depth": 1}, {"preset": "mup", "depth": 1})
    assert answer.pop("summary").startswith((SAME, GAUGE))
    assert answer == {
        "depth": 1,
        "equivalent": True,
        "theta": ["-1/2", "-1/2"],
        "differences": [],
    }


def test_backwards_theta_changes_its_sign(client: TestClient) -> None:
    answer = post(client, {"preset": "mup", "depth": 1}, {"preset": "mean_field", "depth": 1})
    assert answer["equivalent"] is True
    assert answer["theta"] == ["1/2", "1/2"]


def test_every_one_is_equivalent_to_itself(client: TestClient) -> None:
    answer = post(client, {"preset": "ntk", "depth": 3}, {"preset": "ntk", "depth": 3})
    assert answer.pop("summary").startswith((SAME, GAUGE))
    assert answer == {"depth": 3, "equivalent": True, "theta": ["0"] * 4, "differences": []}


def test_the_ends_of_the_uniform_family(client: TestClient) -> None:
    for s, name in (("0", "mup"), ("1/2", "ntk")):
        first = {"preset": "uniform", "s": s, "depth": 4}
        answer = post(client, first, {"preset": name, "depth": 4})
        assert answer["equivalent"] is True
        assert answer["theta"] == ["0"] * 5


def test_forms_may_differ_between_the_two(client: TestClient) -> None:
    flat = {"depth": 2, "abc": [0, "1/2", "1/2", 0, 0, 0, 0]}
    roles = {
        "a": {"input": 1, "hidden": "3/2", "readout": "3/2"},
        "b": {"input": -1, "hidden": -1, "readout": -1},
        "c": -2,
    }
    answer = post(client, flat, roles)
    assert answer.pop("summary").startswith((SAME, GAUGE))
    assert answer == {
        "depth": 2,
        "equivalent": True,
        "theta": ["1", "1", "1"],
        "differences": [],
    }


def test_those_that_differ_say_where(client: TestClient) -> None:
    answer = post(client, {"preset": "ntk", "depth": 2}, {"preset": "mup", "depth": 2})
    assert set(answer) == FIELDS
    assert answer["equivalent"] is False
    assert answer["theta"] is None
    text = " ".join(answer["differences"])
    # NTK: a = 0, 1/2, 1/2, b = 0; µP: a = -1/2, 0, 1/2, b = 1/2; c = 0 in both.
    for symbol in ("a_1", "a_2", "b_1", "b_2", "b_3"):
        assert symbol in text
    for symbol in ("a_3", "c_"):
        assert symbol not in text


def test_different_depths_are_never_equivalent(client: TestClient) -> None:
    answer = post(client, {"preset": "ntk", "depth": 2}, {"preset": "ntk", "depth": 3})
    assert answer["equivalent"] is False
    assert answer["theta"] is None
    assert answer["depth"] is None
    assert any("depth" in each and "2" in each and "3" in each for each in answer["differences"])


def test_different_optimizers_are_never_equivalent(client: TestClient) -> None:
    exponents = {"depth": 1, "a": [0, 1], "b": [0, 0], "c": 0}
    answer = post(client, exponents, {**exponents, "optimizer": "adam"})
    assert answer["equivalent"] is False
    assert answer["theta"] is None
    assert any("sgd" in each and "adam" in each for each in answer["differences"])


def test_ten_thousand_layers_that_differ_are_summed_up(client: TestClient) -> None:
    first, second = {"preset": "ntk", "depth": 10_000}, {"preset": "mup", "depth": 10_000}
    answer = post(client, first, second)
    assert answer["equivalent"] is False
    assert len(answer["differences"]) < 20


# ---------------------------------------------------------------------------- without a depth


def test_one_without_a_depth_takes_over_that_of_the_other(client: TestClient) -> None:
    for first, second in (
        ({"preset": "ntk"}, {"preset": "uniform", "s": 0.5, "depth": 3}),
        ({"preset": "ntk", "depth": 3}, {"preset": "uniform", "s": 0.5}),
    ):
        answer = post(client, first, second)
        assert answer.pop("summary").startswith((SAME, GAUGE))
        assert answer == {"depth": 3, "equivalent": True, "theta": ["0"] * 4, "differences": []}


def test_two_without_a_depth_are_compared_at_every_depth(client: TestClient) -> None:
    answer = post(client, {"preset": "ntk"}, {"preset": "mup"})
    assert set(answer) == {"summary", "depth", "any_depth", "verdicts"}
    assert answer["depth"] is None
    assert answer["any_depth"] is False
    assert set(answer["verdicts"]) == {"1", ">=2"}
    for each in answer["verdicts"].values():
        assert set(each) == FIELDS
        assert each["equivalent"] is False
    assert answer["verdicts"]["1"]["depth"] == 1
    assert answer["verdicts"][">=2"]["depth"] is None


def test_two_without_a_depth_may_be_equivalent_at_every_depth(client: TestClient) -> None:
    answer = post(client, {"preset": "uniform", "s": 0}, {"preset": "mup"})
    assert answer["any_depth"] is True
    assert answer["summary"] == answer["verdicts"]["1"]["summary"]
    assert [each["equivalent"] for each in answer["verdicts"].values()] == [True, True]


def test_mean_field_and_mup_are_equivalent_at_depth_one_only(client: TestClient) -> None:
    answer = post(client, {"preset": "mean_field"}, {"preset": "mup"})
    assert answer["any_depth"] is False
    assert answer["summary"].endswith(" One of them is defined for one hidden layer only.")
    assert answer["verdicts"]["1"]["equivalent"] is True
    assert answer["verdicts"]["1"]["theta"] == ["-1/2", "-1/2"]
    assert answer["verdicts"][">=2"] is None


def test_equivalent_at_depth_one_and_different_beyond(client: TestClient) -> None:
    """Only the hidden layers differ."""
    mup = {"a": {"input": "-1/2", "hidden": 0, "readout": "1/2"}, "c": 0}
    first = {**mup, "b": {"input": "1/2", "hidden": "1/2", "readout": "1/2"}}
    second = {**mup, "b": {"input": "1/2", "hidden": "1/3", "readout": "1/2"}}
    answer = post(client, first, second)
    assert answer["any_depth"] is False
    assert [each["equivalent"] for each in answer["verdicts"].values()] == [True, False]


def test_one_for_a_single_hidden_layer_cannot_take_over_a_depth(client: TestClient) -> None:
    mean_field, mup = {"preset": "mean_field"}, {"preset": "mup", "depth": 2}
    for body, pointer in (
        ({"first": mean_field, "second": mup}, "/first"),
        ({"first": mup, "second": mean_field}, "/second"),
    ):
        (flaw,) = refused(client, body)
        assert flaw["pointer"] == pointer
        assert "2" in flaw["detail"]


# ---------------------------------------------------------------------------- drawn at random


def shifted(
    point: tuple[list[Fraction], ...], theta: list[Fraction], optimizer: str
) -> dict[str, list[str]]:
    """The gauge, from the page: c moves by -2θ for SGD and by -θ for adaptive optimizers."""
    a, b, c = point
    weight = 2 if optimizer == "sgd" else 1
    return {
        "a": [str(x + t) for x, t in zip(a, theta, strict=True)],
        "b": [str(x - t) for x, t in zip(b, theta, strict=True)],
        "c": [str(x - weight * t) for x, t in zip(c, theta, strict=True)],
    }


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_gauge_transformation_is_found_again(
    client: TestClient, optimizer: str, depth: int
) -> None:
    rng = random.Random(depth)
    points = [
        point
        for _ in range(60)
        for point in [sample(rng, depth=depth, optimizer=optimizer, per_layer_c=True)]
        if all(each.denominator <= 20_000 for symbol in point for each in symbol)
    ]
    assert len(points) > 20
    for point in points:
        theta = [Fraction(rng.randint(-6, 6), rng.choice((1, 2, 3))) for _ in range(depth + 1)]
        outer = {"depth": depth, "optimizer": optimizer}
        first = {**outer, **shifted(point, [Fraction()] * (depth + 1), optimizer)}
        second = shifted(point, theta, optimizer)
        answer = post(client, first, {**outer, **second})
        assert answer["equivalent"] is True
        assert answer["theta"] == [str(each) for each in theta]
        # One entry of the second off the gauge: no longer equivalent, and it says in which layer.
        symbol, layer = rng.choice("abc"), rng.randrange(depth + 1)
        entries = list(second[symbol])
        entries[layer] = str(Fraction(entries[layer]) + HALF)
        answer = post(client, first, {**outer, **second, symbol: entries})
        assert answer["equivalent"] is False
        assert answer["theta"] is None
        assert answer["differences"]
        assert all(f"_{layer + 1} " in each for each in answer["differences"])


def test_a_faithful_d_is_what_leaving_d_out_means(client: TestClient) -> None:
    mup = {"optimizer": "adam", "depth": 1, "a": [0, 1], "b": [0, 0], "c": [0, 0]}
    assert post(client, mup, {**mup, "d": 1})["equivalent"] is True
    assert post(client, mup, {**mup, "d": 0})["equivalent"] is False
    moved = {"optimizer": "adam", "depth": 1, "a": [2, 3], "b": [-2, -2], "c": [-2, -2], "d": 3}
    answer = post(client, {**mup, "d": 1}, moved)
    assert answer["theta"] == ["2", "2"]


# ---------------------------------------------------------------------------- flaws

NTK: dict[str, Any] = {"preset": "ntk", "depth": 2}


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/first", "/second"}),
        ({"first": NTK}, {"/second"}),
        ({"second": NTK}, {"/first"}),
        ({"first": NTK, "second": None}, {"/second"}),
        ({"first": NTK, "second": "ntk"}, {"/second"}),
        ({"first": [NTK], "second": NTK}, {"/first"}),
        ({"first": NTK, "second": NTK, "third": NTK}, {"/third"}),
        ({"first": NTK, "second": {**NTK, "depth": 0}}, {"/second/depth"}),
        ({"first": {**NTK, "preset": "nkt"}, "second": NTK}, {"/first/preset"}),
        ({"first": NTK, "second": {**NTK, "activation": "tanh"}}, {"/second/activation"}),
        (
            {"first": NTK, "second": {"depth": 1, "a": [0, "x"], "b": [0, 0], "c": None}},
            {"/second/c"},
        ),
        (
            {"first": NTK, "second": {"depth": 1, "a": [0, "x"], "b": [True, 0], "c": 0}},
            {"/second/a/1", "/second/b/0"},
        ),
        ({"first": {"depth": 1, "abc": [1, 2, 3]}, "second": NTK}, {"/first/abc"}),
        ({"first": {}, "second": NTK}, {"/first"}),
    ],
    ids=lambda each: json.dumps(each) if isinstance(each, dict) else "",
)
def test_flaws_are_pointed_at_in_the_one_that_has_them(
    client: TestClient, body: dict[str, object], pointers: set[str]
) -> None:
    assert {each["pointer"] for each in refused(client, body)} == pointers
