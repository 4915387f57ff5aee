"""Parametrizations and exponents, written out in the documented shapes."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final, cast

from app.api.parametrization.answer import OptimizerName, ParametrizationOut, RolesOut
from solver import Exponents, Parametrization, RoleParametrization, format_exponent

#: Up to this depth every layer is listed; beyond, layers that behave alike share an entry.
LISTED_DEPTH: Final = 64


def parametrization(value: Parametrization | RoleParametrization) -> ParametrizationOut:
    """Exponents as lists; by role where depth is open, or large and all hidden layers equal."""
    if isinstance(value, Parametrization):
        layers = value.layers
        if value.depth <= LISTED_DEPTH or any(layer != layers[1] for layer in layers[2:-1]):
            return _columns(layers)
        value = RoleParametrization(layers[0], layers[1], layers[-1], value.optimizer)
    result: ParametrizationOut = {
        "a": _roles(value, 0),
        "b": _roles(value, 1),
        "c": _roles(value, 2),
    }
    if value.readout.d is not None:
        result["d"] = _roles(value, 3)
    return result


def optimizer_out(value: Parametrization | RoleParametrization) -> OptimizerName:
    """The optimizer: one name, or by role where hidden layers share theirs, or a list."""
    names = value.optimizers
    if len(set(names)) == 1:
        return names[0]
    return cast(OptimizerName, _by_role(names))


def laws_out(value: Parametrization | RoleParametrization) -> dict[str, str] | list[str]:
    """The name of the law by role, or of each layer where hidden layers differ in it."""
    return _by_role([law.name for law in value.laws])


def _by_role(names: Sequence[str]) -> dict[str, str] | list[str]:
    first, *hidden, last = names
    if len(set(hidden)) > 1:
        return list(names)
    return {"input": first, **({"hidden": hidden[0]} if hidden else {}), "readout": last}


def optional_exponent(value: Fraction | None) -> str | None:
    """In canonical spelling; None stays None."""
    return None if value is None else format_exponent(value)


# Layers come back in request after request: write each once.
@lru_cache(maxsize=1 << 12)
def _spelled(exponents: Exponents) -> tuple[str, ...]:
    return tuple(format_exponent(each) for each in exponents if each is not None)


def _columns(layers: Sequence[Exponents]) -> ParametrizationOut:
    spelled = [_spelled(layer) for layer in layers]
    result: ParametrizationOut = {
        "a": [layer[0] for layer in spelled],
        "b": [layer[1] for layer in spelled],
        "c": [layer[2] for layer in spelled],
    }
    if layers[0].d is not None:
        result["d"] = [layer[3] for layer in spelled]
    return result


def _roles(value: RoleParametrization, symbol: int) -> RolesOut:
    first, last = _spelled(value.input)[symbol], _spelled(value.readout)[symbol]
    if value.hidden is None:
        return {"input": first, "readout": last}
    return {"input": first, "hidden": _spelled(value.hidden)[symbol], "readout": last}
