"""Whatever is wrong with a check is said at once, pointed at, and never queued."""

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.experiment.plan import Experiment, estimate
from tests.app.api.test_errors import NOT_JSON, TWENTY_MIB, pointers, problem_of, refused
from tests.app.queue.queue_double import QueueDouble, app_with

MUP = {"preset": "mup", "depth": 2}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def queue() -> QueueDouble:
    return QueueDouble()


@pytest.fixture(scope="module")
def service(queue: QueueDouble) -> Iterator[TestClient]:
    with TestClient(app_with(queue), raise_server_exceptions=False) as client:
        yield client


def flaws(service: TestClient, body: str) -> dict[str, str]:
    """What is said of a body, by pointer."""
    problem = refused(service, body, 422, "/v1/checks")
    assert problem["type"] == "/problems/invalid-request"
    return {flaw["pointer"]: flaw["detail"] for flaw in problem["errors"]}


# ---------------------------------------------------------------------------- numbers

# In JSON, as written: none of them is a whole number, wherever one is expected.
NOT_WHOLE = {
    "text": '"4"',
    "true": "true",
    "a fraction": "4.5",
    "a decimal": "4.0",
    "an exponent": "4e0",
    "a list": "[4]",
    "an object": '{"value": 4}',
    "beyond all floats": "1e400",
}
NOT_A_NUMBER = {name: NOT_WHOLE[name] for name in ("text", "true", "a list", "an object")}
WHOLE = {
    "steps": (1, 64),
    "seeds": (1, 256),
    "seed": (0, 2**32 - 1),
    "batch_size": (1, 128),
    "input_dim": (1, 256),
}
REAL = {"learning_rate": (1e-6, 1e3), "tolerance": (0.001, 0.25)}
HUGE = "9" * 4000


@pytest.mark.parametrize("field", WHOLE)
@pytest.mark.parametrize("name", NOT_WHOLE)
def test_a_count_is_a_whole_number(service: TestClient, field: str, name: str) -> None:
    found = flaws(service, f'{{"preset": "mup", "depth": 2, "{field}": {NOT_WHOLE[name]}}}')
    assert set(found) == {f"/{field}"}
    least, most = WHOLE[field]
    assert found[f"/{field}"].startswith(f"{field} is ")
    assert f"must be a whole number between {least} and {most}" in found[f"/{field}"]


@pytest.mark.parametrize("field", WHOLE)
def test_a_count_lies_within_its_bounds(service: TestClient, field: str) -> None:
    least, most = WHOLE[field]
    for value in (str(least - 1), str(most + 1), HUGE, f"-{HUGE}"):
        found = flaws(service, f'{{"preset": "mup", "depth": 2, "{field}": {value}}}')
        assert f"must lie between {least} and {most}" in found[f"/{field}"]


def test_the_value_the_rule_and_the_remedy_are_named(service: TestClient) -> None:
    found = flaws(service, json.dumps({**MUP, "steps": 0}))
    assert found == {"/steps": "steps is 0; it counts training steps and must lie between 1 and 64"}


@pytest.mark.parametrize("field", [*REAL, "momentum"])
@pytest.mark.parametrize("name", NOT_A_NUMBER)
def test_a_rate_is_a_number(service: TestClient, field: str, name: str) -> None:
    found = flaws(service, f'{{"preset": "mup", "depth": 2, "{field}": {NOT_A_NUMBER[name]}}}')
    assert set(found) == {f"/{field}"}
    assert "must be a number" in found[f"/{field}"]


@pytest.mark.parametrize("field", REAL)
def test_a_rate_lies_within_its_bounds(service: TestClient, field: str) -> None:
    least, most = REAL[field]
    for value in ("0", "-1", "1e400", "-1e400", "1e-400", HUGE, str(least / 2), str(most * 1.01)):
        found = flaws(service, f'{{"preset": "mup", "depth": 2, "{field}": {value}}}')
        assert f"between {least:g} and {most:g}" in found[f"/{field}"]


@pytest.mark.parametrize("value", ["1", "1.0", "-0.1", "2", "1e400", "1e0"])
def test_momentum_is_below_one(service: TestClient, value: str) -> None:
    found = flaws(service, f'{{"preset": "mup", "depth": 2, "momentum": {value}}}')
    assert "must lie between 0 and 1 (excluded)" in found["/momentum"]


CHOICES = {
    "activation": ("tanh", "relu", "gelu", "silu", "erf", "linear"),
    "loss": ("mse", "logistic"),
    "method": ("auto", "matrix_free", "dense"),
    "device": ("auto", "cpu", "cuda"),
    "update_rule": ("sgd",),
}


