"""Real networks confirm the theorem, on every face of it, and contradict a wrong one."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.experiment.conclude import conclude
from app.experiment.plan import spelled
from solver import Parametrization
from tests.app.experiment.experiments import checked, described, experiment, listed, measured, named

pytestmark = pytest.mark.training

# (parametrization, the verdict of TP4's theorems worked out by hand, what differs)
Case = tuple[Parametrization, str, dict[str, Any]]

GALLERY: dict[str, Case] = {
    "ntk L=1": (named("ntk", 1), "kernel", {}),
    "ntk L=3": (named("ntk", 3), "kernel", {}),
    "standard L=1": (named("standard", 1), "unstable", {}),
    "standard L=3": (named("standard", 3), "unstable", {}),
    "standard_1_over_n L=1": (named("standard_1_over_n", 1), "kernel", {}),
    "standard_1_over_n L=3": (named("standard_1_over_n", 3), "kernel", {}),
    "mean_field": (named("mean_field", 1), "feature_learning", {}),
    "mup L=1": (named("mup", 1), "feature_learning", {}),
    "mup L=3": (named("mup", 3), "feature_learning", {}),
    "uniform(1/4)": (named("uniform", 2, "1/4"), "kernel", {}),
    "standard_divided_logits L=1": (named("standard_divided_logits", 1), "kernel", {}),
    "standard_divided_logits L=2": (named("standard_divided_logits", 2), "feature_learning", {}),
}

MUP, NTK = ("-1/2 0 1/2", "1/2 1/2 1/2"), ("0 1/2 1/2", "0 0 0")
STANDARD = ("0 0 0", "0 1/2 1/2")

FACES: dict[str, Case] = {
    # stable, and nothing moves: no logits condition is tight
    "ntk, slow": (listed(*NTK, "1/2"), "trivial", {}),
    "mup, slow": (listed(*MUP, "1/4"), "trivial", {}),
    "ntk, far too slow": (listed(*NTK, "5"), "trivial", {}),
    "ntk, below all floats": (listed(*NTK, "1000"), "trivial", {}),
    # 2a+c = 1 alone is tight: only the readout trains
    "only the readout": (listed(*STANDARD, "3 3 1"), "kernel", {}),
    # a+b+r = 1 alone is tight: only one body layer trains
    "only layer 1, kernel": (listed(*NTK, "0 1 1"), "kernel", {}),
    "only layer 1, features": (listed(*MUP, "0 1 1"), "feature_learning", {}),
    "only layer 2 of 3": (
        listed("-1/2 0 0 1/2", "1/2 1/2 1/2 1/2", "1 0 1 1"), "feature_learning", {},
    ),
    # r between the named values
    "r = 3/4": (listed(*STANDARD, "5/4 5/4 1"), "kernel", {}),
    "uniform(1/3), erf": (listed("-1/6 1/2", "1/6 1/6", "0"), "kernel", {"activation": "erf"}),
    # a small initial readout: features move from the second step on
    "mup, b_3 = 1": (listed("-1/2 0 1/2", "1/2 1/2 1", "0"), "feature_learning", {}),
    "ntk, b_3 = 3/2": (listed("0 1/2 1/2", "0 0 3/2", "0"), "kernel", {}),
    # each condition of stability violated by itself
    "h^1 explodes": (listed("-1/2 0 1/2", "1/4 1/2 1/2", "0"), "unstable", {}),
    "h^1 vanishes": (listed("0 1/2 1/2", "1/4 0 0", "0"), "unstable", {}),
    "h^2 explodes": (
        listed("-1/2 0 1/2", "1/2 1/4 1/2", "0"), "unstable", {"activation": "relu"},
    ),
    "f_0 explodes": (listed("0 0 0", "0 1/2 1/4", "1"), "unstable", {}),
    "r < 0": (listed(*MUP, "-1/4 0 0"), "unstable", {}),
    "2a+c < 1": (listed(*MUP, "0 0 -1/4"), "unstable", {}),
    "a+b+r < 1 alone": (listed(*STANDARD, "1/2 1/2 1"), "unstable", {}),
    # the same training, otherwise written, and other networks
    "mup, shifted": (
        named("mup", 2).shifted([Fraction(3), Fraction(-5), Fraction(7, 3)]),
        "feature_learning", {},
    ),
    "mup, relu": (listed(*MUP, "0"), "feature_learning", {"activation": "relu"}),
    "mup, linear": (listed(*MUP, "0"), "feature_learning", {"activation": "linear"}),
    "ntk, gelu, logistic": (
        listed(*NTK, "0"), "kernel", {"activation": "gelu", "loss": "logistic"},
    ),
    "ntk, momentum": (listed(*NTK, "0"), "kernel", {"momentum": 0.9, "learning_rate": 0.1}),
    "mup L=6": (
        named("mup", 6), "feature_learning", {"widths": (128, 256, 512, 1024, 2048), "seeds": 4},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [*GALLERY.values(), *FACES.values()], ids=[*GALLERY, *FACES])
def test_networks_confirm_the_theorem(case: Case) -> None:
    parametrization, verdict, changes = case
    result = checked(experiment(parametrization, **changes))
    assert (result["theory"], result["empirical"]) == (verdict, verdict), result["summary"]
    assert result["verdict"] == "confirmed", result["summary"]


ADAPTIVE: dict[str, Case] = {
    "mup_adam": (named("mup_adam", 2), "feature_learning", {}),
    "ntk_adam": (named("ntk_adam", 2), "operator", {}),
    "standard_adam(3/2)": (named("standard_adam", 2, "3/2"), "operator", {}),
    "standard_adam(1)": (named("standard_adam", 2, "1"), "unstable", {}),
}


@pytest.mark.parametrize("rule", ["adam", "signsgd"])
@pytest.mark.parametrize("case", ADAPTIVE.values(), ids=list(ADAPTIVE))
def test_adaptive_optimizers_confirm_the_theorem(case: Case, rule: str) -> None:
    parametrization, verdict, _ = case
    widths = (64, 128, 256, 512, 1024)
    result = checked(experiment(parametrization, widths=widths, seeds=4, steps=3, update_rule=rule))
    assert (result["theory"], result["empirical"]) == (verdict, verdict), result["summary"]
    assert result["verdict"] == "confirmed", result["summary"]


MIXED = {"optimizer": {"input": "adamw", "hidden": "muon", "readout": "adamw"}}
MUON = {"a": [0, 0, 1], "b": [0, "1/2", 0]}

#: Zeros, frozen tensors and other laws, each with a theory that is another one's.
REAL: dict[str, tuple[Parametrization, str, Parametrization, dict[str, Any]]] = {
    "zero readout": (
        described(depth=2, a=[0, 0, 1], b=[0, "1/2", "inf"], c=[-1, 0, -1]), "feature_learning",
        described(depth=2, a=[0, 0, 1], b=[0, "1/2", "inf"], c=[0, 1, -1]), {},
    ),
    "zero hidden layer": (
        described(depth=2, a=[0, 0, 1], b=[0, "inf", 0], c=[-1, 0, -1]), "unstable",
        named("mup", 2), {},
    ),
    "only a hidden layer trains": (
        described(depth=3, a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=["inf", 0, "inf", "inf"]),
        "feature_learning",
        described(depth=3, a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=["inf", 1, "inf", "inf"]), {},
    ),
    "muon and adam": (
        described(depth=2, **MIXED, **MUON, c=0), "feature_learning",
        described(depth=2, **MIXED, **MUON, c=[0, "1/2", 0]), {},
    ),
    "muon and adam with a zero readout": (
        described(depth=2, **MIXED, a=[0, 0, 1], b=[0, "1/2", "inf"], c=0), "feature_learning",
        described(depth=2, **MIXED, a=[0, 0, 1], b=[0, "1/2", "inf"], c=["1/2", "1/2", 0]), {},
    ),
    "muon_match_rms needs 1/2": (
        described(depth=2, optimizer="muon_match_rms", **MUON, c=[0, "1/2", 0]),
        "feature_learning",
        described(depth=2, optimizer="muon_match_rms", **MUON, c=0), {},
    ),
    "muon_match_rms without it": (
        described(depth=2, optimizer="muon_match_rms", **MUON, c=0), "unstable",
        described(depth=2, optimizer="muon", **MUON, c=0), {},
    ),
    "shampoo": (
        described(depth=2, optimizer="shampoo", **MUON, c=["-1/2", 0, "-1/2"]),
        "feature_learning",
        described(depth=2, optimizer="adam", **MUON, c=["-1/2", 0, "-1/2"]), {},
    ),
    "SGD between Adam": (
        described(depth=2, optimizer=["adam", "sgd", "adam"], **MUON, c=0), "feature_learning",
        described(depth=2, optimizer=["adam", "sgd", "sgd"], **MUON, c=0), {},
    ),
    "biases in µP": (
        described(preset="mup", depth=2, bias={"a": 0, "b": 0, "c": -1}), "feature_learning",
        described(preset="ntk", depth=2, bias={"a": 0, "b": 0, "c": -1}), {},
    ),
    "only biases learn features": (
        described(depth=2, a=[0, 0, 1], b=[0, "1/2", 0], c=["inf", "inf", "inf"],
                  bias={"a": 0, "b": "inf", "c": 0, "optimizer": "adamw"}), "feature_learning",
        described(depth=2, a=[0, 0, 1], b=[0, "1/2", 0], c=["inf", "inf", "inf"],
                  bias={"a": 0, "b": "inf", "c": "1/2", "optimizer": "adamw"}), {},
    ),
    "biases that explode": (
        described(preset="ntk", depth=2, bias={"a": 0, "b": "-1/2", "c": 0}), "unstable",
        described(preset="ntk", depth=2, bias={"a": 0, "b": 0, "c": 0}), {},
    ),
    "decay in a kernel machine": (
        described(preset="ntk", depth=2, weight_decay=0), "kernel",
        described(preset="ntk", depth=2), {},
    ),
    "decay that fades": (
        described(preset="mup", depth=2, weight_decay="1/2"), "feature_learning",
        described(preset="ntk", depth=2, weight_decay="1/2"), {},
    ),
    "decay that grows": (
        described(preset="mup", depth=2, weight_decay="-1/2"), "unstable",
        described(preset="mup", depth=2), {},
    ),
    "ε above the gradients": (
        described(preset="mup_adam", depth=1, epsilon="1/2"), "trivial",
        described(preset="mup_adam", depth=1), {},
    ),
    "ε for one tensor alone": (
        described(depth=2, **MIXED, **MUON, c=0, epsilon={"input": "1/2", "readout": 1}),
        "feature_learning",
        described(depth=2, **MIXED, **MUON, c=0), {},
    ),
    "residual branches": (
        described(depth=3, a=[0, 0, 0, 1], b=[0, "1/2", "inf", 0], c=[-1, 0, 0, -1], residual=True),
        "feature_learning",
        described(depth=3, a=[0, 0, 0, 1], b=[0, "1/2", "1/2", 0], c=[-1, 1, 1, -1]), {},
    ),
    "a residual branch that explodes": (
        described(preset="mup", depth=2, residual=True), "feature_learning",
        described(depth=2, a=["-1/2", 0, "1/2"], b=["1/2", "1/4", "1/2"], c=0, residual=True), {},
    ),
    "constant initialization, normalized": (
        described(depth=2, a=[0, 0, 1], b=[0, 0, 0], c=[-1, -1, -1], normalized=[False, True]),
        "feature_learning",
        described(depth=2, a=[0, 0, 1], b=[0, 0, 0], c=[-1, -1, -1]), {},
    ),
    "normalized, with the rate of what is not": (
        described(depth=2, a=[0, 0, 1], b=[0, 0, 0], c=[1, -1, 0], normalized=[False, True]),
        "feature_learning",
        described(depth=2, a=[0, 0, 1], b=[0, 0, 0], c=[1, 0, 0], normalized=[False, True]), {},
    ),
    "normalized, swamped by its updates": (
        described(depth=2, optimizer=["adamw", "sgd", "sgd"], a=[0, 0, 1], b=["1/2", "1/2", 0],
                  c=["-1/4", 0, 0], normalized=[True, False]), "unstable",
        described(depth=2, optimizer=["adamw", "sgd", "sgd"], a=[0, 0, 1], b=["1/2", "1/2", 0],
                  c=["1/2", 0, 0], normalized=[True, False]), {},
    ),
    "cross-entropy": (
        named("mup", 2), "feature_learning", named("ntk", 2), {"loss": "cross_entropy"},
    ),
    "adafactor": (
        described(depth=2, optimizer="adafactor", **MUON, c=[0, "1/2", 0]), "feature_learning",
        described(depth=2, optimizer="adam", **MUON, c=[0, "1/2", 0]),
        {"widths": (64, 128, 256, 512, 1024), "seeds": 4},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_real_networks_confirm_their_theory_and_no_other(name: str) -> None:
    given, verdict, exchanged, changes = REAL[name]
    each = experiment(given, steps=3, **changes)
    result = checked(each)
    assert (result["theory"], result["empirical"]) == (verdict, verdict), result["summary"]
    assert result["verdict"] == "confirmed", result["summary"]
    assert checked(each, exchanged)["verdict"] != "confirmed"


@pytest.mark.parametrize("loss", ["logistic", "cross_entropy"])
def test_features_move_on_where_only_the_logits_blow_up(loss: str) -> None:
    """Standard parametrization with c = 1/2, a controlled instability (arXiv 2505.22491)."""
    given = described(preset="standard", depth=3)
    given = replace(given, layers=tuple(each._replace(c=Fraction(1, 2)) for each in given.layers))
    each = experiment(given, widths=tuple(2**k for k in range(8, 15)), steps=3, loss=loss)
    result = checked(each)
    assert result["verdict"] == "confirmed", result["summary"]
    assert result["theory"] == "unstable"
    found = {(q["quantity"], q["layer"], q["step"]): q for q in result["quantities"]}
    for step in (1, 2, 3):
        assert found["delta_x", 3, step]["predicted_exponent"] == "0"
        assert found["delta_x", 3, step]["outcome"] in ("agrees", "explained"), step
        assert found["delta_f", 4, step]["predicted_exponent"] == "-1/2"
    with_squares = checked(replace(each, loss="mse"))
    late = [q for q in with_squares["quantities"] if q["step"] > 1 and q["quantity"] == "delta_x"]
    assert all(q["predicted_exponent"] is None for q in late)


@pytest.mark.parametrize(
    ("run", "claimed"),
    [
        (named("ntk", 2), named("mup", 2)),
        (named("mup", 2), named("ntk", 2)),
        (named("standard", 2), named("mup", 2)),
        (named("mup", 2), named("standard", 2)),
        (listed(*NTK, "1/2"), named("ntk", 2)),
        (named("ntk", 2), listed(*NTK, "1/2")),
        # both in the kernel regime, with other exponents
        (named("ntk", 2), named("standard_1_over_n", 2)),
        (named("uniform", 2, "1/4"), named("ntk", 2)),
    ],
    ids=["kernel as features", "features as kernel", "unstable as features",
         "features as unstable", "trivial as kernel", "kernel as trivial",
         "another kernel", "another r"],
)  # fmt: skip
def test_a_wrong_theory_is_contradicted(run: Parametrization, claimed: Parametrization) -> None:
    result = checked(experiment(run), claimed)
    assert result["verdict"] == "contradicted", result["summary"]
    assert result["summary"].startswith("Contradicted")


def test_exponents_too_small_for_the_widths_are_inconclusive() -> None:
    result = checked(experiment(named("uniform", 2, "1/50"), widths=(256, 512, 1024, 2048)))
    assert result["verdict"] == "inconclusive"
    assert "1/50" in result["summary"]
    assert "2^50" in result["summary"]  # how far to go


def test_a_finer_tolerance_tells_small_exponents_apart() -> None:
    result = checked(
        experiment(named("uniform", 1, "1/16"), widths=(2**8, 2**10, 2**12, 2**14, 2**16),
                   seeds=16, tolerance=0.02)
    )  # fmt: skip
    assert result["verdict"] == "confirmed", result["summary"]


def test_too_few_steps_are_inconclusive() -> None:
    small_readout = listed("-1/2 0 1/2", "1/2 1/2 1", "0")
    result = checked(experiment(small_readout, steps=1))
    assert result["verdict"] == "inconclusive"
    assert "raise steps to 2" in result["summary"]


@pytest.mark.parametrize(
    ("depth", "changes"),
    [
        (3, {"activation": "relu", "learning_rate": 2.0, "steps": 8}),
        (2, {"learning_rate": 5.0, "steps": 8}),
    ],
)
def test_what_settles_at_large_widths_contradicts_nothing(
    depth: int, changes: dict[str, Any]
) -> None:
    widths = tuple(2**k for k in range(7, 14))
    result = checked(experiment(named("mup", depth), widths=widths, **changes))
    assert result["verdict"] != "contradicted", result["summary"]


@pytest.mark.parametrize("widths", [(16, 32, 64, 128, 256), (512, 2048, 8192)])
def test_few_or_narrow_widths_contradict_nothing(widths: tuple[int, ...]) -> None:
    truth = experiment(named("ntk", 2), widths=widths, most_seconds=0.0)
    claimed = replace(truth, exponents=spelled(named("mup", 2)))
    result = conclude(claimed, measured(truth), "cpu", 0.0)
    assert result["verdict"] == "inconclusive", result["summary"]
    assert re.search("choose (more and larger widths|widths up to)", result["summary"])


def test_a_slope_that_theory_explains_says_how() -> None:
    mixture = listed("0 -1/4 0", "0 3/4 3/4", "-1/2 3/2 5/4")  # f_0 fades, Δf stays
    result = checked(experiment(mixture, activation="relu"))
    explained = [each for each in result["quantities"] if each["explained"]]
    assert explained
    for each in explained:
        assert each["agrees"] is False
        assert "still shows" in (each["note"] or "") or "chance" in (each["note"] or "")
    assert result["verdict"] == "confirmed", result["summary"]


def test_overflow_at_every_width_is_inconclusive_and_no_crash() -> None:
    result = checked(experiment(listed(*NTK, "-1000"), widths=(256, 512, 1024)))
    assert result["verdict"] == "inconclusive"
    assert "learning_rate" in result["summary"]
    assert any("blew up at step 1, width 256" in note for note in result["notes"])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_divergence_at_every_width_alike_does_not_contradict_the_theorem(seed: int) -> None:
    result = checked(experiment(named("mup", 2), learning_rate=20.0, seed=seed))
    assert result["verdict"] != "contradicted", result["summary"]


def test_a_network_that_blows_up_says_where() -> None:
    result = checked(
        experiment(named("standard", 3), steps=8, activation="relu", learning_rate=10.0)
    )
    assert result["verdict"] == "confirmed", result["summary"]
    assert any("blew up at step" in note for note in result["notes"])
    blown = [each for each in result["quantities"] if None in each["sizes"]]
    assert blown
    assert all(each["note"] and "blew up" in each["note"] for each in blown)


def test_the_same_seed_gives_the_same_result_and_another_does_not() -> None:
    small: dict[str, Sequence[int] | int] = {"widths": (64, 128, 256), "seeds": 2, "steps": 2}
    first, second = (checked(experiment(named("mup", 2), **small)) for _ in range(2))
    assert first == second
    assert checked(experiment(named("mup", 2), **small, seed=1)) != first
