"""Adam's steps against torch's own, at every size that a gradient can have."""

import pytest
import torch
from torch import Tensor
from torch.optim import Adam

from app.experiment.scale_free_adam import ScaleFreeAdam

EPSILON = 1e-300
GRADIENTS = torch.randn(5, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
GRADIENTS[:3, 0] = 0.0  # trains only later
GRADIENTS[:, 1] = 0.0  # never trains
GRADIENTS[2:, 2] *= 1e40


def ours(scale: float, epsilon: float = EPSILON) -> Tensor:
    trained = torch.zeros(40, dtype=torch.float64)
    adam, seen = ScaleFreeAdam(epsilon), []
    for gradient in GRADIENTS:
        trained = trained - 0.1 * adam.direction(scale * gradient)
        seen.append(trained)
    return torch.stack(seen)


def theirs(scale: float, epsilon: float = EPSILON) -> Tensor:
    trained = torch.zeros(40, dtype=torch.float64, requires_grad=True)
    adam = Adam([{"params": [trained], "lr": 0.1, "eps": epsilon}])
    seen = []
    for gradient in GRADIENTS:
        trained.grad = scale * gradient
        adam.step()
        seen.append(trained.detach().clone())
    return torch.stack(seen)


@pytest.mark.parametrize("epsilon", [1e-8, 1.0])
def test_steps_are_those_of_torch(epsilon: float) -> None:
    assert torch.allclose(ours(1.0, epsilon), theirs(1.0, epsilon), rtol=1e-12, atol=0)


@pytest.mark.parametrize("scale", [1e-250, 1e-160, 1e-20, 1e20, 1e200])
def test_steps_do_not_depend_on_the_size_of_gradients(scale: float) -> None:
    """torch's squares leave the range of floats at 1e-160 and 1e160."""
    assert torch.allclose(ours(scale), theirs(1.0), rtol=1e-9, atol=0)
