"""Every optimizer, alone and in mixtures, through every door that takes a parametrization."""

import random
from fractions import Fraction
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.solver.theory.published_laws import (
    GAUGE,
    HALF,
    LAW,
    SHIFT,
    body_exponent,
    readout_exponent,
)

ROLES = ("input", "hidden", "readout")


def by_role(*values: object) -> dict[str, object]:
    return dict(zip(ROLES, values, strict=True))


MUP = {"a": by_role(0, 0, 1), "b": by_role(0, "1/2", 0)}
# c of µP in each law (input, hidden, readout), for an optimizer without a convention of its own.
MUP_RATES: dict[str, tuple[Any, ...]] = {
    "gradient": (-1, 0, -1),
    "entrywise": (0, 1, 0),
    "spectral": (-HALF, 0, -HALF),
    "relative": (0, HALF, 0),
}


def mup(optimizers: tuple[str, ...]) -> dict[str, Any]:
    """µP for a mixture: each role with the rate of its own law and convention."""
    rates = [
        Fraction(MUP_RATES[LAW[name]][place]) + SHIFT.get(name, (0, 0, 0))[place]
        for place, name in enumerate(optimizers)
    ]
    return {**MUP, "c": by_role(*map(str, rates)), "optimizer": by_role(*optimizers)}


