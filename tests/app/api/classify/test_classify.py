"""POST /v1/classify: the contract, with expected values from THEORY.md, not from the solver."""

import json
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

# The fields of an answer about one depth. The design lists all but "faithful", which the theory
# of adaptive optimizers asks for.
FIELDS = {
    "depth", "optimizer", "verdict", "stable", "nontrivial", "feature_learning", "kernel_regime",
    "maximal", "faithful", "r", "parametrization", "layers", "readout", "conditions", "reasons",
    "consequences", "warnings", "canonical", "equivalent_to", "laws", "status", "sources",
    "untrained", "summary", "instability", "decay", "assumptions", "tensors",
}  # fmt: skip
CONDITION_FIELDS = {
    "id", "statement", "layers", "value", "relation", "bound", "slack", "holds", "source",
    "meaning",
}  # fmt: skip

ROLES: dict[str, Any] = {"input": 0, "hidden": 0, "readout": 0}
NTK: dict[str, Any] = {"depth": 2, "abc": [0, "1/2", "1/2", 0, 0, 0, 0]}


def post(client: TestClient, body: object) -> dict[str, Any]:
    response = client.post("/v1/classify", json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    return answer


def post_text(client: TestClient, body: str) -> tuple[int, dict[str, Any]]:
    """Send the text as it is: Python would rewrite its numbers."""
    response = client.post(
        "/v1/classify", content=body, headers={"Content-Type": "application/json"}
    )
    return response.status_code, response.json()


def outcome(answer: dict[str, Any]) -> tuple[object, ...]:
    names = ("verdict", "stable", "nontrivial", "feature_learning", "kernel_regime", "maximal", "r")
    return tuple(answer[name] for name in names)


# ---------------------------------------------------------------------------- one answer in full


def test_ntk_at_depth_two_answers_exactly_as_the_contract_says(client: TestClient) -> None:
    answer = post(client, NTK)
    assert set(answer) == FIELDS
    expected: dict[str, Any] = {
        "depth": 2,
        "optimizer": "sgd",
        "verdict": "kernel",
        "stable": True,
        "nontrivial": True,
        "feature_learning": False,
        "kernel_regime": True,
        "maximal": False,
        "faithful": None,
        "r": "1/2",
        "parametrization": {
            "a": ["0", "1/2", "1/2"],
            "b": ["0", "0", "0"],
            "c": ["0", "0", "0"],
        },
        "layers": [
            {
                "layer": 1,
                "layers": "1",
                "role": "input",
                "r": "1/2",
                "updated_maximally": False,
                "learns_features": False,
            },
            {
                "layer": 2,
                "layers": "2",
                "role": "hidden",
                "r": "1/2",
                "updated_maximally": False,
                "learns_features": False,
            },
        ],
        "tensors": [],
        "decay": [],
        "assumptions": {
            "alignment": {"updates": "1", "readout": "1"},
            "loss": "mse",
            "theorem": None,
        },
        "readout": {"updated_maximally": True, "initialized_maximally": True},
        "warnings": [],
        "canonical": {"a": ["0", "1/2", "1/2"], "b": ["0", "0", "0"], "c": ["0", "0", "0"]},
        "equivalent_to": ["ntk"],
    }
    assert {name: answer[name] for name in expected} == expected


def test_ntk_certificate_lists_every_condition_with_its_exact_value(client: TestClient) -> None:
    conditions = post(client, NTK)["conditions"]
    by_id = {each["id"]: each for each in conditions}
    assert len(by_id) == len(conditions)
    assert all(set(each) == CONDITION_FIELDS for each in conditions)
    first = by_id["init.1"]
    assert isinstance(first.pop("meaning"), str)
    assert first == {
        "id": "init.1",
        "statement": "a_1 + b_1 = 0",
        "layers": "1",
        "value": "0",
        "relation": "=",
        "bound": "0",
        "slack": "0",
        "holds": True,
        "source": "TP4 Theorem 3.3(1)",
    }
    # Theorem 3.3 at L = 2, with a = (0, 1/2, 1/2), b = c = 0, by hand.
    values = {
        name: (each["value"], each["relation"], each["bound"]) for name, each in by_id.items()
    }
    assert values == {
        "init.1": ("0", "=", "0"),
        "init.2": ("1/2", "=", "1/2"),
        "init.readout": ("1/2", ">=", "1/2"),
        "features.initial_readout.1": ("1/2", ">=", "0"),
        "features.updated_readout.1": ("1", ">=", "0"),
        "features.initial_readout.2": ("3/2", ">=", "1"),
        "features.updated_readout.2": ("2", ">=", "1"),
        "logits.initial_readout.1": ("1", ">=", "1"),
        "logits.updated_readout.1": ("3/2", ">=", "1"),
        "logits.initial_readout.2": ("2", ">=", "2"),
        "logits.updated_readout.2": ("5/2", ">=", "2"),
        "logits.readout_update": ("1", ">=", "1"),
    }
    for each in conditions:
        assert Fraction(each["slack"]) == Fraction(each["value"]) - Fraction(each["bound"])


def test_sentences_are_sentences(client: TestClient) -> None:
    answer = post(client, {"preset": "standard", "depth": 3})
    assert answer["reasons"]
    assert answer["consequences"]
    for sentence in (*answer["reasons"], *answer["consequences"]):
        assert isinstance(sentence, str)
        assert sentence.endswith(".")


def test_violated_conditions_come_first(client: TestClient) -> None:
    answer = post(client, {"preset": "standard", "depth": 3})
    holds = [each["holds"] for each in answer["conditions"]]
    assert False in holds
    assert holds == sorted(holds)


def test_questions_that_make_no_sense_for_an_unstable_one_are_null(client: TestClient) -> None:
    answer = post(client, {"preset": "standard", "depth": 2})
    assert outcome(answer) == ("unstable", False, None, None, None, False, "-1")
    assert answer["readout"] == {"updated_maximally": None, "initialized_maximally": None}
    for layer in answer["layers"]:
        assert layer["updated_maximally"] is None
        assert layer["learns_features"] is None


def test_the_regime_of_a_trivial_one_is_null(client: TestClient) -> None:
    answer = post(client, {"depth": 1, "a": [0, 1], "b": [0, 0], "c": 1})
    # r = min(1, 3) + 1 - 1 + 0 + 1 = 2; a+b+r = 3 > 1 and 2a+c = 3 > 1.
    assert outcome(answer) == ("trivial", True, False, None, None, False, "2")


# ---------------------------------------------------------------------------- spellings

FORMS_OF_NTK = {
    "flat vector": NTK,
    "flat vector, c per layer": {"depth": 2, "abc": [0, "1/2", "1/2", 0, 0, 0, 0, 0, 0]},
    "lists": {"depth": 2, "a": [0, "1/2", "1/2"], "b": [0, 0, 0], "c": [0, 0, 0]},
    "lists, one c": {"depth": 2, "a": [0, 0.5, "0.50"], "b": ["0/7", 0.0, "-0"], "c": 0},
    "roles": {
        "depth": 2,
        "a": {"input": 0, "hidden": "1/2", "readout": "2/4"},
        "b": {"input": 0, "hidden": 0, "readout": 0},
        "c": {"input": 0, "hidden": 0, "readout": 0},
    },
    "roles, one c": {
        "depth": 2,
        "a": {"input": 0, "hidden": ".5", "readout": "+1/2"},
        "b": {"input": 0, "hidden": 0, "readout": 0},
        "c": "0",
    },
    "preset": {"preset": "ntk", "depth": 2},
    "preset, optimizer said": {"preset": "ntk", "depth": 2, "optimizer": "sgd"},
    "activation said": {**NTK, "activation": "tanh"},
}


@pytest.mark.parametrize("form", FORMS_OF_NTK)
def test_every_form_of_a_question_has_the_same_answer(client: TestClient, form: str) -> None:
    assert post(client, FORMS_OF_NTK[form]) == post(client, NTK)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"optimizer": "adamw"}, "optimizer"),
        ({"activation": "relu"}, "warnings"),
        ({"loss": "cross_entropy"}, "assumptions"),
        ({"c": 1}, "conditions"),
    ],
)
def test_a_question_asked_again_is_answered_alike_and_others_are_not(
    client: TestClient, change: dict[str, Any], field: str
) -> None:
    question = {"depth": 3, "optimizer": "adam", "a": 0, "b": {**ROLES, "hidden": "1/2"}, "c": 0}
    first = post(client, question)
    assert post(client, {**question, **change})[field] != first[field]
    assert post(client, question) == first


