"""Parametrizations as plain values that JSON can hold, under the names that the API gives them."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from solver.exact.exponents import format_exponent
from solver.theory.exponents import Exponents
from solver.theory.parametrization import Parametrization, RoleParametrization

#: Up to this depth every layer is listed; beyond, layers that behave alike share an entry.
LISTED_DEPTH: Final = 64


def plain_parametrization(value: Parametrization | RoleParametrization) -> dict[str, Any]:
    """Exponents as lists; by role where depth is open, or large and all hidden layers equal."""
    if isinstance(value, Parametrization):
        layers = value.layers
        if value.depth <= LISTED_DEPTH or any(layer != layers[1] for layer in layers[2:-1]):
            return _columns(layers)
        value = RoleParametrization(layers[0], layers[1], layers[-1], value.optimizer)
    result = {"a": _roles(value, 0), "b": _roles(value, 1), "c": _roles(value, 2)}
    if value.readout.d is not None:
        result["d"] = _roles(value, 3)
    return result


def plain_optimizer(
    value: Parametrization | RoleParametrization,
) -> str | dict[str, str] | list[str]:
    """The optimizer: one name, or by role where hidden layers share theirs, or a list."""
    names = value.optimizers
    if len(set(names)) == 1:
        return names[0]
    return _by_role(names)


def plain_laws(value: Parametrization | RoleParametrization) -> dict[str, str] | list[str]:
    """The name of the law by role, or of each layer where hidden layers differ in it."""
    return _by_role([law.name for law in value.laws])


def plain_exponent(value: Fraction | None) -> str | None:
    """In canonical spelling; None stays None."""
    return None if value is None else format_exponent(value)


def _by_role(names: Sequence[str]) -> dict[str, str] | list[str]:
    first, *hidden, last = names
    if len(set(hidden)) > 1:
        return list(names)
    return {"input": first, **({"hidden": hidden[0]} if hidden else {}), "readout": last}


# Layers come back in request after request: write each once.
@lru_cache(maxsize=1 << 12)
def _spelled(exponents: Exponents) -> tuple[str, ...]:
    return tuple(format_exponent(each) for each in exponents if each is not None)


def _columns(layers: Sequence[Exponents]) -> dict[str, list[str]]:
    spelled = [_spelled(layer) for layer in layers]
    result = {
        "a": [layer[0] for layer in spelled],
        "b": [layer[1] for layer in spelled],
        "c": [layer[2] for layer in spelled],
    }
    if layers[0].d is not None:
        result["d"] = [layer[3] for layer in spelled]
    return result


def _roles(value: RoleParametrization, symbol: int) -> dict[str, str]:
    first, last = _spelled(value.input)[symbol], _spelled(value.readout)[symbol]
    if value.hidden is None:
        return {"input": first, "readout": last}
    return {"input": first, "hidden": _spelled(value.hidden)[symbol], "readout": last}
