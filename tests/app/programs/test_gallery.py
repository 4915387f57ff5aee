"""Each program of the gallery against moments that are known: closed forms and quadrature.

None of these uses anything of ours: Catalan numbers, arc-cosine kernels, Gauss-Hermite rules,
recursions of mean-field theory, a density of χ².
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import chi2

from app.programs import run
from app.programs.gallery import GALLERY
from app.programs.report import ProgramResult

pytestmark = pytest.mark.training

Function = Callable[[Any], Any]
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def expectation(function: Function, variance: float = 1.0) -> float:
    """E φ(√variance z) with a standard Gaussian z."""
    return float(WEIGHTS @ function(math.sqrt(variance) * NODES))


def catalan(k: int) -> float:
    return math.comb(2 * k, k) / (k + 1)


def semicircle() -> dict[str, float]:
    return {"m1": 0.0, **{f"m{2 * k}": catalan(k) for k in (1, 2, 3)}}


def kernels() -> dict[str, float]:
    """Arc-cosine kernels of degree 1 and 0 (Cho & Saul), inputs of square 2 at 60 degrees."""

    def angle(cosine: float) -> float:
        return math.acos(cosine)

    def j1(cosine: float) -> float:
        t = angle(cosine)
        return (math.sin(t) + (math.pi - t) * math.cos(t)) / math.pi

    def j0(cosine: float) -> float:
        return (math.pi - angle(cosine)) / math.pi

    c0 = 0.5
    c1 = j1(c0)
    c2 = j1(c1)
    # With He's initialization the square of every layer is 2.
    s1, s2, p2 = 2 * c1, 2 * c2, j0(c1)
    p1 = p2 * j0(c0)
    return {"S1": s1, "S2": s2, "p2": p2, "p1": p1, "K": s2 + p2 * s1 + 2 * p1 * c0}


def gradient_independence() -> dict[str, float]:
    square = expectation(lambda h: (1 - np.tanh(h) ** 2) ** 2)
    names = ("dh2", "backward", "backward_as_if", "after")
    return dict.fromkeys(names, square) | {"after_as_if": 0.0}


def sgd() -> dict[str, float]:
    """The law of (u, v) on a grid of Gauss-Hermite nodes, moved along with the network."""
    u, v = (each.ravel() for each in np.meshgrid(NODES, NODES))
    weights = np.outer(WEIGHTS, WEIGHTS).ravel()
    found = {}
    for step in range(4):
        phi = np.tanh(u)
        f = float(weights @ (v * phi))
        found[f"f{step}"] = f
        u, v = u - 0.5 * (f - 1) * v * (1 - phi**2), v - 0.5 * (f - 1) * phi
    return found


def residual() -> dict[str, float]:
    q, found = 1.0, {}
    for layer in (1, 2, 3):
        q += expectation(lambda h: np.tanh(h) ** 2, q)
        found[f"q{layer}"] = q
    return found


def attention() -> dict[str, float]:
    covariance = np.array([[1, 0.5, -0.25], [0.5, 1, 0], [-0.25, 0, 1]])
    logits = covariance[0]
    weights = np.exp(logits) / np.exp(logits).sum()
    return {
        **{f"s{k + 1}": float(each) for k, each in enumerate(logits)},
        **{f"a{k + 1}": float(each) for k, each in enumerate(weights)},
        "variance": float(weights @ covariance @ weights),
    }


def rmsnorm() -> dict[str, float]:
    square = expectation(lambda h: np.tanh(h) ** 2)
    return {"q1": square, "q2": square}


def batchnorm() -> dict[str, float]:
    """The first layer; of the second the sum over the batch is 0 as well."""
    variance = quad(lambda s: s / 4 / (s / 4 + 0.1) * chi2.pdf(s, 3), 0, np.inf)[0]
    return {"variance1": variance, "covariance1": -variance / 3, "square1": variance / 2}


KNOWN = {
    each.__name__: each()
    for each in (
        *(semicircle, kernels, gradient_independence, sgd, residual, attention, rmsnorm),
        batchnorm,
    )
}


@pytest.fixture(scope="module")
def results() -> dict[str, ProgramResult]:
    return {name: run(entry.program) for name, entry in GALLERY.items()}


@pytest.mark.parametrize("name", GALLERY)
def test_limits_are_the_known_moments(results: dict[str, ProgramResult], name: str) -> None:
    result = results[name]
    known = KNOWN[name]
    assert known
    if name != "batchnorm":
        assert set(known) == set(result["scalars"])
    for scalar, value in known.items():
        found = result["scalars"][scalar]
        assert found["limit"] is not None
        assert found["standard_error"] is not None
        assert found["standard_error"] < 0.03 * max(1.0, abs(value))
        assert abs(found["limit"] - value) < 4 * found["standard_error"] + 1e-12, scalar


def test_the_second_layer_of_batch_normalization_sums_to_zero(
    results: dict[str, ProgramResult],
) -> None:
    scalars = results["batchnorm"]["scalars"]
    variance, covariance = scalars["variance2"], scalars["covariance2"]
    assert variance["limit"] is not None
    assert covariance["limit"] is not None
    assert covariance["standard_error"] is not None
    assert variance["standard_error"] is not None
    error = covariance["standard_error"] + variance["standard_error"] / 3
    assert covariance["limit"] == pytest.approx(-variance["limit"] / 3, abs=4 * error)


def test_coordinates_are_gaussian_where_theory_says_so(results: dict[str, ProgramResult]) -> None:
    """x1 of the semicircle is; dh, a product of a Gaussian and something else, is not."""
    for name, vector, gaussian in (
        ("semicircle", "x1", True),
        ("gradient_independence", "moved_as_if", True),
        ("gradient_independence", "dh", False),
    ):
        joint = results[name]["joint"]
        assert joint is not None
        histogram = joint["histograms"][vector]
        steps = np.diff(histogram["edges"])
        off = np.abs(np.array(histogram["density"]) - np.array(histogram["gaussian"])) @ steps
        assert bool(off < 0.05) is gaussian
        assert histogram["outside"] < 1e-2
        total = np.array(histogram["density"]) @ steps + histogram["outside"]
        assert total == pytest.approx(1, abs=1e-6)


def test_covariances_are_those_of_the_semicircle(results: dict[str, ProgramResult]) -> None:
    """Cov(Aʲv, Aᵏv) is the moment of order j + k."""
    joint = results["semicircle"]["joint"]
    assert joint is not None
    expected = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 2]])
    found = np.array(joint["covariance"], float)
    errors = np.array(joint["covariance_standard_error"], float)
    assert (np.abs(found - expected) < 4 * errors).all()
    assert np.allclose(found, found.T)


def test_coordinates_become_independent() -> None:
    """A common factor correlates them in every program of finite width: like 1/n."""
    program = {
        "vectors": {"v": {}, "u": {}},
        "program": [
            {"let": "m", "moment": "u"},
            {"let": "x", "nonlin": "v + 10*m"},
            {"let": "c", "moment": "x"},
        ],
        "joint": ["x"],
        "precision": 0.05,
    }
    result = run(program)
    joint = result["joint"]
    assert joint is not None
    # Var(m) = 1/n, so that two coordinates have the covariance 100/n of 1 + 100/n.
    expected = [100 / n / (1 + 100 / n) for n in result["widths"]]
    assert joint["coordinate_correlation"]["x"] == pytest.approx(expected, rel=0.5)


def test_error_bars_are_true() -> None:
    """In 95 of 100 seeds the limit is within two standard errors, or nearly so."""
    written = {**GALLERY["gradient_independence"].program, "joint": None, "precision": 0.05}
    known = KNOWN["gradient_independence"]
    names = ("dh2", "after", "after_as_if")
    within = dict.fromkeys(names, 0)
    for seed in range(100):
        scalars = run({**written, "seed": seed})["scalars"]
        for name in names:
            limit, error = scalars[name]["limit"], scalars[name]["standard_error"]
            assert limit is not None
            assert error is not None
            within[name] += abs(limit - known[name]) <= 2 * error
    assert min(within.values()) >= 89, within
