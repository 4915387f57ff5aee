"""How two parametrizations differ, as a person would say it.

Both are written with the multipliers of the first (by the gauge, layer by layer).  What then
differs is how weights are initialized and how fast they train.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from solver.theory.layers import LayerSpan, grouped, single_layer
from solver.theory.parametrization import Parametrization
from solver.theory.wording import joined, layers, power


def differences_in_words(first: Parametrization, second: Parametrization) -> str:
    """One sentence; both have the same depth and the same law in each layer."""
    start: list[Fraction] = []
    rate: list[Fraction] = []
    scale: list[Fraction] = []
    for mine, theirs, law in zip(first.layers, second.layers, first.laws, strict=True):
        same_a = theirs.shifted(mine.a - theirs.a, law)
        start.append(mine.b - same_a.b)
        rate.append(mine.c - same_a.c)
        scale.append((same_a.d or Fraction()) - (mine.d or Fraction()))
    parts = [
        _part(start, lambda where, how: f"initializes the weights of {where} {how}"),
        _part(rate, lambda where, how: f"trains {where} with a learning rate {how}"),
        _part(scale, lambda where, how: f"takes gradients of {where} {how}"),
    ]
    said = joined([each for each in parts if each])
    if not said:  # d given in one of them and not in the other
        return "They differ in the gradient scales d alone."
    if not any(start):
        return f"They are the same network at initialization; the second {said}."
    return f"The second {said}."


def _part(powers: Sequence[Fraction], say: Callable[[str, str], str]) -> str:
    readout = len(powers)
    found = []
    for exponent, spans in grouped(list(powers), first=1).items():
        if exponent:
            factor = power(abs(exponent))
            how = f"{factor} times {'larger' if exponent > 0 else 'smaller'}"
            found.append(say(_where(spans, readout), how))
    return joined(found)


def _where(spans: Sequence[LayerSpan], readout: int) -> str:
    body = [LayerSpan(s.first, min(s.last or s.first, readout - 1)) for s in spans]
    body = [each for each in body if each.last is not None and each.first <= each.last]
    names = [layers(body)] if body else []
    if any(span.last == readout for span in spans):
        names.append("the readout")
    return "every layer" if single_layer(spans) is None and _all(spans, readout) else joined(names)


def _all(spans: Sequence[LayerSpan], readout: int) -> bool:
    return len(spans) == 1 and spans[0] == LayerSpan(1, readout)
