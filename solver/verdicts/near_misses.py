"""Exponents that narrowly miss a simple fraction on which the verdict turns.

0.3333 is exactly 3333/10000, and conditions such as a_l + b_l = 1/2 are equalities: a
rounded exponent can change a verdict without looking wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from solver.exact.exponents import as_written, format_exponent, nearest_simple, too_coarse
from solver.exact.infinite import INFINITE
from solver.theory.exponents import Exponents
from solver.theory.layers import describe_layers, single_layer
from solver.theory.network import Network
from solver.verdicts.evaluation import evaluate, revise

# Each candidate costs an evaluation; a network with more rounded exponents than this has one
# cause, which the first few show.
_MOST: Final = 8
_READOUT: Final = -1


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An exponent near ``simple``, shared by the layers at these places (body indices)."""

    name: str
    symbol: str
    value: Fraction
    simple: Fraction
    places: tuple[int, ...]


def near_misses(network: Network) -> Iterator[str]:
    """Warnings about rounded exponents that, made simple, change the verdict.

    One for each such exponent; or a single one where it is all of them together that change
    the verdict, or that leave it as it is.
    """
    if not (_rounded(network.readout) or any(_rounded(b.exponents) for b in network.body)):
        return
    evaluation = evaluate(network)
    kind = evaluation.kind
    candidates = list(_candidates(network))
    shown = ", ".join(
        f"{each.name} = {as_written(each.value)} → {format_exponent(each.simple)}"
        for each in candidates[:_MOST]
    ) + (", …" if len(candidates) > _MOST else "")
    alone = [
        (each, found)
        for each in candidates[:_MOST]
        if (found := revise(evaluation, _replaced(network, [each])).kind) != kind
    ]
    together = revise(evaluation, _replaced(network, candidates)).kind
    if len(candidates) > 1 and alone and together == kind:
        yield (
            f"Several exponents are close to simple fractions ({shown}). With all of those "
            f"fractions the verdict stays {kind}; with {alone[0][0].name} alone changed it would "
            f"be {alone[0][1]}."
        )
        return
    for each, found in alone:
        simple = format_exponent(each.simple)
        yield (
            f"{each.name} = {as_written(each.value)} is not {simple}; with {simple} the verdict "
            f"would be {found}."
        )
    if together not in (kind, *(found for _, found in alone)):
        yield (
            f"Several exponents are close to simple fractions ({shown}); with all of those "
            f"fractions the verdict would be {together}."
        )


def _rounded(exponents: Exponents) -> bool:
    return not too_coarse(exponents.integers.denominator) and any(
        each is not None and each is not INFINITE and nearest_simple(each) is not None
        for each in exponents
    )


def _candidates(network: Network) -> Iterator[_Candidate]:
    layers = [(place, block.exponents) for place, block in enumerate(network.body)]
    layers.append((_READOUT, network.readout))
    one_c = len({layer.c for _, layer in layers}) == 1
    for number, symbol in enumerate(Exponents._fields):
        for place, layer in layers:
            value = layer[number]
            simple = None if value is None or value is INFINITE else nearest_simple(value)
            if value is None or simple is None:
                continue
            if symbol == "c" and one_c:
                # One learning-rate exponent for all layers is one decision.
                yield _Candidate("c", symbol, value, simple, tuple(p for p, _ in layers))
                break
            yield _Candidate(_name(network, symbol, place), symbol, value, simple, (place,))


def _name(network: Network, symbol: str, place: int) -> str:
    if place == _READOUT:
        return f"{symbol}_{network.readout_index}"
    spans = network.body[place].spans
    one = single_layer(spans) is not None
    return f"{symbol}_{spans[0]}" if one else f"{symbol}_l (l = {describe_layers(spans)})"


def _replaced(network: Network, candidates: list[_Candidate]) -> Network:
    changes: dict[int, dict[str, Fraction]] = {}
    for candidate in candidates:
        for place in candidate.places:
            changes.setdefault(place, {})[candidate.symbol] = candidate.simple
    body = tuple(
        block._replace(exponents=block.exponents._replace(**changes[place]))
        if place in changes
        else block
        for place, block in enumerate(network.body)
    )
    readout = network.readout
    if _READOUT in changes:
        readout = readout._replace(**changes[_READOUT])
    return network._replace(body=body, readout=readout)
