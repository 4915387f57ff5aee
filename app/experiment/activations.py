"""φ, φ' and changes of φ that stay exact however small they are."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from solver import Activation


class Nonlinearity(ABC):
    """A coordinatewise nonlinearity; ``out`` is where to write a result, instead of new memory."""

    @abstractmethod
    def value(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        """φ(h)."""

    @abstractmethod
    def derivative(self, h: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
        """φ'(h), where x = φ(h)."""

    @abstractmethod
    def change_(self, by: Tensor, h: Tensor, before: Tensor, after: Tensor) -> Tensor:
        """Turn ``by`` into φ(h + by) - φ(h), whose two values are ``after`` and ``before``.

        To nearly full relative precision: subtracting the two would lose all digits of a change
        below their rounding error.
        """


class _Tanh(Nonlinearity):
    def value(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        return torch.tanh(h, out=out)

    def derivative(self, h: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:  # noqa: ARG002
        return torch.mul(x, x, out=out).neg_().add_(1)

    def change_(self, by: Tensor, h: Tensor, before: Tensor, after: Tensor) -> Tensor:  # noqa: ARG002
        # tanh u - tanh v = tanh(u - v) (1 - tanh u tanh v)
        return by.tanh_().mul_(torch.mul(before, after).neg_().add_(1))


class _Relu(Nonlinearity):
    def value(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        return torch.threshold(h, 0, 0, out=out)

    def derivative(self, h: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:  # noqa: ARG002
        return torch.heaviside(x, x.new_zeros(()), out=out)

    def change_(self, by: Tensor, h: Tensor, before: Tensor, after: Tensor) -> Tensor:  # noqa: ARG002
        return by.copy_(torch.where((before > 0) & (after > 0), by, after - before))


class _Smooth(Nonlinearity):
    """One without an addition theorem, whose derivative is computed from h."""

    @abstractmethod
    def slope(self, h: Tensor) -> Tensor:
        """φ'(h)."""

    def derivative(self, h: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:  # noqa: ARG002
        slope = self.slope(h)
        return slope if out is None else out.copy_(slope)

    def change_(self, by: Tensor, h: Tensor, before: Tensor, after: Tensor) -> Tensor:
        # Below 1e-3, φ' integrated by Gauss's rule with two points: its relative error is of the
        # order of by⁴ / 4320.  Above, the subtraction, whose relative error is of order 1e-12.
        integral = self.slope(h + _GAUSS[0] * by).add_(self.slope(h + _GAUSS[1] * by))
        small = by.abs() < 1e-3
        return by.copy_(torch.where(small, integral.mul_(by / 2), after - before))


_GAUSS: Final = (0.5 - math.sqrt(1 / 12), 0.5 + math.sqrt(1 / 12))


class _Gelu(_Smooth):
    def value(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        return torch.mul(h, _normal_cdf(h), out=out)

    def slope(self, h: Tensor) -> Tensor:
        density = torch.exp(-0.5 * h.square()) / math.sqrt(2 * math.pi)
        return _normal_cdf(h) + h * density


class _Silu(_Smooth):
    def value(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        return torch.mul(h, torch.sigmoid(h), out=out)

    def slope(self, h: Tensor) -> Tensor:
        gate = torch.sigmoid(h)
        return gate * (1 + h * (1 - gate))


class _Erf(_Smooth):
    def value(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        return torch.erf(h, out=out)

    def slope(self, h: Tensor) -> Tensor:
        return torch.exp(-h.square()) * (2 / math.sqrt(math.pi))


class _Linear(Nonlinearity):
    def value(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        return h.clone() if out is None else out.copy_(h)

    def derivative(self, h: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:  # noqa: ARG002
        return torch.ones_like(h) if out is None else out.fill_(1)

    def change_(self, by: Tensor, h: Tensor, before: Tensor, after: Tensor) -> Tensor:  # noqa: ARG002
        return by


def _normal_cdf(h: Tensor) -> Tensor:
    return 0.5 * torch.erfc(h * -math.sqrt(0.5))


NONLINEARITIES: Final[Mapping[Activation, Nonlinearity]] = {
    "tanh": _Tanh(),
    "relu": _Relu(),
    "gelu": _Gelu(),
    "silu": _Silu(),
    "erf": _Erf(),
    "linear": _Linear(),
}