def ask(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    response = client.post(f"/v1/{path}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("optimizer", LAW)
def test_mup_in_each_law_is_maximal_and_every_other_rate_is_not(
    client: TestClient, optimizer: str
) -> None:
    right = mup((optimizer,) * 3)
    answer = ask(client, "classify", {**right, "depth": 3})
    assert (answer["verdict"], answer["maximal"]) == ("feature_learning", True)
    assert answer["optimizer"] == optimizer
    assert answer["laws"] == dict.fromkeys(ROLES, LAW[optimizer])
    derived = LAW[optimizer] in ("spectral", "relative")
    assert answer["status"] == ("derived" if derived else "theorem")
    assert any("derived" in each for each in answer["warnings"]) is derived
    assert answer["untrained"] == []
    for role in ROLES:
        for step in (-HALF, HALF):
            c = {**right["c"], role: str(Fraction(right["c"][role]) + step)}
            other = ask(client, "classify", {**right, "c": c, "depth": 3})
            assert not other["maximal"]
            if step < 0:
                assert other["verdict"] == "unstable"
            else:
                still = [(each["role"], each["exponent"]) for each in other["untrained"]]
                assert still == [("readout" if role == "readout" else "body", "1/2")]
                said = [each for each in other["reasons"] if "n^(-1/2)" in each]
                assert any("multiply" in each and "n^(1/2)" in each for each in said)


def test_mup_of_random_mixtures_is_maximal_by_every_spelling(client: TestClient) -> None:
    rng = random.Random("mixtures")
    for _ in range(60):
        names = tuple(rng.choice(list(LAW)) for _ in ROLES)
        body = mup(names)
        by_name = ask(client, "classify", {**body, "depth": 3})
        assert by_name["maximal"], names
        hidden = [names[1]] * 2
        listed = {**body, "depth": 3, "optimizer": [names[0], *hidden, names[2]]}
        loud = {
            **body,
            "depth": 3,
            "optimizer": by_role(*[n.upper().replace("_", "-") for n in names]),
        }
        assert ask(client, "classify", listed) == by_name == ask(client, "classify", loud)
        both = ask(client, "classify", body)["verdicts"]
        assert both["1"]["maximal"]
        assert both[">=2"]["maximal"]
        rows = [[*(0, 0, 0, 1), *(0, "1/2", "1/2", 0), *map(str, _listed(body["c"]))]]
        batch = ask(
            client, "classify/batch", {"depth": 3, "abc": rows, "optimizer": body["optimizer"]}
        )
        assert (batch["verdict"], batch["r"]) == (["feature_learning"], ["0"])


def _listed(roles: dict[str, Any]) -> list[Any]:
    return [roles["input"], roles["hidden"], roles["hidden"], roles["readout"]]


def test_a_gauge_shift_by_each_layers_own_weight_is_found_again(client: TestClient) -> None:
    rng = random.Random("gauge of mixtures")
    for _ in range(30):
        names = tuple(rng.choice(list(LAW)) for _ in ROLES)
        body = {**mup(names), "depth": 2}
        thetas = [Fraction(rng.randint(-4, 4), 4) for _ in ROLES]
        shifted = {
            "depth": 2,
            "optimizer": list(names),
            "a": [str(Fraction(body["a"][r]) + t) for r, t in zip(ROLES, thetas, strict=True)],
            "b": [str(Fraction(body["b"][r]) - t) for r, t in zip(ROLES, thetas, strict=True)],
            "c": [
                str(Fraction(body["c"][r]) - GAUGE[LAW[n]] * t)
                for r, t, n in zip(ROLES, thetas, names, strict=True)
            ],
        }
        answer = ask(client, "equivalence", {"first": body, "second": shifted})
        assert answer["equivalent"], names
        assert [Fraction(each) for each in answer["theta"]] == thetas


def test_cells_and_repairs_of_mixtures_agree_with_the_table(client: TestClient) -> None:
    """Muon in the hidden layers, AdamW elsewhere: the hidden rate decides, and is repaired."""
    rng = random.Random("regions of mixtures")
    for _ in range(8):
        names = tuple(rng.choice(list(LAW)) for _ in ROLES)
        body = {**mup(names), "depth": 3}
        right = Fraction(body["c"]["hidden"])
        cells = ask(client, "regions", {**body, "c": {**body["c"], "hidden": "k"}})["cells"]
        kinds = {each["verdict"]: each["where"] for each in cells}
        assert set(kinds) == {"unstable", "feature_learning"}
        a, b = Fraction(0), HALF
        end = [Fraction(body[symbol]["readout"]) for symbol in "abc"]
        u = readout_exponent(names[2], *end)
        g = min(end[0] + end[1], u)
        r = body_exponent(names[1], True, a, b, right, g)
        assert r == 0
        assert kinds["unstable"] == f"k < {right}"
        wrong = {**body["c"], "hidden": str(right + HALF)}
        repaired = ask(client, "repairs", {**body, "c": wrong, "target": "maximal", "tie_c": False})
        assert repaired["possible"]
        assert repaired["distance"] == "1/2"
        assert repaired["classification"]["maximal"]


@pytest.mark.parametrize(
    ("optimizer", "pointer", "said"),
    [
        ("adamm", "/optimizer", "adamm"),
        (7, "/optimizer", "7"),
        (["adam", "muon"], "/optimizer", "depth 2 has 3 weight matrices"),
        (["adam", "muon", None], "/optimizer/2", "null"),
        ({"input": "adam", "readout": "adam"}, "/optimizer", 'lacks "hidden"'),
        ({"input": "adam", "hidden": "x" * 500, "readout": "adam"}, "/optimizer/hidden", "500"),
        ({"body": "adam", "input": "sgd", "hidden": "sgd", "readout": "sgd"}, "/optimizer", "role"),
    ],
)
def test_what_names_no_optimizer_is_pointed_at(
    client: TestClient, optimizer: object, pointer: str, said: str
) -> None:
    body = {**MUP, "c": 0, "depth": 2, "optimizer": optimizer}
    response = client.post("/v1/classify", json=body)
    assert response.status_code == 422
    errors = response.json()["errors"]
    assert any(each["pointer"] == pointer and said in each["detail"] for each in errors), errors


def test_a_preset_takes_other_names_of_its_law_only(client: TestClient) -> None:
    answer = ask(client, "classify", {"preset": "mup_adam", "optimizer": "AdamW", "depth": 2})
    assert (answer["optimizer"], answer["maximal"]) == ("adamw", True)
    refused = client.post("/v1/classify", json={"preset": "mup_adam", "optimizer": "muon"})
    assert refused.status_code == 422
    assert "not for muon" in refused.json()["detail"]
