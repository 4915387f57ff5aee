"""Words inside of areas: the verdict in its largest area, r in each, where there is room."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from app.figures.labels.layout import Layout, write
from app.figures.labels.places import within
from app.figures.labels.polygons import doubled_area, inside
from app.figures.labels.rectangles import Rect, Spot
from app.figures.labels.text import Words
from app.figures.regions import words
from app.figures.regions.looks import LOOKS
from app.figures.regions.plane.borders import Area, Border
from solver import Kind


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
            found = layout.place(lines, within(shape, lines))
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
