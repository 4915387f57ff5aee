"""What real networks add, as people ask about it: each body with the answer that theory gives."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

ADAM: dict[str, Any] = {
    "optimizer": "adam",
    "depth": 3,
    "a": {"input": 0, "hidden": 0, "readout": 1},
    "b": {"input": 0, "hidden": "1/2", "readout": 0},
    "c": {"input": 0, "hidden": 1, "readout": 0},
}
HIDDEN = {"kind": "hidden", "optimizer": "adam", "a": 0, "b": "1/2", "c": 1}
EMBED = {"name": "embed", "kind": "input", "optimizer": "adam", "a": 0, "b": 0, "c": 0}
HEAD = {"name": "head", "kind": "readout", "optimizer": "adam", "a": 1, "b": 0, "c": 0}


def ask(client: TestClient, body: dict[str, Any], path: str = "classify", status: int = 200) -> Any:
    response = client.post(f"/v1/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


@pytest.mark.parametrize(
    ("change", "verdict", "maximal", "words"),
    [
        ({"b": {"input": 0, "hidden": "1/2", "readout": "inf"}}, "feature_learning", True,
         "the readout starts at zero"),
        ({"c": {"input": "inf", "hidden": 1, "readout": 0}}, "feature_learning", False, "layer 2"),
        ({"c": "inf"}, "trivial", False, "stand still"),
        ({"b": {"input": 0, "hidden": "inf", "readout": 0}}, "unstable", False, "vanishes"),
        ({"bias": {"a": 0, "b": "inf", "c": 1}}, "feature_learning", False,
         "The biases of layers 1..3 do not train"),
        ({"bias": {"a": 0, "b": "inf", "c": 0}}, "feature_learning", True, "µP"),
        ({"bias": {"a": 0, "b": -1, "c": 0}}, "unstable", False, "biases of layers 1..3 blow up"),
        ({"residual": True, "b": {"input": 0, "hidden": "inf", "readout": 0}}, "feature_learning",
         True, "µP"),
        ({"normalized": {"hidden": True}, "b": 0, "c": {"input": 0, "hidden": "1/2", "readout": 0}},
         "feature_learning", True, "µP"),
        ({"normalized": {"hidden": True}, "b": 0}, "feature_learning", False,
         "layers 2..3 do not train as width grows: their updates contribute n^(-1/2)"),
        ({"weight_decay": 0}, "feature_learning", True,
         "The weight decay of the weights of layers 2..3 fades like n^(-1); multiply λ by n"),
        ({"weight_decay": {"hidden": -2}}, "unstable", False, "weight decay of the weights"),
        ({"epsilon": 1}, "feature_learning", True, "µP"),
        ({"epsilon": 0}, "trivial", False, "stand still"),
    ],
)  # fmt: skip
def test_what_a_network_has_enters_its_verdict(
    client: TestClient, change: dict[str, Any], verdict: str, maximal: bool, words: str
) -> None:
    answer = ask(client, {**ADAM, **change})
    assert (answer["verdict"], answer["maximal"]) == (verdict, maximal)
    assert words in " ".join(answer["reasons"])


def test_what_is_answered_can_be_posted_back(client: TestClient) -> None:
    body = {**ADAM, "bias": {"a": 0, "b": "inf", "c": 0}, "residual": True, "weight_decay": 1,
            "epsilon": {"hidden": 1}, "normalized": [False, True, False]}  # fmt: skip
    answer = ask(client, body)
    again = ask(client, {"depth": 3, "optimizer": "adam", **answer["parametrization"]})
    assert again == answer
    tensors = {"tensors": [EMBED, {"name": "w", **HIDDEN, "epsilon": 1}, HEAD]}
    answer = ask(client, tensors)
    assert ask(client, answer["parametrization"]) == answer


@pytest.mark.parametrize(
    ("attention", "verdict"),
    [
        ({"scale": 1}, "feature_learning"),
        ({"scale": "1/2"}, "unstable"),
        ({"scale": "1/2", "grows": "heads"}, "feature_learning"),
        ({"scale": 0, "grows": "head_size"}, "unstable"),
    ],
)
def test_attention(client: TestClient, attention: dict[str, Any], verdict: str) -> None:
    tensors = [
        EMBED,
        {"name": "q", **HIDDEN},
        {"name": "k", **HIDDEN},
        {"name": "v", **HIDDEN},
        HEAD,
    ]
    body = {"tensors": tensors, "attention": [{"query": "q", "key": "k", **attention}]}
    assert ask(client, body)["verdict"] == verdict


def test_reasons_name_the_tensors(client: TestClient) -> None:
    slow = {**HIDDEN, "c": 2}
    answer = ask(
        client, {"tensors": [EMBED, {"name": "up", **slow}, {"name": "down", **HIDDEN}, HEAD]}
    )
    assert "up does not train" in " ".join(answer["reasons"])
    assert answer["untrained"] == [{"role": "body", "layers": "up", "exponent": "1"}]
    assert [(each["name"], each["r"]) for each in answer["tensors"]] == [
        ("embed", "0"), ("up", "1"), ("down", "0"), ("head", "0"),
    ]  # fmt: skip


def test_alignment_is_an_assumption_beside_the_theorem(client: TestClient) -> None:
    body = {"optimizer": "adam", "depth": 3, "a": 0, "b": {"input": 0, "hidden": "1/2",
            "readout": "1/2"}, "c": {"input": 0, "hidden": 1, "readout": 1}}  # fmt: skip
    assert ask(client, body)["verdict"] == "unstable"
    answer = ask(client, {**body, "alignment": "full"})
    assert answer["verdict"] == "feature_learning"
    assert answer["assumptions"]["theorem"] == "unstable"
    assert any("unstable" in warning for warning in answer["warnings"])
    spelled = ask(client, {**body, "alignment": {"updates": 1, "readout": "1/2"}})
    assert spelled == answer


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({**ADAM, "a": "inf"}, "/a", "cannot be infinite"),
        ({**ADAM, "bias": 1}, "/bias", "write"),
        ({**ADAM, "bias": {"a": 0, "b": 0}}, "/bias/c", "lacks c"),
        ({**ADAM, "bias": {"a": 0, "b": 0, "c": 0, "optimizer": "muon"}}, "/bias/optimizer",
         "matrices"),
        ({**ADAM, "optimizer": "muon", "bias": {"a": 0, "b": 0, "c": 0}}, "/bias/optimizer",
         "adamw"),
        ({**ADAM, "residual": {"input": True}}, "/residual/input", "hidden"),
        ({**ADAM, "residual": [True, True]}, "/residual", "needs 3"),
        ({**ADAM, "normalized": {"readout": True}}, "/normalized/readout", "coordinates"),
        ({**ADAM, "normalized": True, "b": "inf"}, "/normalized", "zero"),
        ({**ADAM, "normalized": "yes"}, "/normalized", "true or false"),
        ({**ADAM, "optimizer": "sgd", "epsilon": 0}, "/epsilon", "no epsilon"),
        ({**ADAM, "d": 1, "epsilon": 1}, "/epsilon", "one of them"),
        ({**ADAM, "weight_decay": [0]}, "/weight_decay", "needs 4"),
        ({**ADAM, "alignment": "half"}, "/alignment", "theorem"),
        ({**ADAM, "alignment": {"updates": 2, "readout": 1}}, "/alignment/updates", "between"),
        ({**ADAM, "tensors": [EMBED, HEAD]}, "/depth", "tensors"),
        ({"tensors": []}, "/tensors", "list"),
        ({"tensors": [EMBED]}, "/tensors", "readout"),
        ({"tensors": [HEAD]}, "/tensors", "alone"),
        ({"tensors": [EMBED, EMBED, HEAD]}, "/tensors/1/name", "once"),
        ({"tensors": [{**EMBED, "name": 1.5}, HEAD]}, "/tensors/0/name", "text"),
        ({**ADAM, "attention": []}, "/attention", "tensors"),
        ({"tensors": [EMBED, {**HEAD, "tied_to": "nothing"}]}, "/tensors/1/tied_to", "embed"),
        ({"tensors": [{**EMBED, "kind": "conv"}, HEAD]}, "/tensors/0/kind", "kinds are"),
        ({"tensors": [{**EMBED, "stride": 2}, HEAD]}, "/tensors/0/stride", "no field"),
        ({"tensors": [EMBED, HEAD], "attention": [{"query": "q", "key": "k", "scale": 1}]},
         "/attention/0/query", "hidden"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(
    client: TestClient, body: dict[str, Any], pointer: str, words: str
) -> None:
    problem = ask(client, body, status=422)
    found = {each["pointer"]: each["detail"] for each in problem["errors"]}
    assert pointer in found, found
    assert words in found[pointer]


def test_predictions_behind_a_zero_readout(client: TestClient) -> None:
    """The body stands still at step 1 and moves from step 2 on."""
    body = {**ADAM, "b": {"input": 0, "hidden": "1/2", "readout": "inf"}, "steps": 2}
    rows = ask(client, body, "predictions")["quantities"]
    found = {(each["quantity"], each["layer"], each["step"]): each["exponent"] for each in rows}
    assert found["f", 4, 0] == "inf"
    assert {found["delta_x", layer, 1] for layer in (1, 2, 3)} == {"inf"}
    assert {found["delta_x", layer, 2] for layer in (1, 2, 3)} == {"0"}
    assert found["readout_update", 4, 1] == found["delta_f", 4, 1] == "0"
    named = {"tensors": [EMBED, {"name": "w", **HIDDEN}, HEAD], "steps": 1}
    rows = ask(client, named, "predictions")["quantities"]
    assert {each["tensor"] for each in rows} == {"embed", "w", "head"}
    assert {each["layer"] for each in rows} == {None}


def test_tied_exponents_change_together_and_count_once(client: TestClient) -> None:
    body = {**ADAM, "b": {"input": "-1/2", "hidden": "1/2", "readout": "-1/2"},
            "target": "maximal",
            "ties": [["b.input", "b.readout"], ["c.input", "c.readout"]]}  # fmt: skip
    answer = ask(client, body, "repairs")
    assert answer["distance"] == "1/2"
    assert [each["exponent"] for each in answer["changes"]] == ["b.input = b.readout"]
    assert answer["classification"]["maximal"] is True


def test_repairs_and_regions_go_by_name(client: TestClient) -> None:
    tensors = [EMBED, {"name": "w", **HIDDEN}, {**HEAD, "a": 0}]
    answer = ask(client, {"tensors": tensors, "target": "maximal", "locked": ["b", "c"]}, "repairs")
    assert [(each["exponent"], each["to"]) for each in answer["changes"]] == [("a_head", "1")]
    regions = ask(client, {"tensors": [EMBED, {"name": "w", **HIDDEN, "c": "s"}, HEAD]}, "regions")
    assert regions["summary"] == ["s < 1 unstable", "s >= 1 feature_learning"]


def test_equivalence_of_networks_by_tensors(client: TestClient) -> None:
    tensors = [EMBED, {"name": "w", **HIDDEN}, HEAD]
    moved = {**HEAD, "a": 0, "b": 1, "c": 1}
    body = {"first": {"tensors": tensors}, "second": {"tensors": [*tensors[:2], moved]}}
    answer = ask(client, body, "equivalence")
    assert answer["equivalent"] is True
    assert answer["theta"] == ["0", "0", "-1"]
    other = {**HEAD, "c": 1}
    body = {"first": {"tensors": tensors}, "second": {"tensors": [*tensors[:2], other]}}
    assert "head" in ask(client, body, "equivalence")["differences"][0]
