"""Extrapolation of made-up samples, of which the limit is known."""

import numpy as np
import pytest

from app.experiment.experiment import stated
from app.experiment.limits.conclude import conclude
from app.experiment.limits.extrapolate import BlownUpError, Sample, extrapolated, pooled
from app.experiment.limits.job import LimitJob
from app.experiment.limits.plan import WIDTHS, estimate, pilot, rest
from app.experiment.limits.report import Half
from app.experiment.plan import Measurement
from solver import gallery_entry

MUP = stated(gallery_entry("mup").roles().at_depth(1))
JOB = LimitJob(
    simulated=MUP,
    given=MUP,
    activation="tanh",
    loss="mse",
    learning_rate=0.5,
    inputs=((1.0, 0.0), (0.0, 1.0)),
    targets=(1.0, -1.0),
    probe=((0.5, 0.5),),
    batches=((0, 1), (0, 0, 1)),
    precision=1e-2,
    seed=3,
    device="cpu",
)


NOBODY: Half = {"networks": 0, "mean": [], "squares": []}


def half(f: np.ndarray) -> Half:
    squares = np.square(f - f.mean(0)).sum(0)
    return {"networks": len(f), "mean": f.mean(0).tolist(), "squares": squares.tolist()}


def made_up(width: int, networks: int, seed: int, second_order: float = 0.0) -> np.ndarray:
    """f of each network: 2 + 3/n + second_order/n² + noise of 0.5/√n, at two steps and points."""
    noise = np.random.default_rng([seed, width]).standard_normal((networks, 2, 2))
    return 2 + 3 / width + second_order / width**2 + 0.5 * noise / np.sqrt(width)


def test_the_line_has_the_limit_as_its_intercept() -> None:
    within = 0
    for seed in range(200):
        samples = [pooled(n, [half(made_up(n, 2**16 // n, seed))]) for n in WIDTHS]
        found = extrapolated(samples)
        within += int((np.abs(found.f - 2) < 2 * found.error).sum())
    assert 0.93 < within / 800 < 0.99


def test_a_bias_that_the_line_leaves_is_in_the_error() -> None:
    samples = [pooled(n, [half(made_up(n, 2**22 // n, 1, 3000.0))]) for n in WIDTHS]
    found = extrapolated(samples)
    off = np.abs(found.f - 2)
    assert (off > 5 * found.sampling).all()
    assert (off < 2 * found.error).all()


def test_halves_are_pooled_exactly() -> None:
    f = made_up(256, 31, 5)
    found = pooled(256, [half(f[0::2]), half(f[1::2]), NOBODY])
    assert found.networks == 31
    assert found.mean == pytest.approx(f.mean(0))
    assert found.variance == pytest.approx(f.var(0, ddof=1))


def test_networks_that_blew_up_are_said() -> None:
    lost: Half = {"networks": 2, "mean": [], "squares": []}
    with pytest.raises(BlownUpError, match="lower learning_rate"):
        pooled(256, [lost])


def test_the_rest_is_what_the_precision_asks_for() -> None:
    samples = [Sample(n, 2**16 // n, np.ones((3, 3)), np.full((3, 3), 40 / n)) for n in WIDTHS]
    units = rest(JOB, samples, 1e9)
    after = [
        Sample(
            each.width,
            each.networks + sum(unit.seeds for unit in units if unit.width == each.width),
            each.mean,
            each.variance,
        )
        for each in samples
    ]
    assert extrapolated(after).sampling.max() == pytest.approx(0.85 * JOB.precision, rel=0.01)
    assert rest(JOB, after, 1e9) == [] or sum(unit.seeds for unit in rest(JOB, after, 1e9)) < 4
    assert rest(JOB, samples, 0.0) == []


def test_no_two_units_share_networks() -> None:
    samples = [Sample(n, 2**16 // n, np.ones((3, 3)), np.full((3, 3), 40 / n)) for n in WIDTHS]
    units = pilot(JOB) + rest(JOB, samples, 1e9)
    taken = [
        seed for unit in units for seed in range(unit.first_seed, unit.first_seed + unit.seeds)
    ]
    assert len(taken) == len(set(taken))


def test_a_job_survives_its_way_through_json() -> None:
    import json

    assert LimitJob.from_json(json.loads(json.dumps(JOB.as_json()))) == JOB
    assert JOB.shares(1) == pytest.approx((2 / 3, 1 / 3, 0.0))
    assert estimate(JOB).seconds > 0


def test_the_report_says_whether_the_precision_was_reached() -> None:
    measured = [
        (Measurement(n, 0, 2**16 // n), (half(f[0::2]), half(f[1::2])))
        for n in WIDTHS
        for f in [made_up(n, 2**16 // n, 7)]
    ]
    report = conclude(JOB, measured, None, "cpu", 1.0)["simulated"]
    assert report is not None
    assert report["reached"] == (np.max(report["standard_error"]) <= 1e-2)
    assert report["halves"] == pytest.approx(report["sampling"], rel=0.8)
    assert [each["width"] for each in report["widths"]] == list(WIDTHS)
