"""Whatever a client sends, it gets an answer or the one problem shape, and never a 5xx."""

import json
import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.main import create_app
from app.settings import Settings

POSTS = (
    *("/v1/classify", "/v1/classify/batch", "/v1/equivalence"),
    *("/v1/regions", "/v1/repairs", "/v1/limits", "/v1/demonstrations/transfer"),
)
JSON = {"Content-Type": "application/json"}
MIB = 2**20

NINES = "9" * 5000
DEEP = 100_000


def problem_of(client: TestClient, response: httpx.Response) -> dict[str, Any]:
    """The problem, after checking that it is one, in the one shape, with a type that resolves."""
    assert 400 <= response.status_code < 500, response.text[:500]
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == response.status_code
    for text in (problem["title"], problem["detail"]):
        assert isinstance(text, str)
        assert text
    assert len(problem["detail"]) < 1000
    assert isinstance(problem["errors"], list)
    for flaw in problem["errors"]:
        assert set(flaw) == {"pointer", "detail"}
        assert flaw["pointer"] == "" or flaw["pointer"].startswith("/")
        assert flaw["detail"]
        assert len(flaw["detail"]) < 1000
    assert len(response.content) < 30_000
    assert problem["type"].startswith("/problems/")
    meaning = client.get(problem["type"])
    assert meaning.status_code == 200
    assert meaning.json()["type"] == problem["type"]
    return problem


def refused(
    client: TestClient, body: str | bytes, status: int, path: str = "/v1/classify"
) -> dict[str, Any]:
    response = client.post(path, content=body, headers=JSON)
    assert response.status_code == status, response.text[:500]
    return problem_of(client, response)


def pointers(problem: dict[str, Any]) -> set[str]:
    return {flaw["pointer"] for flaw in problem["errors"]}


# ---------------------------------------------------------------------------- no JSON

NOT_JSON: dict[str, str | bytes] = {
    "text": "nonsense",
    "cut short": '{"preset": "mup"',
    "single quotes": "{'preset': 'mup'}",
    "a trailing comma": '{"preset": "mup",}',
    "two documents": '{"preset": "mup"} {"preset": "ntk"}',
    "a comment": '{"preset": "mup"} // the best',
    "only blanks": "   ",
    "NaN": '{"depth": 1, "abc": [0, NaN, 0, 0, 0]}',
    "Infinity": '{"depth": 1, "abc": [0, Infinity, 0, 0, 0]}',
    "-Infinity": '{"depth": 1, "abc": [0, -Infinity, 0, 0, 0]}',
    "NaN alone": "NaN",
    "a leading zero": '{"depth": 01, "abc": [0, 0, 0, 0, 0]}',
    "a plus sign": '{"depth": +1, "abc": [0, 0, 0, 0, 0]}',
    "hexadecimal": '{"depth": 0x1, "abc": [0, 0, 0, 0, 0]}',
    "no digit before the point": '{"depth": 1, "abc": [0, .5, 0, 0, 0]}',
    "no digit after the point": '{"depth": 1, "abc": [0, 5., 0, 0, 0]}',
    "a control character": '{"preset": "m\nup"}',
    "NUL": b"\x00",
    "invalid UTF-8": b'{"preset": "\xff"}',
    "invalid UTF-8 in a field": b'{"\xc3\x28": 1}',
    "an overlong encoding": b'{"preset": "\xc0\xaf"}',
    "an encoded surrogate": b'{"preset": "\xed\xa0\x80"}',
    "half of a surrogate pair": '{"preset": "\\ud800"}',
    "UTF-16": '{"preset": "mup"}'.encode("utf-16"),
    "a hundred thousand brackets": "[" * DEEP + "]" * DEEP,
    "a hundred thousand open brackets": "[" * DEEP,
    "a hundred thousand objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "deep nesting in a field": '{"depth": 1, "abc": ' + "[" * DEEP + "]" * DEEP + "}",
    "gzip": bytes.fromhex(
        "1f8b0800000000000003ab562a284a2d4e2d51b252ca2d2d50aa050067d5a4ba10000000"
    ),
}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json_is_said_not_to_be(client: TestClient, path: str, name: str) -> None:
    problem = refused(client, NOT_JSON[name], 400, path)
    assert problem["type"] == "/problems/invalid-json"


