"""Limits from means at several widths: exact on expansions, with errors that are true."""

import json
from typing import Any

import numpy as np
import pytest

from app.programs.plan import SHARES
from app.programs.reading import read_program
from app.programs.statistics import Limit, Tally, gathered, intercept, limits, shortfall

WIDTHS = np.array([128, 256, 512, 1024, 2048])


def tallies(
    rng: np.random.Generator, expansion: Any, sigma: float, coordinates: float = 3e5
) -> list[Tally]:
    """Copies of one quantity with mean ``expansion(n)`` and variance σ²/n."""
    result = []
    for width, share in zip(WIDTHS, SHARES, strict=True):
        copies = max(2, int(coordinates * share / width))
        noise = sigma / np.sqrt(width) * rng.standard_normal((1, copies))
        result.append(Tally.of(int(width), 0, expansion(width) + noise, None))
    return result


def limit_of(parts: list[Tally]) -> Limit:
    (limit,) = limits(gathered(parts))
    return limit


def test_a_parabola_in_one_over_n_has_its_own_intercept() -> None:
    x = 1 / WIDTHS
    weights = intercept(x, np.array(SHARES), 2)
    assert weights @ np.ones(5) == pytest.approx(1)
    assert weights @ x == pytest.approx(0, abs=1e-12)
    assert weights @ x**2 == pytest.approx(0, abs=1e-12)


def test_the_shares_keep_the_noise_within_a_half_of_the_least_possible() -> None:
    """By the theory of optimal designs the least is (Σ |w|)², for the weights of three widths."""
    shares = np.array(SHARES)
    noise = float((intercept(1 / WIDTHS, shares, 2) ** 2 / shares).sum())
    least = min(
        float(np.abs(intercept(1 / WIDTHS[[i, j, 4]], np.ones(3), 2)).sum()) ** 2
        for i in range(4)
        for j in range(i + 1, 4)
    )
    assert sum(SHARES) == pytest.approx(1)
    assert least <= noise <= 1.5 * least


def test_without_noise_the_limit_is_exact() -> None:
    parts = tallies(np.random.default_rng(0), lambda n: 2 - 3 / n + 50 / n**2, sigma=0.0)
    found = limit_of(parts)
    assert found.value == pytest.approx(2, abs=1e-12)
    assert found.standard_error == pytest.approx(0, abs=1e-9)
    assert not found.curved


@pytest.mark.parametrize("expansion", [(0.0, 0.0, 0.0), (5.0, 0.0, 0.0), (-8.0, 300.0, 2000.0)])
def test_errors_cover_the_truth_as_often_as_they_say(expansion: tuple[float, ...]) -> None:
    rng = np.random.default_rng(7)
    b, c, d = expansion
    off = []
    for _ in range(400):
        found = limit_of(tallies(rng, lambda n: 1 + b / n + c / n**2 + d / n**3, sigma=1.5))
        assert found.value is not None
        assert found.standard_error is not None
        off.append(abs(found.value - 1) / found.standard_error)
    # 68% and 95% of Gaussian errors.
    assert 0.62 <= np.mean(np.array(off) <= 1) <= 0.75
    assert 0.93 <= np.mean(np.array(off) <= 2) <= 0.98


def test_the_floor_is_of_the_size_of_the_sampling_error() -> None:
    rng = np.random.default_rng(3)
    found = [limit_of(tallies(rng, lambda n: 1 + 1 / n, sigma=1.0)) for _ in range(600)]
    floors = np.array([each.floor for each in found], float)
    errors = np.array([each.sampling_error for each in found], float)
    assert np.sqrt(np.mean(floors**2) / np.mean(errors**2)) == pytest.approx(1, abs=0.1)


def test_means_that_follow_another_law_are_noticed() -> None:
    rng = np.random.default_rng(1)
    slow = limit_of(tallies(rng, lambda n: 1 + 3 / n**0.5, sigma=0.3, coordinates=1e7))
    assert slow.curved
    fast = limit_of(tallies(rng, lambda n: 1 + 3 / n, sigma=0.3, coordinates=1e7))
    assert not fast.curved
    assert slow.standard_error is not None
    assert fast.standard_error is not None
    assert slow.standard_error > 5 * fast.standard_error


def test_tallies_of_parts_make_up_that_of_the_whole() -> None:
    values = np.random.default_rng(2).standard_normal((3, 37)) * 5 + 100
    bins = np.arange(6.0).reshape(2, 3)
    whole = Tally.of(64, 5, values, 2 * bins)
    one, other = Tally.of(64, 5, values[:, :12], bins), Tally.of(64, 17, values[:, 12:], bins)
    both = Tally.from_json(json.loads(json.dumps(one.plus(other).as_json())))
    assert both.means() == pytest.approx(values.mean(axis=1), rel=1e-12)
    assert both.variances() == pytest.approx(values.var(axis=1, ddof=1), rel=1e-10)
    for name in ("counts", "middles", "squares", "odd", "bins"):
        assert getattr(both, name) == pytest.approx(getattr(whole, name), rel=1e-9)
    assert both.shown == whole.shown == 37


def test_copies_that_are_not_finite_leave_no_limit() -> None:
    values = np.ones((2, 8))
    values[0, 3], values[1, 4] = np.inf, 1e200
    parts = [Tally.of(int(width), 0, values, None) for width in WIDTHS]
    assert all(each.value is None for each in limits(gathered(parts)))
    assert parts[0].odd.tolist() == [1, 1]
    assert parts[0].counts.sum(axis=0).tolist() == [7, 7]


def test_work_grows_with_the_square_of_the_precision() -> None:
    rng = np.random.default_rng(0)
    parts = tallies(rng, lambda n: 1 + 1 / n, sigma=2.0)

    def times(precision: float) -> float:
        written = {"program": [{"let": "c", "moment": "1"}], "precision": precision}
        return shortfall(read_program(written), parts)

    assert times(1.0) == 1.0
    assert times(1e-5) == pytest.approx(100 * times(1e-4), rel=1e-6)