def test_one_learning_rate_for_all_layers_is_one_per_layer(client: TestClient) -> None:
    one = {"depth": 3, "abc": [0, 0, 0, 0, 0, "1/2", "1/2", "1/2", 1]}
    each = {"depth": 3, "abc": [0, 0, 0, 0, 0, "1/2", "1/2", "1/2", 1, 1, 1, 1]}
    assert post(client, one) == post(client, each)
    assert post(client, one)["parametrization"]["c"] == ["1", "1", "1", "1"]


@pytest.mark.parametrize(
    "tenth", ["0.1", '"0.1"', '"1/10"', "1e-1", "0.10", '"10e-2"', '"100/1000"']
)
def test_one_tenth_is_one_tenth_however_written(client: TestClient, tenth: str) -> None:
    status, answer = post_text(client, f'{{"preset": "uniform", "depth": 2, "s": {tenth}}}')
    assert status == 200
    assert answer["r"] == "1/10"
    assert answer["parametrization"]["a"] == ["-2/5", "1/10", "1/2"]
    assert answer["equivalent_to"] == ["uniform(1/10)"]
    _, reference = post_text(client, '{"preset": "uniform", "depth": 2, "s": "1/10"}')
    assert answer == reference


def test_a_decimal_is_taken_as_written_not_as_the_nearest_double(client: TestClient) -> None:
    """As doubles 0.1 and the first 34 digits of that double are the same number."""
    status, problem = post_text(
        client, '{"depth": 1, "abc": [0, 0.1000000000000000055511151231257827, 0, 0, 0]}'
    )
    assert status == 422
    assert problem["errors"][0]["pointer"] == "/abc/1"
    assert "1000000" in problem["detail"]
    status, answer = post_text(client, '{"depth": 1, "abc": [0, 0.1, 0, 0, 0]}')
    assert status == 200
    assert answer["parametrization"]["a"] == ["0", "1/10"]


