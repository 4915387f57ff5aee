"""The gallery's members on a number line: marks on it, and their names above."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from matplotlib.axes import Axes

from app.figures.drawing import INK, QUIET
from app.figures.labels.layout import Candidate, write
from app.figures.labels.text import Words
from app.figures.regions.frame import Frame
from app.figures.regions.line.intervals import Interval, covers, interval
from app.figures.regions.looks import STRETCH
from solver import Survey

# Heights of the first row of names, and of each above it, and what is left free between names.
_FIRST: Final = 13.0
_ROW: Final = 11.0
_GAP: Final = 5.0
# How far names may reach beyond the ends of the number line.
_BEFORE: Final = 60.0
_BEHIND: Final = 8.0


class Name(NamedTuple):
    """A name, where it stands, and what it names: from where to where, or one place."""

    text: str
    start: float
    end: float
    left: float
    row: int = 0

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + Words(self.text).width

    @property
    def height(self) -> float:
        """Of its middle, above the number line."""
        return _FIRST + _ROW * self.row

    def over(self, other: "Name") -> bool:
        """Whether the line that leads to another name would run into this one."""
        return self.left - _GAP < other.start < self.right + _GAP


class GalleryLane(NamedTuple):
    """All names."""

    names: tuple[Name, ...]

    @property
    def stretched(self) -> bool:
        """Whether some members are lines."""
        return any(each.start != each.end for each in self.names)

    @property
    def height(self) -> float:
        """What they take above the number line."""
        return max((each.height + _ROW for each in self.names), default=_GAP)


def gallery_lane(survey: Survey, cells: Sequence[Interval], frame: Frame) -> GalleryLane:
    """Find a place for every name; what covers all cells is left out."""
    (unknown,) = survey.unknowns
    points: dict[Fraction, list[str]] = {}
    stretches: list[tuple[str, Interval]] = []
    for landmark in survey.landmarks:
        where = interval(landmark.where, unknown)
        if landmark.at is not None:
            points.setdefault(landmark.at[unknown], []).append(landmark.name)
        elif not covers(where, cells):
            stretches.append((landmark.name, where))
    marks = [(frame.along(0, each), ", ".join(points[each])) for each in sorted(points)]
    names = _points(marks, frame.width)
    row = max((each.row + 1 for each in names), default=0)
    names += _stretches(stretches, row, frame)
    return GalleryLane(tuple(names))


def _points(marks: Sequence[tuple[float, str]], width: float) -> list[Name]:
    """Over their marks; else beside the lines that lead to them, like flags, all on one side."""
    sides: tuple[Callable[[float, float], float], ...] = (
        lambda x, long: x - long / 2,
        lambda x, _: x - 2,
        lambda x, long: x - long + 2,
        lambda x, long: min(max(x - long / 2, -_BEFORE), width + _BEHIND - long),
    )
    names: list[Name] = []
    for number, side in enumerate(sides):
        names = [Name(text, x, x, side(x, Words(text).width)) for x, text in marks]
        if number == 2:
            names.reverse()
        names = _in_rows(names)
        fit = all(each.left >= -_BEFORE and each.right <= width + _BEHIND for each in names)
        if fit and (number > 0 or not any(each.row for each in names)):
            break
    return names


def _in_rows(names: Sequence[Name]) -> list[Name]:
    """Names above all the lines that they are in the way of; given in their flags' direction."""
    placed: list[Name] = []
    for name in reversed(names):
        beneath = (
            other.row + 1
            for other in placed
            if name.over(other)
            or (name.left < other.right + _GAP and other.left < name.right + _GAP)
        )
        placed.append(name._replace(row=max(beneath, default=0)))
    return placed


def _stretches(stretches: Sequence[tuple[str, Interval]], row: int, frame: Frame) -> Iterator[Name]:
    """A row for each, with the name on its line, or behind it where the line is short."""
    for number, (text, where) in enumerate(stretches):
        low, high = where.within(frame.box.low[0], frame.box.high[0])
        start, end = frame.along(0, low), frame.along(0, high)
        width = Words(text).width
        left = (start + end - width) / 2
        if end - start < width + 3 * _GAP:
            left = end + _GAP if end + _GAP + width < frame.width else start - _GAP - width
        yield Name(text, start, end, left, row + number)


def draw_gallery(axes: Axes, lane: GalleryLane, slug: str) -> float:
    """Draw it, and give its height."""
    for name in lane.names:
        gid = f"landmark-{slug}-{name.text}"
        if name.start == name.end:
            axes.plot(
                [name.start] * 2, [0, name.height - 4], color=QUIET, linewidth=0.6, zorder=2.2
            )
            axes.plot(
                [name.start], [0], marker="D", markersize=5.5, color=INK, linestyle="none",
                markeredgecolor="white", markeredgewidth=0.8, zorder=6, clip_on=False, gid=gid,
            )  # fmt: skip
        else:
            ends = [name.start, name.end]
            axes.plot(ends, [name.height] * 2, zorder=2.2, gid=gid, **STRETCH)
        middle = ((name.left + name.right) / 2, name.height)
        write(
            axes, (Words(name.text),), Candidate(middle), f"name-{slug}-{name.text}", ground="white"
        )
    return lane.height
