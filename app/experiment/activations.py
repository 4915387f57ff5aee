"""φ, φ' and changes of φ that stay exact however small they are."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from solver import Activation


class Nonlinearity(ABC):
    """A coordinatewise nonlinearity."""

    @abstractmethod
    def value(self, h: Tensor) -> Tensor:
        """φ(h)."""

    @abstractmethod
    def derivative(self, h: Tensor) -> Tensor:
        """φ'(h)."""

    def change(self, h: Tensor, by: Tensor) -> Tensor:
        """φ(h + by) - φ(h), to nearly full relative precision.

        Subtracting the two values would lose all digits of a change below their rounding error.
        Below 1e-4 the midpoint rule φ'(h + by/2) by is used, whose relative error is of the
        order of by², above it the subtraction, whose relative error is at most of order 1e-12.
        """
        exact = self.value(h + by) - self.value(h)
        midpoint = self.derivative(h + by / 2) * by
        return torch.where(by.abs() < 1e-4, midpoint, exact)


class _Tanh(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return torch.tanh(h)

    def derivative(self, h: Tensor) -> Tensor:
        return 1 - torch.tanh(h).square_()

    def change(self, h: Tensor, by: Tensor) -> Tensor:
        # tanh u - tanh v = tanh(u - v) (1 - tanh u tanh v)
        return torch.tanh(by) * (1 - torch.tanh(h) * torch.tanh(h + by))


class _Relu(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return torch.relu(h)

    def derivative(self, h: Tensor) -> Tensor:
        return (h > 0).to(h.dtype)

    def change(self, h: Tensor, by: Tensor) -> Tensor:
        after = h + by
        return torch.where((h > 0) & (after > 0), by, torch.relu(after) - torch.relu(h))


class _Gelu(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return h * _normal_cdf(h)

    def derivative(self, h: Tensor) -> Tensor:
        density = torch.exp(-0.5 * h.square()) / math.sqrt(2 * math.pi)
        return _normal_cdf(h) + h * density


class _Erf(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return torch.erf(h)

    def derivative(self, h: Tensor) -> Tensor:
        return torch.exp(-h.square()) * (2 / math.sqrt(math.pi))


class _Linear(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return h

    def derivative(self, h: Tensor) -> Tensor:
        return torch.ones_like(h)

    def change(self, h: Tensor, by: Tensor) -> Tensor:  # noqa: ARG002
        return by


def _normal_cdf(h: Tensor) -> Tensor:
    return 0.5 * torch.erfc(h * -math.sqrt(0.5))


NONLINEARITIES: Final[Mapping[Activation, Nonlinearity]] = {
    "tanh": _Tanh(),
    "relu": _Relu(),
    "gelu": _Gelu(),
    "erf": _Erf(),
    "linear": _Linear(),
}
