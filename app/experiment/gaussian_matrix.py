"""A Gaussian n×n matrix of which only products exist.

W has iid N(0, σ²) entries.  Conditional on earlier products W Q = Y and Wᵀ P = Z with
orthonormal Q and P, the product with a new unit vector q ⟂ Q is distributed as

    W q = P (Zᵀ q) + (I - P Pᵀ) g,   g ~ N(0, σ² I_n) fresh,

and Wᵀ p likewise with the roles exchanged: the Gaussian conditioning on which the Master
Theorem rests (Tensor Programs III, arXiv 2009.10685).  So products can be sampled exactly, one
block after the other, in O(n k) time and memory for k vectors, and W never has to exist.

Every past vector lies in the span of Q or P, so a sum of outer products of them, the update
that SGD makes, is P M Qᵀ with a k×k matrix M, and its products need no storage either.
"""

import torch
from torch import Tensor

from app.experiment.norms import row_norms
from app.experiment.sampling import Gaussians

# Relative sizes of rounding errors: of vectors, and (more than enough) of a Gram matrix.
_ROUNDING, _SHIFT = 1e-12, 1e-13


class Basis:
    """Orthonormal vectors and their images under W (or Wᵀ), (networks, k, n), append-only."""

    def __init__(self, networks: int, capacity: int, width: int, device: torch.device) -> None:
        shape = (networks, capacity, width)
        self._vectors = torch.empty(shape, dtype=torch.float64, device=device)
        self._images = torch.empty_like(self._vectors)
        self.networks, self.capacity, self.count = networks, capacity, 0

    @property
    def vectors(self) -> Tensor:
        """The orthonormal vectors so far."""
        return self._vectors[:, : self.count]

    @property
    def images(self) -> Tensor:
        """Their products with W (or Wᵀ)."""
        return self._images[:, : self.count]

    def room(self, count: int) -> tuple[Tensor, Tensor]:
        """Where the next vectors and their images are to be written; then call ``grow``."""
        new = slice(self.count, self.count + count)
        return self._vectors[:, new], self._images[:, new]

    def grow(self, count: int) -> None:
        """Let the vectors that have been written join."""
        self.count += count


class GaussianMatrix:
    """Independent matrices W, (n, n) with entries N(0, std²), of which products are sampled.

    Blocks have ``shape`` (networks, B, n); the left basis takes ``steps`` of them and the right
    one one more.
    """

    def __init__(
        self, std: float, gaussians: Gaussians, shape: tuple[int, int, int], steps: int,
        device: torch.device,
    ) -> None:  # fmt: skip
        networks, rows, width = shape
        self._std = std
        self._gaussians = gaussians
        self.right = Basis(networks, (steps + 1) * rows, width, device)
        self.left = Basis(networks, steps * rows, width, device)

    def extend_right(self, block: Tensor) -> Tensor:
        """Coefficients of the rows x of a block in the right basis, which grows by what is new."""
        return self._extend(block, self.right, self.left)

    def extend_left(self, block: Tensor) -> Tensor:
        """Coefficients of the rows u of a block in the left basis, which grows by what is new."""
        return self._extend(block, self.left, self.right)

    def _extend(self, block: Tensor, own: Basis, other: Basis) -> Tensor:
        vectors, images = own.room(block.shape[1])
        known, new = orthogonalized(block, own.vectors, vectors, scratch=images)
        self._gaussians.fill(images).mul_(self._std)
        if other.count:
            along = torch.bmm(vectors, other.images.mT) - torch.bmm(images, other.vectors.mT)
            images.baddbmm_(along, other.vectors)
        own.grow(block.shape[1])
        return torch.cat((known, new), dim=2)


def orthogonalized(
    block: Tensor, basis: Tensor, vectors: Tensor, scratch: Tensor
) -> tuple[Tensor, Tensor]:
    """Coefficients in ``block = known @ basis + new @ vectors``, of which it writes ``vectors``.

    ``block``, ``vectors`` and ``scratch`` are (networks, B, n), ``basis`` is (networks, k, n).
    The vectors are orthonormal and orthogonal to the basis; where the block has fewer new
    directions, surplus ones are zero.  Block Gram-Schmidt, done twice, which is enough (Giraud
    et al. 2005).
    """
    known = torch.bmm(block, basis.mT)
    rest = torch.baddbmm(block, known, basis, alpha=-1, out=vectors)
    size = _normalize(rest, least=_ROUNDING * row_norms(known))
    # Shifted, so that it exists, and what rows have of their own, if s < sqrt(_SHIFT), comes out
    # short: of length s / sqrt(_SHIFT).
    one = torch.eye(block.shape[1], dtype=block.dtype, device=block.device)
    lower, _ = torch.linalg.cholesky_ex(_gram(rest) + _SHIFT * one)
    inverse = torch.linalg.solve_triangular(lower, one, upper=False)
    first = torch.bmm(inverse, rest, out=scratch)
    first.baddbmm_(torch.bmm(first, basis.mT), basis, alpha=-1)
    # What had s at rounding level is no direction of its own.
    _normalize(first, least=_ROUNDING / _SHIFT**0.5)
    # Nearly orthonormal, but for zeros.  The symmetric root, since it is a smooth function.
    values, axes = torch.linalg.eigh(_gram(first))
    weights = torch.where(values > 0.1, values.rsqrt(), 0.0)
    second = torch.bmm(axes * weights[:, None, :], axes.mT)
    new = torch.bmm(torch.bmm(rest, first.mT), second).mul_(size[:, :, None])
    torch.bmm(second, first, out=vectors)
    return known, new


def _normalize(rows: Tensor, least: Tensor | float) -> Tensor:
    """Divide the rows by their norms, which are returned; rows no longer than ``least`` vanish."""
    size = row_norms(rows)
    rows.div_(torch.where(size > least, size, torch.inf)[:, :, None])
    return size


def _gram(rows: Tensor) -> Tensor:
    gram = torch.bmm(rows, rows.mT)
    # A network that blew up must not take the others of its batch along.
    return torch.where(torch.isfinite(gram), gram, 0.0)
