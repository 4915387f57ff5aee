"""POST /v1/classify/batch: the columns are those of single questions, and of the oracle."""

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.solver.oracle import OracleVerdict, judge_adaptive, judge_sgd, sample

BOUND = 10**6
Row = list[Fraction]


def post(client: TestClient, body: object) -> dict[str, Any]:
    response = client.post("/v1/classify/batch", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def judged(row: Row, depth: int, optimizer: str) -> OracleVerdict:
    n = depth + 1
    a, b, c = row[:n], row[n : 2 * n], row[2 * n :]
    judge = judge_sgd if optimizer == "sgd" else judge_adaptive
    return judge(a, b, c if len(c) == n else c * n)


def rows_of(seed: int, count: int, depth: int, optimizer: str, per_layer_c: bool) -> list[Row]:
    """Rows on, near and off the boundaries between verdicts, within the bound on exponents."""
    rng = random.Random(seed)
    rows: list[Row] = []
    while len(rows) < count:
        a, b, c = sample(rng, depth=depth, optimizer=optimizer, per_layer_c=per_layer_c)
        row = [*a, *b, *(c if per_layer_c else c[:1])]
        if all(max(abs(each.numerator), each.denominator) <= BOUND for each in row):
            rows.append(row)
    return rows


def spelled(value: Fraction, rng: random.Random) -> object:
    """One of the ways to write it, each exact."""
    p, q = value.numerator, value.denominator
    ways: list[object] = [str(value), f"{3 * p}/{3 * q}", f"{p}/{q}"]
    if q == 1:
        ways += [p, float(p), f"{p}.0", f"{p}e0"]
    if 10**6 % q == 0:
        # At most six places, so Python writes the double as this decimal.
        ways += [p / q, p / q]
    if p > 0:
        ways.append(f"+{p}/{q}")
    return rng.choice(ways)


def check_against_oracle(answer: dict[str, Any], rows: list[Row], optimizer: str) -> None:
    expected = [judged(row, answer["depth"], optimizer) for row in rows]
    assert answer["count"] == len(rows)
    assert answer["verdict"] == [each.verdict for each in expected]
    assert answer["r"] == [str(each.r) for each in expected]
    assert answer["stable"] == [each.stable for each in expected]
    assert answer["nontrivial"] == [each.nontrivial for each in expected]


def test_three_rows_of_the_gallery(client: TestClient) -> None:
    body = {
        "depth": 2,
        "abc": [
            [0, "1/2", "1/2", 0, 0, 0, 0],
            ["-1/2", 0, "1/2", "1/2", "1/2", "1/2", 0],
            [0, 0, 0, 0, 0.5, 0.5, 0],
            [0, 0, 1, 0, 0.5, 0, 1],
        ],
    }
    assert post(client, body) == {
        "depth": 2,
        "count": 4,
        "verdict": ["kernel", "feature_learning", "unstable", "trivial"],
        "r": ["1/2", "0", "-1", "1"],
        "stable": [True, True, False, True],
        "nontrivial": [True, True, None, False],
    }


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("depth", [1, 2, 5])
@pytest.mark.parametrize("per_layer_c", [False, True])
def test_columns_are_what_the_theorems_say(
    client: TestClient, optimizer: str, depth: int, per_layer_c: bool
) -> None:
    rows = rows_of(depth, 300, depth, optimizer, per_layer_c)
    rng = random.Random(depth)
    body = {
        "depth": depth,
        "optimizer": optimizer,
        "abc": [[spelled(each, rng) for each in row] for row in rows],
    }
    answer = post(client, body)
    check_against_oracle(answer, rows, optimizer)
    assert len(set(answer["verdict"])) == 4, "the sample should reach every verdict"


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_columns_are_those_of_single_questions(client: TestClient, optimizer: str) -> None:
    depth = 2
    rng = random.Random(7)
    rows = rows_of(8, 100, depth, optimizer, False) + rows_of(9, 100, depth, optimizer, True)
    rng.shuffle(rows)
    written = [[spelled(each, rng) for each in row] for row in rows]
    answer = post(client, {"depth": depth, "optimizer": optimizer, "abc": written})
    assert answer["count"] == len(rows) == 200
    for index, row in enumerate(written):
        body = {"depth": depth, "optimizer": optimizer, "abc": row}
        single = client.post("/v1/classify", json=body).json()
        for column in ("verdict", "r", "stable", "nontrivial"):
            assert answer[column][index] == single[column], (row, column)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_rows_of_both_lengths_may_be_mixed(client: TestClient, optimizer: str) -> None:
    rows = [
        row
        for pair in zip(
            rows_of(1, 60, 3, optimizer, False), rows_of(2, 60, 3, optimizer, True), strict=True
        )
        for row in pair
    ]
    assert {len(row) for row in rows} == {9, 12}
    body = {"depth": 3, "optimizer": optimizer, "abc": [[str(x) for x in row] for row in rows]}
    check_against_oracle(post(client, body), rows, optimizer)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_denominators_without_a_common_multiple_of_any_use(
    client: TestClient, optimizer: str
) -> None:
    """The least common multiple of these is far beyond 64 bits; verdicts stay exact."""
    primes = (199_999, 199_967, 199_961, 199_933, 199_931, 199_921)
    simple = [
        row
        for row in rows_of(3, 2000, 2, optimizer, True)
        if all(each.denominator <= 2 and abs(each) <= 2 for each in row)
    ]
    rows: list[Row] = []
    for index, row in enumerate(simple):
        # Along the gauge, so that the verdict does not move, or off it, so that it may.
        layer, theta = index % 3, Fraction(index - 20, primes[index % 6])
        moved = list(row)
        moved[layer] += theta
        moved[3 + layer] -= theta
        if index % 4:
            moved[6 + layer] -= theta * (2 if optimizer == "sgd" else 1)
        rows += [moved, row]
    assert len(rows) > 100
    assert {each.denominator for row in rows for each in row} >= set(primes)
    body = {"depth": 2, "optimizer": optimizer, "abc": [[str(x) for x in row] for row in rows]}
    answer = post(client, body)
    check_against_oracle(answer, rows, optimizer)
    assert len(set(answer["verdict"])) >= 3


def test_the_largest_exponents_do_not_overflow(client: TestClient) -> None:
    large, small = Fraction(BOUND), Fraction(1, BOUND)
    rows = [
        [large, -large, -large, large, Fraction(0)],
        [-large, large, large, -large + 1, large],
        [small, Fraction(999_999, BOUND), -small, small, -small],
        [-large, -large, -large, -large, -large],
        [Fraction(-1, 2), Fraction(1, 2), Fraction(1, 2), Fraction(1, 2), Fraction(0)],
    ]
    body = {"depth": 1, "abc": [[str(each) for each in row] for row in rows]}
    check_against_oracle(post(client, body), rows, "sgd")


def test_a_batch_of_none_has_empty_columns(client: TestClient) -> None:
    assert post(client, {"depth": 4, "abc": []}) == {
        "depth": 4,
        "count": 0,
        "verdict": [],
        "r": [],
        "stable": [],
        "nontrivial": [],
    }


def test_many_equal_rows(client: TestClient) -> None:
    row = [0, "1/2", "1/2", 0, 0, 0, 0]
    answer = post(client, {"depth": 2, "abc": [row] * 20_000})
    assert answer["count"] == 20_000
    assert answer["verdict"] == ["kernel"] * 20_000
    assert answer["r"] == ["1/2"] * 20_000


def test_decimals_are_taken_as_written(client: TestClient) -> None:
    """0.7 - 0.2 is 0.49999999999999994 in floating point, and init.2 asks for 1/2."""
    body = '{"depth": 2, "abc": [[0, 0.7, 0.5, 0, -0.2, 0, 0], [0, 7e-1, 0.5, 0, -0.3, 0, 0]]}'
    response = client.post(
        "/v1/classify/batch", content=body, headers={"Content-Type": "application/json"}
    )
    answer = response.json()
    assert answer["verdict"] == ["kernel", "unstable"]
    assert answer["r"] == ["1/2", "1/2"]


def test_a_spelling_is_refused_in_a_batch_just_when_it_is_refused_alone(
    client: TestClient,
) -> None:
    """1.000… with a hundred places equals 1 but is too long; its neighbours must not hide it."""
    row = f"[1, 1.{'0' * 100}, 1, 1, 1]"
    headers = {"Content-Type": "application/json"}
    single = client.post("/v1/classify", content=f'{{"depth": 1, "abc": {row}}}', headers=headers)
    batch = client.post(
        "/v1/classify/batch", content=f'{{"depth": 1, "abc": [{row}]}}', headers=headers
    )
    assert single.status_code == batch.status_code


def test_the_bound_on_rows_is_a_setting() -> None:
    app = create_app(Settings(log_level="critical", max_batch_rows=3))
    row = [0, 1, 0, 0, 0]
    with TestClient(app) as client:
        assert post(client, {"depth": 1, "abc": [row] * 3})["count"] == 3
        response = client.post("/v1/classify/batch", json={"depth": 1, "abc": [row] * 4})
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "/problems/invalid-request"
    assert [each["pointer"] for each in problem["errors"]] == ["/abc"]
    assert "4" in problem["detail"]
    assert "3" in problem["detail"]


GOOD: list[object] = [0, 1, 0, 0, 0]
FLAWED: dict[str, tuple[list[object], set[str]]] = {
    "an entry that is no number": ([GOOD, [0, 1, 0, "x", 0]], {"/abc/1/3"}),
    "entries in several rows": (
        [[None, 1, 0, 0, 0], GOOD, [0, 1, 0, 0, True]],
        {"/abc/0/0", "/abc/2/4"},
    ),
    "true beside an equal 1": ([[1, 1, 1, 1, True]], {"/abc/0/4"}),
    "a list as an entry": ([GOOD, [0, [1], 0, 0, 0]], {"/abc/1/1"}),
    "an object as an entry": ([[{}, 1, 0, 0, 0]], {"/abc/0/0"}),
    "division by zero": ([GOOD, GOOD, ["1/0", 1, 0, 0, 0]], {"/abc/2/0"}),
    "a denominator beyond the bound": ([[0, "1/1000000007", 0, 0, 0]], {"/abc/0/1"}),
    "a huge integer": ([[0, 10**30, 0, 0, 0]], {"/abc/0/1"}),
    "a row that is too short": ([GOOD, [0, 1, 0, 0]], {"/abc/1"}),
    "a row one too long": ([[0] * 7], {"/abc/0"}),
    "an empty row": ([[]], {"/abc/0"}),
    "a row of text": ([GOOD, "0 1 0 0 0"], {"/abc/1"}),
    "a row of nothing": ([None, GOOD], {"/abc/0"}),
    "rows by role": ([{"input": 0, "readout": 1}], {"/abc/0"}),
}


@pytest.mark.parametrize("name", FLAWED)
def test_each_flaw_is_pointed_at(client: TestClient, name: str) -> None:
    rows, pointers = FLAWED[name]
    response = client.post("/v1/classify/batch", json={"depth": 1, "abc": rows})
    problem = response.json()
    assert response.status_code == 422, problem
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "/problems/invalid-request"
    assert {each["pointer"] for each in problem["errors"]} == pointers
    assert problem["detail"].startswith(problem["errors"][0]["detail"])


def test_a_wrong_length_says_the_lengths_expected_and_why(client: TestClient) -> None:
    response = client.post("/v1/classify/batch", json={"depth": 3, "abc": [[0] * 9, [0] * 8]})
    flaw = response.json()["errors"][0]
    assert flaw["pointer"] == "/abc/1"
    for number in ("8", "9", "12", "4"):
        assert number in flaw["detail"]
    assert "depth 3" in flaw["detail"]


def test_a_thousand_flaws_are_not_all_listed(client: TestClient) -> None:
    response = client.post("/v1/classify/batch", json={"depth": 1, "abc": [["x"] * 5] * 1000})
    assert response.status_code == 422
    assert 1 <= len(response.json()["errors"]) <= 100
    assert len(response.content) < 50_000


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"abc": [GOOD]}, "/depth"),
        ({"depth": 1}, "/abc"),
        ({"depth": 0, "abc": [GOOD]}, "/depth"),
        ({"depth": "1", "abc": [GOOD]}, "/depth"),
        ({"depth": None, "abc": [GOOD]}, "/depth"),
        ({"depth": 1, "abc": None}, "/abc"),
        ({"depth": 1, "abc": "0 1 0 0 0"}, "/abc"),
        ({"depth": 1, "abc": {"0": GOOD}}, "/abc"),
        ({"depth": 1, "abc": GOOD}, "/abc/0"),
        ({"depth": 1, "abc": [GOOD], "optimizer": "adamm"}, "/optimizer"),
        ({"depth": 1, "abc": [GOOD], "optimiser": "adam"}, "/optimiser"),
        ({"depth": 1, "abc": [GOOD], "preset": "mup"}, "/preset"),
    ],
    ids=lambda each: json.dumps(each)[:60],
)
def test_what_is_not_a_batch_is_refused(
    client: TestClient, body: dict[str, object], pointer: str
) -> None:
    response = client.post("/v1/classify/batch", json=body)
    assert response.status_code == 422
    assert pointer in {each["pointer"] for each in response.json()["errors"]}


