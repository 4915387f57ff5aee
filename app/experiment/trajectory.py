"""The forward pass, step by step, as value at step 0 plus change since, with all sizes recorded.

Changes are never differences of large numbers: Δh = W_0 Δx + ΔW x and Δx = φ(h_0 + Δh) - φ(h_0)
keep full relative precision, so that a change of size n^{-3} is measured as well as one of Θ(1).
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from app.experiment.task import Task
from solver.theory import Quantity


class Records(Protocol):
    """Whoever keeps what is measured."""

    def record(self, quantity: Quantity, layer: int, step: int, values: Tensor) -> None:
        """Note what is to be known of ``values`` (networks, ...) at a place."""


class HiddenLayer(Protocol):
    """W^l for 2 <= l <= L, in whichever form its method keeps it."""

    def start(self, x: Tensor) -> Tensor:
        """W_0 x at step 0; x is (networks, B, n)."""

    def change_(self, by: Tensor, x: Tensor, update: Tensor) -> None:
        """Turn ``by``, which is Δx, into W_0 Δx, and write ΔW x to ``update``; x is the present."""


class Trajectory:
    """The batch of networks at the present step; h and x have shape (networks, B, n).

    Its buffers are written again and again: at large widths, to be given fresh memory by the
    system takes longer than to compute what it is for.
    """

    def __init__(self, task: Task, hidden: Sequence[HiddenLayer], recorder: Records) -> None:
        self._phi = task.nonlinearity
        self._hidden = hidden
        self._recorder = recorder
        self._depth = len(hidden) + 1
        self._h_initial: list[Tensor] = []
        self._x_initial: list[Tensor] = []
        self._slopes: list[Tensor] = []
        self.last_x: Tensor
        self.f: Tensor
        self._step = 0

    def start(self, h: Tensor, readout: Tensor) -> None:
        """Step 0, from h^1 and the readout's weights (networks, n)."""
        x = self._phi.value(h)
        for layer in range(1, self._depth + 1):
            if layer > 1:
                h = self._hidden[layer - 2].start(x)
                x = self._phi.value(h)
            self._h_initial.append(h)
            self._x_initial.append(x)
            self._slopes.append(self._phi.derivative(h, x))
            self._note("h", layer, h)
            self._note("x", layer, x)
        self.last_x = x.clone()
        self._change, self._scratch = torch.empty_like(x), torch.empty_like(x)
        self._readout_initial = readout
        self._f_initial = self.f = torch.einsum("sbn,sn->sb", x, readout)
        self._note("f", self._depth + 1, self.f)

    def advance(self, h_change: Tensor, readout_change: Tensor) -> None:
        """The next step, from Δh^1 and the change of the readout's weights."""
        self._step += 1
        change = update = self._change.copy_(h_change)
        for layer in range(1, self._depth + 1):
            if layer > 1:
                update = self._scratch
                self._hidden[layer - 2].change_(change, self.last_x, update)
                change += update
            self._note("update", layer, update)
            self._note("delta_h", layer, change)
            h_initial, x_initial = self._h_initial[layer - 1], self._x_initial[layer - 1]
            h = torch.add(h_initial, change, out=self._scratch)
            x = self._phi.value(h, out=self.last_x)
            self._phi.derivative(h, x, out=self._slopes[layer - 1])
            self._phi.change_(change, h_initial, x_initial, x)
            self._note("h", layer, h)
            self._note("delta_x", layer, change)
            self._note("x", layer, x)
        through_update = torch.einsum("sbn,sn->sb", self.last_x, readout_change)
        through_initial = torch.einsum("sbn,sn->sb", change, self._readout_initial)
        f_change = through_update + through_initial
        self.f = self._f_initial + f_change
        output = self._depth + 1
        self._note("readout_update", output, through_update)
        self._note("readout_init", output, through_initial)
        self._note("delta_f", output, f_change)
        self._note("f", output, self.f)

    def slope(self, layer: int) -> Tensor:
        """φ'(h^l) at the present step."""
        return self._slopes[layer - 1]

    def _note(self, quantity: Quantity, layer: int, values: Tensor) -> None:
        self._recorder.record(quantity, layer, self._step, values)