@pytest.mark.parametrize("path", POSTS)
def test_an_empty_body_is_refused(client: TestClient, path: str) -> None:
    for headers in (JSON, {}):
        response = client.post(path, headers=headers)
        assert response.status_code in {400, 422}
        assert "empty" in problem_of(client, response)["detail"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body", ["null", "true", "1", "1.5", "1e400", '"mup"', "[]", '[{"preset": "mup"}]']
)
def test_a_body_that_is_no_object_is_refused(client: TestClient, path: str, body: str) -> None:
    problem = refused(client, body, 422, path)
    assert problem["type"] == "/problems/invalid-request"
    assert pointers(problem) == {""}
    assert "JSON object" in problem["detail"]


# ---------------------------------------------------------------------------- exponents

# In JSON, as written.
NO_EXPONENT: dict[str, str] = {
    "true": "true",
    "false": "false",
    "null": "null",
    "a list": "[]",
    "a list of one": "[1]",
    "an object": '{"p": 1, "q": 2}',
    "1e400": "1e400",
    "-1e400": "-1e400",
    "1e-400": "1e-400",
    "1e999999999999": "1e999999999999",
    "1e-999999999999": "1e-999999999999",
    "a million and one": "1000001",
    "minus a million and one": "-1000001",
    "past 64 bits": "18446744073709551616",
    "four thousand digits": "9" * 4000,
    "seven places": "0.1234567",
    "a ten-millionth": "1e-7",
    "a double spelled out": "0.1000000000000000055511151231257827",
    "very many places": "0." + "3" * 2000,
    "division by zero": '"1/0"',
    "zero by zero": '"0/0"',
    "a large denominator": '"1/1000000007"',
    "a large numerator": '"1000000007/3"',
    "a large integer as text": '"1000000007"',
    "a huge integer as text": f'"{NINES}"',
    "a huge ratio": f'"{NINES}/{NINES}"',
    "1e400 as text": '"1e400"',
    "1e99999 as text": '"1e99999"',
    "1e999999999999 as text": '"1e999999999999"',
    "NaN as text": '"NaN"',
    "infinity as text": '"Infinity"',
    "inf as text": '"-inf"',
    "a call": "\"__import__('os')\"",
    "an expression": '"1+1"',
    "a power": '"9**9**9"',
    "a symbol": '"x"',
    "a name": '"oo"',
    "a tuple": '"(1, 2)"',
    "a string in a string": '"\\"1\\""',
    "Arabic digits": '"١/٢"',
    "fullwidth digits": '"１/２"',
    "a vulgar fraction": '"½"',
    "a superscript": '"²"',
    "a Unicode minus": '"−1"',
    "a Unicode slash": '"1⁄2"',
    "nothing": '""',
    "a blank": '" "',
    "a sign": '"-"',
    "two signs": '"--1"',
    "a point": '"."',
    "two points": '"1.2.3"',
    "a comma": '"1,5"',
    "an underscore": '"1_0"',
    "hexadecimal": '"0x10"',
    "a slash": '"/"',
    "no denominator": '"1/"',
    "no numerator": '"/2"',
    "a negative denominator": '"1/-2"',
    "three parts": '"1/2/3"',
    "a ratio of decimals": '"0.5/2"',
    "an exponent without a number": '"e5"',
    "a number without its exponent": '"1e"',
    "a line break": '"1\\n"',
    "a tabulator": '"\\t1"',
    "NUL": '"1\\u0000"',
    "a no-break space": '"1\\u00a0"',
    "a percentage": '"50%"',
    "half a million characters": json.dumps("1" * 500_000),
    "many emoji": json.dumps("🧠" * 40_000),
}


@pytest.mark.parametrize("name", NO_EXPONENT)
def test_what_is_no_exponent_is_pointed_at_in_a_vector(client: TestClient, name: str) -> None:
    value = NO_EXPONENT[name]
    problem = refused(client, f'{{"depth": 1, "abc": [0, {value}, 0, 0, 0]}}', 422)
    assert pointers(problem) == {"/abc/1"}
    batch = f'{{"depth": 1, "abc": [[0, 1, 0, 0, 0], [0, 1, {value}, 0, 0]]}}'
    assert pointers(refused(client, batch, 422, "/v1/classify/batch")) == {"/abc/1/2"}