@pytest.mark.parametrize("field", CHOICES)
@pytest.mark.parametrize("value", ['"swish"', '""', "1", "1.5", "true", "[]", "{}", '["auto"]'])
def test_a_choice_is_one_of_those(service: TestClient, field: str, value: str) -> None:
    found = flaws(service, f'{{"preset": "mup", "depth": 2, "{field}": {value}}}')
    assert set(found) == {f"/{field}"}
    for choice in CHOICES[field]:
        assert f'"{choice}"' in found[f"/{field}"]


# ---------------------------------------------------------------------------- the rest

WIDTHS = {
    "no list": ("256", {"/widths"}, "list"),
    "text": ('"256, 512, 1024"', {"/widths"}, "list"),
    "an object": ("{}", {"/widths"}, "list"),
    "none": ("[]", {"/widths"}, "0 entries"),
    "two": ("[64, 4096]", {"/widths"}, "2 entries"),
    "too many": (json.dumps(list(range(100, 121))), {"/widths"}, "between 3 and 20"),
    "half a million": (json.dumps([0] * 500_000), {"/widths"}, "500000 entries"),
    "one twice": ("[64, 256, 64, 512]", {"/widths/2"}, "give each width once"),
    "too narrow": ("[15, 64, 256]", {"/widths/0"}, "between 16 and 67108864"),
    "too wide": ("[64, 256, 67108865]", {"/widths/2"}, "between 16 and 67108864"),
    "beyond all bounds": (f"[64, 256, {HUGE}]", {"/widths/2"}, "digits"),
    "close together": ("[64, 128, 255]", {"/widths"}, "at least 4 times"),
    "a decimal": ("[64, 256.0, 1024]", {"/widths/1"}, "whole number"),
    "texts": ('["64", 256, "1024"]', {"/widths/0", "/widths/2"}, "whole number"),
    "null": ("[64, null, 1024]", {"/widths/1"}, "whole number"),
    "true": ("[true, 256, 1024]", {"/widths/0"}, "whole number"),
    "lists": ("[[64], [256], [1024]]", {f"/widths/{i}" for i in range(3)}, "whole number"),
}


@pytest.mark.parametrize("name", WIDTHS)
def test_each_flaw_of_widths_is_pointed_at(service: TestClient, name: str) -> None:
    value, expected, words = WIDTHS[name]
    found = flaws(service, f'{{"preset": "mup", "depth": 2, "widths": {value}}}')
    assert set(found) == expected
    assert all(words in detail for detail in found.values())


X, Y = [[1, 0], [0, 1]], [1, -1]

