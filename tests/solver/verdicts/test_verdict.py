"""The verdict against an independent evaluation of the theorems, and its invariances."""

import random
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver import (
    Exponents,
    Limits,
    Optimizer,
    Parametrization,
    Verdict,
    classify,
    classify_vectors,
)
from tests.solver.oracle import OracleVerdict, faithful, judge_adaptive, judge_sgd, sample

SETTINGS = [
    (optimizer, per_layer, depth)
    for optimizer in ("sgd", "adam")
    for per_layer in (False, True)
    for depth in (1, 2, 3, 4, 7)
]
DRAWS = 600  # times 20 settings: 12,000 points, one by one and in batches
WRITTEN = 150  # of them: to write the certificate and the reasons takes longer than to decide


def parametrization(
    optimizer: Optimizer, a: list[Fraction], b: list[Fraction], c: list[Fraction]
) -> Parametrization:
    layers = tuple(Exponents(*each) for each in zip(a, b, c, strict=True))
    return Parametrization(len(a) - 1, layers, optimizer)


@cache
def draw(
    optimizer: Optimizer, per_layer: bool, depth: int, count: int
) -> list[tuple[Parametrization, OracleVerdict]]:
    """Points on, near and off the boundaries, with what the theorems say of them."""
    generator = random.Random(f"{optimizer} {per_layer} {depth}")
    judge = judge_sgd if optimizer == "sgd" else judge_adaptive
    points = (
        sample(generator, depth=depth, optimizer=optimizer, per_layer_c=per_layer)
        for _ in range(count)
    )
    return [(parametrization(optimizer, *point), judge(*point)) for point in points]


def by_layer(verdict: Verdict, field: str) -> tuple[object, ...]:
    return tuple(
        getattr(report, field)
        for report in verdict.layers
        for _ in range(report.span.first, (report.span.last or 0) + 1)
    )


def as_oracle(verdict: Verdict) -> OracleVerdict:
    stable = verdict.stable
    return OracleVerdict(
        verdict=verdict.kind.value,
        r=verdict.r,
        layer_r=by_layer(verdict, "r"),
        stable=stable,
        nontrivial=verdict.nontrivial,
        feature_learning=verdict.feature_learning,
        kernel_regime=verdict.kernel_regime,
        maximal=verdict.maximal,
        updated_maximally=by_layer(verdict, "updated_maximally") if stable else None,
        learns_features=by_layer(verdict, "learns_features") if stable else None,
        readout_updated_maximally=verdict.readout_updated_maximally,
        readout_initialized_maximally=verdict.readout_initialized_maximally,
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize(("optimizer", "per_layer", "depth"), SETTINGS)
def test_verdicts_agree_with_the_theorems(
    optimizer: Optimizer, per_layer: bool, depth: int
) -> None:
    seen = set()
    for number, (point, expected) in enumerate(draw(optimizer, per_layer, depth, DRAWS)):
        verdict = classify(point)
        assert as_oracle(verdict) == expected, point
        if number < WRITTEN:
            assert verdict.reasons, point
            assert all(each.holds for each in verdict.conditions) is expected.stable, point
        seen.add(expected.verdict)
    regime = "kernel" if optimizer == "sgd" else "operator"
    assert seen == {"unstable", "trivial", regime, "feature_learning"}


@pytest.mark.parametrize(("optimizer", "per_layer", "depth"), SETTINGS)
def test_batches_agree_with_the_theorems(optimizer: Optimizer, per_layer: bool, depth: int) -> None:
    points = draw(optimizer, per_layer, depth, DRAWS)
    rows = []
    for point, _ in points:
        a, b, c = ([layer[symbol] for layer in point.layers] for symbol in range(3))
        rows.append([*a, *b, *(c if per_layer else c[:1])])
    batch = classify_vectors(depth, rows, optimizer, Limits(max_integer=10**9))
    expected = [oracle for _, oracle in points]
    assert batch.verdicts() == [oracle.verdict for oracle in expected]
    assert batch.r() == [str(oracle.r) for oracle in expected]
    assert batch.stable.tolist() == [oracle.stable for oracle in expected]
    assert batch.nontrivial() == [oracle.nontrivial for oracle in expected]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("depth", [1, 2, 3, 7])
def test_batches_of_odd_denominators_agree_with_the_theorems(
    optimizer: Optimizer, depth: int
) -> None:
    """A gauge shift by 1/p in each layer changes no verdict and spoils common denominators."""
    primes = [9973, 9967, 9949, 9941, 9931, 9929, 9923, 9907]
    points = draw(optimizer, True, depth, 300)
    rows = []
    for point, _ in points:
        shifted = point.shifted([Fraction(1, p) for p in primes[: depth + 1]])
        rows.append([layer[symbol] for symbol in range(3) for layer in shifted.layers])
    batch = classify_vectors(depth, rows, optimizer, Limits(max_integer=10**12))
    assert len(batch.exceptional_r) > 200, "most rows were meant not to share a denominator"
    assert batch.verdicts() == [oracle.verdict for _, oracle in points]
    assert batch.r() == [str(oracle.r) for _, oracle in points]


thetas = st.fractions(min_value=-3, max_value=3, max_denominator=12)


@given(st.sampled_from(SETTINGS), st.integers(0, 199), st.data())
def test_gauge_shifts_never_change_a_verdict(
    setting: tuple[Optimizer, bool, int], index: int, data: st.DataObject
) -> None:
    optimizer, per_layer, depth = setting
    point, expected = draw(optimizer, per_layer, depth, 200)[index]
    shift = data.draw(st.lists(thetas, min_size=depth + 1, max_size=depth + 1))
    shifted = point.shifted(shift)
    assert as_oracle(classify(shifted)) == expected
    assert shifted.canonical() == point.canonical()
    assert classify(shifted).equivalent_to == classify(point).equivalent_to


@given(st.sampled_from([s for s in SETTINGS if s[0] == "adam"]), st.integers(0, 199), st.data())
def test_faithfulness_agrees_with_the_lemma(
    setting: tuple[Optimizer, bool, int], index: int, data: st.DataObject
) -> None:
    optimizer, per_layer, depth = setting
    point, _ = draw(optimizer, per_layer, depth, 200)[index]
    a, b, c = ([layer[symbol] for layer in point.layers] for symbol in range(3))
    size = a[-1] + b[-1]
    d = [*(each + size for each in a[:-1]), a[-1]]
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, depth))
        d[place] += data.draw(thetas)
    layers = tuple(Exponents(*each) for each in zip(a, b, c, d, strict=True))
    verdict = classify(Parametrization(depth, layers, "adam"))
    assert verdict.faithful is faithful(a, b, c, d)
    if all(
        each >= least for each, least in zip(d, [*(x + size for x in a[:-1]), a[-1]], strict=True)
    ):
        assert verdict.kind == classify(point).kind  # ε is below every gradient, or of its size
    assert any("not faithful" in warning for warning in verdict.warnings) is not verdict.faithful