def test_sums_of_decimals_are_exact(client: TestClient) -> None:
    """0.7 - 0.2 is 0.49999999999999994 in floating point, and init.2 asks for 1/2."""
    body = '{"depth": 2, "a": [0, 0.7, 0.5], "b": [0, -0.2, 0], "c": 0}'
    _, answer = post_text(client, body)
    assert (answer["verdict"], answer["r"]) == ("kernel", "1/2")
    _, answer = post_text(client, '{"depth": 1, "a": [0.1, 1], "b": [0.2, 0], "c": 0}')
    values = {each["id"]: each["value"] for each in answer["conditions"]}
    assert values["init.1"] == "3/10"


def test_answers_are_in_canonical_spelling(client: TestClient) -> None:
    body = '{"depth": 1, "a": ["2/4", -0.0], "b": ["+3/6", "-10/4"], "c": ["1e0", 2.50]}'
    _, answer = post_text(client, body)
    assert answer["parametrization"] == {
        "a": ["1/2", "0"],
        "b": ["1/2", "-5/2"],
        "c": ["1", "5/2"],
    }
    # The gauge with c = 0: a + c/2, b - c/2.
    assert answer["canonical"] == {"a": ["1", "5/4"], "b": ["0", "-15/4"], "c": ["0", "0"]}


def test_the_largest_admitted_numerators_and_denominators(client: TestClient) -> None:
    answer = post(
        client, {"depth": 1, "abc": [1000000, -1000000, "1/1000000", "-999999/1000000", 0]}
    )
    assert answer["parametrization"] == {
        "a": ["1000000", "-1000000"],
        "b": ["1/1000000", "-999999/1000000"],
        "c": ["0", "0"],
    }


# ---------------------------------------------------------------------------- the gallery, by hand

