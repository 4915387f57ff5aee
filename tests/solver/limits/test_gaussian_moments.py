"""The moments against plain sums over the plane, in polar coordinates."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf, ndtr

from solver import Activation, Deadline, TimeLimitError
from solver.limits import gaussian_moments

Function = Callable[[np.ndarray], np.ndarray]

#: φ and φ', written another way.
PHI: dict[Activation, tuple[Function, Function]] = {
    "linear": (lambda u: u, np.ones_like),
    "relu": (lambda u: np.maximum(u, 0), lambda u: (u > 0).astype(float)),
    "erf": (erf, lambda u: 2 / math.sqrt(math.pi) * np.exp(-u * u)),
    "gelu": (
        lambda u: u * ndtr(u),
        lambda u: ndtr(u) + u * np.exp(-u * u / 2) / math.sqrt(2 * math.pi),
    ),
    "tanh": (np.tanh, lambda u: np.cosh(u) ** -2.0),
    "silu": (
        lambda u: u / (1 + np.exp(-u)),
        lambda u: (1 + np.exp(-u) + u * np.exp(-u)) / (1 + np.exp(-u)) ** 2,
    ),
}

COVARIANCES = {
    "correlated": np.array([[1.0, 0.6], [0.6, 1.5]]),
    "opposed": np.array([[0.3, -0.5], [-0.5, 2.0]]),
    "independent": np.array([[4.0, 0.0], [0.0, 0.1]]),
    "the same": np.array([[1.2, 1.2], [1.2, 1.2]]),
    "antipodes": np.array([[1.0, -1.0], [-1.0, 1.0]]),
}


def mean_over_the_plane(function: Function, covariance: np.ndarray) -> np.ndarray:
    """E[g(u_i)g(u_j)], by sums over radius and angle."""
    values, axes = np.linalg.eigh(covariance)
    root = axes * np.sqrt(np.maximum(values, 0))
    radius = np.linspace(0, 9, 1201)[1:]
    angle = (np.arange(1440) + 0.5) * (2 * math.pi / 1440)
    weight = radius * np.exp(-(radius**2) / 2)
    weight = np.outer(weight, np.ones(1440)) / (weight.sum() * 1440)
    circle = np.stack((np.cos(angle), np.sin(angle)))
    u, v = (function(np.outer(radius, row)) for row in root @ circle)
    return np.array([[(weight * one * other).sum() for other in (u, v)] for one in (u, v)])


@pytest.mark.parametrize("name", PHI)
@pytest.mark.parametrize("case", COVARIANCES)
def test_moments(name: Activation, case: str) -> None:
    phi, slope = PHI[name]
    covariance = COVARIANCES[case]
    found = gaussian_moments(name, covariance, Deadline())
    # A kink or a jump costs the sums over angles digits, as does an eigenvalue of 0.
    precise = 1e-3 if name == "relu" else 2e-5
    assert found.values == pytest.approx(mean_over_the_plane(phi, covariance), abs=precise)
    assert found.slopes == pytest.approx(mean_over_the_plane(slope, covariance), abs=precise)


@pytest.mark.parametrize("name", ["tanh", "silu"])
@pytest.mark.parametrize("scale", [0.01, 1.0, 9.0])
def test_what_doubling_the_step_changes_bounds_the_error(name: Activation, scale: float) -> None:
    """One point at a time, against an adaptive rule."""
    covariance = scale * np.eye(1)
    phi, slope = PHI[name]
    fine = gaussian_moments(name, covariance, Deadline())
    coarse = gaussian_moments(name, covariance, Deadline(), coarse=True)
    for found, rough, function in zip(fine[:2], coarse[:2], (phi, slope), strict=True):
        exact, _ = quad(
            lambda x, f=function: f(math.sqrt(scale) * x) ** 2 * math.exp(-x * x / 2), -12, 12,
            epsabs=1e-13, epsrel=1e-13, limit=500,
        )  # fmt: skip
        exact /= math.sqrt(2 * math.pi)
        assert abs(found[0, 0] - exact) <= max(2e-12, 10 * (rough - found)[0, 0] ** 2)


def test_a_point_at_zero() -> None:
    covariance = np.array([[0.0, 0.0], [0.0, 1.0]])
    for name in PHI:
        values, slopes, means = gaussian_moments(name, covariance, Deadline())
        assert all(np.isfinite(each).all() for each in (values, slopes, means))
        if name != "linear":
            assert values[0] == pytest.approx([0, 0])


@pytest.mark.parametrize("name", PHI)
def test_means(name: Activation) -> None:
    phi, _ = PHI[name]
    found = gaussian_moments(name, np.diag([0.25, 4.0]), Deadline()).means
    for mean, deviation in zip(found, (0.5, 2.0), strict=True):
        exact, _ = quad(
            lambda x, f=phi, s=deviation: f(np.array(s * x)) * math.exp(-x * x / 2), -12, 12,
            points=[0.0], limit=500,
        )  # fmt: skip
        assert mean == pytest.approx(exact / math.sqrt(2 * math.pi), abs=1e-9)


def test_a_quadrature_ends_with_its_time() -> None:
    with pytest.raises(TimeLimitError):
        gaussian_moments("tanh", np.eye(3), Deadline(0.0))
