"""What networks are trained on: inputs, targets, the loss and the batches of each step."""

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import numpy as np

from solver.limits.gaussian_moments import Array

Loss = Literal["mse", "logistic", "cross_entropy"]
LOSSES: Final[tuple[Loss, ...]] = get_args(Loss)


@dataclass(frozen=True, slots=True)
class Training:
    """Gradient descent on m inputs (m, d); outputs are also followed at probes (p, d).

    ``targets`` has m entries: numbers for mse, ±1 for logistic, classes 0..outputs-1 for
    cross_entropy.  ``batches`` lists the inputs of each step.  The loss of a step is the mean over
    its batch of (f - y)²/2, log(1 + e^{-yf}), or -log softmax(f)_y.  ``last`` multiplies the
    learning rate of the last step.
    """

    inputs: Array
    targets: Array
    probe: Array
    loss: Loss
    learning_rate: float
    batches: tuple[tuple[int, ...], ...]
    outputs: int = 1
    last: float = 1.0

    @property
    def points(self) -> Array:
        """Inputs and probes, (N, d)."""
        return np.concatenate((self.inputs, self.probe))

    @property
    def steps(self) -> int:
        """The number of steps."""
        return len(self.batches)

    def weights(self, step: int) -> Array:
        """The share of each input in the mean over the batch of a step, (m,)."""
        batch = self.batches[step]
        return np.bincount(batch, minlength=len(self.inputs)) / len(batch)

    def half_last(self) -> "Training":
        """The same, with half of the learning rate in the last step."""
        return replace(self, last=self.last / 2)

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        return self.learning_rate * (self.last if step == self.steps - 1 else 1.0)

    def signal(self, outputs: Array) -> Array:
        """L'(f, y) of each input; ``outputs`` is (..., m, k), with k = 1 but for cross_entropy."""
        if self.loss == "cross_entropy":
            shifted = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
            targets = np.eye(self.outputs)[self.targets.astype(int)]
            return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True) - targets)
        targets = self.targets[:, None]
        if self.loss == "mse":
            return outputs - targets
        # -y / (1 + e^{yf}), in a form that does not overflow
        return -targets * (0.5 - 0.5 * np.tanh(targets * outputs / 2))