# name, parameter, depth -> verdict, r, maximal. From THEORY.md sections 2 to 4.
GALLERY: list[tuple[dict[str, object], str, str, bool]] = [
    ({"preset": "ntk", "depth": 1}, "kernel", "1/2", False),
    ({"preset": "ntk", "depth": 2}, "kernel", "1/2", False),
    ({"preset": "ntk", "depth": 7}, "kernel", "1/2", False),
    ({"preset": "standard", "depth": 1}, "unstable", "0", False),
    ({"preset": "standard", "depth": 2}, "unstable", "-1", False),
    ({"preset": "standard_1_over_n", "depth": 1}, "kernel", "3/2", False),
    ({"preset": "standard_1_over_n", "depth": 2}, "kernel", "1/2", False),
    ({"preset": "mean_field"}, "feature_learning", "0", True),
    ({"preset": "mean_field", "depth": 1}, "feature_learning", "0", True),
    ({"preset": "mup", "depth": 1}, "feature_learning", "0", True),
    ({"preset": "mup", "depth": 2}, "feature_learning", "0", True),
    ({"preset": "mup", "depth": 10_000}, "feature_learning", "0", True),
    ({"preset": "uniform", "s": 0, "depth": 3}, "feature_learning", "0", True),
    ({"preset": "uniform", "s": "1/4", "depth": 3}, "kernel", "1/4", False),
    ({"preset": "uniform", "s": 0.5, "depth": 3}, "kernel", "1/2", False),
    ({"preset": "standard_divided_logits", "depth": 1}, "kernel", "1", False),
    ({"preset": "standard_divided_logits", "depth": 2}, "feature_learning", "0", False),
    ({"preset": "mup_adam", "depth": 1}, "feature_learning", "0", True),
    ({"preset": "mup_adam", "depth": 2}, "feature_learning", "0", True),
    ({"preset": "ntk_adam", "depth": 1}, "operator", "1/2", False),
    ({"preset": "ntk_adam", "depth": 2}, "operator", "1/2", False),
    ({"preset": "standard_adam", "c": 1, "depth": 1}, "operator", "1", False),
    ({"preset": "standard_adam", "c": 1, "depth": 2}, "unstable", "0", False),
    ({"preset": "standard_adam", "c": "3/2", "depth": 1}, "trivial", "3/2", False),
    ({"preset": "standard_adam", "c": "3/2", "depth": 2}, "operator", "1/2", False),
]


@pytest.mark.parametrize(
    ("body", "verdict", "r", "maximal"), GALLERY, ids=[json.dumps(each[0]) for each in GALLERY]
)
def test_presets_get_the_verdicts_of_the_papers(
    client: TestClient, body: dict[str, object], verdict: str, r: str, maximal: bool
) -> None:
    answer = post(client, body)
    if "depth" not in body:
        answer = answer["verdicts"]["1"]
    stable = verdict != "unstable"
    nontrivial = verdict != "trivial" if stable else None
    learning = verdict == "feature_learning" if nontrivial else None
    regime = not learning if nontrivial else None
    assert outcome(answer) == (verdict, stable, nontrivial, learning, regime, maximal, r)
    assert answer["depth"] == body.get("depth", 1)
    adaptive = str(body["preset"]).endswith("_adam")
    assert answer["optimizer"] == ("adam" if adaptive else "sgd")


@pytest.mark.parametrize("name", ["ntk", "mup", "standard", "standard_1_over_n", "ntk_adam"])
def test_a_preset_is_equivalent_to_itself(client: TestClient, name: str) -> None:
    assert name in post(client, {"preset": name, "depth": 2})["equivalent_to"]


def test_mean_field_is_mup_at_depth_one(client: TestClient) -> None:
    answer = post(client, {"preset": "mean_field", "depth": 1})
    assert set(answer["equivalent_to"]) == {"mean_field", "mup"}


def test_learning_features_starts_at_the_first_layer_that_moves(client: TestClient) -> None:
    """The gallery's note on this one: it learns features, but not in layer 1, where r_1 = 1."""
    answer = post(client, {"preset": "standard_divided_logits", "depth": 3})
    layers = [(each["r"], each["learns_features"]) for each in answer["layers"]]
    assert layers == [("1", False), ("0", True), ("0", True)]


# ---------------------------------------------------------------------------- without a depth


