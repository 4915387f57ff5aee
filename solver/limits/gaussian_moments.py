"""E[φ(u)φ(v)] and E[φ'(u)φ'(v)] of Gaussian pairs (u, v), for every activation.

Closed forms where there are some: linear, relu (the arc-cosine kernels of Cho & Saul 2009), erf
(the arcsine kernel of Williams 1997) and gelu (by Gaussian integration by parts, as below).  tanh
and silu are integrated by the trapezoidal rule, which converges exponentially for integrands that
are analytic in a strip (Trefethen & Weideman 2014, Theorem 5.1).
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.exact import Deadline
from solver.theory import Activation

Array = npt.NDArray[np.float64]


class Moments(NamedTuple):
    """E[φ(u_i)φ(u_j)] and E[φ'(u_i)φ'(u_j)], (m, m), and E[φ(u_i)], (m,), for Gaussian u."""

    values: Array
    slopes: Array
    means: Array


def gaussian_moments(
    activation: Activation, covariance: Array, deadline: Deadline, coarse: bool = False
) -> Moments:
    """The moments for u ~ N(0, covariance); ``covariance`` is (m, m).

    ``coarse`` doubles the step of a quadrature, if there is one: what then changes tells its error.
    Raises ``TimeLimitError`` past the deadline.
    """
    exact = _EXACT.get(activation)
    if exact is not None:
        return exact(covariance)
    return _quadrature(_SMOOTH[activation], covariance, deadline, 2 if coarse else 1)


def has_closed_form(activation: Activation) -> bool:
    """Whether the moments need no quadrature."""
    return activation in _EXACT


def _linear(covariance: Array) -> Moments:
    return Moments(covariance.copy(), np.ones_like(covariance), np.zeros(len(covariance)))


def _relu(covariance: Array) -> Moments:
    """Arc-cosine kernels of order 1 and 0, with θ the angle between u and v."""
    length = np.sqrt(np.diag(covariance))
    lengths = np.outer(length, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.where(lengths > 0, np.clip(covariance / lengths, -1, 1), 0.0)
    np.fill_diagonal(cosine, 1.0)
    angle = np.arccos(cosine)
    values = lengths * (np.sqrt(1 - cosine**2) + (np.pi - angle) * cosine) / (2 * np.pi)
    # At u = 0 the slope is taken to be 0, as networks do.
    slopes = np.where(lengths > 0, (np.pi - angle) / (2 * np.pi), 0.0)
    return Moments(values, slopes, length / np.sqrt(2 * np.pi))


def _erf(covariance: Array) -> Moments:
    size = 1 + 2 * np.diag(covariance)
    sizes = np.outer(size, size)
    values = 2 / np.pi * np.arcsin(2 * covariance / np.sqrt(sizes))
    slopes = 4 / np.pi / np.sqrt(sizes - 4 * covariance**2)
    return Moments(values, slopes, np.zeros(len(covariance)))


def _gelu(covariance: Array) -> Moments:
    """φ(u) = uΦ(u), with Φ and N the distribution and the density of a standard normal variable.

    With p = E[N(u)N(v)]:

        E[Φ(u)Φ(v)] = 1/4 + arcsin(k_uv / √((1+k_uu)(1+k_vv))) / 2π,
        p = 1 / (2π √D),   D = (1+k_uu)(1+k_vv) - k_uv²,
        E[uN(u)Φ(v)] = p k_uv / (1+k_uu),
        E[uΦ(u)vΦ(v)] = k_uv E[ΦΦ] + p (k_uu (k_vv - k_uv² / (1+k_uu)) + k_uv² / (1+k_vv)).

    The slopes, φ' = Φ + uN, are the derivative of the last by k_uv (Price's theorem), and
    E[uΦ(u)] = k_uu E[N(u)].
    """
    variance = np.diag(covariance)
    first, second = variance[:, None], variance[None, :]
    sizes = (1 + first) * (1 + second)
    determinant = sizes - covariance**2
    both = 0.25 + np.arcsin(covariance / np.sqrt(sizes)) / (2 * np.pi)
    density = 1 / (2 * np.pi * np.sqrt(determinant))
    values = covariance * both + density * (
        first * (second - covariance**2 / (1 + first)) + covariance**2 / (1 + second)
    )
    across = covariance / (1 + first) + covariance / (1 + second) + covariance / determinant
    means = variance / np.sqrt(2 * np.pi * (1 + variance))
    return Moments((values + values.T) / 2, both + density * across, means)


_EXACT: Final[Mapping[Activation, Callable[[Array], Moments]]] = {
    "linear": _linear,
    "relu": _relu,
    "erf": _erf,
    "gelu": _gelu,
}


def _tanh(u: Array) -> tuple[Array, Array]:
    value = np.tanh(u)
    return value, 1 - value**2


def _silu(u: Array) -> tuple[Array, Array]:
    gate = 0.5 + 0.5 * np.tanh(u / 2)
    return u * gate, gate * (1 + u * (1 - gate))


_Smooth = Callable[[Array], tuple[Array, Array]]

#: φ and φ' of those that are integrated; their poles are no nearer to the real axis than π/2.
_SMOOTH: Final[Mapping[Activation, _Smooth]] = {"tanh": _tanh, "silu": _silu}

# Beyond so many standard deviations lies less than 1e-15 of a Gaussian's mass.
_REACH: Final = 8.2
# With step h and standard deviation s the error falls like e^(-π²/(hs)), times powers of 1/(hs),
# and e^(-2π²/h²): with twice this step it still is below 1e-6.
_STEP_TIMES_DEVIATION: Final = 0.2
_LONGEST_STEP: Final = 0.4
# Steps are no shorter, which costs digits where inputs are tens of times their usual size.
_SHORTEST_STEP: Final = 0.02
_AT_ONCE: Final = 1 << 20


def _quadrature(phi: _Smooth, covariance: Array, deadline: Deadline, coarsening: int) -> Moments:
    """Over u = s_i x and v = (k_ij / s_i) x + √(k_jj - k_ij² / k_ii) y, standard normal x, y."""
    deviation = np.sqrt(np.diag(covariance))
    step = _STEP_TIMES_DEVIATION / max(float(deviation.max(initial=0.0)), 1e-12)
    step = coarsening * min(max(step, _SHORTEST_STEP), _LONGEST_STEP)
    count = int(np.ceil(_REACH / step))
    points = step * np.arange(-count, count + 1)
    weights = np.exp(-0.5 * points**2)
    weights /= weights.sum()
    values, slopes = np.empty_like(covariance), np.empty_like(covariance)
    means = np.empty(len(covariance))
    at_once = max(1, _AT_ONCE // len(points) ** 2)
    for i in range(len(covariance)):
        u_value, u_slope = phi(deviation[i] * points)
        means[i] = weights @ u_value
        for first in range(i, len(covariance), at_once):
            deadline.milliseconds()
            rows = slice(first, first + at_once)
            along = covariance[i, rows] / deviation[i] if deviation[i] else 0 * deviation[rows]
            across = np.sqrt(np.maximum(deviation[rows] ** 2 - along**2, 0))
            v = along[:, None, None] * points[:, None] + across[:, None, None] * points
            v_value, v_slope = phi(v)
            values[i, rows] = values[rows, i] = (v_value @ weights) @ (weights * u_value)
            slopes[i, rows] = slopes[rows, i] = (v_slope @ weights) @ (weights * u_slope)
    return Moments(values, slopes, means)
