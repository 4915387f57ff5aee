"""Slopes and their standard errors, on sizes whose law is known."""

import numpy as np
import pytest

from app.experiment.fit import Sample

WIDTHS = (256, 512, 1024, 2048, 4096, 8192, 16384)


def sample(curve: object, noise: float = 0.1, networks: int = 32, seed: int = 0) -> Sample:
    """One place per entry of ``curve`` (a function of n), with lognormal noise."""
    generator = np.random.default_rng(seed)
    curves = curve if isinstance(curve, list) else [curve]
    sizes = [
        np.array([each(float(n)) for each in curves])[:, None]
        * np.exp(noise * generator.standard_normal((len(curves), networks)))
        for n in WIDTHS
    ]
    return Sample(WIDTHS, sizes, seed)


@pytest.mark.parametrize("slope", [-1.5, -0.5, 0.0, 0.25, 3.0])
def test_a_power_law_without_noise_is_found_exactly(slope: float) -> None:
    fit = sample(lambda n: 3 * n**slope, noise=0).fit(0)
    assert fit is not None
    assert fit.slope == pytest.approx(slope, abs=1e-9)
    assert fit.widths == WIDTHS
    assert fit.standard_error < 1e-6


@pytest.mark.parametrize(("networks", "far_off"), [(4, 0.05), (16, 0.02), (64, 0.02)])
def test_standard_errors_are_what_repetition_shows(networks: int, far_off: float) -> None:
    """Errors of 300 independent slopes in units of their standard errors: about one."""
    several = sample([lambda n: n**-0.5] * 300, noise=0.4, networks=networks)
    fits = [several.fit(place) for place in range(300)]
    errors = np.array([(each.slope + 0.5) / each.standard_error for each in fits if each])
    assert len(errors) == 300
    assert 0.6 < np.sqrt(np.mean(errors**2)) < 1.25
    assert np.mean(np.abs(errors) > 3) < far_off
    assert abs(np.mean(errors)) < 0.25


def test_one_network_a_width_has_an_error_from_the_residuals() -> None:
    fit = sample(lambda n: n**-0.5, noise=0.3, networks=1).fit(0)
    assert fit is not None
    assert 0.01 < fit.standard_error < 0.4


def test_widths_at_which_the_line_bends_are_dropped() -> None:
    fit = sample(lambda n: n**-0.5 + 3000 * n**-2.0, noise=0.02).fit(0)
    assert fit is not None
    assert fit.widths[0] > WIDTHS[0]
    assert len(fit.widths) >= 4
    straight = sample(lambda n: n**-0.5 + 3000 * n**-2.0, noise=0.02)
    logs = [np.log(each).mean() for each in straight.sizes]
    everything = np.polyfit(np.log(WIDTHS), logs, 1)[0]
    assert abs(fit.slope + 0.5) < abs(everything + 0.5)


def test_a_line_that_never_straightens_says_which_way_it_bends() -> None:
    fit = sample(lambda n: n**-0.5 + 0.1, noise=0.005).fit(0)
    assert fit is not None
    assert fit.bend > 0


def test_noise_is_not_taken_for_bending() -> None:
    several = sample([lambda n: n**-0.5] * 200, noise=0.4)
    dropped = [
        len((several.fit(place) or pytest.fail("no fit")).widths) < 7 for place in range(200)
    ]
    assert np.mean(dropped) < 0.05


def test_widths_that_blew_up_or_vanished_are_left_out() -> None:
    sizes = [np.full((2, 4), float(n) ** -1) for n in WIDTHS]
    sizes[-1][0, 2] = np.nan
    sizes[0][1, 1] = 0.0
    both = Sample(WIDTHS, sizes, 0)
    blown, vanished = both.fit(0), both.fit(1)
    assert blown is not None
    assert vanished is not None
    assert blown.widths == WIDTHS[:-1]
    assert vanished.widths == WIDTHS[1:]
    assert blown.slope == pytest.approx(-1)


def test_too_little_to_fit_is_none() -> None:
    sizes = [np.full((1, 4), np.nan) for _ in WIDTHS]
    sizes[0][:] = 1.0
    assert Sample(WIDTHS, sizes, 0).fit(0) is None