@pytest.mark.parametrize(
    ("body", "any_depth", "one", "more"),
    [
        ({"preset": "ntk"}, True, ("kernel", "1/2"), ("kernel", "1/2")),
        ({"preset": "standard"}, True, ("unstable", "0"), ("unstable", "-1")),
        ({"preset": "standard_1_over_n"}, True, ("kernel", "3/2"), ("kernel", "1/2")),
        ({"preset": "mup"}, True, ("feature_learning", "0"), ("feature_learning", "0")),
        (
            {"preset": "standard_divided_logits"},
            False,
            ("kernel", "1"),
            ("feature_learning", "0"),
        ),
        ({"preset": "uniform", "s": "1/4"}, True, ("kernel", "1/4"), ("kernel", "1/4")),
        ({"preset": "standard_adam", "c": 1}, False, ("operator", "1"), ("unstable", "0")),
        (
            {
                "a": {"input": 0, "hidden": 0, "readout": 1},
                "b": {"input": 0, "hidden": "1/2", "readout": 0},
                "c": {"input": 0, "hidden": 1, "readout": 0},
                "optimizer": "adam",
            },
            True,
            ("feature_learning", "0"),
            ("feature_learning", "0"),
        ),
    ],
)
def test_without_a_depth_the_answer_covers_every_depth(
    client: TestClient,
    body: dict[str, object],
    any_depth: bool,
    one: tuple[str, str],
    more: tuple[str, str],
) -> None:
    answer = post(client, body)
    assert set(answer) == {"summary", "depth", "any_depth", "verdicts"}
    assert answer["depth"] is None
    assert answer["any_depth"] is any_depth
    verdicts = answer["verdicts"]
    assert set(verdicts) == {"1", ">=2"}
    assert set(verdicts["1"]) == set(verdicts[">=2"]) == FIELDS
    assert (verdicts["1"]["verdict"], verdicts["1"]["r"]) == one
    assert (verdicts[">=2"]["verdict"], verdicts[">=2"]["r"]) == more
    assert verdicts["1"]["depth"] == 1
    assert verdicts[">=2"]["depth"] is None


@pytest.mark.parametrize("name", ["ntk", "standard", "standard_divided_logits", "mup_adam"])
def test_the_answer_for_every_depth_agrees_with_each_depth(client: TestClient, name: str) -> None:
    verdicts = post(client, {"preset": name})["verdicts"]
    assert post(client, {"preset": name, "depth": 1}) == verdicts["1"]
    for depth in (2, 3, 17, 10_000):
        assert outcome(post(client, {"preset": name, "depth": depth})) == outcome(verdicts[">=2"])


@pytest.mark.parametrize(
    "body",
    [
        {"preset": "mean_field"},
        {"a": {"input": 0, "readout": 1}, "b": {"input": 0, "readout": 0}, "c": -1},
    ],
)
def test_one_defined_for_one_hidden_layer_only_has_no_answer_beyond(
    client: TestClient, body: dict[str, object]
) -> None:
    answer = post(client, body)
    assert answer["any_depth"] is False
    assert answer["verdicts"][">=2"] is None
    learned = ("feature_learning", True, True, True, False, True, "0")
    assert outcome(answer["verdicts"]["1"]) == learned


# ---------------------------------------------------------------------------- deep networks


def deep_mup(depth: int) -> dict[str, Any]:
    a = ["-1/2", *[0] * (depth - 1), "1/2"]
    return {"depth": depth, "a": a, "b": ["1/2"] * (depth + 1), "c": 0}


def test_a_network_of_ten_thousand_layers_has_a_short_certificate(client: TestClient) -> None:
    by_role = {
        "depth": 10_000,
        "a": {"input": "-1/2", "hidden": 0, "readout": "1/2"},
        "b": {"input": "1/2", "hidden": "1/2", "readout": "1/2"},
        "c": 0,
    }
    response = client.post("/v1/classify", json=by_role)
    assert response.status_code == 200
    assert len(response.content) < 20_000
    answer = response.json()
    assert len(answer["conditions"]) == 12
    assert "a_l + b_l = 1/2 for l = 2..10000" in [x["statement"] for x in answer["conditions"]]
    assert [each["layers"] for each in answer["layers"]] == ["1", "2..10000"]
    assert answer["verdict"] == "feature_learning"
    assert post(client, deep_mup(10_000)) == answer
    flat = deep_mup(10_000)
    assert post(client, {"depth": 10_000, "abc": [*flat["a"], *flat["b"], 0]}) == answer


def test_one_layer_in_ten_thousand_that_differs_is_found(client: TestClient) -> None:
    body = deep_mup(10_000)
    body["b"][4_999] = "1/3"
    answer = post(client, body)
    assert answer["verdict"] == "unstable"
    assert len(answer["conditions"]) < 40
    worst = answer["conditions"][0]
    assert (worst["statement"], worst["value"]) == ("a_5000 + b_5000 = 1/2", "1/3")
    init = [each for each in answer["conditions"] if each["id"].startswith("init")]
    assert "a_l + b_l = 1/2 for l = 2..4999, 5001..10000" in [each["statement"] for each in init]
    assert any("h^5000" in reason and "blows up" in reason for reason in answer["reasons"])


