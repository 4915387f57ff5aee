"""What a person meets first: mixed forms, names that are understood, plain sentences."""

import itertools
import random
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.solver.oracle import sample

ROLES = ("input", "hidden", "readout")
START = "They are the same network at initialization; the second trains"


def ask(client: TestClient, path: str, body: object, status: int = 200) -> Any:
    response = client.post(f"/v1/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


@pytest.mark.parametrize("forms", list(itertools.product(("number", "list", "roles"), repeat=3)))
def test_numbers_lists_and_roles_may_be_mixed(client: TestClient, forms: tuple[str, ...]) -> None:
    """Each of a, b and c in its own form says what three lists say."""
    values = {"a": ["0", "1/4", "1/4", "1"], "b": ["0", "1/2", "1/2", "1/2"], "c": ["1"] * 4}
    written: dict[str, object] = {"depth": 3, "optimizer": "adam"}
    listed: dict[str, object] = dict(written)
    for symbol, form in zip("abc", forms, strict=True):
        column = values[symbol] if form != "number" else ["1/2"] * 4
        listed[symbol] = column
        roles = dict(zip(ROLES, (column[0], column[1], column[-1]), strict=True))
        written[symbol] = {"number": "1/2", "list": column, "roles": roles}[form]
    assert ask(client, "classify", written) == ask(client, "classify", listed)


def test_numbers_alone_are_roles_without_a_depth(client: TestClient) -> None:
    answer = ask(client, "classify", {"a": 0, "b": "1/2", "c": 1})
    assert set(answer["verdicts"]) == {"1", ">=2"}


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("muP", "mup"), ("µP", "mup"), ("μP", "mup"), ("mu-p", "mup"), ("MUP", "mup"),
        ("pytorch", "standard"), ("PyTorch", "standard"), ("sp", "standard"), ("SP", "standard"),
        ("NTP", "ntk"), ("NTK parametrization", "ntk"), ("mean field", "mean_field"),
        ("muP_Adam", "mup_adam"), ("mup-adam", "mup_adam"), ("MuAdam", "mup_adam"),
    ],
)  # fmt: skip
def test_common_names_are_understood(client: TestClient, name: str, entry: str) -> None:
    assert ask(client, "classify", {"preset": name}) == ask(client, "classify", {"preset": entry})


@pytest.mark.parametrize(
    "name",
    ["layernorm", "LayerNorm", "batch_norm", "rms_norm", "use_bias", "biases", "tied",
     "tie_weights", "skip_connections", "num_heads", "dropout", "decay", "eps", "conv"],
)  # fmt: skip
def test_a_field_that_changes_the_network_is_never_to_be_left_out(
    client: TestClient, name: str
) -> None:
    problem = ask(client, "classify", {"preset": "mup", "depth": 2, name: True}, 422)
    assert name in problem["detail"]
    assert "another network" in problem["detail"]
    assert "leave it out" not in problem["detail"]


@pytest.mark.parametrize("name", ["tier", "patience", "header", "properties", "again"])
def test_other_fields_are_only_unknown(client: TestClient, name: str) -> None:
    problem = ask(client, "classify", {"preset": "mup", "depth": 2, name: True}, 422)
    assert f'"{name}" is not a field here' in problem["detail"]


