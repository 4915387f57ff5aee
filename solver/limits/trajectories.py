"""Kernel gradient descent: what outputs do in the kernel regime as width goes to infinity.

    f_{t+1}(ξ) = f_t(ξ) - η Σ_i w_i K(ξ, ξ_i) L'(f_t(ξ_i), y_i)

with w_i the share of input i in the batch (TP4, arXiv 2011.14522, Theorem 3.6).  Under squared
error f_t is affine in f_0, so that over initializations it is Gaussian; its mean and covariance are
exact.  Under other losses they are averages over draws of f_0.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from solver.exact import Deadline
from solver.limits.gaussian_moments import Array
from solver.limits.kernel import KernelLimit, quadrature_error
from solver.limits.training import Training

#: Draws of f_0 where f_t is no affine function of it.
DRAWS: Final = 2048


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Outputs (steps + 1, N, k), inputs first, probes after them.

    ``f`` is the mean over initializations, ``deviation`` the standard deviation of one network, and
    ``error`` the standard error of ``f``: zero where it is exact.
    """

    f: Array
    deviation: Array
    error: Array


def kernel_trajectory(
    limit: KernelLimit,
    coarse: KernelLimit | None,
    training: Training,
    f0: Array | None,
    seed: int,
    deadline: Deadline,
) -> Trajectory:
    """The trajectory from f_0 (N, k), or over random initializations where it is None.

    ``coarse`` is the kernel by a coarser quadrature, which tells the error of the trajectory.
    Raises ``TimeLimitError`` past the deadline.
    """
    found = _trajectory(limit, training, f0, seed, deadline)
    if coarse is None:
        return found
    with np.errstate(over="ignore", invalid="ignore"):
        rough = _trajectory(coarse, training, f0, seed, deadline)
        error = np.hypot(found.error, quadrature_error(found.f, rough.f))
    return Trajectory(found.f, found.deviation, error)


def _trajectory(
    limit: KernelLimit, training: Training, f0: Array | None, seed: int, deadline: Deadline
) -> Trajectory:
    shape = (len(limit.kernel), training.outputs)
    if f0 is not None or not limit.starts_random:
        start = np.zeros(shape) if f0 is None else f0
        f = descent(limit.kernel, training, start, deadline)
        return Trajectory(f, np.zeros_like(f), np.zeros_like(f))
    if training.loss == "mse":
        return _gaussian(limit, training, deadline)
    generator = np.random.default_rng(seed)
    root = _root(limit.sigma)
    count = DRAWS // 2
    draws = np.einsum("ij,sjk->sik", root, generator.standard_normal((count, *shape)))
    # In pairs ±f_0, which cancels what is odd in it.
    first, second = (
        descent(limit.kernel, training, sign * draws, deadline) for sign in (1.0, -1.0)
    )
    pairs = (first + second) / 2
    squares = (np.square(first) + np.square(second)).mean(axis=1) / 2
    mean = pairs.mean(axis=1)
    deviation = np.sqrt(np.maximum(squares - mean**2, 0))
    return Trajectory(mean, deviation, pairs.std(axis=1, ddof=1) / np.sqrt(count))


def descent(kernel: Array, training: Training, start: Array, deadline: Deadline) -> Array:
    """Outputs at each step, (steps + 1, ..., N, k), from ``start`` (..., N, k)."""
    known = len(training.inputs)
    path = [start]
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(training.steps):
            deadline.milliseconds()
            f = path[-1]
            signal = training.weights(step)[:, None] * training.signal(f[..., :known, :])
            path.append(f - training.learning_rate * (kernel[:, :known] @ signal))
    return np.stack(path)


def _gaussian(limit: KernelLimit, training: Training, deadline: Deadline) -> Trajectory:
    """f_t = A_t f_0 + b_t, with f_0 ~ N(0, Σ^L)."""
    known, count = len(training.inputs), len(limit.kernel)
    mean = descent(limit.kernel, training, np.zeros((count, 1)), deadline)
    root = _root(limit.sigma)
    spread = [root]
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(training.steps):
            deadline.milliseconds()
            pull = training.weights(step)[:, None] * spread[-1][:known]
            moved = limit.kernel[:, :known] @ pull
            spread.append(spread[-1] - training.learning_rate * moved)
        deviation = np.linalg.norm(np.stack(spread), axis=2)[:, :, None]
    return Trajectory(mean, deviation, np.zeros_like(mean))


def _root(covariance: Array) -> Array:
    """R with R Rᵀ = covariance, which may be singular."""
    values, axes = np.linalg.eigh(covariance)
    return np.asarray(axes * np.sqrt(np.maximum(values, 0)))
