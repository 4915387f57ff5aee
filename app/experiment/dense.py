"""Ordinary perceptrons: every matrix explicit, gradients by autograd.

The ground truth for ``matrix_free``, and the only method for adaptive optimizers, whose
updates of the hidden layers are not of low rank.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import torch
from torch import Tensor
from torch.optim import SGD, Optimizer

from app.experiment.plan import Experiment
from app.experiment.recorder import Recorder
from app.experiment.sampling import gaussians
from app.experiment.scale_free_adam import ScaleFreeAdam
from app.experiment.task import Task, task
from app.experiment.trajectory import Trajectory
from app.experiment.update_rules import UpdateRule

# With d given, the update function is Adam's with its usual ε.  Without, ε is taken to scale
# along, so that the update does not depend on the size of gradients: the least that makes 0/0 zero.
_EPSILON, _NO_EPSILON = 1e-8, sys.float_info.min


def simulate(
    experiment: Experiment, width: int, networks: range, device: torch.device
) -> list[list[float | None]]:
    """Train networks of one width and return their sizes (see ``Recorder.rows``)."""
    recorder = Recorder(experiment.depth, experiment.steps, len(networks), device)
    the_task = task(experiment, width, device)
    layers = list(_layers(experiment, the_task, width, networks, device))
    trajectory = Trajectory(the_task, layers[1:-1], recorder)
    first, last = layers[0], layers[-1]
    inputs = the_task.inputs.expand(len(networks), -1, -1)
    trajectory.start(first.start(inputs), last.initial[:, 0])
    optimizer = _optimizer(experiment, the_task, layers)
    direction = _DIRECTIONS.get(experiment.update_rule)
    for _ in range(experiment.steps):
        optimizer.zero_grad()
        _loss(the_task, layers, inputs).backward()  # type: ignore[no-untyped-call]
        for layer, scale in zip(layers, the_task.gradient_scale, strict=True):
            assert layer.trained.grad is not None, "backward has just been run"
            if scale is not None:
                layer.trained.grad.mul_(scale)
            if direction is not None:
                direction(layer.trained.grad)
        optimizer.step()
        h_change = torch.matmul(inputs, first.trained.detach().mT)
        trajectory.advance(h_change, last.trained.detach()[:, 0])
    return recorder.rows()


class _DenseLayer:
    """W = W_0 + ΔW, (networks, out, in), of which ΔW is the trained parameter.

    Training ΔW from zero is training W, but keeps the digits of changes far smaller than W.
    """

    def __init__(self, initial: Tensor) -> None:
        self.initial = initial
        self.trained = torch.zeros_like(initial, requires_grad=True)

    def start(self, x: Tensor) -> Tensor:
        """W_0 x at step 0."""
        return torch.bmm(x, self.initial.mT)

    def change_(self, by: Tensor, x: Tensor, update: Tensor) -> None:
        """``by``: from Δx to W_0 Δx; ``update``: ΔW x."""
        by.copy_(torch.bmm(by, self.initial.mT))
        torch.bmm(x, self.trained.detach().mT, out=update)

    def __call__(self, x: Tensor) -> Tensor:
        """W x, differentiable."""
        return torch.bmm(x, self.initial.mT) + torch.bmm(x, self.trained.mT)


def _layers(
    experiment: Experiment, the_task: Task, width: int, networks: range, device: torch.device
) -> Iterator[_DenseLayer]:
    source = gaussians(experiment.seed, networks, device)
    sizes = [the_task.inputs.shape[1], *[width] * experiment.depth, 1]
    for fan_in, fan_out, std in zip(sizes[:-1], sizes[1:], the_task.std, strict=True):
        shape = (len(networks), fan_out, fan_in)
        weights = torch.empty(shape, dtype=torch.float64, device=device)
        yield _DenseLayer(source.fill(weights).mul_(std))


def _loss(the_task: Task, layers: list[_DenseLayer], inputs: Tensor) -> Tensor:
    """The mean loss over the batch, summed over networks, which do not interact."""
    x = inputs
    for layer in layers[:-1]:
        x = the_task.nonlinearity.value(layer(x))
    outputs = layers[-1](x)[:, :, 0]
    if the_task.loss == "mse":
        losses = (outputs - the_task.targets).square() / 2
    else:
        losses = torch.nn.functional.softplus(-the_task.targets * outputs)
    return losses.mean(dim=1).sum()


def _optimizer(experiment: Experiment, the_task: Task, layers: list[_DenseLayer]) -> Optimizer:
    groups = [
        {"params": [layer.trained], "lr": rate}
        for layer, rate in zip(layers, the_task.rate, strict=True)
    ]
    return _OPTIMIZERS[experiment.update_rule](experiment, the_task, groups)


_Groups = list[dict[str, Any]]


def _sgd(experiment: Experiment, _: Task, groups: _Groups) -> Optimizer:
    return SGD(groups, momentum=experiment.momentum)


def _adam(_: Experiment, the_task: Task, groups: _Groups) -> Optimizer:
    for group, scale in zip(groups, the_task.gradient_scale, strict=True):
        group["eps"] = _NO_EPSILON if scale is None else _EPSILON
    return ScaleFreeAdam(groups)


_OPTIMIZERS: Final[dict[UpdateRule, Callable[[Experiment, Task, _Groups], Optimizer]]] = {
    "sgd": _sgd,
    "adam": _adam,
    "signsgd": _sgd,  # of the signs of gradients
}


# What is done to gradients before the optimizer sees them.
_DIRECTIONS: Final[dict[UpdateRule, Callable[[Tensor], object]]] = {"signsgd": Tensor.sign_}
