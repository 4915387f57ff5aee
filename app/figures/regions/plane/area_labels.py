"""Words inside of areas: the verdict in its largest area, r in each, where there is room."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Final, NamedTuple

from matplotlib.axes import Axes

from app.figures.labels.layout import Candidate, Layout, Words, extent, write
from app.figures.labels.rectangles import Rect, Spot, doubled_area, inside
from app.figures.regions import words
from app.figures.regions.looks import LOOKS
from app.figures.regions.plane.borders import Area, Border
from solver import Kind

_STEPS: Final = 14
# What it costs to be away from the middle, per point.
_OFF: Final = 0.4
_CLEAR: Final = 3.0


class Shape(NamedTuple):
    """An area on the page."""

    area: Area
    spots: list[Spot]


def ground(shapes: Sequence[Shape], rect: Rect) -> str | None:
    """The colour behind words that stand there; None where there are several."""
    kinds = {
        next((each.area.cell.kind for each in shapes if inside(each.spots, [corner])), None)
        for corner in rect.corners
    }
    if len(kinds) > 1:
        return None
    (kind,) = kinds
    return "white" if kind is None else LOOKS[kind].area


def label_areas(
    axes: Axes, shapes: Sequence[Shape], met: Sequence[Border], layout: Layout, slug: str
) -> None:
    """Label all areas, the largest first; those of one formula that meet have one label."""
    named: set[Kind] = set()
    done: set[int] = set()
    for area, shape in sorted(shapes, key=lambda each: -abs(doubled_area(each.spots))):
        kind = area.cell.kind
        look = LOOKS[kind]
        if area.number in done:
            continue
        verdict = Words(words.verdict(kind), look.inside, True, 8.5)
        rate = Words(words.rate(area.cell), look.inside)
        ways = [(rate,)] if kind in named else [(verdict, rate), (verdict,), (rate,)]
        for lines in ways:
            found = layout.place(lines, _inside(shape, lines))
            if found is not None:
                write(axes, lines, found, f"area-{slug}-{area.number}", ground=look.area)
                named.add(kind)
                done |= _alike(area, met)
                break


def _alike(area: Area, met: Sequence[Border]) -> set[int]:
    """All areas, by number, that are reached from one without a change of the verdict or of r."""
    reached, waiting = {area.number}, [area.number]
    while waiting:
        here = waiting.pop()
        for border in met:
            pair = {border.one.number, border.other.number}
            if here in pair and not (border.of_verdicts or border.of_rates):
                waiting += pair - reached
                reached |= pair
    return reached


def _inside(shape: Sequence[Spot], lines: Sequence[Words]) -> Iterator[Candidate]:
    """Places in a convex shape, from its centre outwards."""
    if not doubled_area(shape):
        return
    centre = _centre(shape)
    across, up = (_evenly([spot[axis] for spot in shape]) for axis in range(2))
    for middle in (centre, *product(across, up)):
        if inside(shape, extent(lines, middle).grown(_CLEAR).corners):
            off = abs(middle[0] - centre[0]) + abs(middle[1] - centre[1])
            yield Candidate(middle, _OFF * off)


def _evenly(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    return [low + (high - low) * step / _STEPS for step in range(_STEPS + 1)]


def _centre(shape: Sequence[Spot]) -> Spot:
    """The centre of gravity: that of the triangles that share the first corner."""
    x, y = shape[0]
    triangles = [(doubled_area((shape[0], *pair)), pair) for pair in pairwise(shape[1:])]
    total = sum(size for size, _ in triangles)
    return (
        sum(size * (x + one[0] + two[0]) for size, (one, two) in triangles) / total / 3,
        sum(size * (y + one[1] + two[1]) for size, (one, two) in triangles) / total / 3,
    )
