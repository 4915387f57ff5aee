"""Where words stand: at what they name, and never on one another.  Coordinates are points."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import cos, pi, sin
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from app.figures.drawing import INK, QUIET, SMALL
from app.figures.labels.rectangles import Rect, Spot

_LINE_HEIGHT: Final = 1.25
# Of a line's height, from its top to the baseline.
_ASCENT: Final = 0.78
# Free space around a label.
_CLEAR: Final = 1.5
# What a leader costs that crosses a line, or words that cross a leader, in points of distance.
_CROSSED_LEADER: Final = 60.0
# Distances of a label from its mark that are tried, beyond the first, and directions of it.
_RINGS: Final = (0, 7, 15, 25, 38, 55, 75, 100, 140, 190)
_DIRECTIONS: Final = 16
# Farther than this, a line leads from a label to its mark.
_NEAR: Final = 8


class Words(NamedTuple):
    """One line of a label."""

    text: str
    colour: str = INK
    bold: bool = False
    size: float = SMALL

    @property
    def width(self) -> float:
        """In points."""
        return _width(self.text, self.size, self.bold)

    @property
    def height(self) -> float:
        """In points, with the space between lines."""
        return self.size * _LINE_HEIGHT


# The same words are measured for many places.
@lru_cache(maxsize=1 << 10)
def _width(text: str, size: float, bold: bool) -> float:
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


class Candidate(NamedTuple):
    """A place for a label's middle; its cost; and where a line leads to, if that is needed."""

    middle: Spot
    cost: float = 0.0
    lead: Spot | None = None


class Obstacle(NamedTuple):
    """A segment not to be written upon, if crossing it costs more than going elsewhere.

    ``half`` is half its width.
    """

    start: Spot
    end: Spot
    cost: float
    half: float = 0.0

    def meets(self, rect: Rect) -> bool:
        """Whether it would run into words there."""
        return rect.grown(self.half).crossed_by(self.start, self.end)


@dataclass
class Layout:
    """What is taken in a panel: by marks and labels, where no label goes; and by lines."""

    panel: Rect
    marks: list[Rect] = field(default_factory=list)
    labels: list[Rect] = field(default_factory=list)
    lines: list[Obstacle] = field(default_factory=list)

    def place(self, words: Sequence[Words], candidates: Iterable[Candidate]) -> Candidate | None:
        """Take the cheapest place that is free; None where none is."""
        best: tuple[float, Candidate, Rect] | None = None
        for candidate in candidates:
            if best is None or candidate.cost < best[0]:
                rect = extent(words, candidate.middle).grown(_CLEAR)
                cost = self._cost(rect, candidate)
                if cost is not None and (best is None or cost < best[0]):
                    best = cost, candidate, rect
        if best is None:
            return None
        _, candidate, rect = best
        self.labels.append(rect)
        if candidate.lead is not None:
            start = rect.nearest(candidate.lead)
            self.lines.append(Obstacle(start, candidate.lead, _CROSSED_LEADER))
        return candidate

    def _cost(self, rect: Rect, candidate: Candidate) -> float | None:
        if not rect.within(self.panel) or any(map(rect.overlaps, (*self.marks, *self.labels))):
            return None
        cost = candidate.cost
        cost += sum(each.cost for each in self.lines if each.meets(rect))
        if candidate.lead is not None:
            start = rect.nearest(candidate.lead)
            if any(each.crossed_by(start, candidate.lead) for each in self.labels):
                return None
            cost += _CROSSED_LEADER * sum(
                each.crossed_by(start, candidate.lead)
                for each in self.marks
                if each.nearest(candidate.lead) != candidate.lead
            )
        return cost


def extent(words: Sequence[Words], middle: Spot) -> Rect:
    """What a label takes."""
    width, height = max(each.width for each in words), sum(each.height for each in words)
    x, y = middle
    return Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


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


def write(
    axes: Axes,
    words: Sequence[Words],
    candidate: Candidate,
    gid: str,
    *,
    ground: str | None = None,
    opaque: bool = True,
) -> None:
    """Write a label, on a ground of a colour, and draw the line that leads from it."""
    rect = extent(words, candidate.middle)
    if candidate.lead is not None:
        (x, y), (to_x, to_y) = rect.nearest(candidate.lead), candidate.lead
        axes.plot([x, to_x], [y, to_y], color=QUIET, linewidth=0.6, zorder=5.5, gid=f"lead-{gid}")
    if ground is not None:
        axes.fill(
            [rect.left - 1, rect.right + 1, rect.right + 1, rect.left - 1],
            [rect.bottom, rect.bottom, rect.top, rect.top],
            color=ground, alpha=1.0 if opaque else 0.8, linewidth=0, zorder=5.6,
        )  # fmt: skip
    top = rect.top
    for number, line in enumerate(words):
        axes.text(
            candidate.middle[0], top - _ASCENT * line.height, line.text, color=line.colour,
            fontsize=line.size, fontweight="bold" if line.bold else "normal", ha="center",
            va="baseline", parse_math=False, zorder=8, gid=f"{gid}-{number}",
        )  # fmt: skip
        top -= line.height


def wrapped(words: Words, width: float, most: int) -> list[str]:
    """The text in lines of at most this width, and at most so many."""
    lines: list[str] = []
    for part in words.text.split(" "):
        longer = f"{lines[-1]} {part}" if lines else part
        if lines and words._replace(text=longer).width <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]
