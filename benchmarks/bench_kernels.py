"""Limiting kernels beside those of neural-tangents: how far apart, and how long each takes.

neural-tangents 0.6.5 needs jax of before 2025, and imports TensorFlow, of which nothing is used
here: empty modules take its place.
"""

import sys
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.measure import best_seconds, machine, report
from solver import Activation, Parametrization, read
from solver.exact import Deadline
from solver.limits import KernelLimit, kernel_limit, stable_verdict
from solver.reading import Description

_POINTS, _DIMENSION, _DEPTH = 128, 16, 3
_ABSENT = ("jax.experimental.jax2tf", "tf2jax", "tensorflow", "absl", "absl.logging")


class _Whatever(type):
    """Classes that have whatever is asked of them."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Whatever(name, (), {})


class _Empty(ModuleType):
    """A module that has whatever is asked for, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Whatever(name, (), {})


def theirs(activation: Activation, bias: float | None) -> Callable[[np.ndarray], tuple[Any, Any]]:
    """Σ^L and the NTK by neural-tangents, compiled; (N, N) each."""
    for name in _ABSENT:
        sys.modules.setdefault(name, _Empty(name))
    import jax

    jax.config.update("jax_enable_x64", True)
    from neural_tangents import stax

    layer = {"relu": stax.Relu, "erf": stax.Erf, "gelu": stax.Gelu}[activation]
    body = [each for _ in range(_DEPTH) for each in (stax.Dense(1, b_std=bias), layer())]
    _, _, kernel = stax.serial(*body, stax.Dense(1, b_std=None))
    # It divides inputs by the root of their dimension.
    scale = np.sqrt(_DIMENSION)
    compiled = jax.jit(lambda x: kernel(x, None, ("nngp", "ntk")))

    def found(points: np.ndarray) -> tuple[Any, Any]:
        both = compiled(points * scale)
        return np.asarray(both.nngp), np.asarray(both.ntk)

    return found


def ours(activation: Activation, bias: float | None) -> Callable[[np.ndarray], KernelLimit]:
    """The same by solver.limits, the verdict included."""
    wiring = {} if bias is None else {"bias": {"a": 0, "b": 0, "c": 0}}
    a = [0, *["1/2"] * _DEPTH]
    given = read(Description(depth=_DEPTH, a=a, b=0, c=0, **wiring))
    assert isinstance(given, Parametrization)

    def found(points: np.ndarray) -> KernelLimit:
        return kernel_limit(stable_verdict(given, activation), activation, points, Deadline())[0]

    return found


def main() -> None:
    """Print how far apart they are, and the ratio of times."""
    print(f"Kernels of {_POINTS} points at L = {_DEPTH}, beside neural-tangents ({machine()})")
    points = np.random.default_rng(0).standard_normal((_POINTS, _DIMENSION)) / np.sqrt(_DIMENSION)
    activations: tuple[Activation, ...] = ("relu", "erf", "gelu")
    for activation in activations:
        for bias in (None, 1.0):
            peer, own = theirs(activation, bias), ours(activation, bias)
            (sigma, kernel), limit = peer(points), own(points)
            off = max(np.abs(sigma - limit.sigma).max(), np.abs(kernel - limit.kernel).max())
            name = activation if bias is None else f"{activation}, with biases"
            report(f"{name}: largest difference", f"{off:.1e}", "≤ 1e-6", off <= 1e-6)
            taken = [best_seconds(partial(each, points)) for each in (own, peer)]
            milliseconds = 1000 * taken[0]
            report(
                f"{name}: time, over theirs ({milliseconds:.1f} ms)", f"{taken[0] / taken[1]:.2f}"
            )


if __name__ == "__main__":
    main()
