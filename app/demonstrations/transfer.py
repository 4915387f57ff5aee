"""Pretraining and transfer: a new readout on what an old task has left in the features.

In the kernel regime the features' kernel stays that of initialization, so that pretraining does
not help (TP4, arXiv 2011.14522, Theorem H.17); where features are learned it does.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from app.demonstrations.linear_network import LinearNetwork, Scaling, linear_network, trained
from app.demonstrations.networks import every
from app.demonstrations.report import Demonstration, Row
from app.demonstrations.tasks import Family
from solver import Deadline

Array = npt.NDArray[np.float64]

_DIMENSION: Final = 20
_OLD_TASKS: Final = 8
_OLD_EXAMPLES: Final = 256
_NEW_TASKS: Final = 256
_NEW_EXAMPLES: Final = 8


def transfer(
    widths: Sequence[int],
    seed: int,
    deadline: Deadline,
    steps: int = 200,
    learning_rate: float = 0.3,
) -> Demonstration:
    """Pretrain, discard the readout, train a new one on few examples of new tasks.

    Measures how far the kernel of the embedding has moved, and the relative test error on the new
    tasks.  Raises ``TimeLimitError`` past the deadline.
    """
    family = Family.drawn(_DIMENSION, seed)
    rows = [
        Row(scaling, width, _measured(family, scaling, width, seed, deadline, steps, learning_rate))
        for scaling, width in every(widths)
    ]
    limit, ntk = rows[len(widths)], rows[-1]
    return Demonstration(
        title="Pretraining and transfer",
        summary=f"In the limit of µP, pretraining moves the kernel of the embedding by "
        f"{limit.measures['kernel_index']:.2f} of its size, and a new readout on {_NEW_EXAMPLES} "
        f"examples leaves {limit.measures['test_error']:.2f} of the variance of a new task; "
        f"without pretraining {limit.measures['untrained_error']:.2f}. Under NTK the kernel moves "
        f"by {ntk.measures['kernel_index']:.2f} at width {ntk.width}: pretraining does not help.",
        rows=tuple(rows),
        chance={"kernel_index": 0.0},
    )


def _measured(
    family: Family, scaling: Scaling, width: int | None, seed: int, deadline: Deadline, steps: int,
    learning_rate: float,
) -> dict[str, float]:  # fmt: skip
    generator = np.random.default_rng([seed, 6])
    inputs, _ = family.tasks(generator, 1, _OLD_EXAMPLES)
    old = generator.standard_normal((_OLD_TASKS, 2)) @ family.basis.T * np.sqrt(_DIMENSION / 2)
    x, y = inputs[0] * np.sqrt(_DIMENSION), inputs[0] @ old.T
    before = linear_network(scaling, width, _DIMENSION, _OLD_TASKS, seed)
    after = trained(before, x, lambda f: (f - y) / len(x), learning_rate, steps, deadline)
    new = family.tasks(generator, _NEW_TASKS, 5 * _NEW_EXAMPLES)
    first, last = (each.first.T @ each.first for each in (before, after))
    return {
        "kernel_index": float(np.linalg.norm(last - first) / np.linalg.norm(first)),
        "test_error": _new_readout(after, *new),
        "untrained_error": _new_readout(before, *new),
    }


def _new_readout(network: LinearNetwork, inputs: Array, targets: Array) -> float:
    """The relative test error of the smallest readout that fits the examples of each task.

    It is where gradient descent from a readout of zero ends.
    """
    features = inputs @ network.first.T
    known, asked = features[:, :_NEW_EXAMPLES], features[:, _NEW_EXAMPLES:]
    readouts = np.linalg.pinv(known, rcond=_SMALLEST) @ targets[:, :_NEW_EXAMPLES, None]
    left = (asked @ readouts)[..., 0] - targets[:, _NEW_EXAMPLES:]
    return float(np.square(left).mean() / np.square(targets[:, _NEW_EXAMPLES:]).mean())


_SMALLEST: Final = 1e-6
