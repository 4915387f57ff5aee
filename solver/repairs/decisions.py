"""What a repair may change: the exponents of a parametrization, as named unknowns.

Hidden layers that are alike share their decisions where they are tied, and so do exponents that
the caller ties; a learning-rate exponent given once is one decision.  Decisions may be locked, and
have weights: the cost of a change by 1.  Infinite exponents are facts, not decisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, NamedTuple, get_args

from solver.exact.affine import AffineForm, constant, unknown
from solver.exact.infinite import INFINITE
from solver.families.family import Family, FamilyBlock, Forms
from solver.theory.exponents import Exponents
from solver.theory.layers import BIAS, LayerSpan, describe_layers, is_named, merged, single_layer
from solver.theory.network import Block, Network
from solver.theory.parametrization import RoleParametrization
from solver.theory.roles import Role
from solver.theory.tensors import Described, TensorParametrization

Symbol = Literal["a", "b", "c", "d", "w"]
_SYMBOLS: Final[tuple[Symbol, ...]] = get_args(Symbol)


class Selector(NamedTuple):
    """Some exponents, as people name them: ``c``, ``a.1``, ``b.readout``, ``c.lm_head``."""

    text: str
    symbol: str
    place: str | None


class Decision(NamedTuple):
    """An exponent that may be changed, at all tensors where it is the same decision.

    ``layers`` says which, as it is shown: ``2..9``, ``L+1``; it is empty for a learning-rate
    exponent of all layers.  ``locked`` is the lock in the caller's words, if there is one.
    ``tied`` names, as the caller does, the exponents that are this decision too.
    """

    name: str
    symbol: Symbol
    role: Role | None
    layers: str
    spans: tuple[LayerSpan, ...]
    current: Fraction
    weight: Fraction
    locked: str | None
    tied: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """The exponent in the paper's symbols: ``a_4``, ``a_l``, ``b_{L+1}``, ``c``."""
        if self.tied:
            return " = ".join(self.tied)
        if self.role is None:
            return self.symbol
        if single_layer(self.spans) or self.layers.isdecimal() or is_named(self.spans):
            return f"{self.symbol}_{self.layers}"
        if not self.spans and self.layers != "L+1":
            return f"{self.symbol}_{self.layers}"
        return f"{self.symbol}_{'l' if self.spans else f'{{{self.layers}}}'}"

    @property
    def where(self) -> str:
        """Such as ``" for l = 2..9"``; empty for one layer."""
        alone = single_layer(self.spans) or is_named(self.spans) or self.tied
        return f" for l = {self.layers}" if self.spans and not alone else ""


@dataclass(frozen=True)
class Options:
    """What may be changed, and at what cost.

    ``tie_hidden`` changes hidden layers that are alike together; ``one_c`` says that one
    learning-rate exponent stands for all layers.  Exponents of each of ``ties`` change together.
    """

    locked: tuple[Selector, ...] = ()
    weights: tuple[tuple[Selector, Fraction], ...] = ()
    tie_hidden: bool = True
    one_c: bool = False
    ties: tuple[tuple[Selector, ...], ...] = ()

    def lock(self, symbol: str, places: Sequence[str]) -> str | None:
        """The lock on an exponent, in the caller's words; see ``places_of``."""
        names = ((symbol, place) for place in (*places, None))
        return next((self._locks[name] for name in names if name in self._locks), None)

    def weight(self, symbol: str, places: Sequence[str]) -> Fraction:
        """The weight of an exponent: the most special one that was given."""
        names = ((symbol, place) for place in (*places, None))
        return next((self._costs[name] for name in names if name in self._costs), Fraction(1))

    def tie(self, symbol: str, places: Sequence[str]) -> tuple[str, ...]:
        """The exponents that an exponent is tied to, in the caller's words, itself among them."""
        names = ((symbol, place) for place in (*places, None))
        return next((self._tied[name] for name in names if name in self._tied), ())

    # Deep networks with many locks: each exponent looks for its own by name.

    @cached_property
    def _locks(self) -> dict[tuple[str, str | None], str]:
        return {(each.symbol, each.place): each.text for each in self.locked}

    @cached_property
    def _costs(self) -> dict[tuple[str, str | None], Fraction]:
        return {(each.symbol, each.place): cost for each, cost in self.weights}

    @cached_property
    def _tied(self) -> dict[tuple[str, str | None], tuple[str, ...]]:
        return {
            (each.symbol, each.place): tuple(other.text for other in tie)
            for tie in self.ties
            for each in tie
        }


def places_of(block: Block | None, depth: int | None, readout: str) -> tuple[str, ...]:
    """What an exponent of a tensor may be named by, the most special first.

    ``block`` is None for the readout, whose name or number is ``readout``.
    """
    if block is None:
        return (readout, Role.READOUT.value)
    (span,) = block.spans
    if is_named((span,)):
        return (span.tensor, block.role.value)
    number = () if depth is None else (str(span.first),)
    if span.tensor == BIAS:
        return (*(f"{BIAS}.{each}" for each in number), BIAS)
    return (*number, block.role.value)