@pytest.mark.exhaustive
def test_ten_thousand_different_layers_still_have_a_short_certificate(client: TestClient) -> None:
    depth = 10_000
    a = [0, *(f"{layer}/20001" for layer in range(2, depth + 1)), "1/2"]
    answer = post(client, {"depth": depth, "a": a, "b": [0] * (depth + 1), "c": 0})
    assert answer["verdict"] == "unstable"
    assert len(answer["conditions"]) < 100


# ---------------------------------------------------------------------------- posting answers back


@pytest.mark.parametrize(
    "body",
    [
        NTK,
        {"preset": "mup", "depth": 1},
        {"preset": "standard", "depth": 64},
        {"preset": "standard", "depth": 65},
        {"preset": "mup", "depth": 10_000},
        {"preset": "uniform", "s": "3/11", "depth": 3},
        {"preset": "mup_adam", "depth": 2},
        {"depth": 2, "abc": ["1/7", 0.3, 0, "-1/7", 0.2, 1, -1, 2, "1/3"]},
        {
            "optimizer": "adam",
            "depth": 2,
            "a": [0, 0, 1],
            "b": [0, "1/2", 0],
            "c": [0, 1, 0],
            "d": [1, 1, 1],
        },
    ],
    ids=json.dumps,
)
def test_the_parametrization_of_an_answer_can_be_posted_back(
    client: TestClient, body: dict[str, object]
) -> None:
    answer = post(client, body)
    back = {
        "depth": answer["depth"],
        "optimizer": answer["optimizer"],
        **answer["parametrization"],
    }
    assert post(client, back) == answer


@pytest.mark.parametrize(
    "body",
    [NTK, {"preset": "standard", "depth": 3}, {"preset": "ntk_adam", "depth": 2}],
    ids=json.dumps,
)
def test_the_canonical_form_has_the_same_verdict(
    client: TestClient, body: dict[str, object]
) -> None:
    answer = post(client, body)
    moved = {"depth": answer["depth"], "optimizer": answer["optimizer"], **answer["canonical"]}
    again = post(client, moved)
    assert outcome(again) == outcome(answer)
    assert again["canonical"] == again["parametrization"] == answer["canonical"]


@pytest.mark.parametrize("name", ["ntk", "mean_field", "standard_adam"])
def test_the_parametrizations_of_an_answer_for_every_depth_can_be_posted_back(
    client: TestClient, name: str
) -> None:
    body = {"preset": name} | ({"c": "3/2"} if name == "standard_adam" else {})
    verdicts = post(client, body)["verdicts"]
    one = {"depth": 1, "optimizer": verdicts["1"]["optimizer"]}
    assert post(client, one | verdicts["1"]["parametrization"]) == verdicts["1"]
    if verdicts[">=2"] is not None:
        every = {"optimizer": one["optimizer"]} | verdicts[">=2"]["parametrization"]
        assert post(client, every)["verdicts"] == verdicts


# ---------------------------------------------------------------------------- warnings


def test_a_rounded_exponent_that_decides_the_verdict_is_pointed_out(client: TestClient) -> None:
    body = {"depth": 2, "a": ["-1/6", 0.3333, "1/2"], "b": ["1/6", "1/6", "1/6"], "c": 0}
    answer = post(client, body)
    assert answer["verdict"] == "unstable"
    assert answer["warnings"] == ["a_2 = 0.3333 is not 1/3; with 1/3 the verdict would be kernel."]
    body["a"] = ["-1/6", "1/3", "1/2"]
    answer = post(client, body)
    assert answer["verdict"] == "kernel"
    assert answer["warnings"] == []


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        ("tanh", None),
        ("relu", "relu"),
        ("gelu", "gelu"),
        ("silu", "silu"),
        ("erf", "erf"),
        ("linear", "linear"),
    ],
)
def test_the_activation_changes_nothing_but_the_warnings(
    client: TestClient, activation: str, words: str | None
) -> None:
    answer = post(client, {**NTK, "activation": activation})
    warnings = answer["warnings"]
    assert answer == {**post(client, NTK), "warnings": warnings}
    if words is None:
        assert warnings == []
    else:
        assert len(warnings) == 1
        assert words in warnings[0]


# ---------------------------------------------------------------------------- adaptive optimizers

MUP_ADAM: dict[str, Any] = {
    "optimizer": "adam",
    "depth": 2,
    "a": [0, 0, 1],
    "b": [0, "1/2", 0],
    "c": [0, 1, 0],
}


