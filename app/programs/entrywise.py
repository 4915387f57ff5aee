"""Expressions on tensors: vectors are (copies, n), scalars (copies, 1)."""

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Final

import torch
from torch import Tensor

from app.programs.expressions import Node

Value = Tensor | float

_ROOT_HALF: Final = math.sqrt(0.5)


def _gelu(x: Tensor) -> Tensor:
    return 0.5 * x * (1 + torch.erf(x * _ROOT_HALF))


def _step(x: Tensor) -> Tensor:
    return (x > 0).to(x.dtype)


_FUNCTIONS: Final[Mapping[str, Callable[..., Tensor]]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "erf": torch.erf,
    "sign": torch.sign,
    "step": _step,
    "abs": torch.abs,
    "sigmoid": torch.sigmoid,
    "gelu": _gelu,
    "silu": torch.nn.functional.silu,
    "sin": torch.sin,
    "cos": torch.cos,
    "exp": torch.exp,
    "sqrt": torch.sqrt,
    "log": torch.log,
    "min": torch.minimum,
    "max": torch.maximum,
}


def evaluate(node: Node, values: Mapping[str, Tensor]) -> Value:
    """The value of an expression, in which names stand for these values."""
    match node.operation:
        case "number":
            return node.value
        case "name":
            return values[node.name]
    of = [evaluate(each, values) for each in node.of]
    match node.operation:
        case "+":
            return reduce(lambda one, other: one + other, of)
        case "*":
            return reduce(lambda one, other: one * other, of)
        case "negated":
            return -of[0]
        case "/":
            return of[0] / of[1]
        case "^":
            return _power(of[0], of[1])
    return _FUNCTIONS[node.operation](*_tensors(of))


def _power(base: Value, exponent: Value) -> Value:
    assert isinstance(exponent, float), "a number, as the reader saw to"
    if exponent == 2.0:
        return base * base
    return base**exponent


def _tensors(of: list[Value]) -> list[Tensor]:
    """Numbers beside tensors, as functions of two take them."""
    like = next(each for each in of if isinstance(each, Tensor))
    return [each if isinstance(each, Tensor) else like.new_tensor(each) for each in of]
