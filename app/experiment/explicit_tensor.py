"""A tensor whose entries are all kept: every one of a dense network, the small ones of others."""

import torch
from torch import Tensor

from app.experiment.directions import direction
from app.experiment.task import Scales


class ExplicitTensor:
    """W = s W_0 + ΔW, (networks, out, in), of which ΔW is trained; s is what decay leaves of W_0.

    Training ΔW from zero is training W, but keeps the digits of changes far smaller than W.
    """

    def __init__(self, initial: Tensor, scales: Scales) -> None:
        self.initial = initial
        self.change = torch.zeros_like(initial)
        self.left = 1.0
        self._scales = scales
        self._direction = direction(scales)

    def train_(self, gradient: Tensor) -> None:
        """One step with ∂/∂W, which may be overwritten."""
        scales = self._scales
        if not scales.trains:
            return
        if scales.gradient_scale is not None:
            gradient.mul_(scales.gradient_scale)
        step = self._direction(gradient, self.weights)
        if scales.kept != 1:
            self.change.mul_(scales.kept)
            self.left *= scales.kept
        self.change.sub_(step, alpha=scales.rate)

    def weights(self) -> Tensor:
        """W as it is."""
        return self.left * self.initial + self.change
