"""POST /v1/repairs: the contract, with expected values from THEORY.md, not from the solver."""

from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.app.api.test_openapi import POSTS, SCHEMAS, answer_schema, validator
from tests.solver.unknowns import spelled

F = Fraction
VALID = validator(answer_schema(POSTS["/v1/repairs"]))
FIELDS = set(SCHEMAS["RepairOut"]["properties"])

TARGETS = (
    *("stable", "nontrivial", "kernel", "feature_learning", "feature_learning_in_every_layer"),
    "maximal",
)
STANDARD: dict[str, Any] = {"preset": "standard", "target": "feature_learning"}
STABLE_WITH_A: dict[str, Any] = {"target": "stable", "locked": ["a.readout"]}
# With these locks r = -b_2, and a_2 + b_2 >= 1/2: it is at most 1/2, as in the NTK.
BOUNDED: dict[str, Any] = {
    "depth": 1, "a": [0, 1], "b": [0, 0], "c": -1, "target": "kernel", "locked": ["a", "b.1"],
}  # fmt: skip

Changes = list[tuple[str, str, str]]


def post(client: TestClient, body: object) -> dict[str, Any]:
    response = client.post("/v1/repairs", json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    VALID.validate(answer)
    # A schema admits more than it lists.
    for one in answer.get("verdicts", {"": answer}).values():
        assert one is None or set(one) == FIELDS
    return answer


def changes(of: dict[str, Any]) -> Changes:
    return [(each["exponent"], each["from"], each["to"]) for each in of["changes"]]


def classified(client: TestClient, optimizer: str, exponents: dict[str, Any]) -> dict[str, Any]:
    """The verdict on a parametrization, as an answer spells it."""
    body = {name: each for name, each in exponents.items() if each is not None}
    if isinstance(body["a"], list):
        body["depth"] = len(body["a"]) - 1
    response = client.post("/v1/classify", json={"optimizer": optimizer, **body})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer.get("verdicts", {">=2": answer})[">=2"]  # type: ignore[no-any-return]


def meets(verdict: dict[str, Any], target: str) -> bool:
    if target in ("kernel", "operator"):
        return verdict["kernel_regime"] is True
    if target == "feature_learning_in_every_layer":
        return verdict["feature_learning"] is True and verdict["layers"][0]["learns_features"]
    return verdict[target] is True


# ---------------------------------------------------------------------------- one answer in full


def test_the_least_change_to_the_standard_parametrization(client: TestClient) -> None:
    answer = post(client, {**STANDARD, "depth": 3})
    classification = answer.pop("classification")
    assert answer == {
        "depth": 3,
        "optimizer": "sgd",
        "target": "feature_learning",
        "possible": True,
        "summary": "Set a_4 from 0 to 1/2: divide the logits by √n. The distance is 1/2; no other "
        "change is as small.",
        "distance": "1/2",
        "infimum": "1/2",
        "attained": True,
        "margin": None,
        "unique": True,
        "changes": [
            {
                "exponent": "a_4",
                "symbol": "a",
                "layers": "4",
                "from": "0",
                "to": "1/2",
                "words": "set a_4 from 0 to 1/2: divide the logits by √n",
            }
        ],
        "parametrization": {
            "a": ["0", "0", "0", "1/2"],
            "b": ["0", "1/2", "1/2", "1/2"],
            "c": ["0", "0", "0", "0"],
        },
        "alternatives": [],
        "conflict": [],
    }
    named = {"preset": "standard_divided_logits", "depth": 3}
    assert classification == client.post("/v1/classify", json=named).json()


# Layer 1 of a standard network must move by itself at L = 1; deeper ones need the logits only.
LEAST: list[tuple[str, dict[str, Any], str, Changes]] = [
    ("L = 2", {**STANDARD, "depth": 2}, "1/2", [("a_3", "0", "1/2")]),
    ("deep", {**STANDARD, "depth": 10_000}, "1/2", [("a_10001", "0", "1/2")]),
    (
        *("L = 1", {**STANDARD, "depth": 1}, "3/2"),
        [("a_1", "0", "-1/2"), ("b_1", "0", "1/2"), ("a_2", "0", "1/2")],
    ),
    (
        *("every layer", {**STANDARD, "depth": 3, "target": "feature_learning_in_every_layer"}),
        *("3/2", [("a_1", "0", "-1/2"), ("b_1", "0", "1/2"), ("a_4", "0", "1/2")]),
    ),
    (
        *("maximal", {**STANDARD, "depth": 3, "target": "maximal"}),
        *("3/2", [("a_1", "0", "-1/2"), ("b_1", "0", "1/2"), ("a_4", "0", "1/2")]),
    ),
    (
        *("NTK", {"preset": "ntk", "depth": 3, "target": "feature_learning"}),
        *("3/2", [("c", "0", "-1"), ("a_4", "1/2", "1")]),
    ),
    # A learning rate per layer may change by itself.
    (
        "c per layer",
        {"depth": 2, "abc": [0, 0, 0, 0, "1/2", "1/2", 0, 0, 0], **STABLE_WITH_A},
        *("3/2", [("b_3", "1/2", "1"), ("c_3", "0", "1")]),
    ),
    (
        *("one c", {**STANDARD, "depth": 3, **STABLE_WITH_A}),
        *("1", [("c", "0", "1")]),
    ),
    (
        "adam",
        {"preset": "standard_adam", "c": 1, "depth": 1, "target": "maximal"},
        "2",
        [("a_1", "0", "-1/2"), ("b_1", "0", "1/2"), ("c", "1", "1/2"), ("a_2", "0", "1/2")],
    ),
]


@pytest.mark.parametrize(("body", "distance", "expected"), [each[1:] for each in LEAST],
                         ids=[each[0] for each in LEAST])  # fmt: skip
def test_the_least_change(
    client: TestClient, body: dict[str, Any], distance: str, expected: Changes
) -> None:
    answer = post(client, body)
    assert (answer["possible"], answer["attained"]) == (True, True)
    assert answer["distance"] == answer["infimum"] == distance
    assert changes(answer) == expected
    assert sum(abs(F(new) - F(old)) for _, old, new in expected) == F(distance)
    assert meets(answer["classification"], body["target"])


def test_standard_repaired_in_every_layer_is_mup(client: TestClient) -> None:
    body = {**STANDARD, "target": "feature_learning_in_every_layer", "depth": 3}
    answer = post(client, body)
    assert answer["unique"] is True
    assert answer["classification"]["equivalent_to"] == ["mup"]
    assert [each["words"] for each in answer["changes"]] == [
        "set a_1 from 0 to -1/2: multiply h^1 by √n",
        "set b_1 from 0 to 1/2: initialize the weights of layer 1 √n times smaller",
        "set a_4 from 0 to 1/2: divide the logits by √n",
    ]


@pytest.mark.exhaustive
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "start",
    [
        {"preset": "standard", "depth": 1},
        {"preset": "ntk", "depth": 3},
        {"preset": "mup"},
        {"preset": "mup_adam", "depth": 2},
        {"depth": 2, "abc": [1, "-1/3", 2, 0, "3/4", -1, "1/6"]},
        {"depth": 2, "abc": [0, 0, 0, 0, "1/2", "1/2", 0, 1, -1], "optimizer": "adam"},
        {"optimizer": "adam", "depth": 1, "a": [0, 0], "b": [0, 1], "c": [0, 1], "d": 0},
    ],
    ids=spelled,
)
def test_what_is_proposed_meets_the_target(
    client: TestClient, start: dict[str, Any], target: str
) -> None:
    answer = post(client, {**start, "target": target})
    for one in answer.get("verdicts", {"": answer}).values():
        assert (one["distance"] == "0") is (one["changes"] == [])
        for proposal in (one, *one["alternatives"]):
            verdict = classified(client, one["optimizer"], proposal["parametrization"])
            assert meets(verdict, one["target"])
        assert one["classification"] == classified(client, one["optimizer"], one["parametrization"])


