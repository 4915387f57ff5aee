"""The limiting kernel of a parametrization in the kernel regime, and its parts.

    K = [u = 1] Σ^L + Σ_l [E_l = 0] Σ^{l-1} ∘ Σ̇^l ∘ … ∘ Σ̇^L

over l = 1..L, with entrywise products, Σ^0(ξ, ζ) = ξ·ζ, and Σ^l = E[φ(u)φ(v)], Σ̇^l =
E[φ'(u)φ'(v)] for (u, v) ~ N(0, Σ^{l-1}).  Which parts are there is exact: u = 1 and E_l = 0 say
that the conditions on the logits that layer L+1, or layer l, enters are tight (TP4, arXiv
2011.14522, Theorem 3.6 and Corollary 3.9).  At initialization the outputs are a Gaussian process
with kernel Σ^L if a_{L+1} + b_{L+1} = 1/2, and 0 if it is larger.

A bias of size Θ(1) at initialization adds 1 to the covariance of (u, v), and trained it has a part
like that of its layer, with 1 in place of Σ^{l-1}.  A residual branch adds Σ^{l-1} to Σ^l, and
E[x^{l-1}] E[φ(u)] twice, for coordinates of x^{l-1} and h^l are independent; and to what is behind
it the product without its own Σ̇^l.  Where it vanishes at initialization, u = v = 0.
A normalized layer divides the covariance and Σ̇^l by the sizes of h^l.  These follow by the rules of
Tensor Programs for every such architecture (arXiv 1910.12478 and 2006.14548).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from solver.exact import Deadline
from solver.limits.gaussian_moments import Array, gaussian_moments, has_closed_form
from solver.theory import Activation, Bias, Parametrization, Role
from solver.verdicts import Verdict
from solver.verdicts.evaluation import LayerEvaluation

_HALF: Final = Fraction(1, 2)
_ROUNDING: Final = 1e-15


@dataclass(frozen=True, slots=True)
class KernelLimit:
    """The kernel between N points.

    ``sigma`` is Σ^L; ``parts`` holds, for the weights of each of the layers 1..L+1, their part of
    the kernel, None where they do not train in the limit; ``biases`` the same for the biases of the
    layers 1..L, if there are any.  ``kernel`` is the sum of all.  ``starts_random`` says that f_0
    is a Gaussian process with kernel Σ^L rather than 0.  Matrices are (N, N).
    """

    sigma: Array
    parts: tuple[Array | None, ...]
    biases: tuple[Array | None, ...]
    kernel: Array
    starts_random: bool


def kernel_limit(
    verdict: Verdict, activation: Activation, points: Array, deadline: Deadline
) -> tuple[KernelLimit, KernelLimit | None]:
    """The kernel of a stable network between points (N, d).

    The second is the same by a coarser quadrature, which tells the error; None where there is
    none.  Raises ``TimeLimitError`` past the deadline.
    """
    limit = _limit(verdict, activation, points, deadline, coarse=False)
    if has_closed_form(activation):
        return limit, None
    return limit, _limit(verdict, activation, points, deadline, coarse=True)


def quadrature_error(fine: Array, coarse: Array) -> Array:
    """How far a result is off, of which the same with twice the step is known.

    The error falls like e^{-c/h}, so that halving the step squares it (relative to size).
    """
    difference, size = np.abs(fine - coarse), float(np.abs(fine).max(initial=0.0))
    relative = difference / max(size, 1e-300)
    error: Array = np.maximum(difference * np.minimum(1.0, 10 * relative), _ROUNDING * size)
    return error


def _limit(
    verdict: Verdict, activation: Activation, points: Array, deadline: Deadline, *, coarse: bool
) -> KernelLimit:
    parametrization = verdict.parametrization
    assert isinstance(parametrization, Parametrization), "limits are for networks with a depth"
    wiring, sigma, means = parametrization.wiring, points @ points.T, np.zeros(len(points))
    layers: list[_Layer] = []
    for place in range(parametrization.depth):
        size = np.ones_like(sigma)
        if wiring.normalized_at(place):
            size = np.sqrt(np.outer(np.diag(sigma), np.diag(sigma)))
        here = starts(parametrization, place)
        covariance = sigma / size if here else np.zeros_like(sigma)
        if wiring.biases and bias_starts(wiring.biases[place]):
            covariance = covariance + 1
        moments = gaussian_moments(activation, covariance, deadline, coarse)
        residual = wiring.residual_at(place)
        layers.append(_Layer(sigma, moments.slopes, size, here, residual))
        cross = np.outer(means, moments.means)
        sigma = moments.values + (sigma + cross + cross.T if residual else 0)
        means = moments.means + (means if residual else 0)
    # Backwards from the readout: how gradients in x^l correlate.
    behind, weights, biases = np.ones_like(sigma), [sigma], []
    for each in reversed(layers):
        slope = each.slopes * behind
        weights.append(each.before * slope / each.size)
        biases.append(slope)
        through = slope / each.size if each.starts else np.zeros_like(slope)
        behind = through + behind if each.residual else through
    parts = _present(weights[::-1], trained_layers(verdict))
    bias_parts = _present(biases[::-1], trained_biases(verdict)) if wiring.biases else ()
    there = [part for part in (*parts, *bias_parts) if part is not None]
    readout = parametrization.layers[-1]
    starts_random = readout.a + readout.b == _HALF
    return KernelLimit(sigma, parts, bias_parts, sum(there, np.zeros_like(sigma)), starts_random)


class _Layer(NamedTuple):
    """Σ^{l-1}, Σ̇^l, and the sizes of h^l that it is divided by; (N, N).

    ``starts`` says that W^l x^{l-1} is of size Θ(1) at initialization.
    """

    before: Array
    slopes: Array
    size: Array
    starts: bool
    residual: bool


def _present(parts: Sequence[Array], present: Sequence[bool]) -> tuple[Array | None, ...]:
    return tuple(part if here else None for part, here in zip(parts, present, strict=True))


def trained_layers(verdict: Verdict) -> tuple[bool, ...]:
    """For each layer 1..L+1 of a stable network: whether its weights move the logits by Θ(1)."""
    evaluation = verdict.judgement.evaluation
    body = moves_by_layer(verdict, lambda layer: layer.moves_logits, vectors=False)
    return (*body, evaluation.readout_updated_maximally)


def trained_biases(verdict: Verdict) -> tuple[bool, ...]:
    """The same for the biases of the layers 1..L."""
    return moves_by_layer(verdict, lambda layer: layer.moves_logits, vectors=True)


def starts(parametrization: Parametrization, place: int) -> bool:
    """Whether W^l x^{l-1} is of size Θ(1) at initialization; ``place`` is l - 1."""
    layer = parametrization.layers[place]
    return parametrization.wiring.normalized_at(place) or layer.a + layer.b == _HALF * bool(place)


def bias_starts(bias: Bias) -> bool:
    """Whether a bias is of size Θ(1) at initialization."""
    return not bias.exponents.a + bias.exponents.b


def moves_by_layer(
    verdict: Verdict, moves: Callable[[LayerEvaluation], bool], *, vectors: bool
) -> tuple[bool, ...]:
    """``moves`` of the weights of each body layer, or of the biases."""
    assert verdict.depth is not None, "limits are for networks with a depth"
    present = [False] * verdict.depth
    for block, layer, _ in verdict.judgement.evaluation.blocks:
        if (block.role is Role.VECTOR) is not vectors:
            continue
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            count = span.last - span.first + 1
            present[span.first - 1 : span.last] = [moves(layer)] * count
    return tuple(present)