@pytest.mark.parametrize("name", NO_EXPONENT)
def test_what_is_no_exponent_is_pointed_at_in_lists(client: TestClient, name: str) -> None:
    value = NO_EXPONENT[name]
    body = f'{{"depth": 1, "a": [{value}, 0], "b": [0, {value}], "c": [0, {value}]}}'
    assert pointers(refused(client, body, 422)) == {"/a/0", "/b/1", "/c/1"}


@pytest.mark.parametrize("name", sorted(set(NO_EXPONENT) - {"null"}))
def test_what_is_no_exponent_is_pointed_at_by_role(client: TestClient, name: str) -> None:
    value = NO_EXPONENT[name]
    roles = '{"input": 0, "hidden": 0, "readout": 0}'
    body = f'{{"a": {{"input": 0, "hidden": {value}, "readout": 0}}, "b": {roles}, "c": 0}}'
    assert pointers(refused(client, body, 422)) == {"/a/hidden"}


@pytest.mark.parametrize("name", sorted(set(NO_EXPONENT) - {"null"}))
def test_what_is_no_exponent_is_no_parameter_either(client: TestClient, name: str) -> None:
    body = f'{{"preset": "uniform", "s": {NO_EXPONENT[name]}}}'
    assert pointers(refused(client, body, 422)) == {"/s"}


@pytest.mark.parametrize("value", [NINES, f"-{NINES}", "1" + "0" * 50_000, f"1e{NINES}"])
@pytest.mark.parametrize("where", ["depth", "s", "preset", "optimizer", "abc", "whatever"])
def test_numbers_beyond_all_bounds_are_refused_anywhere(
    client: TestClient, where: str, value: str
) -> None:
    response = client.post(
        "/v1/classify", content=f'{{"preset": "mup", "{where}": {value}}}', headers=JSON
    )
    assert response.status_code in {400, 422}
    problem_of(client, response)


# ---------------------------------------------------------------------------- depth

NO_DEPTH = {
    "zero": "0",
    "negative": "-1",
    "a billion": "1000000000",
    "one too many": "10001",
    "fractional": "2.5",
    "a decimal": "1.0",
    "an exponent": "1e0",
    "true": "true",
    "text": '"3"',
    "null": "null",
    "a list": "[1]",
    "an object": "{}",
    "1e400": "1e400",
    "1e999999999999": "1e999999999999",
    "four thousand digits": "9" * 4000,
    "past 64 bits": "-9223372036854775809",
    "code": "\"__import__('os')\"",
}


@pytest.mark.parametrize("name", NO_DEPTH)
def test_what_is_no_depth_is_pointed_at(client: TestClient, name: str) -> None:
    value = NO_DEPTH[name]
    for body, path in (
        (f'{{"depth": {value}, "abc": [0, 1, 0, 0, 0]}}', "/v1/classify"),
        (f'{{"depth": {value}, "a": [0, 1], "b": [0, 0], "c": 0}}', "/v1/classify"),
        (f'{{"depth": {value}, "abc": [[0, 1, 0, 0, 0]]}}', "/v1/classify/batch"),
    ):
        problem = refused(client, body, 422, path)
        assert pointers(problem) == {"/depth"}
        assert "depth" in problem["detail"]
    if name != "null":  # without a depth a preset is classified for every one
        problem = refused(client, f'{{"preset": "mup", "depth": {value}}}', 422)
        assert pointers(problem) == {"/depth"}


def test_the_bound_on_depth_is_said(client: TestClient) -> None:
    problem = refused(client, '{"preset": "mup", "depth": 1000000000}', 422)
    assert "1000000000" in problem["detail"]
    assert "10000" in problem["detail"].replace("1000000000", "")


# ---------------------------------------------------------------------------- questions

R = {"input": 0, "hidden": 0, "readout": 0}

