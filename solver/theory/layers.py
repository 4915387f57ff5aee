"""Sets of layers, as people write them: ``2``, ``2..9``, ``2..4, 7``, ``2..L``."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, NamedTuple, TypeVar

_Layer = TypeVar("_Layer", bound=Hashable)

# Beyond this, a list of spans says nothing more to a reader.
_MOST_SPANS: Final = 8


class LayerSpan(NamedTuple):
    """Consecutive layers ``first..last``; ``last`` None means "to L, whatever L is"."""

    first: int
    last: int | None

    def __str__(self) -> str:
        if self.last is None:
            return f"{self.first}..L"
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


def merged(spans: Iterable[LayerSpan]) -> tuple[LayerSpan, ...]:
    """In order, with adjacent spans joined."""
    result: list[LayerSpan] = []
    for span in sorted(spans, key=lambda each: each.first):
        if result and result[-1].last == span.first - 1:
            result[-1] = LayerSpan(result[-1].first, span.last)
        else:
            result.append(span)
    return tuple(result)


def grouped(layers: Sequence[_Layer], first: int) -> dict[_Layer, tuple[LayerSpan, ...]]:
    """The distinct ones of consecutive layers, in order, each with where it occurs.

    ``first`` is the number of the first layer.
    """
    spans: dict[_Layer, list[LayerSpan]] = {}
    start = 0
    for place, layer in enumerate(layers):
        if place + 1 == len(layers) or layers[place + 1] != layer:
            spans.setdefault(layer, []).append(LayerSpan(first + start, first + place))
            start = place + 1
    return {layer: tuple(where) for layer, where in spans.items()}


def describe_layers(spans: Sequence[LayerSpan]) -> str:
    """Such as ``"2"``, ``"2..9"``, ``"2..4, 7"``; long lists are cut short."""
    text = ", ".join(str(span) for span in spans[:_MOST_SPANS])
    if len(spans) > _MOST_SPANS:
        layers = sum(span.last - span.first + 1 for span in spans if span.last is not None)
        text += f", … ({layers} layers)"
    return text


def single_layer(spans: Sequence[LayerSpan]) -> int | None:
    """The layer, where the spans hold exactly one."""
    return spans[0].first if len(spans) == 1 and spans[0].first == spans[0].last else None