@pytest.mark.parametrize("target", TARGETS[:2] + TARGETS[3:])
def test_what_is_so_already_needs_no_change(client: TestClient, target: str) -> None:
    answer = post(client, {"preset": "mup", "depth": 3, "target": target})
    assert (answer["changes"], answer["distance"], answer["unique"]) == ([], "0", True)
    noun = {"stable": "stability", "nontrivial": "nontriviality", "maximal": "maximality"}.get(
        target, target.replace("_", " ")
    )
    assert answer["summary"] == f"Nothing needs to change: the target ({noun}) is met."
    assert answer["classification"]["equivalent_to"] == ["mup"]


# ---------------------------------------------------------------------------- any depth


def test_without_depth_there_are_two_answers(client: TestClient) -> None:
    answer = post(client, STANDARD)
    assert set(answer) == {"summary", "depth", "any_depth", "verdicts"}
    first, deeper = answer["verdicts"]["1"], answer["verdicts"][">=2"]
    assert first == post(client, {**STANDARD, "depth": 1})
    assert answer["summary"] == f"L = 1: {first['summary']} L >= 2: {deeper['summary']}"
    assert (answer["depth"], answer["any_depth"], deeper["depth"]) == (None, False, None)
    assert changes(deeper) == [("a_{L+1}", "0", "1/2")]
    assert deeper["changes"][0]["layers"] == "L+1"
    assert deeper["parametrization"]["a"] == {"input": "0", "hidden": "0", "readout": "1/2"}


