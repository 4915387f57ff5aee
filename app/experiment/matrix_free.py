"""Perceptrons of any width without their n×n matrices.

Exact in distribution at every width (see ``gaussian_matrix``), O(n) in time and memory, where the
updates of hidden matrices are of low rank; any rule may train what has a side that does not grow.
"""

from typing import Protocol

import torch
from torch import Tensor

from app.experiment.directions import FACTORS
from app.experiment.experiment import Experiment
from app.experiment.explicit_tensor import ExplicitTensor
from app.experiment.gaussian_matrix import GaussianMatrix
from app.experiment.recorder import Recorder
from app.experiment.sampling import gaussians
from app.experiment.spectral import of_singular_values
from app.experiment.task import Scales, Task, task
from app.experiment.trajectory import Records, Trajectory
from app.experiment.update_rules import RULES


def simulate(
    experiment: Experiment, width: int, networks: range, device: torch.device
) -> list[list[float | None]]:
    """Train networks of one width and return their sizes (see ``Recorder.rows``)."""
    recorder = Recorder(experiment.depth, experiment.steps, len(networks), device)
    simulation = Simulation(experiment, width, networks, device, recorder)
    for _ in range(experiment.steps):
        simulation.step()
    return recorder.rows()


class _LowRankLayer:
    """W = s W_0 + P M Qᵀ, with W_0 sampled lazily; its velocity under momentum is P N Qᵀ.

    P and Q are orthonormal, so the singular values of the velocity are those of N.
    """

    def __init__(self, matrix: GaussianMatrix, scales: Scales) -> None:
        self._matrix = matrix
        self._scales = scales
        self._factors = FACTORS.get(scales.rule)
        self._left_of_initial = 1.0
        left, right = matrix.left, matrix.right
        self._update = left.vectors.new_zeros(left.networks, left.capacity, right.capacity)
        self._velocity = torch.zeros_like(self._update)

    def start(self, x: Tensor) -> Tensor:
        """W_0 x at step 0."""
        self._x = self._x_initial = self._matrix.extend_right(x)
        return torch.bmm(self._x, self._matrix.right.images)

    def change_(self, by: Tensor, x: Tensor, update: Tensor) -> None:  # noqa: ARG002
        """``by``: from Δx to W_0 Δx; ``update``: ΔW x, of which x is known from Δx."""
        left, right = self._matrix.left, self._matrix.right
        self._x = self._matrix.extend_right(by)
        torch.bmm(self._x, right.images, out=by)
        self._x[:, :, : self._x_initial.shape[2]] += self._x_initial
        weights = self._update[:, : left.count, : right.count]
        torch.bmm(torch.bmm(self._x, weights.mT), left.vectors, out=update)

    def backward_(self, u: Tensor) -> None:
        """Turn u (networks, B, n), the gradient of z = W x, into Wᵀ u; then W takes its step."""
        left, right = self._matrix.left, self._matrix.right
        u_in_basis = self._matrix.extend_left(u)
        update = self._update[:, : left.count, : right.count]
        torch.bmm(u_in_basis, left.images, out=u)
        if self._left_of_initial != 1:
            u *= self._left_of_initial
        u.baddbmm_(torch.bmm(u_in_basis, update), right.vectors)
        if self._scales.trains:
            self._train_(update, u_in_basis)

    def _train_(self, update: Tensor, u_in_basis: Tensor) -> None:
        scales, (_, rows, columns) = self._scales, update.shape
        velocity = self._velocity[:, :rows, :columns]
        velocity.mul_(scales.momentum).baddbmm_(u_in_basis.mT, self._x)
        if scales.kept != 1:
            update.mul_(scales.kept)
            self._left_of_initial *= scales.kept
        step = velocity if self._factors is None else of_singular_values(self._factors, velocity)
        update.sub_(step, alpha=scales.rate)


class _FirstLayer(Protocol):
    """W^1, of which only the product with the inputs is ever needed."""

    def train_(self, u: Tensor) -> None:
        """One step, with the gradient u (networks, B, n) of z^1."""

    def update(self) -> Tensor:
        """ΔW^1 ξ."""


