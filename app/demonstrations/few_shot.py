"""Few-shot learning: MAML (Finn et al., arXiv 1703.03400) on a linear network.

The inner loop is gradient descent on a few examples of one task, from common weights; the outer
loop changes these so that the loss on further examples falls.  Second order differentiates through
the inner loop; first order takes the gradient at its end for that.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from app.demonstrations.linear_network import LinearNetwork, Scaling, linear_network
from app.demonstrations.networks import every
from app.demonstrations.report import Demonstration, Row
from app.demonstrations.tasks import Family
from solver import Deadline

Array = npt.NDArray[np.float64]

_DIMENSION: Final = 20
_TASKS: Final = 32
_EXAMPLES: Final = 8
_INNER_STEPS: Final = 3
_INNER_RATE: Final = 0.5
_TEST_TASKS: Final = 512


def few_shot(
    widths: Sequence[int],
    seed: int,
    deadline: Deadline,
    steps: int = 150,
    learning_rate: float = 0.3,
    first_order: bool = False,
) -> Demonstration:
    """Relative test error after adaptation.  Raises ``TimeLimitError`` past the deadline."""
    family = Family.drawn(_DIMENSION, seed)
    rows = [
        Row(scaling, width, {"test_error": _error(
            family, scaling, width, seed, deadline, steps, learning_rate, first_order
        )})
        for scaling, width in every(widths)
    ]  # fmt: skip
    limit, ntk = rows[len(widths)], rows[-1]
    return Demonstration(
        title="Few-shot learning",
        summary=f"After {_INNER_STEPS} steps on {_EXAMPLES} examples of a new task, the limit of "
        f"µP leaves {limit.measures['test_error']:.2f} of the variance; NTK "
        f"{ntk.measures['test_error']:.2f} at width {ntk.width}.",
        rows=tuple(rows),
        chance={"test_error": 1.0},
    )


class _Weights(NamedTuple):
    """U (tasks, h, d) and V (tasks, h)."""

    first: Array
    readout: Array


def _error(
    family: Family, scaling: Scaling, width: int | None, seed: int, deadline: Deadline, steps: int,
    learning_rate: float, first_order: bool,
) -> float:  # fmt: skip
    network = linear_network(scaling, width, _DIMENSION, 1, seed)
    generator = np.random.default_rng([seed, 5])
    for _ in range(steps):
        deadline.milliseconds()
        support = family.tasks(generator, _TASKS, 2 * _EXAMPLES)
        network = _outer_step(network, *support, learning_rate, first_order)
    inputs, targets = family.tasks(generator, _TEST_TASKS, 10 * _EXAMPLES)
    adapted = _inner(network, inputs[:, :_EXAMPLES], targets[:, :_EXAMPLES])[-1]
    left = _outputs(adapted, inputs[:, _EXAMPLES:]) - targets[:, _EXAMPLES:]
    return float(np.square(left).mean() / np.square(targets[:, _EXAMPLES:]).mean())


def _outer_step(
    network: LinearNetwork, inputs: Array, targets: Array, rate: float, first_order: bool
) -> LinearNetwork:
    """One step on the mean over tasks of the loss on examples that the inner loop has not seen."""
    x, y = inputs[:, :_EXAMPLES], targets[:, :_EXAMPLES]
    path = _inner(network, x, y)
    slope = _gradient(path[-1], inputs[:, _EXAMPLES:], targets[:, _EXAMPLES:])
    if not first_order:
        for weights in reversed(path[:-1]):
            # Through θ - α P ∇L(θ), with P the factors of the learning rates.
            scaled = _scaled(slope, network)
            curved = _curvature(weights, x, y, scaled)
            slope = _Weights(
                slope.first - _INNER_RATE * curved.first,
                slope.readout - _INNER_RATE * curved.readout,
            )
    first, readout = _scaled(_Weights(*(each.mean(axis=0) for each in slope)), network)
    return LinearNetwork(
        network.first - rate * first,
        network.readout - rate * readout[None, :],
        network.first_rate,
        network.readout_rate,
    )


def _inner(network: LinearNetwork, inputs: Array, targets: Array) -> list[_Weights]:
    count = len(inputs)
    weights = _Weights(
        np.broadcast_to(network.first, (count, *network.first.shape)),
        np.broadcast_to(network.readout[0], (count, network.readout.shape[1])),
    )
    path = [weights]
    for _ in range(_INNER_STEPS):
        step = _scaled(_gradient(path[-1], inputs, targets), network)
        path.append(
            _Weights(
                path[-1].first - _INNER_RATE * step.first,
                path[-1].readout - _INNER_RATE * step.readout,
            )
        )
    return path


def _scaled(slope: _Weights, network: LinearNetwork) -> _Weights:
    return _Weights(network.first_rate * slope.first, network.readout_rate * slope.readout)


def _outputs(weights: _Weights, inputs: Array) -> Array:
    along = np.einsum("th,thd->td", weights.readout, weights.first)
    return np.asarray(np.einsum("tmd,td->tm", inputs, along))


def _gradient(weights: _Weights, inputs: Array, targets: Array) -> _Weights:
    """Of the mean over examples of (f - y)²/2, for each task."""
    along = np.einsum("tm,tmd->td", _outputs(weights, inputs) - targets, inputs) / inputs.shape[1]
    return _Weights(
        weights.readout[:, :, None] * along[:, None, :],
        np.einsum("thd,td->th", weights.first, along),
    )


def _curvature(weights: _Weights, inputs: Array, targets: Array, by: _Weights) -> _Weights:
    """The Hessian of the same loss times a direction."""
    examples = inputs.shape[1]
    along = np.einsum("tm,tmd->td", _outputs(weights, inputs) - targets, inputs) / examples
    turned = np.einsum("th,thd->td", by.readout, weights.first)
    turned = turned + np.einsum("th,thd->td", weights.readout, by.first)
    change = np.einsum("tm,tmd->td", np.einsum("tmd,td->tm", inputs, turned), inputs) / examples
    return _Weights(
        by.readout[:, :, None] * along[:, None, :] + weights.readout[:, :, None] * change[:, None],
        np.einsum("thd,td->th", weights.first, change) + np.einsum("thd,td->th", by.first, along),
    )
