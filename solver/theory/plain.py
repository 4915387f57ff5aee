"""Parametrizations as plain values that JSON can hold, under the names that the API gives them."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from solver.exact.exponents import format_exponent
from solver.theory.exponents import Exponents
from solver.theory.parametrization import Parametrization, RoleParametrization
from solver.theory.tensors import Described, NamedTensor, TensorParametrization
from solver.theory.wiring import PLAIN, Wiring

#: Up to this depth every layer is listed; beyond, layers that behave alike share an entry.
LISTED_DEPTH: Final = 64


def plain_parametrization(value: Described) -> dict[str, Any]:
    """Exponents as lists; by role where depth is open, or large and all hidden layers equal."""
    if isinstance(value, TensorParametrization):
        return _tensors(value)
    if isinstance(value, Parametrization):
        layers = value.layers
        if value.depth <= LISTED_DEPTH or value.wiring != PLAIN or len(set(layers[1:-1])) > 1:
            return _fields(layers, list, value.wiring, False)
        value = RoleParametrization(layers[0], layers[1], layers[-1], value.optimizer)
    return _fields(value.roles, _by_role, value.wiring, True)


def plain_optimizer(value: Described) -> str | dict[str, str] | list[str]:
    """The optimizer: one name, or by role where hidden layers share theirs, or a list."""
    return plain_names(value.optimizers, isinstance(value, TensorParametrization))


def plain_names(names: Sequence[str], by_tensor: bool) -> str | dict[str, str] | list[str]:
    """One name, or several by role where hidden layers share theirs, or a list."""
    if len(set(names)) == 1:
        return names[0]
    return list(names) if by_tensor else _roles_of(names)


def plain_laws(value: Described) -> dict[str, str] | list[str]:
    """The name of the law by role, or of each layer where hidden layers differ in it."""
    names = [law.name for law in value.laws]
    return names if isinstance(value, TensorParametrization) else _roles_of(names)


def plain_exponent(value: Fraction | None) -> str | None:
    """In canonical spelling; None stays None."""
    return None if value is None else format_exponent(value)


def _roles_of(names: Sequence[str]) -> dict[str, str] | list[str]:
    first, *hidden, last = names
    if len(set(hidden)) > 1:
        return list(names)
    return {"input": first, **({"hidden": hidden[0]} if hidden else {}), "readout": last}


# Layers come back in request after request: write each once.
@lru_cache(maxsize=1 << 12)
def _spelled(exponents: Exponents) -> tuple[str | None, ...]:
    return tuple(plain_exponent(each) for each in exponents)


def _fields(layers: Sequence[Exponents], write: Any, wiring: Wiring, roles: bool) -> dict[str, Any]:
    """The symbols that are given, each written by ``write``, and the wiring."""
    spelled = [_spelled(layer) for layer in layers]
    scale = "epsilon" if wiring.epsilon else "d"
    names = ("a", "b", "c", scale, "weight_decay")
    result = {}
    for name, column in zip(names, zip(*spelled, strict=True), strict=True):
        if column.count(None) < len(column):
            result[name] = write(column)
    if wiring != PLAIN:
        result |= _wiring(wiring, roles)
    return result


def _by_role(column: Sequence[str | None]) -> dict[str, str | None]:
    names = ("input", "readout") if len(column) == 2 else ("input", "hidden", "readout")
    return dict(zip(names, column, strict=True))


def _wiring(wiring: Wiring, roles: bool) -> dict[str, Any]:
    """Biases, residual branches and normalized layers; one entry per body layer, or by role."""

    def written(entries: Sequence[Any]) -> Any:
        return dict(zip(("input", "hidden"), entries, strict=False)) if roles else list(entries)

    result: dict[str, Any] = {}
    if wiring.biases:
        columns = zip(*(_spelled(each.exponents)[:3] for each in wiring.biases), strict=True)
        optimizers = {each.optimizer for each in wiring.biases}
        result["bias"] = {
            **{symbol: written(column) for symbol, column in zip("abc", columns, strict=True)},
            **({"optimizer": optimizers.pop()} if len(optimizers) == 1 else {}),
        }
    if wiring.residual:
        result["residual"] = written(wiring.residual)
    if wiring.normalized:
        result["normalized"] = written(wiring.normalized)
    return result


def _tensors(value: TensorParametrization) -> dict[str, Any]:
    result: dict[str, Any] = {"tensors": [_tensor(each) for each in value.tensors]}
    if value.attention:
        result["attention"] = [
            {**each._asdict(), "scale": format_exponent(each.scale)} for each in value.attention
        ]
    return result


def _tensor(tensor: NamedTensor) -> dict[str, Any]:
    a, b, c, d, w = _spelled(tensor.exponents)
    result: dict[str, Any] = {
        "name": tensor.name,
        "kind": str(tensor.role),
        "optimizer": tensor.optimizer,
        "a": a,
        "b": b,
        "c": c,
    }
    if d is not None and tensor.tied_to is None:
        result["epsilon"] = d
    if w is not None:
        result["weight_decay"] = w
    if tensor.residual:
        result["residual"] = True
    if tensor.normalized:
        result["normalized"] = True
    if tensor.tied_to is not None:
        result["tied_to"] = tensor.tied_to
    return result