# ---------------------------------------------------------------------------- real networks


ROLES = ("input", "hidden", "readout")


@pytest.mark.parametrize("form", ["name", "roles", "list", "spelled"])
@pytest.mark.parametrize("alignment", [None, "full", {"updates": "3/4", "readout": 0.5}])
@pytest.mark.parametrize("depth", [1, 3])
def test_rows_with_zeros_and_frozen_tensors_are_those_of_single_questions(
    client: TestClient, depth: int, alignment: object, form: str
) -> None:
    rng = random.Random(f"{depth} {alignment} {form}")
    names = ["lamb"] * 3 if form == "name" else rng.choices(["sgd", "adam", "muon", "lamb"], k=3)
    every = [names[0], *[names[1]] * (depth - 1), names[2]]
    by_role = {role: name for role, name in zip(ROLES, names, strict=True) if role != "hidden"}
    by_role |= {"hidden": names[1]} if depth > 1 else {}
    spelled_role = {role: f" {name.upper()}-" for role, name in by_role.items()}
    optimizer = {"name": names[0], "roles": by_role, "list": every, "spelled": spelled_role}[form]
    rows: list[list[object]] = []
    for drawn in rows_of(depth, 40, depth, "adam", per_layer_c=True):
        row: list[object] = [spelled(each, rng) for each in drawn]
        for place in range(depth + 1, len(row)):
            row[place] = "inf" if rng.random() < 0.2 else row[place]
        rows.append(row)
    body = {"depth": depth, "optimizer": optimizer, "alignment": alignment}
    answer = post(client, {**body, "abc": rows})
    singles = [
        client.post("/v1/classify", json={**body, "abc": row, "optimizer": every}).json()
        for row in rows
    ]
    assert answer["verdict"] == [each["verdict"] for each in singles]
    assert answer["r"] == [each["r"] for each in singles]
    assert answer["nontrivial"] == [each["nontrivial"] for each in singles]
    theorem = [each["assumptions"]["theorem"] for each in singles]
    assert answer.get("theorem", [None] * len(rows)) == theorem


