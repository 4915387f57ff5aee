"""Small pieces of sentences: powers of n, layers, and what a layer's vector is called."""

from collections.abc import Sequence
from fractions import Fraction

from solver.spans import LayerSpan, describe_layers, single_layer


def power(exponent: Fraction) -> str:
    """``n^exponent`` as people write it: ``n``, ``n^2``, ``n^(-1/2)``."""
    if exponent == 1:
        return "n"
    plain = exponent.denominator == 1 and exponent > 0
    return f"n^{exponent}" if plain else f"n^({exponent})"


def layers(spans: Sequence[LayerSpan]) -> str:
    """``layer 2`` or ``layers 2..9``."""
    one = single_layer(spans)
    return f"layer {one}" if one else f"layers {describe_layers(spans)}"


def vector(symbol: str, spans: Sequence[LayerSpan]) -> str:
    """``h^2`` or ``h^l (l = 2..9)``."""
    one = single_layer(spans)
    return f"{symbol}^{one}" if one else f"{symbol}^l (l = {describe_layers(spans)})"


def joined(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