@pytest.mark.parametrize("target", ["nontrivial", "operator", "feature_learning", "maximal"])
@pytest.mark.parametrize("preset", ["ntk_adam", "mup_adam"])
def test_depth_one_is_the_same_question_by_number_and_among_all(
    client: TestClient, preset: str, target: str
) -> None:
    """Also where learning rates differ in the hidden layers only, which depth 1 has not."""
    body = {"preset": preset, "target": target}
    among_all = post(client, body)["verdicts"]["1"]
    assert among_all == post(client, {**body, "depth": 1})
    assert "all" not in {each["layers"] for each in among_all["changes"]}


@pytest.mark.parametrize(
    ("body", "any_depth"),
    [
        # The repair for L >= 2 changes the readout only, and layer 1 does not move by itself.
        ({"preset": "standard", "target": "feature_learning"}, False),
        ({"preset": "standard", "target": "feature_learning_in_every_layer"}, True),
        ({"preset": "ntk", "target": "kernel"}, True),
        ({"preset": "mean_field", "target": "kernel"}, False),
    ],
    ids=spelled,
)
def test_whether_the_deeper_repair_does_at_depth_one(
    client: TestClient, body: dict[str, Any], any_depth: bool
) -> None:
    answer = post(client, body)
    assert answer["any_depth"] is any_depth
    assert (answer["verdicts"][">=2"] is None) is (body["preset"] == "mean_field")


# ---------------------------------------------------------------------------- locks


@pytest.mark.parametrize(
    ("body", "conflict"),
    [
        (
            {**STANDARD, "depth": 3, "target": "stable", "locked": ["a.readout", "c"]},
            {
                ("logits.readout_update", "2a_4 + c_4 >= 1"),
                ("lock.a.readout", "a_4 = 0 (locked)"),
                ("lock.c", "c = 0 (locked)"),
            },
        ),
        (
            {"depth": 1, "a": [1, 1], "b": [0, 0], "c": 0, "target": "stable",
             "locked": ["a.input", "b.1"]},
            {
                ("init.1", "a_1 + b_1 = 0"),
                ("lock.a.input", "a_1 = 1 (locked)"),
                ("lock.b.1", "b_1 = 0 (locked)"),
            },
        ),
    ],
    ids=spelled,
)  # fmt: skip
def test_locks_that_make_the_target_impossible_are_an_answer(
    client: TestClient, body: dict[str, Any], conflict: set[tuple[str, str]]
) -> None:
    answer = post(client, body)
    assert {(each["id"], each["statement"]) for each in answer["conflict"]} == conflict
    assert (answer["possible"], answer["attained"]) == (False, False)
    for name in ("distance", "infimum", "margin", "unique", "parametrization", "classification"):
        assert answer[name] is None
    assert (answer["changes"], answer["alternatives"]) == ([], [])
    assert body["target"] == "stable"
    assert answer["summary"].startswith("Stability is out of reach: ")
    assert answer["summary"].endswith(" cannot hold together.")
    assert all(statement in answer["summary"] for _, statement in conflict)


@pytest.mark.parametrize("missing", range(3))
def test_a_conflict_is_minimal(client: TestClient, missing: int) -> None:
    """Without any one of the locks the others leave a way."""
    locks = ["a.readout", "c", "b.readout"]
    body = {**STANDARD, "depth": 3, "target": "stable"}
    assert post(client, {**body, "locked": locks})["possible"] is False
    rest = [each for place, each in enumerate(locks) if place != missing]
    assert post(client, {**body, "locked": rest})["possible"] is (missing < 2)


