"""What both methods of simulation share: the batch, the loss and the scales at one width."""

import math
from dataclasses import dataclass
from fractions import Fraction

import torch
from torch import Tensor

from app.experiment.activations import NONLINEARITIES, Nonlinearity
from app.experiment.data import training_batch
from app.experiment.plan import Experiment, Loss
from solver import Role


@dataclass(frozen=True, slots=True)
class Task:
    """The batch (inputs (m, d), targets (m,)), the loss, φ and the sizes of each layer.

    ``std[l]`` is the standard deviation of W_0^{l+1}.  ``rate[l]`` is the factor by which the
    optimizer's direction enters W^{l+1}: η n^{-(2a+c)} where the direction is ∂/∂W (the
    gradient law), and η n^{-(a+c)} where it is scale-free.  ``gradient_scale[l]`` is n^{d-a}, by
    which ∂/∂W is multiplied before an adaptive update function; None where d is not given.
    """

    inputs: Tensor
    targets: Tensor
    loss: Loss
    nonlinearity: Nonlinearity
    std: tuple[float, ...]
    rate: tuple[float, ...]
    gradient_scale: tuple[float | None, ...]

    def error_signal(self, outputs: Tensor, shares: Tensor | None = None) -> Tensor:
        """∂(mean loss)/∂f at outputs (..., m): MSE is (f - y)²/2, logistic log(1 + e^{-yf}).

        ``shares`` (m,) are the weights of the mean; equal if left out.
        """
        if self.loss == "mse":
            signal = outputs - self.targets
        else:
            signal = -self.targets * torch.sigmoid(-self.targets * outputs)
        return signal / self.targets.shape[0] if shares is None else signal * shares


def task(experiment: Experiment, width: int, device: torch.device) -> Task:
    """The task of an experiment at one width, in float64 on the device."""
    inputs, targets = training_batch(experiment)
    layers = experiment.parametrization.layers
    # As often as the law has a in it: a gradient brings one, a multiplied update another.
    times = experiment.parametrization.laws[-1].updates[Role.READOUT].form.a
    return Task(
        inputs=torch.from_numpy(inputs).to(device),
        targets=torch.from_numpy(targets).to(device),
        loss=experiment.loss,
        nonlinearity=NONLINEARITIES[experiment.activation],
        # Only these combinations enter training, so that the gauge cannot overflow.
        std=tuple(power(width, -(each.a + each.b)) for each in layers),
        rate=tuple(
            experiment.learning_rate * power(width, -(times * each.a + each.c)) for each in layers
        ),
        gradient_scale=tuple(
            None if each.d is None else power(width, each.d - each.a) for each in layers
        ),
    )


def power(width: int, exponent: Fraction) -> float:
    """``width ** exponent``, infinite or zero beyond the range of floats."""
    try:
        return math.pow(width, exponent)
    except OverflowError:
        return float("inf")
