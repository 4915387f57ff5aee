"""What a picture shows: a box around all that happens, exact."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from app.figures.regions.shapes import Box, Point, clipped, root, unnamed, vertices
from solver import Survey
from solver.exact import AffineForm, constant

# Parts of the span of all that happens to leave free beyond it: where cells run on, and where
# the bounds end them.
_MARGIN: Final = Fraction(1, 2)
_AT_BOUNDS: Final = Fraction(1, 12)
# Unequal scales are made equal, so that slopes look like what they are, unless one scale is so
# many times the other: then one direction would be squeezed.
_MOST_STRETCHED: Final = Fraction(5, 2)


def view(surveys: Sequence[Survey], aspect: Fraction) -> Box:
    """The box that all panels show; ``aspect`` is a panel's width by its height."""
    unknowns = surveys[0].unknowns
    points = list(dict.fromkeys(point for each in surveys for point in _points(each)))
    spans = [_span([point[axis] for point in points]) for axis in range(len(unknowns))]
    box = _widened(unknowns, spans, [(_MARGIN, _MARGIN)] * len(spans))
    reached = [_reached(surveys, box, axis) for axis in range(len(unknowns))]
    margins = [(_margin(low), _margin(high)) for low, high in reached]
    box = _widened(unknowns, spans, margins)
    return _equal_scales(box, reached, aspect) if len(unknowns) == 2 else box


def marked(survey: Survey) -> list[Point]:
    """Where a named member or the optimum is, and has a mark."""
    places = [each.at for each in survey.landmarks]
    if survey.optimum is not None:
        places.append(survey.optimum.at)
    return [unnamed(survey.unknowns, each) for each in places if each is not None]


def _points(survey: Survey) -> Iterator[Point]:
    """Where something happens: vertices, named members, the optimum, and places on lines."""
    unknowns = survey.unknowns
    sets = [*(each.where for each in survey.cells), *(each.where for each in survey.landmarks)]
    found = [point for where in sets for point in vertices(where, unknowns)]
    found += marked(survey)
    yield from found
    if len(unknowns) == 2:
        # A line that meets no other has no vertex: it is shown where it crosses the axes.
        centre = _centre(found)
        forms = dict.fromkeys(each.form for where in sets for each in where.constraints)
        for form in forms:
            if not any(form.at(dict(zip(unknowns, each, strict=True))) == 0 for each in found):
                yield from _intercepts(form, unknowns, centre)


def _centre(points: Sequence[Point]) -> Point:
    if not points:
        return (Fraction(), Fraction())
    spans = (_span([point[axis] for point in points]) for axis in range(2))
    return tuple((low + high) / 2 for low, high in spans)


def _intercepts(form: AffineForm, unknowns: Sequence[str], centre: Point) -> Iterator[Point]:
    """Where a line crosses the parallels to the axes through the centre."""
    for axis in range(2):
        own, other = unknowns[axis], unknowns[1 - axis]
        if own in form.coefficients:
            place = root(form.replaced(other, constant(centre[1 - axis])), own)
            yield (place, centre[1]) if axis == 0 else (centre[0], place)


def _span(coordinates: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    low, high = min(coordinates, default=Fraction()), max(coordinates, default=Fraction())
    return low, high


def _widened(
    unknowns: tuple[str, ...],
    spans: Sequence[tuple[Fraction, Fraction]],
    margins: Sequence[tuple[Fraction, Fraction]],
) -> Box:
    """The spans with margins; a single place stands in the middle of two units."""
    ends = [
        (low - room * below, high + room * above) if (room := high - low) else (low - 1, high + 1)
        for (low, high), (below, above) in zip(spans, margins, strict=True)
    ]
    return Box(unknowns, tuple(low for low, _ in ends), tuple(high for _, high in ends))


def _margin(reached: bool) -> Fraction:
    return _MARGIN if reached else _AT_BOUNDS


def _reached(surveys: Sequence[Survey], box: Box, axis: int) -> tuple[bool, bool]:
    """Whether cells run on beyond the low, and beyond the high side."""
    shown = {
        point[axis]
        for survey in surveys
        for cell in survey.cells
        for point in clipped(box.corners, cell.where, box.unknowns)
    }
    return box.low[axis] in shown, box.high[axis] in shown


def _equal_scales(box: Box, reached: Sequence[tuple[bool, bool]], aspect: Fraction) -> Box:
    """The box made wider or higher, to the sides where there is something to be seen."""
    width, height = (high - low for low, high in zip(box.low, box.high, strict=True))
    by_height = width / height / aspect
    axis, factor = (1, by_height) if by_height > 1 else (0, 1 / by_height)
    if factor > _MOST_STRETCHED or not any(reached[axis]):
        return box
    lacking = (factor - 1) * (height if axis == 1 else width)
    below, above = reached[axis]
    low, high = list(box.low), list(box.high)
    if below:
        low[axis] -= lacking / 2 if above else lacking
    if above:
        high[axis] += lacking / 2 if below else lacking
    return box._replace(low=tuple(low), high=tuple(high))
