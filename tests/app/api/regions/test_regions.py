"""POST /v1/regions: the contract, with expected values from THEORY.md, not from the solver."""

import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.api.test_openapi import POSTS, SCHEMAS, answer_schema, validator
from tests.solver.unknowns import spelled

F = Fraction
VALID = validator(answer_schema(POSTS["/v1/regions"]))
FIELDS = set(SCHEMAS["RegionsOut"]["properties"])

# The defaults of frameworks, with learning rate n^(-c) and logits divided by n^x.
STANDARD_A = {"input": 0, "hidden": 0, "readout": 0}
STANDARD_B = {"input": 0, "hidden": "1/2", "readout": "1/2"}
STANDARD: dict[str, Any] = {"a": STANDARD_A, "b": STANDARD_B, "c": "c"}
PLANE: dict[str, Any] = {**STANDARD, "depth": 3, "a": {**STANDARD_A, "readout": "x"}}
UNIFORM: dict[str, Any] = {"preset": "uniform", "s": "s"}
INTERVALS = ["c < 1 unstable", "c = 1 kernel", "c > 1 trivial"]


def post(client: TestClient, body: object) -> dict[str, Any]:
    response = client.post("/v1/regions", json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    VALID.validate(answer)
    # A schema admits more than it lists.
    for one in answer.get("verdicts", {"": answer}).values():
        assert one is None or set(one) == FIELDS
    return answer


def classified(client: TestClient, body: object) -> dict[str, Any]:
    response = client.post("/v1/classify", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


# ---------------------------------------------------------------------------- one answer in full


def test_the_learning_rate_of_the_standard_parametrization(client: TestClient) -> None:
    """r = min(1/2, c) + c - 1 at L >= 2; stable from 2a + c >= 1 at the readout on."""
    assert post(client, {**STANDARD, "depth": 3}) == {
        "depth": 3,
        "optimizer": "sgd",
        "unknowns": ["c"],
        "cells": [
            {
                "verdict": "unstable",
                "r": "2*c - 1",
                "where": "c < 1/2",
                "dimension": 1,
                "constraints": [{"expression": "-c", "relation": ">", "value": "-1/2"}],
                "witness": {"c": "-1/2"},
            },
            {
                "verdict": "unstable",
                "r": "c - 1/2",
                "where": "1/2 <= c < 1",
                "dimension": 1,
                "constraints": [
                    {"expression": "c", "relation": ">=", "value": "1/2"},
                    {"expression": "-c", "relation": ">", "value": "-1"},
                ],
                "witness": {"c": "3/4"},
            },
            {
                "verdict": "kernel",
                "r": "1/2",
                "where": "c = 1",
                "dimension": 0,
                "constraints": [{"expression": "c", "relation": "=", "value": "1"}],
                "witness": {"c": "1"},
            },
            {
                "verdict": "trivial",
                "r": "c - 1/2",
                "where": "c > 1",
                "dimension": 1,
                "constraints": [{"expression": "c", "relation": ">", "value": "1"}],
                "witness": {"c": "2"},
            },
        ],
        "summary": INTERVALS,
        "summary_latex": [
            r"c < 1\colon\ \text{unstable}",
            r"c = 1\colon\ \text{kernel}",
            r"c > 1\colon\ \text{trivial}",
        ],
        "gallery": [
            {"name": "standard", "where": "c = 0", "at": {"c": "0"}},
            {"name": "standard_1_over_n", "where": "c = 1", "at": {"c": "1"}},
            {"name": "standard_1_over_sqrt_n", "where": "c = 1/2", "at": {"c": "1/2"}},
        ],
        "warnings": [],
        "optimum": None,
    }


@pytest.mark.parametrize(("depth", "r"), [(1, "3/2"), (2, "1/2"), (64, "1/2"), (10_000, "1/2")])
def test_the_intervals_are_the_same_at_every_depth(client: TestClient, depth: int, r: str) -> None:
    answer = post(client, {**STANDARD, "depth": depth})
    assert (answer["depth"], answer["summary"]) == (depth, INTERVALS)
    assert [each["r"] for each in answer["cells"] if each["verdict"] == "kernel"] == [r]


def test_the_uniform_family_learns_features_at_its_end_only(client: TestClient) -> None:
    answer = post(client, {**UNIFORM, "depth": 3})
    assert answer["summary"] == ["s = 0 feature_learning", "0 < s <= 1/2 kernel"]
    assert [(each["r"], each["dimension"]) for each in answer["cells"]] == [("0", 0), ("s", 1)]
    assert {each["name"]: each["at"] for each in answer["gallery"]} == {
        "mup": {"s": "0"},
        "ntk": {"s": "1/2"},
        "uniform(s)": None,
    }


def test_the_phase_diagram_of_the_standard_parametrization(client: TestClient) -> None:
    """Kernel on c + 2x = 1 (the readout's update) down to where features move."""
    answer = post(client, PLANE)
    assert answer["unknowns"] == ["c", "x"]
    assert answer["summary"][:3] == [
        "x = 1/2, c = 0 feature_learning",
        "c + 2*x = 1, 0 < c <= 1 kernel",
        "c + 2*x > 1, c + x >= 1/2, x >= 0 trivial",
    ]
    assert answer["summary"][3:] == ["unstable elsewhere"]
    kernel = next(each for each in answer["cells"] if each["verdict"] == "kernel")
    assert (kernel["r"], kernel["dimension"]) == ("1/2*c", 1)
    assert {each["name"]: each["at"] for each in answer["gallery"]} == {
        "standard": {"c": "0", "x": "0"},
        "standard_1_over_n": {"c": "1", "x": "0"},
        "standard_1_over_sqrt_n": {"c": "1/2", "x": "0"},
        "standard_divided_logits": {"c": "0", "x": "1/2"},
    }


def test_three_unknowns_have_cells_of_three_dimensions(client: TestClient) -> None:
    """Only the sum counts, and the sum is 1/2 in the NTK."""
    answer = post(client, {"depth": 1, "a": [0, "x + y + z"], "b": [0, 0], "c": 0})
    assert answer["unknowns"] == ["x", "y", "z"]
    assert answer["summary"] == [
        "x + y + z = 1/2 kernel",
        "x + y + z > 1/2 trivial",
        "unstable elsewhere",
    ]
    assert [each["dimension"] for each in answer["cells"]] == [2, 3, 3, 3]


# ---------------------------------------------------------------------------- any depth


def test_without_depth_there_are_two_answers(client: TestClient) -> None:
    answer = post(client, STANDARD)
    assert set(answer) == {"summary", "depth", "any_depth", "verdicts"}
    assert (answer["depth"], answer["any_depth"]) == (None, True)
    first, deeper = answer["verdicts"]["1"], answer["verdicts"][">=2"]
    assert (first["depth"], deeper["depth"]) == (1, None)
    assert answer["summary"] == first["summary"] == deeper["summary"] == INTERVALS
    assert first == post(client, {**STANDARD, "depth": 1})
    at_two = post(client, {**STANDARD, "depth": 2})
    assert {**at_two, "depth": None} == deeper


def test_verdicts_that_differ_with_depth_are_said_to(client: TestClient) -> None:
    answer = post(client, {"preset": "standard_adam", "c": "c"})
    assert answer["any_depth"] is False
    summaries = [each["summary"][1] for each in answer["verdicts"].values()]
    assert summaries == ["c = 1 operator", "c = 3/2 operator"]
    told = [line for line in answer["summary"] if line.endswith("operator")]
    assert told == ["L = 1: c = 1 operator", "L >= 2: c = 3/2 operator"]


def test_any_depth_is_about_verdicts_and_not_about_r(client: TestClient) -> None:
    answer = post(client, {**STANDARD, "bounds": {"c": [1, 2]}})
    assert answer["any_depth"] is True
    rates = [[each["r"] for each in one["cells"]] for one in answer["verdicts"].values()]
    assert rates == [["3/2", "c + 1/2"], ["1/2", "c - 1/2"]]


def test_one_hidden_layer_only_has_no_second_answer(client: TestClient) -> None:
    """Mean field, and nothing else: layer 1 starts at size one only for a + b = 0."""
    halves = {"input": "1/2", "readout": "1/2"}
    answer = post(client, {"a": {**halves, "input": "t"}, "b": halves, "c": 0})
    assert (answer["any_depth"], answer["verdicts"][">=2"]) == (False, None)
    assert answer["verdicts"]["1"]["summary"] == [
        "t < -1/2 unstable",
        "t = -1/2 feature_learning",
        "t > -1/2 unstable",
    ]


def test_an_unknown_of_layers_that_are_not_there_is_noticed(client: TestClient) -> None:
    c = {"input": 0, "hidden": "h", "readout": "c"}
    answers = post(client, {**STANDARD, "c": c})["verdicts"]
    assert answers["1"]["warnings"] == ["h does not occur at L = 1: any value will do there."]
    assert answers[">=2"]["warnings"] == []


# ---------------------------------------------------------------------------- spellings

FORMS: dict[str, dict[str, Any]] = {
    "by role": {**STANDARD, "depth": 2},
    "c by role": {**STANDARD, "depth": 2, "c": {"input": "c", "hidden": "c", "readout": "c"}},
    "lists": {"depth": 2, "a": [0, 0, 0], "b": [0, "1/2", 0.5], "c": "c"},
    "lists of c": {"depth": 2, "a": [0, 0, 0], "b": [0, "1/2", "0.5"], "c": ["c", "c", "c"]},
    "flat vector": {"depth": 2, "abc": [0, 0, 0, 0, "1/2", "1/2", "c"]},
    "flat vector, c per layer": {"depth": 2, "abc": [0, 0, 0, 0, "1/2", "1/2", "c", "c", "c"]},
    "nulls": {**STANDARD, "depth": 2, "abc": None, "preset": None, "bounds": None, "d": None},
    "no goal": {**STANDARD, "depth": 2, "minimize": None, "maximize": None, "subject_to": None},
    "no bounds": {**STANDARD, "depth": 2, "bounds": {}},
    "open bounds": {**STANDARD, "depth": 2, "bounds": {"c": [None, None]}},
    "optimizer": {**STANDARD, "depth": 2, "optimizer": "sgd"},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_question_has_the_same_answer(client: TestClient, form: str) -> None:
    assert post(client, FORMS[form]) == post(client, {**STANDARD, "depth": 2})


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "spelling",
    [
        *(" c ", "\tc", "(c)", "((((c))))", "+c", "--c", "c + 0", "c - 0*c", "2*c/2", "c*1"),
        *("1/2*c + c/2", ".5*c + 5e-1*c", "2*(c + 1)/2 - 1", "(1/2)*(c + c)", "3*c-c-c", "c/(2/2)"),
    ],
)
def test_every_spelling_of_an_expression_means_the_same(client: TestClient, spelling: str) -> None:
    body = {**STANDARD, "depth": 2}
    assert post(client, {**body, "c": spelling}) == post(client, body)


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "b",
        "c",
        "d",
        "s",
        "x1",
        "t_1",
        "E",
        "lambda",
        "None",
        "True",
        "Real",
        "x" * 24,
        "R",
        "c_1",
    ],
)
def test_unknowns_may_have_any_name(client: TestClient, name: str) -> None:
    answer = post(client, {**STANDARD, "depth": 2, "c": name, "minimize": name})
    assert answer["unknowns"] == [name]
    assert answer["summary"] == [each.replace("c ", f"{name} ", 1) for each in INTERVALS]
    assert answer["optimum"]["at"] == {name: "1"}


