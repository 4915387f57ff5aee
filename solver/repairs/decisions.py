"""What a repair may change: the exponents of a parametrization, as named unknowns.

Hidden layers that are alike share their decisions where they are tied; a learning-rate
exponent given once is one decision.  Decisions may be locked, and have weights: the cost of
a change by 1.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, NamedTuple, get_args

from solver.exact.affine import AffineForm, unknown
from solver.families.family import Family, FamilyBlock, Forms
from solver.theory.exponents import Exponents
from solver.theory.laws import Optimizer
from solver.theory.layers import LayerSpan, describe_layers, grouped, single_layer
from solver.theory.parametrization import Parametrization, RoleParametrization
from solver.theory.roles import Role

Symbol = Literal["a", "b", "c", "d"]
_SYMBOLS: Final[tuple[Symbol, ...]] = get_args(Symbol)


class Selector(NamedTuple):
    """Some exponents, as people name them: ``c``, ``a.1``, ``b.readout``."""

    text: str
    symbol: str
    place: str | None


class Decision(NamedTuple):
    """An exponent that may be changed, at all layers where it is the same decision.

    ``layers`` says which, as it is shown: ``2..9``, ``L+1``; it is empty for a learning-rate
    exponent of all layers.  ``locked`` is the lock in the caller's words, if there is one.
    """

    name: str
    symbol: Symbol
    role: Role | None
    layers: str
    spans: tuple[LayerSpan, ...]
    current: Fraction
    weight: Fraction
    locked: str | None

    @property
    def written(self) -> str:
        """The exponent in the paper's symbols: ``a_4``, ``a_l``, ``b_{L+1}``, ``c``."""
        if self.role is None:
            return self.symbol
        if single_layer(self.spans) or self.layers.isdecimal():
            return f"{self.symbol}_{self.layers}"
        return f"{self.symbol}_{'l' if self.spans else f'{{{self.layers}}}'}"

    @property
    def where(self) -> str:
        """Such as ``" for l = 2..9"``; empty for one layer."""
        return f" for l = {self.layers}" if self.spans and not single_layer(self.spans) else ""


@dataclass(frozen=True)
class Options:
    """What may be changed, and at what cost.

    ``tie_hidden`` changes hidden layers that are alike together; ``one_c`` says that one
    learning-rate exponent stands for all layers.
    """

    locked: tuple[Selector, ...] = ()
    weights: tuple[tuple[Selector, Fraction], ...] = ()
    tie_hidden: bool = True
    one_c: bool = False

    def lock(self, symbol: str, layer: int | None, role: Role) -> str | None:
        """The lock on an exponent, in the caller's words.

        ``layer`` is None for hidden layers of any number.
        """
        names = ((symbol, place) for place in _places(layer, role))
        return next((self._locks[name] for name in names if name in self._locks), None)

    def weight(self, symbol: str, layer: int | None, role: Role) -> Fraction:
        """The weight of an exponent: the most special one that was given."""
        names = ((symbol, place) for place in _places(layer, role))
        return next((self._costs[name] for name in names if name in self._costs), Fraction(1))

    # Deep networks with many locks: each exponent looks for its own by name.

    @cached_property
    def _locks(self) -> dict[tuple[str, str | None], str]:
        return {(each.symbol, each.place): each.text for each in self.locked}

    @cached_property
    def _costs(self) -> dict[tuple[str, str | None], Fraction]:
        return {(each.symbol, each.place): cost for each, cost in self.weights}


def _places(layer: int | None, role: Role) -> tuple[str | None, ...]:
    """What an exponent of a layer may be named by, the most special first."""
    return (*(() if layer is None else (str(layer),)), role.value, None)


class _Layer(NamedTuple):
    """One layer, or all hidden layers of a network of any depth."""

    role: Role
    number: int | None
    exponents: Exponents
    optimizer: Optimizer


class _Group(NamedTuple):
    """What hidden layers must share in order to be changed together."""

    exponents: Exponents
    optimizer: Optimizer
    locks: tuple[bool, ...]
    weights: tuple[Fraction, ...]
    number: int | None


def pose(
    given: Parametrization | RoleParametrization, options: Options
) -> tuple[tuple[Decision, ...], Family]:
    """The decisions about a parametrization, and the family that they span.

    Exponents by role stand for every L >= 2; they must then have hidden ones.
    """
    asked = _Asked(options)
    if isinstance(given, Parametrization):
        depth, readout = given.depth, str(given.depth + 1)
        layers = [
            _Layer(Role.HIDDEN, number, exponents, optimizer)
            for number, (exponents, optimizer) in enumerate(
                list(zip(given.layers, given.optimizers, strict=True))[1:-1], start=2
            )
        ]
        first, last = given.layers[0], given.layers[-1]
        groups = grouped([asked.group(each) for each in layers], first=2)
        end = _Layer(Role.READOUT, depth + 1, last, given.optimizers[-1])
    else:
        assert given.hidden is not None, "there are deeper networks"
        depth, readout, first, last = None, "L+1", given.input, given.readout
        hidden = _Layer(Role.HIDDEN, None, given.hidden, given.optimizers[1])
        groups = {asked.group(hidden): (LayerSpan(2, None),)}
        end = _Layer(Role.READOUT, None, last, given.optimizers[-1])
    entry = _Layer(Role.INPUT, 1, first, given.optimizers[0])
    span = (LayerSpan(1, 1),)
    body = [FamilyBlock(Role.INPUT, span, asked.forms(entry, span, "1"), entry.optimizer)]
    for group, spans in groups.items():
        number = spans[0].first if depth else None
        layer = _Layer(Role.HIDDEN, number, group.exponents, group.optimizer)
        forms = asked.forms(layer, spans, describe_layers(spans))
        body.append(FamilyBlock(Role.HIDDEN, spans, forms, group.optimizer))
    posed = Family(depth, tuple(body), asked.forms(end, (), readout), end.optimizer)
    return tuple(asked.decisions.values()), posed


class _Asked:
    """The decisions, as they come up layer by layer."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.decisions: dict[str, Decision] = {}

    def group(self, layer: _Layer) -> _Group:
        """Hidden layers of one group are changed together."""
        return _Group(
            layer.exponents,
            layer.optimizer,
            tuple(
                self._options.lock(symbol, layer.number, layer.role) is not None
                for symbol in _SYMBOLS
            ),
            tuple(self._options.weight(symbol, layer.number, layer.role) for symbol in _SYMBOLS),
            None if self._options.tie_hidden else layer.number,
        )

    def forms(self, layer: _Layer, spans: tuple[LayerSpan, ...], label: str) -> Forms:
        """The layer's exponents as unknowns."""
        a, b, c, d = (
            None if value is None else self._unknown(symbol, value, layer, spans, label)
            for symbol, value in zip(_SYMBOLS, layer.exponents, strict=True)
        )
        assert a is not None
        assert b is not None
        assert c is not None
        return Forms(a, b, c, d)

    def _unknown(
        self,
        symbol: Symbol,
        value: Fraction,
        layer: _Layer,
        spans: tuple[LayerSpan, ...],
        label: str,
    ) -> AffineForm:
        everywhere = symbol == "c" and self._options.one_c
        name = "c" if everywhere else f"{symbol}_{label}"
        self.decisions[name] = Decision(
            name,
            symbol,
            None if everywhere else layer.role,
            "" if everywhere else label,
            () if everywhere else spans,
            value,
            self._options.weight(symbol, layer.number, layer.role),
            self._options.lock(symbol, layer.number, layer.role),
        )
        return unknown(name)
