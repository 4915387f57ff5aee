"""Steps whose singular values are of size Θ(1): the polar factor, and what Muon makes of it.

All are functions of singular values: with G = U S Vᵀ the step is U f(S) Vᵀ = G m(GᵀG), where
m(s²) = f(s) / s.  So they need no more than an eigendecomposition on the smaller side of G: small
for a matrix with a side that does not grow, and for the coefficients of one of low rank.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from app.experiment.norms import row_norms

# Newton and Schulz's iteration as Muon has it (K. Jordan, 2024): s → a s + b s³ + c s⁵, five times.
_COEFFICIENTS: Final = (3.4445, -4.7750, 2.0315)
_TIMES: Final = 5
# Singular values below this part of the norm are rounding errors of the Gram matrix.
_LEAST: Final = 1e-7

#: From squares of singular values, which sum to 1, to factors of the singular directions.
Factors = Callable[[Tensor], Tensor]


def polar(squares: Tensor) -> Tensor:
    """All singular values become 1; those that are zero stay so."""
    return torch.where(squares > _LEAST**2, squares, torch.inf).rsqrt()


def newton_schulz(squares: Tensor) -> Tensor:
    """Singular values become roughly 1, by five steps of the iteration."""
    factors = torch.ones_like(squares)
    a, b, c = _COEFFICIENTS
    for _ in range(_TIMES):
        now = squares * factors.square()
        factors = factors * (a + b * now + c * now.square())
    return factors


def normalized(squares: Tensor) -> Tensor:
    """The matrix is divided by its norm."""
    return torch.ones_like(squares)


def of_singular_values(factors: Factors, matrix: Tensor) -> Tensor:
    """G m(GᵀG) / ‖G‖ for matrices G (networks, rows, columns), in memory of its own."""
    scaled = matrix / _sizes(matrix)
    if factors is normalized:
        return scaled
    tall = matrix.shape[1] >= matrix.shape[2]
    rows = scaled if tall else scaled.mT
    gram = torch.bmm(rows.mT, rows)
    # A network that blew up must not take the others of its batch along.
    values, axes = torch.linalg.eigh(torch.where(torch.isfinite(gram), gram, 0.0))
    weights = factors(values.clamp(min=0))
    result = torch.bmm(rows, torch.bmm(axes * weights[:, None, :], axes.mT))
    return result if tall else result.mT


def by_iteration(matrix: Tensor) -> Tensor:
    """Newton and Schulz's iteration itself, on matrices with two large sides."""
    a, b, c = _COEFFICIENTS
    now = matrix / _sizes(matrix)
    for _ in range(_TIMES):
        gram = torch.bmm(now, now.mT)
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        now = torch.baddbmm(now, polynomial, now, beta=a)
    return now


def _sizes(matrix: Tensor) -> Tensor:
    """Norms (networks, 1, 1); infinite in place of zero, so that zero stays zero."""
    size = row_norms(matrix.flatten(1))[:, None, None]
    return torch.where(size > 0, size, torch.inf)