# name: fields beside µP at depth 2, pointers, words that the details must contain.
FLAWED: dict[str, tuple[dict[str, Any], set[str], tuple[str, ...]]] = {
    "inputs alone": ({"inputs": X}, {"/targets"}, ("missing", "inputs")),
    "targets alone": ({"targets": Y}, {"/inputs"}, ("missing", "targets")),
    "inputs that are a number": ({"inputs": 1, "targets": Y}, {"/inputs"}, ("list",)),
    "inputs that are a list of numbers": (
        {"inputs": [1, 2], "targets": Y},
        {"/inputs/0", "/inputs/1"},
        ("inputs[0] is 1; it must be a list",),
    ),
    "no inputs": ({"inputs": [], "targets": []}, {"/inputs", "/targets"}, ("0 entries",)),
    "an empty input": ({"inputs": [[1], []], "targets": Y}, {"/inputs/1"}, ("0 entries",)),
    "ragged inputs": (
        {"inputs": [[1, 2], [1]], "targets": Y},
        {"/inputs/1"},
        ("1 entries and inputs[0] has 2",),
    ),
    "text in an input": ({"inputs": [[1, "2"], [1, 2]], "targets": Y}, {"/inputs/0/1"}, ('"2"',)),
    "null in an input": ({"inputs": [[1, None]], "targets": [1]}, {"/inputs/0/1"}, ("null",)),
    "true in an input": ({"inputs": [[1, True]], "targets": [1]}, {"/inputs/0/1"}, ("true",)),
    "a huge entry": (
        {"inputs": [[1, 10**400]], "targets": [-(10**7)]},
        {"/inputs/0/1", "/targets/0"},
        ("between -1e+06 and 1e+06",),
    ),
    "an input of zeros": (
        {"inputs": [[1, 0], [0, 0]], "targets": Y},
        {"/inputs/1"},
        ("networks cannot see it",),
    ),
    "an input of next to nothing": (
        {"inputs": [[1e-9, -1e-9]], "targets": [1]},
        {"/inputs/0"},
        ("networks cannot see it",),
    ),
    "too many inputs": (
        {"inputs": [[1]] * 129, "targets": [1] * 129},
        {"/inputs", "/targets"},
        ("129 entries", "between 1 and 128"),
    ),
    "too many dimensions": (
        {"inputs": [[1] * 257], "targets": [1]},
        {"/inputs/0"},
        ("257 entries", "between 1 and 256"),
    ),
    "too many numbers": (
        {"inputs": [[1] * 65] * 64, "targets": [1] * 64},
        {"/inputs"},
        ("4160 numbers", "4096"),
    ),
    "too few targets": ({"inputs": X, "targets": [1]}, {"/targets"}, ("1", "2", "one target")),
    "targets by input": (
        {"inputs": X, "targets": [[1], [-1]]},
        {"/targets/0", "/targets/1"},
        ("number",),
    ),
    "logistic targets": (
        {"inputs": X, "targets": [1, 0], "loss": "logistic"},
        {"/targets/1"},
        ("targets[1] is 0", "1 and -1"),
    ),
    "another batch size": (
        {"inputs": X, "targets": Y, "batch_size": 3},
        {"/batch_size"},
        ("batch_size is 3", "2", "leave it out"),
    ),
    "another dimension": (
        {"inputs": X, "targets": Y, "input_dim": 8},
        {"/input_dim"},
        ("input_dim is 8", "2", "leave it out"),
    ),
    "Adam's rule under SGD": (
        {"update_rule": "signsgd"},
        {"/update_rule"},
        ("signsgd", "sgd", "set optimizer"),
    ),
    "half a class": (
        {"inputs": X, "targets": [1, 0.5], "loss": "cross_entropy"},
        {"/targets/1"},
        ("0.5", "whole number"),
    ),
    "too deep": ({"depth": 17}, {"/depth"}, ("17", "between 1 and 16")),
    "no depth": ({"depth": None}, {"/depth"}, ("missing",)),
    "depth as text": ({"depth": "2"}, {"/depth"}, ("whole number",)),
    "an unknown preset": ({"preset": "mupp"}, {"/preset"}, ("mup",)),
    "an unknown field": ({"learning_rates": 1}, {"/learning_rates"}, ('"learning_rate"',)),
    "width": ({"width": 64}, {"/width"}, ('did you mean "widths"?',)),
    "epsilon of a rule that has none": (
        {"preset": "mup_adam", "epsilon": 0, "update_rule": "signsgd"},
        {"/update_rule"},
        ("signsgd", "leave update_rule out"),
    ),
    "a network by tensors": (
        {
            "preset": None,
            "depth": None,
            "tensors": [
                {"name": "in", "kind": "input", "a": 0, "b": 0, "c": 0},
                {"name": "head", "kind": "readout", "a": 0, "b": 1, "c": 0},
            ],
        },
        {"/tensors"},
        ("by tensors yet",),
    ),
    "a rule of no layer's law": (
        {
            "optimizer": ["sgd", "muon", "sgd"],
            "preset": None,
            "a": 0,
            "b": 0,
            "c": 0,
            "update_rule": "adam",
        },
        {"/update_rule"},
        ("sgd, muon", "sgd or muon or polar", "set optimizer"),
    ),
    "hidden layers of full rank": (
        {
            "optimizer": ["sgd", "adafactor", "sgd"],
            "preset": None,
            "a": 0,
            "b": 0,
            "c": 0,
            "method": "matrix_free",
        },
        {"/method"},
        ("adafactor", "low rank", '"dense"'),
    ),
    "an alignment": ({"alignment": "full"}, {"/alignment"}, ("leave it out",)),
    "an unknown optimizer": ({"optimizer": "adamm"}, {"/optimizer"}, ("adam",)),
}


@pytest.mark.parametrize("name", FLAWED)
def test_each_flaw_is_pointed_at_and_explained(service: TestClient, name: str) -> None:
    body, expected, words = FLAWED[name]
    found = flaws(service, json.dumps({**MUP, **body}))
    assert set(found) == expected
    for word in words:
        assert word in " ".join(found.values())


ADAM = {"preset": "mup_adam", "depth": 2}
FLAWED_ADAM = {
    "matrix-free": ({"method": "matrix_free"}, {"/method"}, ("low rank", '"dense"')),
    "momentum": ({"momentum": 0.9}, {"/momentum"}, ("0.9", "adam", "leave it out")),
    "plain SGD": ({"update_rule": "sgd"}, {"/update_rule"}, ("adam or signsgd",)),
}


