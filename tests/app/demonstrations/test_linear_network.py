"""The small networks against ordinary ones of full width."""

import numpy as np
import pytest

from app.demonstrations.linear_network import LinearNetwork, linear_network, trained
from solver import Deadline

X = np.random.default_rng(0).standard_normal((6, 3))
Y = np.random.default_rng(1).standard_normal((6, 2))


def full(width: int, power: float, seed: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """f = n^-power V U x, trained with η n under µP (power 1) and η under NTK (power 1/2).

    Outputs after training, and the Gram matrix of the embeddings divided by n.
    """
    generator = np.random.default_rng(seed)
    u, v = generator.standard_normal((width, 3)), generator.standard_normal((2, width))
    scale, rate = width**-power, 0.1 * (width if power == 1 else 1)
    for _ in range(steps):
        signal = (scale * X @ u.T @ v.T - Y) / len(X)
        du, dv = scale * v.T @ signal.T @ X, scale * signal.T @ X @ u.T
        u, v = u - rate * du, v - rate * dv
    return scale * X @ u.T @ v.T, u.T @ u / width


def small(scaling: str, width: int | None, seed: int, steps: int) -> LinearNetwork:
    network = linear_network(scaling, width, 3, 2, seed)  # type: ignore[arg-type]
    return trained(network, X, lambda f: (f - Y) / len(X), 0.1, steps, Deadline(60))


@pytest.mark.parametrize(("scaling", "power"), [("mup", 1.0), ("ntk", 0.5)])
@pytest.mark.parametrize("width", [4, 16])
def test_they_have_the_distribution_of_ordinary_networks(
    scaling: str, power: float, width: int
) -> None:
    """Means and spreads over 400 of each; width 4 is below d + k = 5, 16 above."""
    count = 400
    ordinary = [full(width, power, seed, 5) for seed in range(count)]
    ours = [small(scaling, width, seed, 5) for seed in range(count)]
    pairs = [
        ([f for f, _ in ordinary], [each.outputs(X) for each in ours]),
        ([gram for _, gram in ordinary], [each.first.T @ each.first for each in ours]),
    ]
    for first, second in pairs:
        one, other = np.array(first), np.array(second)
        error = np.hypot(one.std(axis=0), other.std(axis=0)) / np.sqrt(count)
        assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) < 4.5 * error).all()
        assert other.std(axis=0) == pytest.approx(one.std(axis=0), rel=0.3)


def test_wide_networks_come_to_the_limit() -> None:
    limit = small("mup", None, 0, 20)
    for width, within in ((10**4, 0.1), (10**8, 1e-3)):
        wide = small("mup", width, 1, 20)
        assert wide.outputs(X) == pytest.approx(limit.outputs(X), abs=within)
        assert wide.first.T @ wide.first == pytest.approx(limit.first.T @ limit.first, abs=within)


def test_embeddings_stay_where_they_are_under_ntk() -> None:
    before, after = (small("ntk", 10**6, 1, steps) for steps in (0, 20))
    assert np.abs(after.first - before.first).max() < 1e-2
    assert np.abs(after.outputs(X) - before.outputs(X)).max() > 0.1
