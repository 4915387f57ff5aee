"""The limiting kernel of a parametrization in the kernel regime, and its parts.

    K = [u = 1] Σ^L + Σ_l [E_l = 0] Σ^{l-1} ∘ Σ̇^l ∘ … ∘ Σ̇^L

over l = 1..L, with entrywise products, Σ^0(ξ, ζ) = ξ·ζ, and Σ^l = E[φ(u)φ(v)], Σ̇^l =
E[φ'(u)φ'(v)] for (u, v) ~ N(0, Σ^{l-1}).  Which parts are there is exact: u = 1 and E_l = 0 say
that the conditions on the logits that layer L+1, or layer l, enters are tight (TP4, arXiv
2011.14522, Theorem 3.6 and Corollary 3.9).  At initialization the outputs are a Gaussian process
with kernel Σ^L if a_{L+1} + b_{L+1} = 1/2, and 0 if it is larger.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final

import numpy as np

from solver.exact import Deadline
from solver.limits.gaussian_moments import Array, gaussian_moments, has_closed_form
from solver.theory import Activation, Parametrization
from solver.verdicts import Verdict

_HALF: Final = Fraction(1, 2)
_ROUNDING: Final = 1e-15


@dataclass(frozen=True, slots=True)
class KernelLimit:
    """The kernel between N points.

    ``sigma`` is Σ^L; ``parts`` holds, for each of the layers 1..L+1, its part of the kernel, None
    where the layer does not train in the limit; ``kernel`` is their sum.  ``starts_random`` says
    that f_0 is a Gaussian process with kernel Σ^L rather than 0.  Matrices are (N, N).
    """

    sigma: Array
    parts: tuple[Array | None, ...]
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
    sigmas, slopes = [points @ points.T], []
    for _ in range(parametrization.depth):
        moments = gaussian_moments(activation, sigmas[-1], deadline, coarse)
        sigmas.append(moments.values)
        slopes.append(moments.slopes)
    # Backwards from the readout: the product of the slopes of layers l..L.
    behind = list(accumulate(reversed(slopes), np.multiply))[::-1]
    present = trained_layers(verdict)
    every = [*(sigma * slope for sigma, slope in zip(sigmas, behind, strict=False)), sigmas[-1]]
    parts = tuple(part if here else None for part, here in zip(every, present, strict=True))
    kernel = sum((part for part in parts if part is not None), np.zeros_like(sigmas[0]))
    readout = parametrization.layers[-1]
    return KernelLimit(sigmas[-1], parts, kernel, readout.a + readout.b == _HALF)


def trained_layers(verdict: Verdict) -> tuple[bool, ...]:
    """For each layer 1..L+1 of a stable network: whether its updates move the logits by Θ(1)."""
    evaluation = verdict.judgement.evaluation
    assert verdict.depth is not None, "limits are for networks with a depth"
    present = [False] * verdict.depth
    for block, layer, _ in evaluation.blocks:
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            count = span.last - span.first + 1
            present[span.first - 1 : span.last] = [layer.moves_logits] * count
    return (*present, evaluation.readout_updated_maximally)