# name: body, pointers, words that the detail must contain.
FLAWED: dict[str, tuple[dict[str, Any], set[str], tuple[str, ...]]] = {
    "nothing": ({}, {""}, ("preset", "abc", "depth")),
    "only a depth": ({"depth": 2}, {""}, ("preset", "abc")),
    "only an optimizer": ({"optimizer": "adam"}, {""}, ("preset",)),
    "only nulls": ({"preset": None, "depth": None, "abc": None}, {""}, ("preset",)),
    "too short a vector": ({"depth": 2, "abc": [0] * 6}, {"/abc"}, ("6", "depth 2", "7", "9")),
    "too long a vector": ({"depth": 2, "abc": [0] * 10}, {"/abc"}, ("10", "depth 2", "7", "9")),
    "between the lengths": ({"depth": 2, "abc": [0] * 8}, {"/abc"}, ("8", "depth 2", "7", "9")),
    "an empty vector": ({"depth": 3, "abc": []}, {"/abc"}, ("0", "depth 3", "9", "12")),
    "a vector for the whole bound": (
        {"depth": 10_000, "abc": [0] * 7},
        {"/abc"},
        ("7", "depth 10000", "20003", "30003"),
    ),
    "too short a list": (
        {"depth": 2, "a": [0, 0], "b": [0, 0, 0], "c": 0},
        {"/a"},
        ("2", "depth 2", "3"),
    ),
    "lists of several wrong lengths": (
        {"depth": 2, "a": [0], "b": [0] * 4, "c": []},
        {"/a", "/b", "/c"},
        ("1", "depth 2", "3"),
    ),
    "a vector without depth": ({"abc": [0] * 5}, {"/depth"}, ("depth",)),
    "lists without depth": ({"a": [0, 0], "b": [0, 0], "c": 0}, {"/depth"}, ("depth",)),
    "a vector that is text": ({"depth": 1, "abc": "0,0,0,0,0"}, {"/abc"}, ("list",)),
    "a vector that is a number": ({"depth": 1, "abc": 0}, {"/abc"}, ("list",)),
    "a vector by role": ({"depth": 1, "abc": R}, {"/abc"}, ("list",)),
    "a vector of vectors": (
        {"depth": 1, "abc": [[0] * 5] * 5},
        {f"/abc/{i}" for i in range(5)},
        (),
    ),
    "the same flaw twice": ({"depth": 1, "abc": ["x", 0, "x", 0, 0]}, {"/abc/0", "/abc/2"}, ()),
    "preset and vector": ({"preset": "mup", "depth": 1, "abc": [0] * 5}, {"/abc"}, ("preset",)),
    "preset and lists": (
        {"preset": "mup", "depth": 1, "a": [0, 0], "b": [0, 0], "c": 0},
        {"/a"},
        ("preset",),
    ),
    "vector and lists": ({"depth": 1, "abc": [0] * 5, "a": [0, 0]}, {"/a"}, ("abc",)),
    "vector and c": ({"depth": 1, "abc": [0] * 5, "c": 0}, {"/c"}, ("abc",)),
    "a alone": ({"depth": 1, "a": [0, 0]}, {"/b", "/c"}, ("missing",)),
    "no c": ({"depth": 1, "a": [0, 0], "b": [0, 0]}, {"/c"}, ("missing",)),
    "no b": ({"depth": 1, "a": [0, 0], "c": 0}, {"/b"}, ("missing",)),
    "c alone": ({"depth": 1, "c": 0}, {"/a", "/b"}, ("missing",)),
    "text for a": ({"depth": 1, "a": "0, 0", "b": [0, 0], "c": 0}, {"/a"}, ("exponent",)),
    "true for c": ({"depth": 1, "a": [0, 0], "b": [0, 0], "c": True}, {"/c"}, ("true",)),
    "lists and roles, no depth": ({"a": R, "b": [0, 0, 0], "c": 0}, {"/depth"}, ("lists",)),
    "roles without hidden": (
        {"depth": 2, "a": {"input": 0, "readout": 1}, "b": {"input": 0, "readout": 1}, "c": 0},
        {"/a/hidden", "/b/hidden"},
        ("hidden", "depth 2"),
    ),
    "hidden in a only": (
        {"a": R, "b": {"input": 0, "readout": 0}, "c": 0},
        {"/b/hidden"},
        ("hidden",),
    ),
    "roles without readout": (
        {"a": {"input": 0, "hidden": 0}, "b": R, "c": 0},
        {"/a/readout"},
        ("readout",),
    ),
    "no roles": ({"a": {}, "b": R, "c": 0}, {"/a/input", "/a/readout"}, ("input",)),
    "a misspelled role": (
        {"a": {"input": 0, "hiden": 0, "readout": 0}, "b": R, "c": 0},
        {"/a/hiden"},
        ("hiden", "hidden"),
    ),
    "the output role": (
        {"a": {"input": 0, "hidden": 0, "output": 0}, "b": R, "c": 0},
        {"/a/output", "/a/readout"},
        ("output", "readout"),
    ),
    "an unknown preset": ({"preset": "nkt"}, {"/preset"}, ("nkt", "ntk", "mup", "mean_field")),
    "a preset misspelled": ({"preset": "MUUP"}, {"/preset"}, ("MUUP", "mup")),
    "an empty preset": ({"preset": ""}, {"/preset"}, ("mup",)),
    "an unknown preset of a million letters": ({"preset": "x" * MIB}, {"/preset"}, ("mup",)),
    "a preset of emoji": ({"preset": "🧠" * 1000}, {"/preset"}, ("mup",)),
    "a preset of NUL": ({"preset": "\x00"}, {"/preset"}, ("mup",)),
    "a preset that is a number": ({"preset": 1}, {"/preset"}, ("string",)),
    "a preset that is a list": ({"preset": ["mup"]}, {"/preset"}, ("string",)),
    "a preset that is true": ({"preset": True}, {"/preset"}, ("string",)),
    "a preset for another optimizer": (
        {"preset": "mup", "optimizer": "adam"},
        {"/optimizer"},
        ("mup", "sgd", "adam", "mup_adam"),
    ),
    "an adaptive preset under SGD": (
        {"preset": "mup_adam", "optimizer": "sgd"},
        {"/optimizer"},
        ("mup_adam", "adam", "sgd"),
    ),
    "uniform without s": ({"preset": "uniform", "depth": 2}, {"/s"}, ("uniform", "s")),
    "uniform with s = 2": ({"preset": "uniform", "s": 2}, {"/s"}, ("2", "0", "1/2")),
    "uniform just below": ({"preset": "uniform", "s": "-1/1000000"}, {"/s"}, ("0", "1/2")),
    "uniform just above": ({"preset": "uniform", "s": 0.500001}, {"/s"}, ("0", "1/2")),
    "uniform with a list": ({"preset": "uniform", "s": [0, 0.5]}, {"/s"}, ("list",)),
    "s for another preset": ({"preset": "mup", "s": 0}, {"/s"}, ("mup", "leave it out")),
    "s without a preset": ({"depth": 1, "abc": [0] * 5, "s": 0}, {"/s"}, ("uniform",)),
    "c for a preset without it": ({"preset": "mup", "c": 0}, {"/c"}, ("mup", "leave it out")),
    "d for a preset": ({"preset": "mup_adam", "d": 0}, {"/d"}, ("preset",)),
    "standard_adam without c": ({"preset": "standard_adam"}, {"/c"}, ("standard_adam",)),
    "standard_adam with c by layer": (
        {"preset": "standard_adam", "depth": 1, "c": [1, 1]},
        {"/c"},
        ("list",),
    ),
    "mean field at depth 2": (
        {"preset": "mean_field", "depth": 2},
        {"/depth"},
        ("mean_field", "2", "1"),
    ),
    "d with SGD": (
        {"depth": 1, "abc": [0] * 5, "d": 0, "optimizer": "sgd"},
        {"/d"},
        ("adam",),
    ),
    "d without an optimizer": ({"depth": 1, "abc": [0] * 5, "d": [0, 0]}, {"/d"}, ("adam",)),
    "d of a wrong length": (
        {"depth": 1, "abc": [0] * 5, "d": [0, 0, 0], "optimizer": "adam"},
        {"/d"},
        ("3", "depth 1", "2"),
    ),
    "an unknown optimizer": (
        {"preset": "mup", "optimizer": "adamw"},
        {"/optimizer"},
        ("adam", "sgd"),
    ),
    "an optimizer misspelled": ({"preset": "mup", "optimizer": "SDG"}, {"/optimizer"}, ("sgd",)),
    "an optimizer that is a number": ({"preset": "mup", "optimizer": 0}, {"/optimizer"}, ("sgd",)),
    "an optimizer that is an object": (
        {"preset": "mup", "optimizer": {}},
        {"/optimizer"},
        ("sgd",),
    ),
    "an unknown activation": ({"preset": "mup", "activation": "swish"}, {"/activation"}, ("tanh",)),
    "a misspelled field": (
        {"preset": "mup", "optimiser": "sgd"},
        {"/optimiser"},
        ("optimiser", 'did you mean "optimizer"?'),
    ),
    "another misspelled field": (
        {"preset": "mup", "dept": 2},
        {"/dept"},
        ('did you mean "depth"?',),
    ),
    "an unknown field": ({"preset": "mup", "colour": "red"}, {"/colour"}, ("colour",)),
    "several unknown fields": ({"preset": "mup", "x": 1, "y": 2}, {"/x", "/y"}, ("1 more",)),
    "a field to be escaped": ({"preset": "mup", "a/b~c": 1}, {"/a~1b~0c"}, ("a/b~c",)),
    "an empty field": ({"preset": "mup", "": 1}, {"/"}, ("not a field",)),
    "weight decay": (
        {"preset": "mup", "decay_rate": 0.1},
        {"/decay_rate"},
        ("another network", '"weight_decay"'),
    ),
    "momentum": ({"preset": "mup", "momentum": 0.9}, {"/momentum"}, ("sgd",)),
    "width": ({"preset": "mup", "width": 512}, {"/width"}, ("infinity",)),
    "a dunder field": ({"preset": "mup", "__class__": "x"}, {"/__class__"}, ("__class__",)),
}


