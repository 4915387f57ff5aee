"""Places where a label may stand, with what each costs: around a mark, along lines, in a shape."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import cos, hypot, pi, sin
from typing import Final

from app.figures.labels.layout import Candidate, extent
from app.figures.labels.polygons import centre, doubled_area, inside
from app.figures.labels.rectangles import Spot
from app.figures.labels.text import Words

# Distances of a label from its mark that are tried, beyond the first, and directions of it.
_RINGS: Final = (0, 7, 15, 25, 38, 55, 75, 100, 140, 190)
_DIRECTIONS: Final = 16
# Farther than this, a line leads from a label to its mark.
_NEAR: Final = 8
# Of a label from its line, and where along it: the middle first.
_BESIDE: Final = 7.0
_PARTS: Final = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12, 0.88, 0.06, 0.94)
# Places tried across a shape, and up; what it costs to be away from its middle, per point; and
# how far a label keeps from its edges.
_STEPS: Final = 14
_OFF: Final = 0.4
_CLEAR: Final = 3.0


def around(spot: Spot, words: Sequence[Words], clearance: float) -> Iterator[Candidate]:
    """Places around a mark, from near to far, first to its right."""
    box = extent(words, (0.0, 0.0))
    for ring in _RINGS:
        for step in range(_DIRECTIONS):
            # 0, 1, -1, 2, -2, ..: from the right upwards and downwards.
            turn = (step + 1) // 2 * (1 if step % 2 else -1)
            angle = 2 * pi * turn / _DIRECTIONS
            across, up = cos(angle), sin(angle)
            middle = (
                spot[0] + (clearance + ring) * across + box.right * _full(across),
                spot[1] + (clearance + ring) * up + box.top * _full(up),
            )
            lead = spot if ring > _NEAR else None
            yield Candidate(middle, ring + 0.4 * step, lead)


def _full(component: float) -> float:
    """From -1 to 1: a label in a slanting direction has its corner towards the mark."""
    return min(max(1.5 * component, -1.0), 1.0)


def upon(edges: Sequence[tuple[Spot, Spot]]) -> Iterator[Candidate]:
    """Places on lines, from their middle to their ends."""
    for (x, y), (to_x, to_y) in edges:
        for part in _PARTS:
            across, up = part * (to_x - x), part * (to_y - y)
            yield Candidate((x + across, y + up), abs(part - 0.5) * hypot(to_x - x, to_y - y))


def beside(edges: Sequence[tuple[Spot, Spot]], lines: Sequence[Words]) -> Iterator[Candidate]:
    """Places on both sides of lines, from their middle to their ends."""
    box = extent(lines, (0.0, 0.0))
    for start, end in edges:
        across, up = end[0] - start[0], end[1] - start[1]
        long = hypot(across, up)
        for part in _PARTS if long else ():
            for side in (1, -1):
                normal = (side * up / long, -side * across / long)
                away = _BESIDE + abs(normal[0]) * box.right + abs(normal[1]) * box.top
                middle = (
                    start[0] + part * across + away * normal[0],
                    start[1] + part * up + away * normal[1],
                )
                yield Candidate(middle, abs(part - 0.5) * long / 2)


def within(shape: Sequence[Spot], lines: Sequence[Words]) -> Iterator[Candidate]:
    """Places in a convex shape, from its centre outwards."""
    if not doubled_area(shape):
        return
    best = centre(shape)
    across, up = (_evenly([spot[axis] for spot in shape]) for axis in range(2))
    for middle in (best, *product(across, up)):
        if inside(shape, extent(lines, middle).grown(_CLEAR).corners):
            off = abs(middle[0] - best[0]) + abs(middle[1] - best[1])
            yield Candidate(middle, _OFF * off)


def _evenly(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    return [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]