def test_readouts_that_start_at_zero_or_are_frozen(client: TestClient) -> None:
    body = {
        "depth": 2,
        "optimizer": {"input": "adamw", "hidden": "muon", "readout": "adamw"},
        "abc": [
            [0, 0, 1, 0, "1/2", "inf", 0, 0, 0],
            [0, 0, 1, 0, "1/2", 0, 0, 0, "inf"],
            [0, 0, 0, 0, "1/2", "inf", 0, 0, "inf"],
            [0, 0, 0, 0, "inf", "1/2", 0, 0, 0],
            [0, 0, 0, 0, "1/2", "1/2", "inf"],
        ],
    }
    answer = post(client, body)
    assert answer["verdict"] == [
        "feature_learning",
        "feature_learning",
        "trivial",
        "unstable",
        "trivial",
    ]
    assert answer["r"] == ["0", "0", "0", "0", "inf"]


@pytest.mark.parametrize(
    ("more", "pointer", "words"),
    [
        ({"abc": [[0, 0, "inf", 0, 0, 0, 0]]}, "/abc/0/2", "cannot be infinite"),
        ({"abc": [[0, 0, 0, 0, 0, 0, "infinity"]]}, "/abc/0/6", "not an exponent"),
        ({"optimizer": ["sgd", "adam", "sgd", "sgd"]}, "/optimizer", "depth 2 has 3"),
        ({"optimizer": ["sgd", "adam", "nobody"]}, "/optimizer/2", "optimizers are"),
        ({"alignment": "some"}, "/alignment", "write one of theorem"),
        ({"alignment": {"updates": 2, "readout": 1}}, "/alignment/updates", "between 1/2"),
    ],
)
def test_what_is_wrong_with_such_batches(
    client: TestClient, more: dict[str, object], pointer: str, words: str
) -> None:
    body = {"depth": 2, "abc": [[0] * 7], **more}
    response = client.post("/v1/classify/batch", json=body)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == pointer
    assert words in error["detail"]


def test_hidden_layers_of_a_batch_have_one_optimizer(client: TestClient) -> None:
    body = {"depth": 3, "abc": [[0] * 9], "optimizer": ["sgd", "adam", "muon", "sgd"]}
    response = client.post("/v1/classify/batch", json=body)
    assert response.status_code == 422
    assert "adam and muon for hidden layers" in response.json()["detail"]
