"""Parametrizations, written out in the documented shape."""

from typing import cast

from app.api.parametrization.answer import ParametrizationOut
from solver import Described
from solver.theory import plain_parametrization


def parametrization(value: Described) -> ParametrizationOut:
    """Exponents as lists; by role where depth is open, or large and all hidden layers equal."""
    return cast(ParametrizationOut, plain_parametrization(value))
