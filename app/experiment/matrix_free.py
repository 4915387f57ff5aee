"""SGD on perceptrons of any width without their n×n matrices.

Exact in distribution at every width (see ``gaussian_matrix``), O(n) in time and memory.
"""

import torch
from torch import Tensor

from app.experiment.gaussian_matrix import GaussianMatrix
from app.experiment.plan import Experiment
from app.experiment.recorder import Recorder
from app.experiment.sampling import gaussians
from app.experiment.task import Task, task
from app.experiment.trajectory import Records, Trajectory


def simulate(
    experiment: Experiment, width: int, networks: range, device: torch.device
) -> list[list[float | None]]:
    """Train networks of one width with SGD and return their sizes (see ``Recorder.rows``)."""
    recorder = Recorder(experiment.depth, experiment.steps, len(networks), device)
    simulation = Simulation(experiment, width, networks, device, recorder)
    for _ in range(experiment.steps):
        simulation.step()
    return recorder.rows()


class _LowRankLayer:
    """W = W_0 + P M Qᵀ, with W_0 sampled lazily; its velocity under momentum is P N Qᵀ."""

    def __init__(self, matrix: GaussianMatrix) -> None:
        self._matrix = matrix
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

    def backward_(self, u: Tensor, rate: float, momentum: float) -> None:
        """Turn u (networks, B, n), the gradient of h = W x, into Wᵀ u; then W takes its step."""
        left, right = self._matrix.left, self._matrix.right
        u_in_basis = self._matrix.extend_left(u)
        update = self._update[:, : left.count, : right.count]
        torch.bmm(u_in_basis, left.images, out=u)
        u.baddbmm_(torch.bmm(u_in_basis, update), right.vectors)
        velocity = self._velocity[:, : left.count, : right.count]
        velocity.mul_(momentum).baddbmm_(u_in_basis.mT, self._x)
        update.sub_(velocity, alpha=rate)


class Simulation:
    """A batch of networks of one width: W^1 and W^{L+1} explicitly, the rest lazily."""

    def __init__(
        self, experiment: Experiment, width: int, networks: range, device: torch.device,
        recorder: Records,
    ) -> None:  # fmt: skip
        self._task: Task = task(experiment, width, device)
        self._momentum = experiment.momentum
        count, (batch, inputs) = len(networks), self._task.inputs.shape
        source = gaussians(experiment.seed, networks, device)

        def sample(rows: int, std: float) -> Tensor:
            out = torch.empty((count, rows, width), dtype=torch.float64, device=device)
            return source.fill(out).mul_(std)

        std = self._task.std
        self._hidden = [
            _LowRankLayer(
                GaussianMatrix(each, source, (count, batch, width), experiment.steps, device)
            )
            for each in std[1:-1]
        ]
        self._trajectory = Trajectory(self._task, self._hidden, recorder)
        self._readout_change = torch.zeros((count, width), dtype=torch.float64, device=device)
        self._readout_velocity = torch.zeros_like(self._readout_change)
        self._h_change = torch.zeros((count, batch, width), dtype=torch.float64, device=device)
        self._h_velocity = torch.zeros_like(self._h_change)
        self._u = torch.empty_like(self._h_change)
        self._readout = sample(1, std[-1])[:, 0]
        # Only W^1 ξ is ever needed, and its updates act through the inputs' Gram matrix.
        self._gram = self._task.inputs @ self._task.inputs.T
        self._trajectory.start(
            torch.matmul(self._task.inputs, sample(inputs, std[0])), self._readout
        )

    def step(self, shares: Tensor | None = None) -> None:
        """One step of SGD, then the forward pass.

        ``shares`` (B,) says what part each input has in the mean of the loss; equal if left out.
        """
        self._train(shares)
        self._trajectory.advance(self._h_change, self._readout_change)

    def _train(self, shares: Tensor | None) -> None:
        rate, momentum, trajectory = self._task.rate, self._momentum, self._trajectory
        signal = self._task.error_signal(trajectory.f, shares)
        readout = self._readout + self._readout_change
        u = torch.mul(signal[:, :, None], readout[:, None, :], out=self._u)
        gradient = torch.einsum("sb,sbn->sn", signal, trajectory.last_x)
        self._readout_velocity.mul_(momentum).add_(gradient)
        self._readout_change.sub_(self._readout_velocity, alpha=rate[-1])
        for layer in range(len(self._hidden) + 1, 0, -1):
            u *= trajectory.slope(layer)
            if layer > 1:
                self._hidden[layer - 2].backward_(u, rate[layer - 1], momentum)
        self._h_velocity.mul_(momentum).baddbmm_(self._gram.expand(len(u), -1, -1), u)
        self._h_change.sub_(self._h_velocity, alpha=rate[0])
