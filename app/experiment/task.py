"""What both methods of simulation share: the batch, the loss and the scales at one width."""

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import torch
from torch import Tensor

from app.experiment.activations import NONLINEARITIES, Nonlinearity
from app.experiment.data import training_batch
from app.experiment.experiment import Experiment, Loss
from app.experiment.update_rules import RULES, UpdateRule
from solver import Exponents, Optimizer, Role, predictions
from solver.exact import INFINITE
from solver.theory import OPTIMIZERS, roles_at

# With d given, the update function is Adam's with its usual ε.  Without, ε is taken to scale
# along, so that the update does not depend on the size of gradients: the least that makes 0/0 zero.
_EPSILON: Final = 1e-8
_NO_EPSILON: Final = sys.float_info.min
# Where ε n^{-e} does not fade faster than gradients, which are of order 1 at n^0: large enough for
# that to show at any width.
_LARGE_EPSILON: Final = 1.0
#: λ at n^0, where weights decay.
WEIGHT_DECAY: Final = 0.2


@dataclass(frozen=True, slots=True)
class Scales:
    """How one tensor W = n^{-a} w starts and trains.

    ``std`` is the standard deviation of W_0.  ``rule`` makes of ∂/∂W a direction, which ``rate``
    times enters W: η n^{-(2a+c)} under the gradient law, η n^{-(a+c)} where the direction is
    scale-free, η n^{-c} where it is as large as W; and the factors by which an optimizer
    multiplies steps for their shape.  ``gradient_scale`` is n^{d-a}, by which ∂/∂W is multiplied
    before an adaptive update function; None where d is not given.  ``kept`` is what weight decay
    leaves of W at each step, 1 - ηλ n^{-(c+w)}.  ``trains`` is false for a frozen tensor.
    """

    std: float
    rule: UpdateRule
    rate: float
    momentum: float
    gradient_scale: float | None
    epsilon: float
    kept: float
    trains: bool


@dataclass(frozen=True, slots=True)
class Task:
    """The batch (inputs (m, d), targets (m, k)), the loss, φ and the scales of each layer.

    Of cross-entropy, targets have a 1 for the class and zeros for the others.

    ``biases`` holds the scales of the biases, and ``residual`` and ``normalized`` what else there
    is, of each body layer; empty where there is nothing of the kind.
    """

    inputs: Tensor
    targets: Tensor
    loss: Loss
    nonlinearity: Nonlinearity
    layers: tuple[Scales, ...]
    biases: tuple[Scales, ...]
    residual: tuple[bool, ...]
    normalized: tuple[bool, ...]

    @property
    def outputs(self) -> int:
        """k, the number of outputs."""
        return self.targets.shape[1]

    @property
    def depth(self) -> int:
        """L, the number of hidden layers."""
        return len(self.layers) - 1

    def error_signal(self, outputs: Tensor, shares: Tensor | None = None) -> Tensor:
        """∂(mean loss)/∂f at outputs (..., m, k).

        MSE is (f - y)²/2, logistic log(1 + e^{-yf}), cross-entropy -log softmax(f)_y.  ``shares``
        (m,) are the weights of the mean; equal if left out.
        """
        targets = self.targets
        match self.loss:
            case "mse":
                signal = outputs - targets
            case "logistic":
                signal = -targets * torch.sigmoid(-targets * outputs)
            case "cross_entropy":
                signal = torch.softmax(outputs, dim=-1) - targets
        return signal / len(targets) if shares is None else signal * shares[:, None]


