"""Small pieces of sentences: powers of n, layers, what a layer's vector is called, conditions."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from solver.theory.conditions import Condition
from solver.theory.layers import LayerSpan, describe_layers, is_named, merged, single_layer


def power(exponent: Fraction) -> str:
    """``n^exponent`` as people write it: ``n``, ``n^2``, ``n^(-1/2)``."""
    return _power(exponent.numerator, exponent.denominator)


def extent(slack: Fraction) -> str:
    """``n^(-slack)``: the size of what a condition bounds."""
    return _power(-slack.numerator, slack.denominator)


# The same few come back in request after request.
_MOST_KEPT: Final = 1 << 13


@lru_cache(maxsize=_MOST_KEPT)
def _power(numerator: int, denominator: int) -> str:
    if denominator == 0:  # n^(-inf)
        return "0" if numerator < 0 else "n^inf"
    if denominator != 1:
        return f"n^({numerator}/{denominator})"
    if numerator == 1:
        return "n"
    return f"n^{numerator}" if numerator > 0 else f"n^({numerator})"


def layers(spans: Sequence[LayerSpan]) -> str:
    """``layer 2``, ``layers 2..9``, or the names of tensors: ``q, k and v``."""
    if is_named(spans):
        return describe_layers(spans) if len(spans) > 3 else joined([str(each) for each in spans])
    spans = merged(span._replace(tensor="") for span in spans)
    one = single_layer(spans)
    return f"layer {one}" if one else f"layers {describe_layers(spans)}"


def tensors(spans: Sequence[LayerSpan]) -> str:
    """``the weights of layers 2..9``, ``the bias of layer 1``, or the names of tensors."""
    if is_named(spans):
        return layers(spans)
    parts = []
    weights = [each for each in spans if not each.tensor]
    if weights:
        parts.append(f"the weights of {layers(weights)}")
    if biases := [each for each in spans if each.tensor]:
        one = single_layer(biases) is not None
        parts.append(f"the {'bias' if one else 'biases'} of {layers(biases)}")
    return joined(parts)


def several(spans: Sequence[LayerSpan]) -> bool:
    """Whether these are more than one tensor."""
    return single_layer(spans) is None


def vector(symbol: str, spans: Sequence[LayerSpan]) -> str:
    """``h^2``, ``h^l (l = 2..9)``, or the output of named tensors."""
    if is_named(spans):
        return f"{symbol} after {layers(spans)}"
    spans = merged(span._replace(tensor="") for span in spans)
    one = single_layer(spans)
    return f"{symbol}^{one}" if one else f"{symbol}^l (l = {describe_layers(spans)})"


def joined(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def all_of(statements: Sequence[str]) -> str:
    """``a and b``; where one is itself a choice, ``a and (b or c)``."""
    alone = len(statements) == 1
    return joined([each if alone or " or " not in each else f"({each})" for each in statements])


class Statement(NamedTuple):
    """A condition at some layers: its name, its left-hand side, and all of it in symbols."""

    identifier: str
    form: str
    text: str


def readout_move(readout: str) -> str:
    """How far features move the output through the initial readout: its exponent, in symbols."""
    return f"a_{readout} + b_{readout} + r"


def stated(condition: Condition, spans: Sequence[LayerSpan], readout: str) -> Statement:
    """Such as ``a_l + b_l = 1/2 for l = 2..9``; ``readout`` is the index L+1 as it is shown."""
    if not spans:
        return _stated(condition, "", readout)
    if single_layer(spans) is not None:
        return _stated(condition, str(spans[0]), readout)
    _, form, text = _stated(condition, "l", readout)
    text += f" for l = {describe_layers(spans)}"
    first = spans[0] if spans[0].tensor else spans[0].first
    return Statement(condition.identifier(str(first)), form, text)


@lru_cache(maxsize=_MOST_KEPT)
def _stated(condition: Condition, layer: str, readout: str) -> Statement:
    form = condition.form(layer, readout)
    text = f"{form} {condition.relation} {condition.bound}"
    return Statement(condition.identifier(layer), form, text)