def test_names_of_several_letters_are_upright_in_latex(client: TestClient) -> None:
    answer = post(client, {**STANDARD, "depth": 2, "c": "my_c"})
    assert answer["summary_latex"][1] == r"\mathit{my\_c} = 1\colon\ \text{kernel}"


def test_answers_are_exact_beyond_the_bounds_of_questions(client: TestClient) -> None:
    """c' = 1 at c = (1 - 1/999983) 1000000/999979, which nobody may post."""
    body = {**STANDARD, "depth": 2, "c": "999979/1000000*c + 1/999983"}
    exact = F(999982, 999983) * F(1_000_000, 999_979)
    answer = post(client, {**body, "minimize": "c"})
    assert answer["optimum"]["value"] == str(exact)
    assert answer["summary"][1] == f"c = {exact} kernel"


# ---------------------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    ("bounds", "summary"),
    [
        ([0, "1/2"], ["0 <= c <= 1/2 unstable"]),
        (["1/2", 1], ["1/2 <= c < 1 unstable", "c = 1 kernel"]),
        ([1, 1], ["c = 1 kernel"]),
        ([1, None], ["c = 1 kernel", "c > 1 trivial"]),
        ([None, 1], ["c < 1 unstable", "c = 1 kernel"]),
        (["1000000/999999", 1_000_000], ["1000000/999999 <= c <= 1000000 trivial"]),
        ([-1_000_000, 1], ["-1000000 <= c < 1 unstable", "c = 1 kernel"]),
    ],
    ids=spelled,
)
def test_bounds_cut_what_is_answered(
    client: TestClient, bounds: list[object], summary: list[str]
) -> None:
    body = {**STANDARD, "depth": 3, "bounds": {"c": bounds}}
    assert post(client, body)["summary"] == summary