class _Group(NamedTuple):
    """What tensors must share in order to be changed together."""

    alike: Block
    locks: tuple[bool, ...]
    weights: tuple[Fraction, ...]
    ties: tuple[tuple[str, ...], ...]
    alone: tuple[LayerSpan, ...]


def pose(given: Described, options: Options) -> tuple[tuple[Decision, ...], Family]:
    """The decisions about a parametrization, and the family that they span.

    Exponents by role stand for every L >= 2; they must then have hidden ones.
    """
    network = _every_tensor(given)
    asked = _Asked(_with_tied_readout(options, given), network)
    groups: dict[_Group, list[Block]] = {}
    for block in network.body:
        groups.setdefault(asked.group(block), []).append(block)
    body = []
    for alike in groups.values():
        first = alike[0]
        spans = merged(span for block in alike for span in block.spans)
        forms = asked.forms(first, first.exponents, spans, describe_layers(spans))
        body.append(
            FamilyBlock(
                first.role,
                spans,
                forms,
                first.optimizer,
                first.residual,
                first.normalized,
                first.attended,
            )
        )
    label = network.readout_index.strip("{}")
    readout = asked.forms(None, network.readout, (), label)
    posed = Family(network.depth, tuple(body), readout, *network[3:])
    return tuple(asked.decisions.values()), posed


def _with_tied_readout(options: Options, given: Described) -> Options:
    """With what an embedding and the readout that is tied to it share."""
    if not isinstance(given, TensorParametrization) or given.readout.tied_to is None:
        return options
    names = (given.readout.tied_to, given.readout.name)
    shared = tuple(
        tuple(Selector(f"{symbol}.{name}", symbol, name) for name in names) for symbol in "bcd"
    )
    ties = list(options.ties)
    for tie in shared:
        touching = [each for each in ties if set(each) & set(tie)]
        ties = [each for each in ties if each not in touching]
        ties.append(tuple(dict.fromkeys((*tie, *(one for each in touching for one in each)))))
    return replace(options, ties=tuple(ties))


def _every_tensor(given: Described) -> Network:
    if not isinstance(given, RoleParametrization):
        return given.spelled_out()
    network = given.every_deeper_network()
    assert network is not None, "there are deeper networks"
    return network


class _Asked:
    """The decisions, as they come up tensor by tensor."""

    def __init__(self, options: Options, network: Network) -> None:
        self._options = options
        self._network = network
        self.decisions: dict[str, Decision] = {}

    def group(self, block: Block) -> _Group:
        """Tensors of one group are changed together."""
        places, options = self._places(block), self._options
        together = options.tie_hidden and block.role in (Role.HIDDEN, Role.VECTOR)
        return _Group(
            block._replace(spans=()),
            tuple(options.lock(symbol, places) is not None for symbol in _SYMBOLS),
            tuple(options.weight(symbol, places) for symbol in _SYMBOLS),
            tuple(options.tie(symbol, places) for symbol in _SYMBOLS),
            () if together else block.spans,
        )

    def forms(
        self,
        block: Block | None,
        exponents: Exponents,
        spans: tuple[LayerSpan, ...],
        label: str,
    ) -> Forms:
        """The exponents as unknowns; ``block`` is None for the readout."""
        a, b, c, d, w = (
            None if value is None else self._unknown(symbol, value, block, spans, label)
            for symbol, value in zip(_SYMBOLS, exponents, strict=True)
        )
        assert a is not None
        assert b is not None
        assert c is not None
        return Forms(a, b, c, d, w)

    def _unknown(
        self,
        symbol: Symbol,
        value: Fraction,
        block: Block | None,
        spans: tuple[LayerSpan, ...],
        label: str,
    ) -> AffineForm:
        if value == INFINITE:
            return constant(INFINITE)
        places, options = self._places(block), self._options
        bias = block is not None and block.role is Role.VECTOR
        everywhere = symbol == "c" and options.one_c and not bias
        tie = options.tie(symbol, places)
        name = "c" if everywhere else f"{symbol}_{label}"
        if tie and not everywhere:
            name = "=".join(tie)
        role = Role.READOUT if block is None else block.role
        lock = options.lock(symbol, places)
        known = self.decisions.get(name)
        if known is not None and tie:  # the same decision, met at another tensor
            lock = lock or known.locked
            spans, label = merged([*known.spans, *spans]), f"{known.layers}, {label}"
            role = known.role or role
        self.decisions[name] = Decision(
            name,
            symbol,
            None if everywhere else role,
            "" if everywhere else label,
            () if everywhere else spans,
            value,
            options.weight(symbol, places),
            lock,
            () if everywhere else tie,
        )
        return unknown(name)

    def _places(self, block: Block | None) -> tuple[str, ...]:
        network = self._network
        return places_of(block, network.depth, network.readout_index)
