"""The forward pass, step by step, as value at step 0 plus change since, with all sizes recorded.

    z^l = W^l x^{l-1},    h^l = z^l + β^l,    x^l = φ(h^l),

where a normalized layer has z^l / RMS(z^l) in place of z^l, and a residual branch adds x^{l-1} to
x^l.  W is s W_0 + ΔW, where s is what weight decay leaves of W_0.

Changes are never differences of large numbers: Δz = s W_0 Δx + ΔW x + (s - 1) z_0 and
Δx = φ(h_0 + Δh) - φ(h_0) keep full relative precision, so that a change of size n^{-3} is measured
as well as one of Θ(1).
"""

import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from app.experiment.norms import row_norms
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
        self._task = task
        self._phi = task.nonlinearity
        self._hidden = hidden
        self._recorder = recorder
        self._depth = task.depth
        self._z_initial: list[Tensor] = []
        self._h_initial: list[Tensor] = []
        self._phi_initial: list[Tensor] = []
        self._slopes: list[Tensor] = []
        self._norms: dict[int, _Norm] = {}
        self._biases: Sequence[Tensor] = ()
        self.last_x: Tensor
        self.f: Tensor
        self._step = 0

    def start(self, z: Tensor, readout: Tensor, biases: Sequence[Tensor] = ()) -> None:
        """Step 0, from z^1, the readout's weights (networks, k, n) and biases (networks, 1, n)."""
        self._biases, x = biases, z
        for layer in range(1, self._depth + 1):
            if layer > 1:
                z = self._hidden[layer - 2].start(x)
            h = z
            if self._task.normalized[layer - 1]:
                self._norms[layer] = norm = _Norm(z)
                h = norm.unit
            if biases:
                h = h + biases[layer - 1]
            phi = self._phi.value(h)
            x = x + phi if self._task.residual[layer - 1] else phi
            self._z_initial.append(z)
            self._h_initial.append(h)
            self._phi_initial.append(phi)
            self._slopes.append(self._phi.derivative(h, phi))
            self._note("h", layer, h)
            self._note("x", layer, x)
        self.last_x = x.clone()
        self._change, self._scratch = torch.empty_like(x), torch.empty_like(x)
        self._readout_initial = readout
        self._f_initial = self.f = torch.bmm(x, readout.mT)
        self._note("f", self._depth + 1, self.f)

    def advance(
        self, update: Tensor, readout_change: Tensor, bias_changes: Sequence[Tensor] = ()
    ) -> None:
        """The next step, from ΔW^1 ξ and the changes of the readout's weights and of biases."""
        self._step += 1
        change = self._change
        for layer in range(1, self._depth + 1):
            stream, left, norm = None, self._left(layer), self._norms.get(layer)
            if norm is not None and left > 0:
                # What decay leaves of W_0 is divided out: z / s has the same direction.
                norm.scale, left = left, 1.0
            if layer == 1:
                change.zero_()
            else:
                if self._task.residual[layer - 1]:
                    stream = change.clone(), self.last_x.clone()
                update = self._scratch
                self._hidden[layer - 2].change_(change, self.last_x, update)
                if left != 1:
                    change.mul_(left)
            if norm is not None:
                update = update / norm.scale
            change += update
            if left != 1:
                change.add_(self._z_initial[layer - 1], alpha=left - 1)
            if norm is not None:
                update = norm.change_(change, update)
            self._note("update", layer, update)
            if bias_changes:
                change += bias_changes[layer - 1]
            self._note("delta_h", layer, change)
            self._activate_(change, layer, stream)
        through_update = torch.bmm(self.last_x, readout_change.mT)
        through_initial = torch.bmm(change, self._readout_initial.mT)
        output = self._depth + 1
        left = self._left(output)
        f_change = through_update + left * through_initial
        if left != 1:
            f_change += (left - 1) * self._f_initial
        self.f = self._f_initial + f_change
        self._note("readout_update", output, through_update)
        self._note("readout_init", output, through_initial)
        self._note("delta_f", output, f_change)
        self._note("f", output, self.f)

    def _activate_(self, change: Tensor, layer: int, stream: tuple[Tensor, Tensor] | None) -> None:
        """Turn ``change``, which is Δh^l, into Δx^l, and let ``last_x`` be x^l."""
        h_initial, phi_initial = self._h_initial[layer - 1], self._phi_initial[layer - 1]
        h = torch.add(h_initial, change, out=self._scratch)
        x = self._phi.value(h, out=self.last_x)
        self._phi.derivative(h, x, out=self._slopes[layer - 1])
        self._phi.change_(change, h_initial, phi_initial, x)
        self._note("h", layer, h)
        if stream is not None:
            change += stream[0]
            x += stream[1]
        self._note("delta_x", layer, change)
        self._note("x", layer, x)

    def to_preactivation_(self, u: Tensor, layer: int) -> None:
        """Turn ``u``, the gradient of x^l (without the stream), into that of h^l."""
        u *= self._slopes[layer - 1]

    def through_norm_(self, u: Tensor, layer: int) -> None:
        """Turn ``u``, the gradient of h^l, into that of z^l."""
        if layer in self._norms:
            self._norms[layer].backward_(u)

    def _left(self, layer: int) -> float:
        """What weight decay has left of W_0^l."""
        return float(self._task.layers[layer - 1].kept ** self._step)

    def _note(self, quantity: Quantity, layer: int, values: Tensor) -> None:
        self._recorder.record(quantity, layer, self._step, values)


class _Norm:
    """A layer's z divided by its root mean square ρ over coordinates, at the present step.

    ``scale`` is a factor s > 0 of z: changes and updates are given of z / s.
    """

    scale = 1.0

    def __init__(self, z: Tensor) -> None:
        self._initial = z
        self._size_initial = self._size = _root_mean_square(z)
        self.unit = z / self._size

    def change_(self, change: Tensor, update: Tensor) -> Tensor:
        """Turn ``change``, which is Δ(z / s), into that of z / ρ; ``update`` is s times that / ρ_0.

        Relative to the present ρ, an update that swamps z_0 would not show how large it is.
        """
        # ρ_t² - ρ_0², and from it 1/ρ_t - 1/ρ_0, without the digits that a difference would lose.
        initial, before = self._initial, self._size_initial
        squares = (change * (2 * initial + change)).mean(dim=-1, keepdim=True)
        after = _root_mean_square(initial + change)
        self._size = after * self.scale
        inverse = -squares / (before * after * (before + after))
        change.div_(after).addcmul_(initial, inverse)
        self.unit = initial / before + change
        return update * (self.scale / before)

    def backward_(self, u: Tensor) -> None:
        """Turn the gradient of z / ρ into that of z."""
        along = (u * self.unit).mean(dim=-1, keepdim=True)
        u.addcmul_(self.unit, along, value=-1).div_(self._size)


def _root_mean_square(z: Tensor) -> Tensor:
    return row_norms(z)[..., None] / math.sqrt(z.shape[-1])