def test_the_range_of_a_named_family_is_kept(client: TestClient) -> None:
    answer = post(client, {"preset": "uniform", "s": "2*t", "depth": 2})
    assert answer["summary"] == ["t = 0 feature_learning", "0 < t <= 1/4 kernel"]


# ------------------------------------------------------------------------ against /v1/classify


def value(expression: str, point: Mapping[str, Fraction]) -> Fraction:
    """The value of what the service writes: a sum of terms such as ``-3/2*s``."""
    total = F()
    for term in expression.replace(" - ", " + -").split(" + "):
        sign, rest = (-1, term[1:]) if term.startswith("-") else (1, term)
        factor, _, name = rest.rpartition("*")
        total += sign * F(factor or 1) * (point[name] if name in point else F(name))
    return total


def holds(constraint: dict[str, str], point: Mapping[str, Fraction]) -> bool:
    difference = value(constraint["expression"], point) - F(constraint["value"])
    return {"=": difference == 0, ">": difference > 0, ">=": difference >= 0}[
        constraint["relation"]
    ]


def drawn(rng: random.Random, cells: list[dict[str, Any]], names: list[str]) -> dict[str, Fraction]:
    """A point anywhere, or on the border of a cell along one of the unknowns."""
    point = {name: F(rng.randint(-12, 12), rng.choice((1, 2, 3, 4, 6))) for name in names}
    border = rng.choice([each for cell in cells for each in cell["constraints"]])
    moved = rng.choice(names)
    slope = value(border["expression"], dict.fromkeys(names, F()) | {moved: F(1)})
    if slope and rng.random() < 0.7:
        point[moved] += (F(border["value"]) - value(border["expression"], point)) / slope
    return point