@pytest.mark.parametrize(
    "start",
    [
        {**STANDARD, "depth": 1},
        {"preset": "ntk", "depth": 2, "target": "maximal"},
        {"depth": 2, "abc": [1, "-1/3", 2, 0, "3/4", -1, "1/6"], "target": "stable"},
        {"depth": 2, "abc": [0, 1, 2, 0, 0, 0, 0, 1, -1], "target": "kernel"},
    ],
    ids=spelled,
)
def test_what_is_locked_stays(client: TestClient, start: dict[str, Any]) -> None:
    free = post(client, start)
    assert free["changes"]
    for change in free["changes"]:
        symbol, layer = change["symbol"], change["layers"]
        spellings = [symbol] if layer == "all" else [f"{symbol}.{layer}", symbol]
        for spelling in spellings:
            answer = post(client, {**start, "locked": [spelling, spelling]})
            if answer["possible"]:
                assert F(answer["distance"]) >= F(free["distance"])
                place = 0 if layer == "all" else int(layer) - 1
                assert answer["parametrization"][symbol][place] == change["from"]
            else:
                assert f"lock.{spelling}" in {each["id"] for each in answer["conflict"]}


def test_the_last_of_many_locks_counts(client: TestClient) -> None:
    body = {**STANDARD, "depth": 2, "target": "stable"}
    assert post(client, {**body, "locked": ["a"] * 999})["possible"] is True
    assert post(client, {**body, "locked": ["a"] * 999 + ["c"]})["possible"] is False


# ---------------------------------------------------------------------------- weights, ties


@pytest.mark.parametrize(
    ("weights", "distance", "changed"),
    [
        ({"a": "1/2"}, "1/4", {"a_4"}),
        ({"a": 7, "a.readout": "1/2"}, "1/4", {"a_4"}),
        ({"a.readout": 7, "a.4": "1/2"}, "1/4", {"a_4"}),
        ({"a.4": 4}, "2", {"a_4"}),
        ({"b": 1_000_000, "c": 1_000_000}, "1/2", {"a_4"}),
        ({"a.readout": 10}, "5/2", {"c", "a_l", "b_l", "b_4"}),
        ({}, "1/2", {"a_4"}),
    ],
    ids=spelled,
)
def test_weights_are_what_changes_cost(
    client: TestClient, weights: dict[str, object], distance: str, changed: set[str]
) -> None:
    answer = post(client, {**STANDARD, "depth": 3, "weights": weights})
    assert answer["distance"] == distance
    assert {each["exponent"] for each in answer["changes"]} == changed


def test_hidden_layers_that_are_alike_change_together_unless_told(client: TestClient) -> None:
    """Both of them grow by √n at initialization, and either a or b mends that."""
    body = {"depth": 3, "abc": [0, 0, 0, 0, 0, 0, 0, "1/2", 0], **STABLE_WITH_A}
    tied, untied = post(client, body), post(client, {**body, "tie_hidden": False})
    assert (tied["distance"], untied["distance"]) == ("3/2", "2")
    assert tied["changes"][1]["layers"] == "2..3"
    assert tied["changes"][1]["exponent"] == "a_l"
    assert len(untied["changes"]) == 3
    assert (len(tied["alternatives"]), len(untied["alternatives"])) == (1, 3)


def test_one_c_is_changed_for_all_layers(client: TestClient) -> None:
    (change,) = post(client, {**STANDARD, "depth": 3, "target": "stable", "locked": ["a"]})[
        "changes"
    ]
    assert (change["exponent"], change["layers"]) == ("c", "all")
    assert change["words"] == "set c from 0 to 1: divide the learning rate by n"


def test_one_c_can_be_untied(client: TestClient) -> None:
    """The learning rate of layer 1 in place of its gauge: c_1 -> -1 is a_1 -> -1/2, b_1 -> 1/2."""
    body = {**STANDARD, "depth": 3, "target": "feature_learning_in_every_layer", "tie_c": False}
    answer = post(client, body)
    assert changes(answer) == [("c_1", "0", "-1"), ("a_4", "0", "1/2")]
    assert answer["parametrization"]["c"] == ["-1", "0", "0", "0"]
    assert post(client, {**body, "locked": ["c.1"]})["distance"] == "3/2"
    impossible = {**body, "locked": ["a", "b", "c.readout"]}
    assert "one_c" not in {each["id"] for each in post(client, impossible)["conflict"]}


