"""Products of a Gaussian matrix that does not exist: consistent, of the right law, and robust."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from app.experiment.gaussian_matrix import Basis, GaussianMatrix
from app.experiment.sampling import gaussians

CPU = torch.device("cpu")
STD = 0.3


class OneStream:
    """A source for very many networks, of which it would take long to give each its own."""

    def __init__(self) -> None:
        self._generator = torch.Generator().manual_seed(0)

    def fill(self, out: Tensor) -> Tensor:
        return out.normal_(generator=self._generator)


def matrix(networks: int, rows: int, width: int, steps: int, std: float = STD) -> GaussianMatrix:
    source = gaussians(0, range(networks), CPU)
    return GaussianMatrix(std, source, (networks, rows, width), steps, CPU)


def draw(seed: int, *shape: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def product(basis: Basis, coefficients: Tensor) -> Tensor:
    """W x (or Wᵀ u) of what has these coefficients."""
    return coefficients @ basis.images[:, : coefficients.shape[2]]


def span(basis: Basis, coefficients: Tensor) -> Tensor:
    return coefficients @ basis.vectors[:, : coefficients.shape[2]]


def assert_orthonormal(basis: Basis, error: float) -> None:
    """Up to vectors that are zero."""
    gram = basis.vectors @ basis.vectors.mT
    sizes = gram.diagonal(dim1=1, dim2=2).round()
    assert bool(((sizes == 0) | (sizes == 1)).all())
    assert (gram - torch.diag_embed(sizes)).abs().max() <= error


def assert_consistent(m: GaussianMatrix, error: float) -> None:
    """p · (W q) = (Wᵀ p) · q for all p, q but those that are zero, whose images mean nothing."""
    one = m.left.vectors @ m.right.images.mT
    other = m.left.images @ m.right.vectors.mT
    real = m.left.vectors.norm(dim=2)[:, :, None] * m.right.vectors.norm(dim=2)[:, None, :]
    assert ((one - other) * real).abs().max() <= error


def test_blocks_are_spanned_and_products_consistent() -> None:
    m = matrix(networks=3, rows=4, width=50, steps=5)
    blocks: list[tuple[Basis, Tensor, Tensor]] = []
    for step in range(5):
        for own, extend, seed in (
            (m.right, m.extend_right, step),
            (m.left, m.extend_left, 100 + step),
        ):
            block = draw(seed, 3, 4, 50)
            if step >= 3:  # partly known: as a forward pass whose changes lie along earlier ones
                block[:, 0] = blocks[0 if own is m.right else 1][1][:, 0]
            blocks.append((own, block, extend(block)))
    for own, block, coefficients in blocks:
        assert torch.allclose(span(own, coefficients), block, rtol=0, atol=1e-13)
    for basis in (m.left, m.right):
        assert_orthonormal(basis, 1e-14)
    assert_consistent(m, 1e-13)
    # the same statement for the blocks themselves: u · (W x) = (Wᵀ u) · x
    for own, x, in_right in blocks[::2]:
        for other, u, in_left in blocks[1::2]:
            through_right = u @ product(own, in_right).mT
            through_left = product(other, in_left) @ x.mT
            assert torch.allclose(through_right, through_left, rtol=0, atol=1e-11)


def adaptive_queries(m: GaussianMatrix, width: int) -> Iterator[None]:
    """Vectors that depend on the products so far, in turns, until they span everything."""
    networks = m.right.networks
    x = torch.eye(width, dtype=torch.float64)[:1].expand(networks, 1, width)
    for _ in range(width):
        y = product(m.right, m.extend_right(x))
        u = torch.tanh(3 * y) + 0.1 * x
        z = product(m.left, m.extend_left(u))
        x = torch.relu(z) - 0.3 * y + 0.2 * torch.cos(u)
        yield


def test_entries_are_independent_gaussians_though_the_vectors_depend_on_them() -> None:
    width, networks = 3, 20_000
    m = GaussianMatrix(STD, OneStream(), (networks, 1, width), width, CPU)
    for _ in adaptive_queries(m, width):
        pass
    assert_orthonormal(m.right, 1e-9)
    whole = m.right.images.mT @ m.right.vectors  # W Q Qᵀ = W
    again = m.left.vectors.mT @ m.left.images
    assert (whole - again).abs().max() < 1e-6
    entries = whole.flatten(1) / STD
    noise = networks**-0.5
    assert entries.mean(0).abs().max() < 5 * noise
    covariance = entries.mT @ entries / networks
    assert (covariance - torch.eye(width**2)).abs().max() < 5 * 2**0.5 * noise
    squares = entries.square() - 1
    of_squares = squares.mT @ squares / networks
    assert (of_squares - 2 * torch.eye(width**2)).abs().max() < 5 * 60**0.5 * noise
    assert entries.pow(3).mean(0).abs().max() < 5 * 15**0.5 * noise


def test_networks_are_independent_of_each_other() -> None:
    m = matrix(networks=2, rows=2, width=40_000, steps=1)
    m.extend_right(draw(1, 1, 2, 40_000).expand(2, 2, 40_000))
    first, second = m.right.images
    cosine = (first * second).sum(1) / first.norm(dim=1) / second.norm(dim=1)
    assert cosine.abs().max() < 5 * 40_000**-0.5


@pytest.mark.parametrize("apart", [1e-3, 1e-6, 1e-9, 1e-11])
def test_orthonormal_after_many_nearly_parallel_blocks(apart: float) -> None:
    """Rows nearly parallel to each other and to the blocks before."""
    width, rows, steps = 400, 4, 64
    m = matrix(2, rows, width, steps)
    base = draw(0, 2, 1, width)
    for step in range(steps):
        block = base + apart * draw(1 + step, 2, rows, width)
        coefficients = m.extend_right(block)
        m.extend_left(block.flip(2))
        assert torch.allclose(span(m.right, coefficients), block, rtol=0, atol=1e-13)
    for basis in (m.left, m.right):
        assert basis.count == rows * steps
        assert_orthonormal(basis, 1e-12)
    assert_consistent(m, 1e-12)


def test_differences_of_nearly_equal_rows_keep_their_digits() -> None:
    """Not lost in the larger rows: W(x - y) / |x - y| is a product like any other."""
    m = matrix(1, 2, 400, 1, std=1.0)
    block = draw(0, 1, 1, 400).repeat(1, 2, 1)
    block[:, 1] += 1e-10 * draw(1, 1, 400)
    images = product(m.right, m.extend_right(block))
    difference = (images[:, 1] - images[:, 0]) / (block[:, 1] - block[:, 0]).norm()
    assert difference.std().item() == pytest.approx(1, rel=0.2)


def duplicates(width: int) -> Tensor:
    block = draw(0, 1, 4, width)
    block[:, 1] = block[:, 0]
    block[:, 3] = block[:, 0] - 2 * block[:, 2]
    return block


DEFICIENT = {
    "duplicates": duplicates(30),
    "a zero row": draw(0, 1, 4, 30) * torch.tensor([1.0, 0, 1, 1])[:, None],
    "zero": torch.zeros(1, 4, 30, dtype=torch.float64),
    "more rows than dimensions": draw(0, 1, 4, 3),
    "one dimension": draw(0, 1, 4, 1),
    "sizes far apart": draw(0, 1, 4, 30)
    * torch.tensor([1e150, 1e-150, 1, 0], dtype=torch.float64)[:, None],
}


@pytest.mark.parametrize("block", DEFICIENT.values(), ids=list(DEFICIENT))
def test_rank_deficient_blocks(block: Tensor) -> None:
    m = matrix(1, 4, block.shape[2], 3, std=1.0)
    largest = block.abs().amax(dim=2, keepdim=True)
    for step in range(3):
        coefficients = m.extend_right(block)
        error = (span(m.right, coefficients) - block).abs()
        assert bool((error <= 1e-13 * largest).all())
        m.extend_left(torch.roll(block, step, dims=2))
    for basis in (m.left, m.right):
        assert_orthonormal(basis, 1e-12)
        assert bool(basis.images.isfinite().all())
    assert_consistent(m, 1e-12)


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e300, 1e-280])
def test_any_scale(size: float) -> None:
    """Nothing changes but the size, and a difference in direction is seen at every scale."""
    plain, scaled = matrix(2, 4, 30, 2), matrix(2, 4, 30, 2)
    for seed in range(2):
        block = draw(seed, 2, 4, 30)
        for name in ("extend_right", "extend_left"):
            expected = getattr(plain, name)(block)
            assert torch.allclose(getattr(scaled, name)(block * size) / size, expected, atol=1e-12)
    assert torch.allclose(scaled.right.images, plain.right.images, atol=1e-12)
    assert_orthonormal(scaled.right, 1e-12)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e308])
@pytest.mark.parametrize("network", [0, 2])
def test_a_network_that_blew_up_leaves_the_others_alone(bad: float, network: int) -> None:
    healthy, sick = matrix(3, 4, 30, 2), matrix(3, 4, 30, 2)
    others = [each for each in range(3) if each != network]
    for seed in range(2):
        block = draw(seed, 3, 4, 30)
        broken = block.clone()
        broken[network, 1] = bad if seed else bad * torch.ones(30)
        for name in ("extend_right", "extend_left"):
            expected, got = getattr(healthy, name)(block), getattr(sick, name)(broken)
            assert torch.allclose(got[others], expected[others], rtol=0, atol=1e-12)
    assert torch.allclose(sick.left.images[others], healthy.left.images[others], atol=1e-12)


def test_products_are_as_large_as_the_standard_deviation_says() -> None:
    for std in (1e-100, 1e-3, 1e100):
        m = matrix(1, 2, 20_000, 1, std)
        for _ in range(2):
            extend = partial(m.extend_right, draw(0, 1, 2, 20_000))
        images = product(m.right, extend())
        norm = draw(0, 1, 2, 20_000).norm(dim=2, keepdim=True)
        assert (images / norm).std().item() == pytest.approx(std, rel=0.03)