@pytest.mark.parametrize("name", FLAWED)
def test_each_flaw_is_pointed_at_and_explained(client: TestClient, name: str) -> None:
    body, expected, words = FLAWED[name]
    problem = refused(client, json.dumps(body), 422)
    assert problem["type"] == "/problems/invalid-request"
    assert pointers(problem) == expected
    said = " ".join([problem["detail"], *(flaw["detail"] for flaw in problem["errors"])])
    for word in words:
        assert word in said


def test_a_wrong_length_says_what_the_length_is_made_of(client: TestClient) -> None:
    detail = refused(client, '{"depth": 3, "abc": [0, 0]}', 422)["detail"]
    for words in ("4 a's", "4 b's", "c", "9", "12"):
        assert words in detail


def test_every_flaw_is_reported_at_once(client: TestClient) -> None:
    body = {"depth": 2, "a": [0, "x", None], "b": ["1/0", 0, 0], "c": {}}
    problem = refused(client, json.dumps(body), 422)
    assert {"/a/1", "/a/2", "/b/0"} <= pointers(problem)
    assert problem["detail"].startswith(problem["errors"][0]["detail"])


def test_a_field_of_a_million_letters_is_cut_in_the_answer(client: TestClient) -> None:
    refused(client, json.dumps({"preset": "mup", "x" * MIB: 1}), 422)


