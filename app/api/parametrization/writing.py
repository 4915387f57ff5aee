"""Parametrizations and exponents, written out in the documented shapes."""

from fractions import Fraction
from typing import cast

from app.api.parametrization.answer import OptimizerName, ParametrizationOut
from solver import Described
from solver.theory import plain_exponent, plain_optimizer, plain_parametrization


def parametrization(value: Described) -> ParametrizationOut:
    """Exponents as lists; by role where depth is open, or large and all hidden layers equal."""
    return cast(ParametrizationOut, plain_parametrization(value))


def optimizer_out(value: Described) -> OptimizerName:
    """The optimizer: one name, or by role where hidden layers share theirs, or a list."""
    return cast(OptimizerName, plain_optimizer(value))


def optional_exponent(value: Fraction | None) -> str | None:
    """In canonical spelling; None stays None."""
    return plain_exponent(value)