def test_others_that_are_as_near_are_listed(client: TestClient) -> None:
    answer = post(client, {"preset": "ntk", "depth": 3, "target": "feature_learning"})
    assert answer["unique"] is False
    assert 1 <= len(answer["alternatives"]) <= 5
    every = [answer, *answer["alternatives"]]
    assert len({str(each["parametrization"]) for each in every}) == len(every)
    for each in every:
        assert sum(abs(F(new) - F(old)) for _, old, new in changes(each)) == F(3, 2)
        assert len(each["changes"]) >= len(answer["changes"])
    assert "other changes are as small" in answer["summary"]


@pytest.mark.parametrize("depth", [3, 6, 9])
@pytest.mark.parametrize(("coarse", "fine"), [("a", "b"), ("b", "a")])
def test_simple_values_are_found_among_very_many(
    client: TestClient, depth: int, coarse: str, fine: str
) -> None:
    """Each hidden layer lacks 1/6, in a or in b; only one of them becomes 1/2 by that."""
    ends = {"input": 0, "readout": "1/2"}
    body = {
        "depth": depth, "target": "stable", "tie_hidden": False, "c": 5,
        coarse: {**ends, "hidden": "1/3"}, fine: {**ends, "hidden": 0},
    }  # fmt: skip
    answer = post(client, body)
    expected = [(f"{coarse}_{layer}", "1/3", "1/2") for layer in range(2, depth + 1)]
    assert changes(answer) == expected
    assert answer["unique"] is False
    every = [answer, *answer["alternatives"]]
    assert len(every) == min(2 ** (depth - 1), 6)
    assert len({str(each["parametrization"]) for each in every}) == len(every)


# ---------------------------------------------------------------------------- the open target


@pytest.mark.parametrize(
    ("margin", "kept", "distance"),
    [(None, "1/8", "3/8"), ("1/2", "1/2", "3/2"), (0.001, "1/1000", "3/1000")],
)
def test_an_open_target_is_met_with_a_margin(
    client: TestClient, margin: object, kept: str, distance: str
) -> None:
    """On its way to the NTK, r grows by what b_2 falls, and c grows by twice that."""
    answer = post(client, {**BOUNDED, "margin": margin})
    assert (answer["attained"], answer["infimum"], answer["margin"]) == (False, "0", kept)
    assert (answer["distance"], answer["classification"]["r"]) == (distance, kept)
    assert changes(answer) == [
        ("c", "-1", str(2 * F(kept) - 1)),
        ("b_2", "0", str(-F(kept))),
    ]
    text = f"Without the margin r >= {kept} distances come arbitrarily close to 0"
    assert text in answer["summary"]


@pytest.mark.parametrize("margin", ["500001/1000000", 1, 1_000_000])
def test_a_margin_too_large_is_an_answer(client: TestClient, margin: object) -> None:
    answer = post(client, {**BOUNDED, "margin": margin})
    assert (answer["possible"], answer["infimum"]) == (False, "0")
    assert (answer["margin"], answer["distance"]) == (str(margin), None)
    assert f"r >= {margin}" in [each["statement"] for each in answer["conflict"]]
    assert f"but none with r >= {margin}, since " in answer["summary"]
    assert (
        " Lower the margin. It is possible with a learning rate for each layer" in answer["summary"]
    )


def test_kernel_means_the_operator_regime_for_adam(client: TestClient) -> None:
    start = {"preset": "standard_adam", "c": 1, "depth": 3}
    kernel = post(client, {**start, "target": "kernel"})
    assert kernel == post(client, {**start, "target": "operator"})
    assert kernel["target"] == kernel["classification"]["verdict"] == "operator"
    assert changes(kernel) == [("c", "1", "3/2")]


def test_with_d_the_answer_is_faithful(client: TestClient) -> None:
    """Gradients of layer 1 are of size 1/n before the update function."""
    exponents = {"a": [0, 0], "b": [0, 1], "c": [0, 1]}
    body = {"optimizer": "adam", "depth": 1, **exponents, "target": "stable"}
    assert post(client, body)["changes"] == []
    answer = post(client, {**body, "d": 0})
    assert changes(answer) == [("d_1", "0", "1")]
    assert answer["classification"]["faithful"] is True
    assert "multiply the gradients of layer 1 by n" in answer["changes"][0]["words"]
