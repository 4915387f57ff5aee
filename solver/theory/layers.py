"""Sets of layers, as people write them: ``2``, ``2..9``, ``2..4, 7``, ``2..L``; named tensors."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, NamedTuple, TypeVar

_Layer = TypeVar("_Layer", bound=Hashable)

# Beyond this, a list of spans says nothing more to a reader.
_MOST_SPANS: Final = 8


class LayerSpan(NamedTuple):
    """Consecutive layers ``first..last``; ``last`` None means "to L, whatever L is".

    ``tensor`` is ``BIAS`` for their biases instead of their weights, or the name of the one tensor
    at this place in a network that is given by tensors.
    """

    first: int
    last: int | None
    tensor: str = ""

    def __str__(self) -> str:
        if self.tensor and self.tensor != BIAS:
            return self.tensor
        if self.last is None:
            text = f"{self.first}..L"
        else:
            text = str(self.first) if self.first == self.last else f"{self.first}..{self.last}"
        return f"{BIAS}.{text}" if self.tensor else text


#: Spans with this name are about biases.  No tensor of a network has it.
BIAS: Final = "bias"


def merged(spans: Iterable[LayerSpan]) -> tuple[LayerSpan, ...]:
    """In order, with adjacent spans joined; weights first, then biases."""
    result: list[LayerSpan] = []
    for span in sorted(spans, key=lambda each: (each.tensor == BIAS, each.first)):
        before = result[-1] if result else None
        if before and before.tensor == span.tensor and before.last == span.first - 1:
            result[-1] = before._replace(last=span.last)
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
            span = LayerSpan(first + start, first + place)
            spans.setdefault(layer, []).append(span)
            start = place + 1
    return {layer: tuple(where) for layer, where in spans.items()}


def describe_layers(spans: Sequence[LayerSpan]) -> str:
    """Such as ``"2"``, ``"2..9"``, ``"2..4, 7"``; long lists are cut short."""
    text = ", ".join(str(span) for span in spans[:_MOST_SPANS])
    if len(spans) > _MOST_SPANS:
        layers = sum(span.last - span.first + 1 for span in spans if span.last is not None)
        text += f", … ({layers} {'tensors' if is_named(spans) else 'layers'})"
    return text


def single_layer(spans: Sequence[LayerSpan]) -> int | None:
    """The layer, where the spans hold exactly one."""
    return spans[0].first if len(spans) == 1 and spans[0].first == spans[0].last else None


def is_named(spans: Sequence[LayerSpan]) -> bool:
    """Whether these are named tensors rather than layers by number."""
    return any(span.tensor and span.tensor != BIAS for span in spans)