def test_the_answer_comes_first(client: TestClient) -> None:
    answer = ask(client, "classify", {"preset": "standard", "depth": 3})
    assert list(answer)[:4] == ["verdict", "summary", "reasons", "warnings"]
    assert next(iter(ask(client, "classify", {"preset": "mup"}))) == "summary"
    repaired = ask(client, "repairs", {"preset": "ntk", "depth": 2, "target": "maximal"})
    assert list(repaired)[:2] == ["possible", "summary"]
    same = ask(
        client, "equivalence", {"first": {"preset": "mup"}, "second": {"preset": "ntk", "depth": 2}}
    )
    assert list(same)[:2] == ["equivalent", "summary"]
    assert (
        next(iter(ask(client, "regions", {"preset": "uniform", "s": "s", "depth": 2}))) == "summary"
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_summaries_and_instabilities_are_those_of_the_theorems(
    client: TestClient, optimizer: str
) -> None:
    """Sizes worked out here from the exponents alone."""
    rng = random.Random(f"instability {optimizer}")
    kinds = set()
    for _ in range(250):
        depth = rng.choice([1, 2, 3])
        a, b, c = sample(rng, depth=depth, optimizer=optimizer, per_layer_c=True)  # type: ignore[arg-type]
        abc = [str(each) for each in (*a, *b, *c)]
        if max(len(each) for each in abc) > 12:  # beyond the bound on integers
            continue
        answer = ask(client, "classify", {"depth": depth, "abc": abc, "optimizer": optimizer})
        words = {"unstable": "Unstable", "trivial": "Trivial", "kernel": "Kernel regime",
                 "operator": "Operator regime", "feature_learning": "Feature learning"}  # fmt: skip
        assert answer["summary"].startswith(f"{words[answer['verdict']]}: as width grows, ")
        assert answer["summary"].endswith(".")
        size, weight = a[-1] + b[-1], 2 if optimizer == "sgd" else 1
        u = weight * a[-1] + c[-1]
        paths = [size, u] if optimizer == "sgd" else [Fraction(0)]
        branches = [g + c[n] + weight * a[n] - (n > 0) for n in range(depth) for g in paths]
        off = [a[n] + b[n] - Fraction(n > 0, 2) for n in range(depth)]
        start = min(size - Fraction(1, 2), Fraction(0))
        wrong = [each for each in (*off, start) if each]
        features, logits = min(branches), min(u, size + min(branches)) - 1
        if answer["stable"]:
            assert answer["instability"] is None
            assert not wrong
            assert min(features, logits) >= 0
            continue
        kinds.add((bool(wrong), features < 0, logits < 0))
        assert answer["instability"] == {
            "initialization": None if not wrong else "explodes" if min(wrong) < 0 else "vanishes",
            "features": None if features >= 0 else str(-features),
            "logits": None if logits >= 0 else str(-logits),
            "controlled": not wrong and features >= 0,
        }
        controlled = any("Only the logits blow up" in each for each in answer["reasons"])
        assert controlled is answer["instability"]["controlled"]
    assert len(kinds) >= 5


def test_a_repair_that_one_learning_rate_excludes_says_what_more_would_do(
    client: TestClient,
) -> None:
    body = {"preset": "standard", "depth": 3, "target": "maximal", "locked": ["a"]}
    together, apart = ask(client, "repairs", body), ask(client, "repairs", {**body, "tie_c": False})
    assert not together["possible"]
    assert apart["possible"]
    assert "tie_c: false" in together["summary"]
    assert f"at distance {apart['distance']}" in together["summary"]
    assert all(each["words"] in together["summary"] for each in apart["changes"])


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ({"preset": "ntk", "depth": 2}, {"preset": "standard", "depth": 2},
         f"{START} layer 2 and the readout with a learning rate n times larger."),
        ({"preset": "ntk", "depth": 3}, {"preset": "ntk", "depth": 2},
         "The depths differ: 3 and 2 hidden layers."),
        ({"preset": "mup", "depth": 2}, {"preset": "mup_adam", "depth": 2},
         "The optimizers differ: sgd and adam have different laws of updates."),
        ({"depth": 1, "a": 0, "b": [0, 1], "c": 1}, {"depth": 1, "a": 0, "b": [0, "1/2"], "c": 1},
         "The second initializes the weights of the readout n^(1/2) times larger."),
        ({"depth": 1, "a": 0, "b": 0, "c": 1}, {"depth": 1, "a": 0, "b": 0, "c": 3},
         f"{START} every layer with a learning rate n^2 times smaller."),
    ],
)  # fmt: skip
def test_differences_are_said_as_a_person_would(
    client: TestClient, first: object, second: object, says: str
) -> None:
    assert ask(client, "equivalence", {"first": first, "second": second})["summary"] == says


def test_several_unknowns_list_what_is_worth_having(client: TestClient) -> None:
    body = {"optimizer": "adam", "depth": 3, "a": {"input": 0, "hidden": 0, "readout": "p"},
            "b": {"input": "t", "hidden": "1/2", "readout": "t"},
            "c": {"input": "k", "hidden": 1, "readout": "k"}}  # fmt: skip
    answer = ask(client, "regions", body)
    *pieces, last = answer["summary"]
    assert last == "unstable elsewhere"
    assert not any("unstable" in each for each in pieces)
    kinds = {each["verdict"] for each in answer["cells"]}
    assert {each.rpartition(" ")[2] for each in pieces} == kinds - {"unstable"}


def test_an_unknown_of_no_layer_can_take_any_value(client: TestClient) -> None:
    a, b = {"input": 0, "hidden": "k", "readout": 0}, {"input": 0, "hidden": 0, "readout": 1}
    body = {"a": a, "b": b, "c": 1, "minimize": "k"}
    one = ask(client, "regions", body)["verdicts"]["1"]
    assert one["optimum"]["summary"] == "k does not occur at this depth, so it can take any value."
