"""Where words stand: at what they name, and never on one another.  Coordinates are points."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final, NamedTuple

from matplotlib.axes import Axes

from app.figures.drawing import QUIET
from app.figures.labels.rectangles import Rect, Spot
from app.figures.labels.text import Words

# Of a line's height, from its top to the baseline.
_ASCENT: Final = 0.78
# Free space around a label.
_CLEAR: Final = 1.5
# What a leader costs that crosses a line, or words that cross a leader, in points of distance.
_CROSSED_LEADER: Final = 60.0


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
        best, least = None, inf
        for candidate in candidates:
            if candidate.cost < least and (cost := self._cost(words, candidate)) < least:
                best, least = candidate, cost
        if best is not None:
            rect = _taken(words, best)
            self.labels.append(rect)
            if best.lead is not None:
                self.lines.append(Obstacle(rect.nearest(best.lead), best.lead, _CROSSED_LEADER))
        return best

    def _cost(self, words: Sequence[Words], candidate: Candidate) -> float:
        """Infinite where the place is taken."""
        rect = _taken(words, candidate)
        if not rect.within(self.panel) or any(map(rect.overlaps, (*self.marks, *self.labels))):
            return inf
        cost = candidate.cost + sum(each.cost for each in self.lines if each.meets(rect))
        if candidate.lead is not None:
            start = rect.nearest(candidate.lead)
            if any(each.crossed_by(start, candidate.lead) for each in self.labels):
                return inf
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


def _taken(words: Sequence[Words], candidate: Candidate) -> Rect:
    return extent(words, candidate.middle).grown(_CLEAR)


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
            candidate.middle[0], top - _ASCENT * line.height, line.text, ha="center",
            va="baseline", zorder=8, gid=f"{gid}-{number}", **line.look,
        )  # fmt: skip
        top -= line.height
