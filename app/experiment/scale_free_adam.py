"""Adam, with the root of its second moment carried instead of the second moment itself.

The step is that of Kingma & Ba (arXiv 1412.6980), Algorithm 1: m̂ / (√v̂ + ε).  As squares, the
gradients of a network with a tiny readout leave the range of floating-point numbers long before
the gradients do; √v follows from √v and g by one hypotenuse, which has their own range.
"""

import math
from typing import Final

import torch
from torch import Tensor

_BETA_1: Final = 0.9
_BETA_2: Final = 0.999


class ScaleFreeAdam:
    """Adam with its usual β₁ and β₂, and ε > 0, on one tensor."""

    def __init__(self, epsilon: float) -> None:
        self._epsilon = epsilon
        self._step = 0
        self._mean: Tensor
        self._root: Tensor

    def direction(self, gradient: Tensor) -> Tensor:
        """The direction of the next step, in the memory of the gradient."""
        if not self._step:
            self._mean, self._root = torch.zeros_like(gradient), torch.zeros_like(gradient)
        self._step += 1
        first, second = (1 - beta**self._step for beta in (_BETA_1, _BETA_2))
        self._mean.lerp_(gradient, 1 - _BETA_1)
        root = self._root.mul_(math.sqrt(_BETA_2))
        torch.hypot(root, gradient.mul_(math.sqrt(1 - _BETA_2)), out=root)
        scale = torch.div(root, math.sqrt(second), out=gradient).add_(self._epsilon)
        return torch.div(self._mean, scale, out=gradient).div_(first)
