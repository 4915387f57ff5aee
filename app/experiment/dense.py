"""Ordinary perceptrons: every matrix explicit, gradients by autograd.

The ground truth for ``matrix_free``, and the only method for hidden matrices whose updates are
not of low rank.
"""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from app.experiment.experiment import Experiment
from app.experiment.explicit_tensor import ExplicitTensor
from app.experiment.recorder import Recorder
from app.experiment.sampling import Gaussians, gaussians
from app.experiment.task import Task, task
from app.experiment.trajectory import Trajectory


def simulate(
    experiment: Experiment, width: int, networks: range, device: torch.device
) -> list[list[float | None]]:
    """Train networks of one width and return their sizes (see ``Recorder.rows``)."""
    recorder = Recorder(experiment.depth, experiment.steps, len(networks), device)
    the_task = task(experiment, width, device)
    source = gaussians(experiment.seed, networks, device)
    layers = list(_layers(the_task, width, len(networks), source, device))
    biases = list(_biases(the_task, width, len(networks), source, device))
    trajectory = Trajectory(the_task, layers[1:-1], recorder)
    first, last = layers[0], layers[-1]
    inputs = the_task.inputs.expand(len(networks), -1, -1)
    trajectory.start(first.start(inputs), last.initial, [each.initial.mT for each in biases])
    for _ in range(experiment.steps):
        _train_(the_task, layers, biases, inputs)
        trajectory.advance(
            torch.matmul(inputs, first.change.mT),
            last.change,
            [each.change.mT for each in biases],
        )
    return recorder.rows()


class _DenseLayer(ExplicitTensor):
    """A matrix in the form that the trajectory asks for."""

    def start(self, x: Tensor) -> Tensor:
        """W_0 x at step 0."""
        return torch.bmm(x, self.initial.mT)

    def change_(self, by: Tensor, x: Tensor, update: Tensor) -> None:
        """``by``: from Δx to W_0 Δx; ``update``: ΔW x."""
        by.copy_(torch.bmm(by, self.initial.mT))
        torch.bmm(x, self.change.mT, out=update)

    def product(self, x: Tensor) -> Tensor:
        """W x, differentiable."""
        return self.left * torch.bmm(x, self.initial.mT) + torch.bmm(x, self.change.mT)


def _layers(
    the_task: Task, width: int, networks: int, source: Gaussians, device: torch.device
) -> Iterator[_DenseLayer]:
    sizes = [the_task.inputs.shape[1], *[width] * the_task.depth, the_task.outputs]
    for fan_in, fan_out, scales in zip(sizes[:-1], sizes[1:], the_task.layers, strict=True):
        shape = (networks, fan_out, fan_in)
        weights = torch.empty(shape, dtype=torch.float64, device=device)
        yield _DenseLayer(source.fill(weights).mul_(scales.std), scales)


def _biases(
    the_task: Task, width: int, networks: int, source: Gaussians, device: torch.device
) -> Iterator[ExplicitTensor]:
    for scales in the_task.biases:
        # As the matrix-free method draws them.
        entries = torch.empty((networks, 1, width), dtype=torch.float64, device=device)
        yield ExplicitTensor(source.fill(entries).mul_(scales.std).mT, scales)


def _train_(
    the_task: Task, layers: Sequence[_DenseLayer], biases: Sequence[ExplicitTensor], inputs: Tensor
) -> None:
    trained = [each.change.requires_grad_() for each in (*layers, *biases)]
    gradients = torch.autograd.grad(_loss(the_task, layers, biases, inputs), trained)
    for each in trained:
        each.requires_grad = False
    for tensor, gradient in zip((*layers, *biases), gradients, strict=True):
        tensor.train_(gradient)


def _loss(
    the_task: Task, layers: Sequence[_DenseLayer], biases: Sequence[ExplicitTensor], inputs: Tensor
) -> Tensor:
    """The mean loss over the batch, summed over networks, which do not interact."""
    x = inputs
    for place, layer in enumerate(layers[:-1]):
        h = layer.product(x)
        if the_task.normalized[place]:
            h = h / (torch.linalg.vector_norm(h, dim=-1, keepdim=True) / math.sqrt(h.shape[-1]))
        if biases:
            h = h + (biases[place].left * biases[place].initial + biases[place].change).mT
        phi = the_task.nonlinearity.value(h)
        x = x + phi if the_task.residual[place] else phi
    outputs, targets = layers[-1].product(x), the_task.targets
    match the_task.loss:
        case "mse":
            losses = (outputs - targets).square() / 2
        case "logistic":
            losses = torch.nn.functional.softplus(-targets * outputs)
        case "cross_entropy":
            losses = -targets * torch.log_softmax(outputs, dim=-1)
    return losses.sum() / len(targets)
