"""Networks trained plainly, as THEORY says and nothing else: the independent reference.

    W^l = n^{-a_l} w^l,   w^l ~ N(0, n^{-2 b_l}),
    w^l ← (1 - η λ n^{-(c_l+w_l)}) w^l - η n^{-c_l} · direction,

one network at a time, its weights trained as they stand, gradients by autograd, changes by
subtraction.  No gauge, no shortcut.  Shares with the experiment only the Gaussians that it is
handed: standard normal matrices g^1..g^{L+1} of shapes (out, in), and of biases, (n,).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from app.experiment.plan import Experiment
from app.experiment.task import WEIGHT_DECAY
from solver import Exponents
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
    experiment: Experiment, width: int, gaussians: Sequence[Tensor], inputs: Tensor,
    targets: Tensor, of_biases: Sequence[Tensor] = (),
) -> dict[Place, float]:  # fmt: skip
    """The root-mean-square size of every recorded quantity."""
    given = experiment.parametrization
    tensors = [
        _Tensor(experiment, width, *each, g)
        for *each, g in zip(
            given.layers, given.optimizers, [rule.name for rule in experiment.rules], gaussians,
            strict=True,
        )
    ]  # fmt: skip
    vectors = [
        _Tensor(experiment, width, bias.exponents, bias.optimizer, rule, g[:, None])
        for bias, rule, g in zip(given.wiring.biases, experiment.bias_rules, of_biases, strict=True)
    ]

    def forward() -> dict[str, list[Tensor]]:
        """By layer: the matrices, x (from the inputs on), h, and ρ, by which z is divided."""
        matrices = [each.multiplier * each.w for each in tensors]
        xs, hs, rhos = [inputs], [], []
        for place, matrix in enumerate(matrices[:-1]):
            z = xs[-1] @ matrix.T
            normalized = given.wiring.normalized_at(place)
            rho = z.square().mean(dim=1, keepdim=True).sqrt() if normalized else torch.ones(1)
            h = z / rho
            if vectors:
                h = h + (vectors[place].multiplier * vectors[place].w)[:, 0]
            x = _PHI[experiment.activation](h)
            hs.append(h)
            rhos.append(rho)
            xs.append(xs[-1] + x if given.wiring.residual_at(place) else x)
        return {"W": matrices, "x": xs, "h": [*hs, xs[-1] @ matrices[-1].T], "rho": rhos}

    sizes: dict[Place, float] = {}

    def note(quantity: Any, layer: int, step: int, values: Tensor) -> None:
        sizes[Place(quantity, layer, step)] = values.square().mean().sqrt().item()

    start: dict[str, list[Tensor]] = {}
    output = experiment.depth + 1
    for step in range(experiment.steps + 1):
        now = forward()
        with torch.no_grad():
            if step == 0:
                start = {name: [each.clone() for each in some] for name, some in now.items()}
            for layer in range(1, output + 1):
                h, x = now["h"][layer - 1], now["x"][layer - 1]
                note("h" if layer < output else "f", layer, step, h)
                if layer < output:
                    note("x", layer, step, now["x"][layer])
                if step == 0:
                    continue
                # What weight decay takes of W_0 is no update.
                matrix_change = (
                    now["W"][layer - 1] - tensors[layer - 1].left * start["W"][layer - 1]
                )
                note("delta_h" if layer < output else "delta_f", layer, step,
                     h - start["h"][layer - 1])  # fmt: skip
                update = x @ matrix_change.T
                if layer < output:
                    note("update", layer, step, update / start["rho"][layer - 1])
                    note("delta_x", layer, step, now["x"][layer] - start["x"][layer])
                else:
                    note("readout_update", layer, step, update)
            if step > 0:
                x_change = now["x"][-1] - start["x"][-1]
                note("readout_init", output, step, x_change @ start["W"][-1].T)
        f = now["h"][-1][:, 0]
        if experiment.loss == "mse":
            loss = ((f - targets) ** 2 / 2).mean()
        elif experiment.loss == "cross_entropy":
            loss = functional.cross_entropy(now["h"][-1], targets.long())
        else:
            loss = torch.log(1 + torch.exp(-targets * f)).mean()
        every = [*tensors, *vectors]
        gradients = torch.autograd.grad(loss, [each.w for each in every])
        with torch.no_grad():
            for tensor, gradient in zip(every, gradients, strict=True):
                tensor.train(gradient)
    return sizes


class _Tensor:
    """A trained tensor w; ``left`` is what weight decay has left of w_0."""

    def __init__(
        self, experiment: Experiment, width: int, exponents: Exponents, optimizer: str, rule: str,
        gaussian: Tensor,
    ) -> None:  # fmt: skip
        self._experiment, self._width, self._rule = experiment, width, rule
        self._exponents, self._optimizer = exponents, optimizer
        self.multiplier = width ** -float(exponents.a)
        scale = 0.0 if str(exponents.b) == "inf" else width ** -float(exponents.b)
        self.w = (scale * gaussian).requires_grad_()
        self.left = 1.0
        self._seen: list[Tensor] = []

    def train(self, gradient: Tensor) -> None:
        exponents = self._exponents
        if str(exponents.c) == "inf":
            return
        step = self._experiment.learning_rate * self._width ** -float(exponents.c)
        direction = self._direction(gradient)
        if exponents.w is not None:
            kept = 1 - step * WEIGHT_DECAY * self._width ** -float(exponents.w)
            self.left *= kept
            self.w *= kept
        self.w -= step * direction

    def _direction(self, gradient: Tensor) -> Tensor:
        seen, d = self._seen, self._exponents.d
        seen.append(gradient if d is None else gradient * self._width ** float(d))
        epsilon = 0.0 if d is None else 1.0 if self._experiment.epsilon else 1e-8
        momentum = self._experiment.momentum
        velocity = sum(momentum**age * each for age, each in enumerate(reversed(seen)))
        assert isinstance(velocity, Tensor)
        match self._rule:
            case "sgd":
                return velocity
            case "signsgd":
                return torch.sign(seen[-1])
            case "adam":
                return self._adam(epsilon)
            case "lamb":
                adam = self._adam(epsilon)
                return adam * _over(self.w.norm(), adam.norm())
            case "lars":
                return velocity * _over(self.w.norm(), velocity.norm())
        rows, columns = gradient.shape
        factor = {
            "muon": max(1.0, _wide(rows, self._width) / _wide(columns, self._width)) ** 0.5,
            "muon_unit_rms": (_wide(rows, self._width) / _wide(columns, self._width)) ** 0.5,
            "muon_match_rms": 0.2 * self._width**0.5,
        }.get(self._optimizer, 1.0)
        scaled = velocity * _over(1.0, velocity.norm())
        match self._rule:
            case "normalized_sgd":
                return factor * scaled
            case "polar":
                u, s, v = torch.linalg.svd(scaled, full_matrices=False)
                return factor * u @ torch.diag((s > 1e-7).double()) @ v
            case "muon":
                u, s, v = torch.linalg.svd(scaled, full_matrices=False)
                for _ in range(5):
                    s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
                return factor * u @ torch.diag(s) @ v
        raise AssertionError(self._rule)

    def _adam(self, epsilon: float) -> Tensor:
        mean = _average(self._seen, 0.9)
        square = _average([each.square() for each in self._seen], 0.999)
        direction = mean / (square.sqrt() + epsilon)
        direction[mean == 0] = 0  # 0/0
        return direction


def _wide(side: int, width: int) -> int:
    """A side of a matrix; one that width leaves alone counts as 1."""
    return side if side == width else 1


def _over(one: Any, other: Any) -> Any:
    return one / other if other > 0 else 0.0


def _average(values: Sequence[Tensor], decay: float) -> Tensor:
    """The exponentially weighted mean, newest last."""
    weights = [decay**age for age in reversed(range(len(values)))]
    total = sum(weight * each for weight, each in zip(weights, values, strict=True))
    assert isinstance(total, Tensor)
    return total / math.fsum(weights)