class _ByGradients:
    """W^1 under the gradient law, whose updates act through the inputs' Gram matrix."""

    def __init__(self, inputs: Tensor, like: Tensor, scales: Scales) -> None:
        self._gram = (inputs @ inputs.T).expand(len(like), -1, -1)
        self._scales = scales
        self._update = torch.zeros_like(like)
        self._velocity = torch.zeros_like(like)

    def train_(self, u: Tensor) -> None:
        scales = self._scales
        if scales.trains:
            self._velocity.mul_(scales.momentum).baddbmm_(self._gram, u)
            if scales.kept != 1:
                self._update.mul_(scales.kept)
            self._update.sub_(self._velocity, alpha=scales.rate)

    def update(self) -> Tensor:
        return self._update


class _ByEntries:
    """W^1 under any other law, entry by entry."""

    def __init__(self, inputs: Tensor, weights: Tensor, scales: Scales) -> None:
        self._inputs = inputs
        self._tensor = ExplicitTensor(weights, scales)

    def train_(self, u: Tensor) -> None:
        self._tensor.train_(torch.matmul(u.mT, self._inputs))

    def update(self) -> Tensor:
        return torch.matmul(self._inputs, self._tensor.change.mT)


class Simulation:
    """A batch of networks of one width: hidden matrices lazily, the rest explicitly."""

    def __init__(
        self, experiment: Experiment, width: int, networks: range, device: torch.device,
        recorder: Records,
    ) -> None:  # fmt: skip
        self._task: Task = task(experiment, width, device)
        count, (batch, inputs) = len(networks), self._task.inputs.shape
        source = gaussians(experiment.seed, networks, device)

        def sample(rows: int, std: float) -> Tensor:
            out = torch.empty((count, rows, width), dtype=torch.float64, device=device)
            return source.fill(out).mul_(std)

        first, *hidden, last = self._task.layers
        shape = (count, batch, width)
        self._hidden = [
            _LowRankLayer(GaussianMatrix(each.std, source, shape, experiment.steps, device), each)
            for each in hidden
        ]
        self._trajectory = Trajectory(self._task, self._hidden, recorder)
        self._readout = ExplicitTensor(sample(self._task.outputs, last.std), last)
        weights = sample(inputs, first.std)
        self._biases = [ExplicitTensor(sample(1, s.std).mT, s) for s in self._task.biases]
        self._u = torch.empty(shape, dtype=torch.float64, device=device)
        self._first: _FirstLayer = (
            _ByGradients(self._task.inputs, self._u, first)
            if RULES[first.rule].linear or not first.trains
            else _ByEntries(self._task.inputs, weights.mT, first)
        )
        self._trajectory.start(
            torch.matmul(self._task.inputs, weights),
            self._readout.initial,
            [each.initial.mT for each in self._biases],
        )

    def step(self, shares: Tensor | None = None) -> None:
        """One step of training, then the forward pass.

        ``shares`` (B,) says what part each input has in the mean of the loss; equal if left out.
        """
        self._train(shares)
        self._trajectory.advance(
            self._first.update(), self._readout.change, [each.change.mT for each in self._biases]
        )

    def _train(self, shares: Tensor | None) -> None:
        trajectory = self._trajectory
        signal = self._task.error_signal(trajectory.f, shares)
        u = torch.bmm(signal, self._readout.weights(), out=self._u)
        self._readout.train_(torch.bmm(signal.mT, trajectory.last_x))
        for layer in range(self._task.depth, 0, -1):
            stream = u.clone() if self._task.residual[layer - 1] else None
            trajectory.to_preactivation_(u, layer)
            if self._biases:
                self._biases[layer - 1].train_(u.sum(dim=1)[:, :, None])
            trajectory.through_norm_(u, layer)
            if layer > 1:
                self._hidden[layer - 2].backward_(u)
            if stream is not None:
                u += stream
        self._first.train_(u)
