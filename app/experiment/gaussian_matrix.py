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

from typing import NamedTuple

import torch
from torch import Tensor

from app.experiment.sampling import Gaussians

# Rows of a block that depend on each other up to this (squared) are told apart by rounding only.
_DEPENDENT = 1e-14


class Basis:
    """Orthonormal vectors and their images under W (or Wᵀ), (networks, k, n), append-only."""

    def __init__(self, networks: int, capacity: int, width: int, device: torch.device) -> None:
        shape = (2, networks, capacity, width)
        self._storage = torch.empty(shape, dtype=torch.float64, device=device)
        self.count = 0

    @property
    def vectors(self) -> Tensor:
        """The orthonormal vectors so far."""
        return self._storage[0, :, : self.count]

    @property
    def images(self) -> Tensor:
        """Their products with W (or Wᵀ)."""
        return self._storage[1, :, : self.count]

    def append(self, vectors: Tensor, images: Tensor) -> None:
        """Add a block of vectors with its images."""
        end = self.count + vectors.shape[1]
        self._storage[0, :, self.count : end] = vectors
        self._storage[1, :, self.count : end] = images
        self.count = end


class Expansion(NamedTuple):
    """A block in a basis: ``known`` of the vectors so far, ``new`` of fresh orthonormal ones.

    The fresh vectors and their images are (networks, r, n); coefficients (networks, B, .).
    """

    known: Tensor
    new: Tensor
    vectors: Tensor
    images: Tensor

    @property
    def coefficients(self) -> Tensor:
        """In the basis to which the fresh vectors have been appended."""
        return torch.cat((self.known, self.new), dim=2)


class GaussianMatrix:
    """``networks`` independent matrices W, (n, n) with entries N(0, std²), sampled lazily."""

    def __init__(
        self, std: float, gaussians: Gaussians, networks: int, capacity: int, width: int,
        device: torch.device,
    ) -> None:  # fmt: skip
        self._std = std
        self._gaussians = gaussians
        self.right = Basis(networks, capacity, width, device)
        self.left = Basis(networks, capacity, width, device)

    def expand_right(self, block: Tensor) -> Expansion:
        """Rows x of ``block`` (networks, B, n) in the right basis, with W of what is new."""
        return self._expand(block, self.right, self.left)

    def expand_left(self, block: Tensor) -> Expansion:
        """Rows u of ``block`` in the left basis, with Wᵀ of what is new."""
        return self._expand(block, self.left, self.right)

    def _expand(self, block: Tensor, own: Basis, other: Basis) -> Expansion:
        known, new, vectors = orthogonalized(block, own.vectors)
        images = self._gaussians.fill(torch.empty_like(vectors)).mul_(self._std)
        if other.count:
            along = torch.bmm(vectors, other.images.mT) - torch.bmm(images, other.vectors.mT)
            images.baddbmm_(along, other.vectors)
        return Expansion(known, new, vectors, images)


def orthogonalized(block: Tensor, basis: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Write ``block = known @ basis + new @ vectors`` with orthonormal vectors ⟂ basis.

    ``block`` is (networks, B, n), ``basis`` (networks, k, n).  Where the block is rank
    deficient, surplus vectors are zero.  Projected out twice (which is enough: Giraud et al.
    2005) and orthonormalized through its Gram matrix, twice for the same reason.
    """
    largest = block.abs().amax(dim=(1, 2), keepdim=True)
    scale = torch.where(largest > 0, largest, 1.0)
    rest = block / scale
    known = torch.bmm(rest, basis.mT)
    rest.baddbmm_(known, basis, alpha=-1)
    again = torch.bmm(rest, basis.mT)
    rest.baddbmm_(again, basis, alpha=-1)
    known += again
    vectors = _orthonormal(_orthonormal(rest))
    new = torch.bmm(rest, vectors.mT)
    return known * scale, new * scale, vectors


def _orthonormal(block: Tensor) -> Tensor:
    """Orthonormal rows spanning those of ``block``, some of them zero if it is deficient."""
    size = torch.linalg.vector_norm(block, dim=2, keepdim=True)
    block = block / torch.where(size > 0, size, 1.0)
    gram = torch.bmm(block, block.mT)
    # A network that blew up must not take the others of its batch along.
    values, axes = torch.linalg.eigh(torch.where(torch.isfinite(gram), gram, 0.0))
    independent = values > _DEPENDENT * values[:, -1:].clamp_min(0)
    weights = torch.where(independent, values.clamp_min(1e-300).rsqrt(), 0.0)
    return torch.bmm((axes * weights[:, None, :]).mT, block)
