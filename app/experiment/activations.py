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
    def derivative(self, h: Tensor, x: Tensor) -> Tensor:
        """φ'(h), where x = φ(h)."""

    @abstractmethod
    def change(self, h: Tensor, by: Tensor, before: Tensor, after: Tensor) -> Tensor:
        """φ(h + by) - φ(h) to nearly full relative precision, from these two values as well.

        Subtracting the two would lose all digits of a change below their rounding error.
        """


class _Tanh(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return torch.tanh(h)

    def derivative(self, h: Tensor, x: Tensor) -> Tensor:  # noqa: ARG002
        return x.square().neg_().add_(1)

    def change(
        self, h: Tensor, by: Tensor, before: Tensor, after: Tensor  # noqa: ARG002
    ) -> Tensor:  # fmt: skip
        # tanh u - tanh v = tanh(u - v) (1 - tanh u tanh v)
        return torch.mul(before, after).neg_().add_(1).mul_(torch.tanh(by))


class _Relu(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return torch.relu(h)

    def derivative(self, h: Tensor, x: Tensor) -> Tensor:
        return (x > 0).to(h.dtype)

    def change(
        self, h: Tensor, by: Tensor, before: Tensor, after: Tensor  # noqa: ARG002
    ) -> Tensor:  # fmt: skip
        return torch.where((before > 0) & (after > 0), by, after - before)


class _Smooth(Nonlinearity):
    """One without an addition theorem, whose derivative is computed from h."""

    @abstractmethod
    def slope(self, h: Tensor) -> Tensor:
        """φ'(h)."""

    def derivative(self, h: Tensor, x: Tensor) -> Tensor:  # noqa: ARG002
        return self.slope(h)

    def change(self, h: Tensor, by: Tensor, before: Tensor, after: Tensor) -> Tensor:
        # Below 1e-3, φ' integrated by Gauss's rule with two points: its relative error is of the
        # order of by⁴ / 4320.  Above, the subtraction, whose relative error is of order 1e-13.
        integral = self.slope(h + _GAUSS[0] * by).add_(self.slope(h + _GAUSS[1] * by))
        return torch.where(by.abs() < 1e-3, integral.mul_(by / 2), after - before)


_GAUSS: Final = (0.5 - math.sqrt(1 / 12), 0.5 + math.sqrt(1 / 12))


class _Gelu(_Smooth):
    def value(self, h: Tensor) -> Tensor:
        return h * _normal_cdf(h)

    def slope(self, h: Tensor) -> Tensor:
        density = torch.exp(-0.5 * h.square()) / math.sqrt(2 * math.pi)
        return _normal_cdf(h) + h * density


class _Erf(_Smooth):
    def value(self, h: Tensor) -> Tensor:
        return torch.erf(h)

    def slope(self, h: Tensor) -> Tensor:
        return torch.exp(-h.square()) * (2 / math.sqrt(math.pi))


class _Linear(Nonlinearity):
    def value(self, h: Tensor) -> Tensor:
        return h

    def derivative(self, h: Tensor, x: Tensor) -> Tensor:  # noqa: ARG002
        return torch.ones_like(h)

    def change(
        self, h: Tensor, by: Tensor, before: Tensor, after: Tensor  # noqa: ARG002
    ) -> Tensor:  # fmt: skip
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