def test_ten_thousand_unknown_fields_are_refused_briefly(client: TestClient) -> None:
    refused(client, json.dumps({f"field_{number}": number for number in range(10_000)}), 422)


@pytest.mark.parametrize("value", ["null", "true", "1", "1.5", '"mup"', "[]"])
def test_a_part_that_is_no_object_is_refused(client: TestClient, value: str) -> None:
    body = f'{{"first": {value}, "second": {{"preset": "mup"}}}}'
    problem = refused(client, body, 422, "/v1/equivalence")
    assert pointers(problem) == {"/first"}
    assert "must be a JSON object" in problem["detail"]


def test_ten_thousand_wrong_roles_are_refused_briefly(client: TestClient) -> None:
    roles = {f"role_{number}": 0 for number in range(10_000)}
    refused(client, json.dumps({"a": roles, "b": R, "c": 0}), 422)


def test_everything_that_takes_a_body_is_tested_here(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    # In test_api_checks_errors and test_api_solving_errors.
    elsewhere = {"/v1/checks", "/v1/predictions", "/v1/regions/plot", "/v1/limits/plot"}
    elsewhere |= {f"/v1/demonstrations/{name}" for name in ("words", "analogies", "few-shot")}
    elsewhere |= {"/v1/programs"}
    assert {path for path, item in paths.items() if "post" in item} == {*POSTS, *elsewhere}


def test_a_field_given_twice_is_no_defect(client: TestClient) -> None:
    body = '{"preset": "mup", "preset": "nothing", "depth": 1, "depth": "x", "depth": 2}'
    assert client.post("/v1/classify", content=body, headers=JSON).status_code < 500


# ---------------------------------------------------------------------------- size

TWENTY_MIB = b'{"depth": 1, "abc": [' + b"0, " * (20 * MIB // 3) + b"0]}"


def chunked(body: bytes, size: int = 64 * 1024) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("path", POSTS)
def test_twenty_megabytes_are_too_large_when_declared(client: TestClient, path: str) -> None:
    response = client.post(path, content=TWENTY_MIB, headers=JSON)
    assert response.status_code == 413
    problem = problem_of(client, response)
    assert problem["type"] == "/problems/body-too-large"
    most = 16 if path.endswith("/batch") else 2
    assert f"larger than {most * MIB} bytes" in problem["detail"]


@pytest.mark.parametrize("path", POSTS)
def test_twenty_megabytes_are_too_large_when_streamed(client: TestClient, path: str) -> None:
    response = client.post(path, content=chunked(TWENTY_MIB), headers=JSON)
    assert "content-length" not in response.request.headers
    assert response.status_code == 413
    assert problem_of(client, response)["type"] == "/problems/body-too-large"


def test_a_declared_length_is_not_believed_when_it_is_too_small(client: TestClient) -> None:
    headers = {**JSON, "Content-Length": "10"}
    response = client.post("/v1/classify", content=chunked(TWENTY_MIB), headers=headers)
    assert response.status_code == 413
    problem_of(client, response)


@pytest.mark.parametrize("declared", ["abc", "-1", "1e9", "", "9" * 5000, "²"])
def test_a_declared_length_may_be_nonsense(client: TestClient, declared: str) -> None:
    headers = [
        (b"Content-Type", b"application/json"),
        (b"Content-Length", declared.encode("latin-1")),
    ]
    response = client.post("/v1/classify", content=chunked(b'{"preset": "mup"}'), headers=headers)
    assert response.status_code < 500
    if response.status_code != 200:
        problem_of(client, response)


def test_the_bound_on_a_body_is_a_setting_and_exact() -> None:
    app = create_app(Settings(log_level="critical", max_body_bytes=2048))
    body = b'{"preset": "mup"}'
    fits, exceeds = body.ljust(2048), body.ljust(2049)
    with TestClient(app, raise_server_exceptions=False) as client:
        for content in (fits, chunked(fits, 100)):
            assert client.post("/v1/classify", content=content, headers=JSON).status_code == 200
        for content in (exceeds, chunked(exceeds, 100)):
            response = client.post("/v1/classify", content=content, headers=JSON)
            assert response.status_code == 413
            problem_of(client, response)


# ---------------------------------------------------------------------------- media types


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "declared",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonp",
        "application/octet-stream",
        "text/json",
        "json",
        "*/*",
        "x" * 5000,
        ";;;=\x7f",
        None,
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_body_not_declared_as_json_is_refused(
    client: TestClient, path: str, declared: str | None
) -> None:
    headers = {} if declared is None else {"Content-Type": declared}
    response = client.post(path, content=b'{"preset": "mup"}', headers=headers)
    assert response.status_code == 415
    problem = problem_of(client, response)
    assert problem["type"] == "/problems/unsupported-media"
    assert "application/json" in problem["detail"]


# ---------------------------------------------------------------------------- resources


@pytest.mark.parametrize(
    "path",
    [
        "/v2/classify",
        "/v1",
        "/v1/",
        "/v1/classify/batch/x",
        "/nothing",
        "/%00",
        "/é",
        "/" + "x" * 5000,
        "/.env",
        "/..%2f..%2fetc",
    ],
    ids=lambda each: each[:40],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_there_is_not_found(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 404
    assert problem_of(client, response)["type"] == "/problems/not-found"


def test_a_problem_type_that_is_none_is_not_found(client: TestClient) -> None:
    response = client.get("/problems/nothing")
    assert response.status_code == 404
    assert "invalid-request" in problem_of(client, response)["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "BREW"])
@pytest.mark.parametrize("path", POSTS)
def test_a_wrong_method_is_told_the_right_one(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    problem = problem_of(client, response)
    assert problem["type"] == "/problems/method-not-allowed"
    assert method in problem["detail"]
    assert "POST" in problem["detail"]


@pytest.mark.parametrize("path", ["/v1/parametrizations", "/v1/parametrizations/mup", "/livez"])
def test_a_wrong_method_on_a_readable_resource(client: TestClient, path: str) -> None:
    response = client.post(path, json={})
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert "GET" in problem_of(client, response)["detail"]


def test_every_problem_type_says_what_it_means(client: TestClient) -> None:
    for code, status in {
        "invalid-json": 400,
        "not-found": 404,
        "method-not-allowed": 405,
        "body-too-large": 413,
        "unsupported-media": 415,
        "invalid-request": 422,
    }.items():
        answer = client.get(f"/problems/{code}").json()
        assert answer["type"] == f"/problems/{code}"
        assert answer["status"] == status
        assert answer["title"]
        assert answer["remedy"]


def test_errors_carry_the_headers_that_answers_carry(client: TestClient) -> None:
    response = client.post(
        "/v1/classify", content=b"nonsense", headers={**JSON, "Origin": "https://example.org"}
    )
    assert response.status_code == 400
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Request-ID"]


# ---------------------------------------------------------------------------- anything at all

KEYS = (
    *("preset", "depth", "abc", "a", "b", "c", "d", "s", "optimizer", "activation"),
    *("first", "second", "input", "hidden", "readout"),
)
NAMES = ("mup", "ntk", "uniform", "mean_field", "mup_adam", "sgd", "adam", "tanh", "linear")

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 6),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-2, 2, places=1).map(float),
    st.text(max_size=12),
    st.from_regex(r"-?[0-9]{1,8}(/[0-9]{1,8}|\.[0-9]{0,7})?", fullmatch=True),
    st.sampled_from(NAMES),
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=9),
        st.dictionaries(st.text(max_size=8), inner, max_size=5),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    ),
    max_leaves=25,
)
# Nearly a question: the known fields, filled with anything or with something plausible.
plausible = st.fixed_dictionaries(
    {},
    optional={
        "preset": st.sampled_from(NAMES),
        "depth": st.integers(0, 4),
        "abc": st.lists(scalars, max_size=13),
        "a": st.lists(scalars, min_size=2, max_size=5) | anything,
        "b": st.lists(scalars, min_size=2, max_size=5) | anything,
        "c": scalars | anything,
        "d": scalars,
        "s": scalars,
        "optimizer": st.sampled_from(["sgd", "adam"]),
        "activation": st.sampled_from(["tanh", "linear"]),
    },
)
questions = anything | plausible | st.fixed_dictionaries({"first": plausible, "second": plausible})


@pytest.mark.parametrize("path", POSTS)
@given(body=questions)
def test_no_json_whatever_is_a_defect(client: TestClient, path: str, body: object) -> None:
    response = client.post(path, content=json.dumps(body), headers=JSON)
    if response.status_code != 200:
        problem_of(client, response)


@pytest.mark.parametrize("path", POSTS)
@given(body=st.binary(max_size=200))
def test_no_bytes_whatever_are_a_defect(client: TestClient, path: str, body: bytes) -> None:
    response = client.post(path, content=body, headers=JSON)
    if response.status_code != 200:
        problem_of(client, response)


@given(name=st.text(max_size=20) | st.sampled_from(NAMES), query=st.text(max_size=20))
def test_no_name_and_no_query_whatever_are_a_defect(
    client: TestClient, name: str, query: str
) -> None:
    path = f"/v1/parametrizations/{quote(name, safe='')}"
    for parameter in ("depth", "s", "c"):
        response = client.get(path, params={parameter: query})
        if response.status_code != 200:
            problem_of(client, response)


@given(value=st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_every_finite_double_is_an_exponent_or_is_refused(client: TestClient, value: float) -> None:
    body = json.dumps({"depth": 1, "a": [0, value], "b": [0, 0], "c": 0})
    response = client.post("/v1/classify", content=body, headers=JSON)
    if response.status_code == 200:
        written = response.json()["parametrization"]["a"][1]
        numerator, _, denominator = written.partition("/")
        assert math.isclose(int(numerator) / int(denominator or 1), value, abs_tol=1e-300)
    else:
        assert pointers(problem_of(client, response)) == {"/a/1"}
