"""Adam, with the root of its second moment carried instead of the second moment itself.

The step is that of Kingma & Ba (arXiv 1412.6980), Algorithm 1: m̂ / (√v̂ + ε).  As squares, the
gradients of a network with a tiny readout leave the range of floating-point numbers long before
the gradients do; √v follows from √v and g by one hypotenuse, which has their own range.
"""

import math
from collections.abc import Iterable
from typing import Any, Final

import torch
from torch.optim import Optimizer

_BETA_1: Final = 0.9
_BETA_2: Final = 0.999


class ScaleFreeAdam(Optimizer):
    """Adam with its usual β₁ and β₂; each group has its ``lr`` and its ``eps`` > 0.

    Gradients are used up: they hold something else after a step.
    """

    def __init__(self, groups: Iterable[dict[str, Any]]) -> None:
        super().__init__(groups, {})
        self._step = 0

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # noqa: ARG002
        """One step with the gradients at hand."""
        self._step += 1
        first, second = (1 - beta**self._step for beta in (_BETA_1, _BETA_2))
        for group in self.param_groups:
            for each in group["params"]:
                state, gradient = self.state[each], each.grad
                if not state:
                    state["mean"] = torch.zeros_like(each)
                    state["root"] = torch.zeros_like(each)
                state["mean"].lerp_(gradient, 1 - _BETA_1)
                root = state["root"].mul_(math.sqrt(_BETA_2))
                torch.hypot(root, gradient.mul_(math.sqrt(1 - _BETA_2)), out=root)
                scale = torch.div(root, math.sqrt(second), out=gradient).add_(group["eps"])
                each.addcdiv_(state["mean"], scale, value=-group["lr"] / first)