@pytest.mark.parametrize("name", FLAWED_ADAM)
def test_what_does_not_go_with_adam_is_said(service: TestClient, name: str) -> None:
    body, expected, words = FLAWED_ADAM[name]
    found = flaws(service, json.dumps({**ADAM, **body}))
    assert set(found) == expected
    for word in words:
        assert word in " ".join(found.values())


@pytest.mark.parametrize(
    "form",
    [
        {"preset": "mup"},
        {
            "a": {"input": 0, "hidden": 0, "readout": 0},
            "b": {"input": 0, "hidden": 0, "readout": 0},
            "c": 0,
        },
        {"abc": [0, 0, 0, 0, 0]},
        {"a": [0, 0], "b": [0, 0], "c": 0},
    ],
    ids=json.dumps,
)
def test_a_check_needs_a_depth(service: TestClient, form: dict[str, Any]) -> None:
    found = flaws(service, json.dumps(form))
    assert set(found) == {"/depth"}
    assert found["/depth"].startswith("depth is missing; ")


def test_every_flaw_is_reported_at_once(service: TestClient) -> None:
    body = {
        "depth": 2,
        "abc": [0, "x", 0, 0, 0, 0, "1/0"],
        "widths": [64, "128", 8],
        "steps": 0,
        "seeds": 1.5,
        "activation": "swish",
        "loss": "hinge",
        "learning_rate": -1,
        "method": "sparse",
        "tolerance": "5%",
        "inputs": [[1, "y"]],
        "targets": [1],
    }
    found = flaws(service, json.dumps(body))
    assert set(found) == {
        *("/abc/1", "/abc/6", "/widths/1", "/widths/2", "/steps", "/seeds", "/activation"),
        *("/loss", "/learning_rate", "/method", "/tolerance", "/inputs/0/1"),
    }


def test_thousands_of_flaws_are_listed_briefly(service: TestClient) -> None:
    found = flaws(service, json.dumps({**MUP, "inputs": [["x"] * 256] * 128, "targets": ["y"]}))
    assert len(found) == 20


def test_fields_of_a_check_are_explained_elsewhere(service: TestClient) -> None:
    for field in ("widths", "seeds", "learning_rate", "device"):
        problem = refused(service, json.dumps({**MUP, field: 1}), 422)
        assert "POST /v1/checks" in problem["detail"]
    for field in ("steps", "batch_size", "input_dim", "momentum"):
        problem = refused(service, json.dumps({**MUP, field: 1}), 422)
        assert "leave it out" in problem["detail"]


# ---------------------------------------------------------------------------- any body


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json_is_said_not_to_be(service: TestClient, name: str) -> None:
    assert refused(service, NOT_JSON[name], 400, "/v1/checks")["type"] == "/problems/invalid-json"


@pytest.mark.parametrize("body", ["null", "true", "1", "1.5", '"mup"', "[]", "{}"])
def test_a_body_that_is_no_request_is_refused(service: TestClient, body: str) -> None:
    assert pointers(refused(service, body, 422, "/v1/checks")) == {""}


def test_bodies_are_bounded_and_declared_as_elsewhere(service: TestClient) -> None:
    for headers, content, status in (
        (JSON, TWENTY_MIB, 413),
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({}, b"{}", 415),
        (JSON, b"", 422),
    ):
        response = service.post("/v1/checks", content=content, headers=headers)
        assert response.status_code == status
        problem_of(service, response)


FIELDS = (*WHOLE, *REAL, *CHOICES, "widths", "inputs", "targets", "momentum", "optimizer", "d")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.integers(-(10**400), 10**400),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from([choice for choices in CHOICES.values() for choice in choices]),
)
values = scalars | st.lists(scalars | st.lists(scalars, max_size=4), max_size=6)


@given(
    preset=st.sampled_from(["mup", "mup_adam"]),
    body=st.dictionaries(st.sampled_from(FIELDS), values, max_size=5),
)
def test_no_fields_whatever_are_a_defect(
    queue: QueueDouble, service: TestClient, preset: str, body: dict[str, Any]
) -> None:
    content = json.dumps({"preset": preset, "depth": 2, **body})
    response = service.post("/v1/checks", content=content, headers=JSON)
    if response.status_code == 202:
        experiment = Experiment.from_json(queue.newest().job["experiment"])
        for name in (*REAL, "momentum"):
            assert math.isfinite(getattr(experiment, name))
        assert estimate(experiment).seconds <= 600
    else:
        problem_of(service, response)
