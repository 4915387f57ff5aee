"""Checks that said more than their networks did, and what they say now."""

from typing import Any

import numpy as np
import pytest

from app.experiment.conclude import Sizes, conclude
from app.experiment.further import further
from app.experiment.plan import Experiment, Measurement, cost, measurements
from app.experiment.report import CheckResult, QuantityReport
from solver.theory import places
from tests.app.experiment.experiments import checked, experiment, listed, named

pytestmark = pytest.mark.training

MUP_ADAM = ("0 0 1", "0 1 0", "adam")
NARROW = tuple(2**k for k in range(6, 10))


def with_readout(b: int) -> Experiment:
    a, c, optimizer = MUP_ADAM
    return experiment(listed(a, f"0 1/2 {b}", c, optimizer), widths=NARROW, seeds=4, steps=2)


@pytest.mark.parametrize("b", [60, 100])
def test_adam_trains_as_ever_with_a_readout_next_to_nothing(b: int) -> None:
    """Squares of such gradients are below all floats; Δh was 1e133, or fell like n^-101."""
    result = checked(with_readout(b))
    assert result["verdict"] == "confirmed", result["summary"]
    sizes = [e["sizes"] for e in result["quantities"] if e["quantity"] == "delta_h"]
    assert all(size and 1e-3 < size[0] < 1e3 for each in sizes for size in each)


def test_weights_below_all_floats_are_named_and_contradict_nothing() -> None:
    result = checked(with_readout(1000))
    assert result["verdict"] == "inconclusive", result["summary"]
    assert "layer 3 are of size n^(-1001)" in result["summary"]
    assert "bring a_3 + b_3 closer to 0" in result["summary"]
    first = [e for e in result["quantities"] if (e["quantity"], e["step"]) == ("delta_h", 1)]
    assert {each["outcome"] for each in first} == {"undetermined"}
    assert {each["agrees"] for each in first} == {None}


@pytest.mark.parametrize("seed", range(4))
def test_the_seed_does_not_decide(seed: int) -> None:
    """At learning rate 5, corrections to this kernel regime fade like n^(-1/4)."""
    widths = tuple(2**k for k in range(7, 12))
    case = experiment(
        named("uniform", 2, "1/4"), widths=widths, seeds=16, learning_rate=5.0, seed=seed
    )
    assert checked(case)["verdict"] == "confirmed"


