"""Reasons, consequences and warnings: what they say, and that the powers of n are right."""

from fractions import Fraction

import pytest

from solver import (
    Activation,
    Description,
    Exponents,
    Parametrization,
    RoleParametrization,
    Verdict,
    classify,
    classify_any_depth,
    gallery_entry,
    read,
)


def verdict(depth: int, a: list[object], b: list[object], c: object, **more: object) -> Verdict:
    described = read(Description(depth=depth, a=a, b=b, c=c, **more))  # type: ignore[arg-type]
    assert isinstance(described, Parametrization)
    return classify(described)


def test_standard_parametrization_blows_up_in_training_and_says_how_fast() -> None:
    """TP4 Section 5: with b = 1/2 and c = 0, logits grow like n; W_0 Δx too."""
    reasons = classify(gallery_entry("standard").roles().at_depth(2)).reasons
    assert reasons[0].startswith("In training the features of layer 2 blow up: updates move h^2 by")
    assert "by n^(1/2) in the first step and by n from then on (r_l = -1" in reasons[0]
    assert any("ΔW^3 x^2 of size n," in reason for reason in reasons)
    assert any("W_0^3 Δx^2 of size n," in reason for reason in reasons)


@pytest.mark.parametrize(
    ("a", "b", "first"),
    [
        # h^1 ~ n^{-(a_1 + b_1)}
        ([-1, 0, "1/2"], [0, "1/2", 0], "h^1 blows up: its coordinates are of size n,"),
        (["1/2", 0, "1/2"], [0, "1/2", 0], "h^1 vanishes: its coordinates are of size n^(-1/2),"),
        # h^l ~ n^{1/2 - (a_l + b_l)} |x^{l-1}|
        ([0, 0, "1/2"], [0, 0, 0], "h^2 blows up: its coordinates are n^(1/2) times"),
        ([0, "3/2", "1/2"], [0, 0, 0], "h^2 vanishes: its coordinates are n^(-1) times"),
        # f_0 ~ n^{1/2 - (a_{L+1} + b_{L+1})} |x^L|
        ([0, "1/2", 0], [0, 0, 0], "the logits blow up: f_0 is n^(1/2) times"),
    ],
)
def test_bad_initialization_explodes_or_vanishes(
    a: list[object], b: list[object], first: str
) -> None:
    found = verdict(2, a, b, 2)
    assert found.kind == "unstable"
    assert found.reasons[0].startswith(f"At initialization {first}")


def test_initialization_comes_before_training() -> None:
    reasons = verdict(2, [-1, 0, 0], [0, 0, 0], -3).reasons
    order = [r.split(" ")[0:2] for r in reasons]
    assert order.index(["At", "initialization"]) < order.index(["In", "training"])
    assert (
        reasons[-1]
        == "The sizes in training assume that initialization is first mended by changing b."
    )


def test_features_may_blow_up_from_the_second_step_on() -> None:
    """A small initial readout hides it at first: P = 1/2 and U = -1/2 at layer 2."""
    found = verdict(2, [0, 0, "1/2"], [0, "1/2", "1/2"], ["1/2", "1/2", "-1"])
    assert "blow up from the second step on: updates move h^2 by n^(1/2) (r_l" in found.reasons[0]


def test_adam_at_c_1_breaks_only_the_initial_readout() -> None:
    """TP4b Theorem 2.8.12 decides against its Remark 2.2.7: W_0 Δx grows like n^(1/2)."""
    found = classify(gallery_entry("standard_adam").roles(Fraction(1)).at_depth(3))
    assert len(found.reasons) == 2
    assert "W_0^4 Δx^3 of size n^(1/2)" in found.reasons[0]
    assert found.reasons[1].startswith("Only the logits blow up")
    assert [c.identifier for c in found.conditions if not c.holds] == ["logits.initial_readout.2"]


def test_trivial_says_how_slowly_logits_move() -> None:
    found = classify(gallery_entry("standard").roles().at_depth(1).shifted(Fraction(0)))
    assert found.kind == "unstable"
    trivial = verdict(1, [0, 0], [0, "1/2"], 3)
    assert trivial.kind == "trivial"
    assert "f moves by n^(-2) at most" in trivial.reasons[0]
    assert "f_t = f_0" in trivial.consequences[0]


def test_trivial_with_moving_features_says_so() -> None:
    found = verdict(1, [-1, 1], [1, 1], 0)
    assert (found.kind, found.r) == ("trivial", 0)
    assert "Features do move (r = 0)" in found.reasons[1]
    assert (found.feature_learning, found.kernel_regime) == (None, None)