def test_without_d_faithfulness_is_no_question(client: TestClient) -> None:
    answer = post(client, MUP_ADAM)
    assert answer["faithful"] is None
    assert "d" not in answer["parametrization"]
    assert answer["warnings"] == []
    assert answer["equivalent_to"] == ["mup_adam"]


@pytest.mark.parametrize("d", [[1, 1, 1], 1, "1", {"input": 1, "hidden": 1, "readout": 1}])
def test_a_faithful_d_is_recognized(client: TestClient, d: object) -> None:
    """d_l = a_l + a_{L+1} + b_{L+1} = 1 for l <= L and d_{L+1} = a_{L+1} = 1."""
    body: dict[str, Any] = {**MUP_ADAM, "d": d}
    if isinstance(d, dict):
        body |= {
            "a": {"input": 0, "hidden": 0, "readout": 1},
            "b": {"input": 0, "hidden": "1/2", "readout": 0},
            "c": {"input": 0, "hidden": 1, "readout": 0},
        }
    answer = post(client, body)
    assert answer["faithful"] is True
    assert answer["warnings"] == []
    assert answer["parametrization"]["d"] == ["1", "1", "1"]
    assert outcome(answer) == outcome(post(client, MUP_ADAM))


@pytest.mark.parametrize("name", ["d", "epsilon"])
@pytest.mark.parametrize(
    ("d", "verdict", "untrained"),
    [
        ([1, 1, 0], "feature_learning", [("readout", None, "1")]),
        ([1, 0, 1], "feature_learning", [("body", "2", "1")]),
        ([0, 1, 1], "feature_learning", [("body", "1", "1")]),
        ([2, 1, 1], "feature_learning", []),
        (0, "trivial", []),
        ("1/2", "trivial", []),
    ],
)
def test_a_scale_below_the_gradients_stops_training(
    client: TestClient, name: str, d: object, verdict: str, untrained: list[object]
) -> None:
    """Gradients of µP are n^-1; where ε, n^-d, is larger, updates shrink by n^-(1-d)."""
    answer = post(client, {**MUP_ADAM, name: d})
    assert answer["verdict"] == verdict
    assert answer["maximal"] is (verdict == "feature_learning" and not untrained)
    found = [(each["role"], each["layers"], each["exponent"]) for each in answer["untrained"]]
    assert found == untrained
    assert answer["faithful"] is (None if name == "epsilon" else False)
    warned = any("not faithful" in warning for warning in answer["warnings"])
    assert warned is (name == "d")
    if untrained:
        assert any("fall below ε" in reason for reason in answer["reasons"])


def test_a_readout_that_outgrows_its_initialization_is_unfaithful(client: TestClient) -> None:
    """b_{L+1} <= c_{L+1} is part of faithfulness (Lemma 2.8.11)."""
    body = {"optimizer": "adam", "depth": 1, "a": [0, 0], "b": [0, 1], "c": [0, "1/2"], "d": [1, 0]}
    answer = post(client, body)
    assert answer["faithful"] is False


def test_the_regime_of_an_adaptive_optimizer_is_the_operator_regime(client: TestClient) -> None:
    answer = post(client, {"preset": "ntk_adam", "depth": 2})
    assert outcome(answer) == ("operator", True, True, False, True, False, "1/2")
    assert all("kernel" not in reason for reason in answer["reasons"])


# ---------------------------------------------------------------------------- headers


def test_the_request_id_is_echoed(client: TestClient) -> None:
    mine = "7f3c2f0e8d1b4c5fa6b79d0e1c2b3a49"
    for body in (NTK, {"preset": "nothing"}):
        response = client.post("/v1/classify", json=body, headers={"X-Request-ID": mine})
        assert response.headers["X-Request-ID"].replace("-", "") == mine


def test_every_answer_has_a_request_id_of_its_own(client: TestClient) -> None:
    ids = {client.post("/v1/classify", json=NTK).headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5
    assert "" not in ids


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/vnd.api+json",
    ],
)
def test_json_may_be_declared_in_its_usual_ways(client: TestClient, content_type: str) -> None:
    response = client.post(
        "/v1/classify",
        content=json.dumps(NTK),
        headers={"Content-Type": content_type},
    )
    assert response.status_code == 200


def test_browsers_of_any_origin_may_ask(client: TestClient) -> None:
    preflight = client.options(
        "/v1/classify",
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "Content-Type",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    answer = client.post("/v1/classify", json=NTK, headers={"Origin": "https://example.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
