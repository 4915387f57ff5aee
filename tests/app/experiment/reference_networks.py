"""Networks trained plainly, as THEORY says and nothing else: the independent reference.

    W^l = n^{-a_l} w^l,   w^l ~ N(0, n^{-2 b_l}),   w^l ← w^l - η n^{-c_l} · direction,

one network at a time, its weights trained as they stand, gradients by autograd, changes by
subtraction.  No gauge, no shortcut.  Shares with the experiment only the Gaussians that it is
handed: standard normal matrices g^1..g^{L+1} of shapes (out, in).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from app.experiment.plan import Experiment
from solver.theory.predicted_exponents import Place

_PHI: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": functional.relu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "erf": torch.erf,
    "linear": lambda h: h,
}


def reference_sizes(
    experiment: Experiment, width: int, gaussians: Sequence[Tensor], inputs: Tensor, targets: Tensor
) -> dict[Place, float]:
    """The root-mean-square size of every recorded quantity."""
    layers = experiment.parametrization.layers
    multipliers = [width ** -float(each.a) for each in layers]
    weights = [
        (width ** -float(each.b) * g).requires_grad_()
        for each, g in zip(layers, gaussians, strict=True)
    ]
    optimizers = [_optimizer(experiment, width, layer) for layer in range(len(layers))]

    def forward() -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        matrices = [m * w for m, w in zip(multipliers, weights, strict=True)]
        xs, hs = [inputs], []
        for matrix in matrices[:-1]:
            hs.append(xs[-1] @ matrix.T)
            xs.append(_PHI[experiment.activation](hs[-1]))
        return matrices, xs, [*hs, xs[-1] @ matrices[-1].T]

    sizes: dict[Place, float] = {}

    def note(quantity: Any, layer: int, step: int, values: Tensor) -> None:
        sizes[Place(quantity, layer, step)] = values.square().mean().sqrt().item()

    start: tuple[list[Tensor], list[Tensor], list[Tensor]] = ([], [], [])
    output = experiment.depth + 1
    for step in range(experiment.steps + 1):
        matrices, xs, hs = forward()
        with torch.no_grad():
            if step == 0:
                start = tuple([each.clone() for each in some] for some in (matrices, xs, hs))
            for layer in range(1, output + 1):
                note("h" if layer < output else "f", layer, step, hs[layer - 1])
                if layer < output:
                    note("x", layer, step, xs[layer])
                if step == 0:
                    continue
                matrix_change = matrices[layer - 1] - start[0][layer - 1]
                note("delta_h" if layer < output else "delta_f", layer, step,
                     hs[layer - 1] - start[2][layer - 1])  # fmt: skip
                note("update" if layer < output else "readout_update", layer, step,
                     xs[layer - 1] @ matrix_change.T)  # fmt: skip
                if layer < output:
                    note("delta_x", layer, step, xs[layer] - start[1][layer])
            if step > 0:
                x_change = xs[-1] - start[1][-1]
                note("readout_init", output, step, x_change @ start[0][-1].T)
        f = hs[-1][:, 0]
        if experiment.loss == "mse":
            loss = ((f - targets) ** 2 / 2).mean()
        else:
            loss = torch.log(1 + torch.exp(-targets * f)).mean()
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for weight, gradient, optimizer in zip(weights, gradients, optimizers, strict=True):
                weight += optimizer(gradient)
    return sizes


def _optimizer(experiment: Experiment, width: int, layer: int) -> Callable[[Tensor], Tensor]:
    """The change of w^l as a function of the gradients so far."""
    exponents = experiment.parametrization.layers[layer]
    rate = experiment.learning_rate * width ** -float(exponents.c)
    gradient_scale = 1.0 if exponents.d is None else width ** float(exponents.d)
    epsilon = 0.0 if exponents.d is None else 1e-8
    seen: list[Tensor] = []

    def change(gradient: Tensor) -> Tensor:
        seen.append(gradient * gradient_scale)
        match experiment.update_rule:
            case "sgd":
                direction = sum(
                    experiment.momentum**age * each for age, each in enumerate(reversed(seen))
                )
            case "signsgd":
                direction = torch.sign(seen[-1])
            case "adam":
                mean = _average(seen, 0.9)
                square = _average([each.square() for each in seen], 0.999)
                direction = mean / (square.sqrt() + epsilon)
                direction[mean == 0] = 0  # 0/0
        return -rate * direction

    return change


def _average(values: Sequence[Tensor], decay: float) -> Tensor:
    """The exponentially weighted mean, newest last."""
    weights = [decay**age for age in reversed(range(len(values)))]
    total = sum(weight * each for weight, each in zip(weights, values, strict=True))
    assert isinstance(total, Tensor)
    return total / math.fsum(weights)