# What the expressions below mean.
MEANING: dict[object, Callable[[Fraction, Fraction], Fraction]] = {
    "u": lambda u, _: u,
    "v": lambda _, v: v,
    "-u": lambda u, _: -u,
    "-v": lambda _, v: -v,
    "-2*u": lambda u, _: -2 * u,
    "1/2 - u": lambda u, _: F(1, 2) - u,
    "(1 - 2*v)/2": lambda _, v: F(1, 2) - v,
}
FAMILIES: dict[str, dict[str, Any]] = {
    "standard": {"depth": 3, "a": [0, 0, 0, "u"], "b": [0, "1/2", "1/2", "1/2"], "c": "v"},
    "one layer": {"depth": 1, "a": ["u", "1/2"], "b": ["-u", "v"], "c": ["v", "-u"]},
    "gauge": {"depth": 2, "a": ["u", "v", 0.5], "b": ["-u", "(1 - 2*v)/2", 0], "c": ["-2*u", 0, 0]},
    "odd": {"depth": 3, "a": [0, 0.5, "u", 1], "b": [0, 0, "1/2 - u", 0], "c": [0, 0, "-2*u", "v"]},
    "adam": {"optimizer": "adam", "depth": 2, "a": [0, 0, "u"], "b": [0, "1/2", 1], "c": "v"},
    "d": {"optimizer": "adam", "depth": 1, "a": [0, "u"], "b": [0, 1], "c": "v", "d": "-v"},
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", FAMILIES)
def test_every_point_has_the_verdict_of_its_only_cell(client: TestClient, name: str) -> None:
    rng = random.Random(2011_14522)
    answer = post(client, FAMILIES[name])
    cells = answer["cells"]
    for cell in cells:
        witness = {each: F(at) for each, at in cell["witness"].items()}
        assert all(holds(each, witness) for each in cell["constraints"])
    seen = set()
    for _ in range(60):
        point = drawn(rng, cells, answer["unknowns"])
        (cell,) = [one for one in cells if all(holds(each, point) for each in one["constraints"])]
        verdict = classified(client, at_point(FAMILIES[name], point["u"], point.get("v", F())))
        assert verdict["verdict"] == cell["verdict"], point
        assert F(verdict["r"]) == value(cell["r"], point), point
        seen.add(verdict["verdict"])
    assert len(seen) >= 2


def at_point(entry: Any, u: Fraction, v: Fraction) -> Any:
    """The question with numbers in place of expressions."""
    if isinstance(entry, dict):
        return {key: at_point(each, u, v) for key, each in entry.items()}
    if isinstance(entry, list):
        return [at_point(each, u, v) for each in entry]
    return str(MEANING[entry](u, v)) if entry in MEANING else entry


# ---------------------------------------------------------------------------- observation


@pytest.fixture
def fresh() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(log_level="critical"))) as client:
        yield client


def test_questions_are_counted_by_route_and_not_as_verdicts(fresh: TestClient) -> None:
    fresh.post("/v1/regions", json={**UNIFORM, "depth": 1})
    fresh.post("/v1/repairs", json={"preset": "mup", "depth": 1, "target": "stable"})
    response = fresh.post("/v1/regions", json={})
    assert response.headers["X-Request-ID"]
    lines = fresh.get("/metrics").text.splitlines()
    for path, status in (("regions", 200), ("regions", 422), ("repairs", 200)):
        labels = f'method="POST",route="/v1/{path}",status="{status}"'
        assert f"http_request_duration_seconds_count{{{labels}}} 1.0" in lines
    verdicts = [line for line in lines if line.startswith("abc_verdicts_total{")]
    assert verdicts
    assert all(line.endswith(" 0.0") for line in verdicts)