RANDOM: dict[str, tuple[tuple[str, str, str], dict[str, Any]]] = {
    "L = 3, a mixture at step 2": (
        ("-19/20 1 -3/4 17/20", "19/20 -1/2 5/4 4/5", "7/5 -3/2 2 -7/10"),
        {"learning_rate": 0.2, "batch_size": 2, "steps": 2, "seed": 1},
    ),
    "L = 2, learning rate 3": (
        ("3/4 5/4 13/10", "-3/4 -3/4 -7/10", "-8/5 -8/5 -8/5"),
        {"learning_rate": 3.0, "batch_size": 1, "steps": 2, "seed": 8,
         "widths": tuple(2**k for k in range(8, 15))},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RANDOM)
def test_true_theories_that_were_contradicted(name: str) -> None:
    exponents, changes = RANDOM[name]
    result = checked(experiment(listed(*exponents), **changes))
    assert result["verdict"] == "confirmed", result["summary"]


# ------------------------------------------------------------- made-up sizes, of which all is known

KERNEL = experiment(named("ntk", 1), widths=tuple(2**k for k in range(8, 14)), steps=1, seeds=8)


def made_up(
    noise: float = 0.02, slopes: dict[str, float] | None = None,
    broken: dict[tuple[str, int], float] | None = None,
    each: Experiment = KERNEL, networks: int = 1,
) -> list[tuple[Measurement, Sizes]]:  # fmt: skip
    """Power laws as NTK has them, but for the slopes given; ``broken`` are factors at widths."""
    usual = {"delta_h": -0.5, "delta_x": -0.5, "update": -0.5, **(slopes or {})}
    generator = np.random.default_rng(0)
    result = []
    for work in measurements(each):
        work = work._replace(seeds=networks * work.seeds)
        rows: Sizes = []
        for place in places(each.depth, each.steps):
            size = work.width ** usual.get(place.quantity, 0.0)
            size *= (broken or {}).get((place.quantity, work.width), 1.0)
            rows.append(list(size * np.exp(noise * generator.standard_normal(work.seeds))))
        result.append((work, rows))
    return result


def judged(measured: list[tuple[Measurement, Sizes]]) -> CheckResult:
    return conclude(KERNEL, measured, "cpu", 0.0)


def of(result: CheckResult, quantity: str) -> QuantityReport:
    return next(e for e in result["quantities"] if e["quantity"] == quantity and e["step"] == 1)


def test_clean_slopes_are_confirmed_and_nothing_more_is_measured() -> None:
    assert judged(made_up())["verdict"] == "confirmed"
    assert further(KERNEL, made_up()) == []


def test_a_slope_lost_in_noise_is_undetermined_and_gets_more_networks() -> None:
    noisy = made_up(noise=1.5)
    result = judged(noisy)
    assert result["verdict"] == "inconclusive"
    entry = of(result, "delta_f")
    assert entry["standard_error"] and entry["standard_error"] > KERNEL.tolerance  # noqa: PT018
    assert (entry["outcome"], entry["agrees"]) == ("undetermined", None)
    assert "raise seeds" in result["summary"]
    wanted = further(KERNEL, noisy)
    assert {each.width for each in wanted} == set(KERNEL.widths)
    for work, _ in noisy:
        (more,) = [each for each in wanted if each.width == work.width]
        assert more.first_seed == work.seeds  # no network twice


@pytest.mark.parametrize("factor", [1e100, 1e-100])
def test_a_size_that_jumps_is_named_and_never_agrees(factor: float) -> None:
    result = judged(made_up(broken={("delta_f", 1024): factor}))
    assert result["verdict"] == "inconclusive"
    entry = of(result, "delta_f")
    assert entry["outcome"] == "undetermined"
    assert "jumps at width 1024" in (entry["note"] or "")


def test_a_size_below_floats_at_some_widths_is_no_slope() -> None:
    result = judged(made_up(broken={("delta_f", width): 1e-305 for width in KERNEL.widths}))
    assert of(result, "delta_f")["outcome"] == "undetermined"
    assert result["verdict"] == "inconclusive"


def test_a_constant_deviation_contradicts_only_at_large_widths() -> None:
    """A case against a theorem wants wider networks first, if they may be had."""
    wrong = made_up(slopes={"delta_x": 0.0, "delta_h": 0.0, "update": 0.0})
    result = judged(wrong)
    assert result["verdict"] == "contradicted"
    assert of(result, "delta_x")["outcome"] == "off"
    wanted = further(KERNEL, wrong)
    assert min(each.width for each in wanted) > max(KERNEL.widths)


def test_no_more_is_measured_than_the_budget_allows() -> None:
    noisy = made_up(noise=1.5)
    networks = {work.width: work.seeds for work, _ in noisy}
    for times in (1.01, 3.0, 100.0):
        most = times * cost(KERNEL, networks).seconds
        each = Experiment.from_json({**KERNEL.as_json(), "most_seconds": most})
        after = dict(networks)
        for work in further(each, noisy):
            after[work.width] = after.get(work.width, 0) + work.seeds
        assert cost(KERNEL, after).seconds <= most
    assert further(Experiment.from_json({**KERNEL.as_json(), "most_seconds": 0.0}), noisy) == []


def test_the_advice_on_small_exponents_ends_in_a_verdict() -> None:
    widths = tuple(2**k for k in range(8, 17))
    case = experiment(named("uniform", 1, "1/50"), widths=widths, seeds=8, steps=2)
    before = checked(case)
    assert before["verdict"] == "inconclusive"
    assert "set tolerance to 0.01" in before["summary"]
    after = checked(Experiment.from_json({**case.as_json(), "tolerance": 0.01}))
    assert after["verdict"] == "confirmed", after["summary"]