def test_initial_function_is_a_gaussian_process_or_zero() -> None:
    ntk = classify(gallery_entry("ntk").roles().at_depth(2))
    uniform = classify(gallery_entry("uniform").roles(Fraction(1, 4)).at_depth(2))
    assert any("Gaussian process" in each for each in ntk.consequences)
    assert "Before training, outputs vanish: f_0 → 0." in uniform.consequences


@pytest.mark.parametrize(
    ("activation", "says"),
    [
        ("tanh", None),
        ("linear", "With linear activation the dichotomy does not hold"),
        ("relu", "with relu it is expected to hold, not proved"),
    ],
)
def test_activation_changes_the_warnings_only(activation: Activation, says: str | None) -> None:
    mup = gallery_entry("mup").roles().at_depth(2)
    found, tanh = classify(mup, activation), classify(mup)
    assert (found.kind, found.conditions) == (tanh.kind, tanh.conditions)
    assert [says in each for each in found.warnings if says] == ([True] if says else [])
    assert tanh.warnings == ()


def test_one_training_layer_is_warned_about() -> None:
    """Only the readout trains: 2a + c = 1 there, and every other layer stands still."""
    layers = (
        Exponents(Fraction(0), Fraction(0), Fraction(5)),
        Exponents(Fraction(0), Fraction(1, 2), Fraction(1)),
    )
    found = classify(Parametrization(1, layers))
    assert found.kind == "kernel"
    assert any(each.startswith("Only the readout trains") for each in found.warnings)


def test_a_near_miss_names_the_entry_the_fraction_and_the_verdict() -> None:
    found = verdict(2, ["-1/6", 0.3333, "1/2"], ["1/6", "1/6", "1/6"], 0)
    assert found.kind == "unstable"
    assert found.warnings == ("a_2 = 0.3333 is not 1/3; with 1/3 the verdict would be kernel.",)


def test_near_misses_taken_together() -> None:
    """0.3333 + 0.1666 = 0.4999: neither mends it alone, both do."""
    found = verdict(2, ["-1/6", 0.3333, "1/2"], ["1/6", 0.1666, "1/6"], 0)
    assert len(found.warnings) == 1
    assert "a_2 = 0.3333 → 1/3, b_2 = 0.1666 → 1/6" in found.warnings[0]
    assert "would be kernel" in found.warnings[0]


def test_one_learning_rate_is_one_decision() -> None:
    found = verdict(3, [0, 0, 0, 0], [0, "1/2", "1/2", "1/2"], 1.0003)
    assert found.kind == "trivial"
    assert found.warnings == ("c = 1.0003 is not 1; with 1 the verdict would be kernel.",)


def test_rounding_that_changes_nothing_is_not_mentioned() -> None:
    assert verdict(1, [0, 0], [0, 0.6667], 3).warnings == ()


def test_deep_networks_stay_readable() -> None:
    deep = classify(gallery_entry("standard").roles().at_depth(10_000))
    assert len(deep.conditions) == 12
    assert deep.conditions[0].statement == "2a_l + c_l + a_10001 + b_10001 >= 1 for l = 2..10000"
    assert len(deep.layers) == 2


def test_deep_networks_of_many_kinds_of_layers_stay_readable() -> None:
    """Every hidden layer differs; init holds nowhere, and at most a line per outcome is shown."""
    layers = [Exponents(Fraction(0), Fraction(n, 10_007), Fraction(1)) for n in range(2001)]
    deep = classify(Parametrization(2000, tuple(layers)))
    assert deep.kind == "unstable"
    assert len(deep.conditions) < 30
    assert max(len(each.statement) for each in deep.conditions) < 200
    assert max(map(len, deep.reasons)) < 400
    worst = next(each for each in deep.conditions if each.identifier.startswith("init.2"))
    assert "values differ; shown is that of least slack, at l = 2)" in worst.statement
    assert worst.slack == Fraction(1, 10_007) - Fraction(1, 2)


def test_any_depth_speaks_of_l_and_of_the_last_layer() -> None:
    answer = classify_any_depth(gallery_entry("ntk").roles())
    assert isinstance(answer.parametrization, RoleParametrization)
    assert answer.deeper is not None
    statements = [each.statement for each in answer.deeper.conditions]
    assert "a_l + b_l = 1/2 for l = 2..L" in statements
    assert "2a_{L+1} + c_{L+1} >= 1" in statements
