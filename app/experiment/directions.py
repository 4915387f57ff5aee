"""What each update rule makes of the gradients of one tensor, step by step."""

import math
from collections.abc import Callable
from typing import Final, Protocol

import torch
from torch import Tensor

from app.experiment import spectral
from app.experiment.norms import row_norms
from app.experiment.scale_free_adam import ScaleFreeAdam
from app.experiment.task import Scales
from app.experiment.update_rules import UpdateRule

#: The present weights (networks, out, in), for rules that look at them.
Weights = Callable[[], Tensor]


class Direction(Protocol):
    """An update rule at work on one tensor; it remembers what it needs of earlier gradients."""

    def __call__(self, gradient: Tensor, weights: Weights) -> Tensor:
        """The direction of the next step, (networks, out, in); the gradient may be overwritten."""


def direction(scales: Scales) -> Direction:
    """The update rule of a tensor, before its first step."""
    return _DIRECTIONS[scales.rule](scales)


class _Velocity:
    """A running sum of gradients, of which each step leaves the part ``momentum``."""

    def __init__(self, scales: Scales) -> None:
        self._momentum = scales.momentum
        self._velocity: Tensor | None = None

    def __call__(self, gradient: Tensor, weights: Weights) -> Tensor:  # noqa: ARG002
        if not self._momentum:
            return gradient
        if self._velocity is None:
            self._velocity = torch.zeros_like(gradient)
        return self._velocity.mul_(self._momentum).add_(gradient)


class _Spectral(_Velocity):
    def __init__(self, scales: Scales) -> None:
        super().__init__(scales)
        self._factors = FACTORS[scales.rule]

    def __call__(self, gradient: Tensor, weights: Weights) -> Tensor:
        velocity = super().__call__(gradient, weights)
        square = gradient.shape[1] == gradient.shape[2]
        if square and self._factors is spectral.newton_schulz:
            return spectral.by_iteration(velocity)
        return spectral.of_singular_values(self._factors, velocity)


class _Adam:
    def __init__(self, scales: Scales) -> None:
        self._adam = ScaleFreeAdam(scales.epsilon)

    def __call__(self, gradient: Tensor, weights: Weights) -> Tensor:  # noqa: ARG002
        return self._adam.direction(gradient)


class _Sign:
    def __init__(self, scales: Scales) -> None:
        pass

    def __call__(self, gradient: Tensor, weights: Weights) -> Tensor:  # noqa: ARG002
        return gradient.sign_()


class _Lamb:
    """Adam's direction, as long as the weights (arXiv 1904.00962, Algorithm 2)."""

    def __init__(self, scales: Scales) -> None:
        self._inner: Direction = _Adam(scales)

    def __call__(self, gradient: Tensor, weights: Weights) -> Tensor:
        found = self._inner(gradient, weights)
        return found.mul_(_length(weights()) / _length(found, zero=math.inf))


class _Lars(_Lamb):
    """The velocity, as long as the weights (arXiv 1708.03888)."""

    def __init__(self, scales: Scales) -> None:
        self._inner = _Velocity(scales)

    def __call__(self, gradient: Tensor, weights: Weights) -> Tensor:
        found = self._inner(gradient, weights)
        return found * (_length(weights()) / _length(found, zero=math.inf))


def _length(tensor: Tensor, zero: float = 0.0) -> Tensor:
    """Norms (networks, 1, 1), with ``zero`` in place of 0."""
    size = row_norms(tensor.flatten(1))[:, None, None]
    return torch.where(size > 0, size, zero)


#: What the rules of the spectral law make of singular values.
FACTORS: Final[dict[UpdateRule, spectral.Factors]] = {
    "muon": spectral.newton_schulz,
    "polar": spectral.polar,
    "normalized_sgd": spectral.normalized,
}

_DIRECTIONS: Final[dict[UpdateRule, Callable[[Scales], Direction]]] = {
    "sgd": _Velocity,
    "adam": _Adam,
    "signsgd": _Sign,
    "lamb": _Lamb,
    "lars": _Lars,
    **dict.fromkeys(FACTORS, _Spectral),
}