def task(experiment: Experiment, width: int, device: torch.device) -> Task:
    """The task of an experiment at one width, in float64 on the device."""
    inputs, targets = training_batch(experiment)
    parametrization = experiment.parametrization
    wiring, body = parametrization.wiring, range(experiment.depth)
    roles = roles_at(experiment.depth)
    columns = (parametrization.layers, parametrization.optimizers, experiment.rules, roles)
    if experiment.loss == "cross_entropy":
        columns_of_targets = np.eye(experiment.outputs)[targets.astype(int)]
    else:
        columns_of_targets = targets[:, None]
    return Task(
        inputs=torch.from_numpy(inputs).to(device),
        targets=torch.from_numpy(columns_of_targets).to(device),
        loss=experiment.loss,
        nonlinearity=NONLINEARITIES[experiment.activation],
        layers=tuple(
            _scales(experiment, width, exponents, optimizer, rule.name, role)
            for exponents, optimizer, rule, role in zip(*columns, strict=True)
        ),
        biases=tuple(
            _scales(experiment, width, *bias, rule, Role.VECTOR)
            for bias, rule in zip(wiring.biases, experiment.bias_rules, strict=True)
        ),
        residual=tuple(wiring.residual_at(place) for place in body),
        normalized=tuple(wiring.normalized_at(place) for place in body),
    )


def _scales(
    experiment: Experiment, width: int, exponents: Exponents, optimizer: Optimizer,
    rule: UpdateRule, role: Role,
) -> Scales:  # fmt: skip
    a, b, c, d, w = exponents
    # As often as the law has a in it: a gradient brings one, a multiplied update another; what is
    # as large as the weights brings b.
    form = OPTIMIZERS[optimizer].updates[role].form
    trains = not exponents.frozen
    rate = power(width, -((form.a - form.b) * a + c)) if trains else 0.0
    decay = 0.0 if w is None or not trains else WEIGHT_DECAY * power(width, -(c + w))
    return Scales(
        # Only these combinations enter training, so that the gauge cannot overflow.
        std=0.0 if exponents.zero else power(width, -(a + b)),
        rule=rule,
        rate=experiment.learning_rate * rate * _shape_factor(optimizer, _shape(role, width)),
        momentum=experiment.momentum if RULES[rule].takes_momentum else 0.0,
        gradient_scale=None if d is None else power(width, d - a),
        epsilon=_NO_EPSILON if d is None else _epsilon(experiment, a, d, role),
        kept=1 - experiment.learning_rate * decay,
        trains=trains,
    )


def _epsilon(experiment: Experiment, a: Fraction, d: Fraction, role: Role) -> float:
    """ε at n^0; gradients of w are of size n^{-a} at the readout, and n^{-(a+g)} below it."""
    if not experiment.epsilon:
        return _EPSILON
    given = experiment.parametrization
    readout = given.layers[-1]
    update = (
        each.exponent
        for each in predictions(given, 1)
        if each.quantity == "readout_update" and each.exponent is not None
    )
    through = min(readout.a + readout.b, *(each + 1 for each in update), INFINITE)
    gradient = a if role is Role.READOUT else a + through
    return _LARGE_EPSILON if d <= gradient else _EPSILON


def _shape(role: Role, width: int) -> tuple[int, int]:
    """(fan_out, fan_in), where dimensions that width leaves alone count as 1."""
    return (
        1 if role is Role.READOUT else width,
        width if role in (Role.HIDDEN, Role.READOUT) else 1,
    )


def _shape_factor(optimizer: Optimizer, shape: tuple[int, int]) -> float:
    """By what an optimizer multiplies the steps of a matrix (``solver.theory.laws.spectral``)."""
    factor = _SHAPE_FACTORS.get(optimizer)
    return 1.0 if factor is None else factor(*shape)


# As the optimizers have them, of fan_out and fan_in: what the theory makes of them is put to test.
_SHAPE_FACTORS: Final[Mapping[Optimizer, Callable[[int, int], float]]] = {
    "muon": lambda fan_out, fan_in: math.sqrt(max(1.0, fan_out / fan_in)),
    "muon_unit_rms": lambda fan_out, fan_in: math.sqrt(fan_out / fan_in),
    "muon_match_rms": lambda fan_out, fan_in: 0.2 * math.sqrt(max(fan_out, fan_in)),
}


def power(width: int, exponent: Fraction) -> float:
    """``width ** exponent``, infinite or zero beyond the range of floats."""
    try:
        return math.pow(width, exponent)
    except OverflowError:
        return float("inf")
