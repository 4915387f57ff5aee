"""What a picture shows: panels, their lines, their guides, and the frame around them.

Everything is in logarithms, log2 of the width and log10 of the size: there the predicted
slopes are straight lines, and no size that a float can hold is too large or too small to draw.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, log10
from typing import Final

import numpy as np
import numpy.typing as npt

from app.experiment.report import CheckResult, Outcome, QuantityReport
from solver.exact import INFINITE
from solver.theory import QUANTITIES, Quantity

Array = npt.NDArray[np.float64]

#: log10 of the size per log2 of the width: the slope in the picture of what grows like n.
DECADES_PER_DOUBLING: Final = log10(2)

_OF_BODY: Final = ("h", "x", "delta_h", "delta_x", "update")
_GRAVEST_FIRST: Final[tuple[Outcome, ...]] = ("off", "undetermined", "explained", "agrees")
# With at most this many steps all are drawn.
_MOST_STEPS: Final = 5
# More bands than this would cover one another.
_MOST_BANDS: Final = 8
# No panel shows fewer decades: small differences should look small, and two powers of ten fit in.
_FEWEST_DECADES: Final = 2.2
# Guides, and lines without a prediction, may stretch a panel by this many decades at each end,
# or by as many as it has: a network that explodes must not flatten the lines to be compared.
_STRETCH: Final = 3.0
# Parts of a panel to leave free beyond the outermost lines, and guides with their labels.
_ROOM: Final = 0.08
_ROOM_FOR_LABEL: Final = 0.21


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity at one layer and step, at widths ``x``.

    ``middle``, ``low`` and ``high`` are log10 of the sizes' median and quartiles: -inf where they
    are zero, NaN where networks blew up.
    """

    report: QuantityReport
    x: Array
    middle: Array
    low: Array
    high: Array

    @property
    def layer(self) -> int:
        """The layer; L+1 for what belongs to the output."""
        return self.report["layer"]

    @property
    def step(self) -> int:
        """How many steps the networks have been trained."""
        return self.report["step"]

    @property
    def exponent(self) -> Fraction | None:
        """The predicted exponent e of n^-e; None where theory predicts nothing, or zero."""
        spelled = self.report["predicted_exponent"]
        return None if spelled in (None, str(INFINITE)) else Fraction(spelled)

    @property
    def outcome(self) -> Outcome | None:
        """Why the line is what it is, in a word; None where theory predicts nothing."""
        return self.report["outcome"]

    @property
    def wrong(self) -> bool:
        """Whether the slope speaks against the theory."""
        return self.outcome == "off"

    @property
    def error(self) -> float:
        """How far the measured exponent is from the predicted one; infinite if unknown."""
        measured, exponent = self.report["measured_exponent"], self.exponent
        return inf if measured is None or exponent is None else abs(measured - float(exponent))

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """At which widths there is a size with a logarithm."""
        return np.isfinite(self.middle)


@dataclass(frozen=True, slots=True)
class Guide:
    """The line y = ``level`` - e x of the size n^-e, above or below the lines it is for."""

    exponent: Fraction
    level: float
    above: bool

    @property
    def slope(self) -> float:
        """In decades per doubling of the width."""
        return -float(self.exponent) * DECADES_PER_DOUBLING

    def at(self, x: Array) -> Array:
        """log10 of the size at these log2 of widths."""
        return self.level + self.slope * x


@dataclass(frozen=True, slots=True)
class Panel:
    """One quantity: all its lines, and those of them that are drawn."""

    quantity: Quantity
    lines: tuple[Line, ...]
    drawn: tuple[Line, ...]

    @property
    def compared(self) -> tuple[Line, ...]:
        """The lines that were compared with a prediction."""
        return tuple(line for line in self.lines if line.outcome is not None)

    @property
    def wrong(self) -> tuple[Line, ...]:
        """The lines that theory does not explain."""
        return tuple(line for line in self.lines if line.wrong)

    @property
    def mark(self) -> Outcome | None:
        """The gravest outcome of its lines: that of the panel; None where nothing is compared."""
        outcomes = {line.outcome for line in self.lines}
        return next((each for each in _GRAVEST_FIRST if each in outcomes), None)

    @property
    def exponents(self) -> tuple[Fraction, ...]:
        """The distinct predicted exponents."""
        return tuple(sorted({line.exponent for line in self.lines if line.exponent is not None}))


def panels(result: CheckResult) -> list[Panel]:
    """A panel for each quantity of the result, in the usual order."""
    steps = drawn_steps(result)
    found: dict[Quantity, list[Line]] = {}
    for report in result["quantities"]:
        found.setdefault(report["quantity"], []).append(_line(report, result["widths"]))
    return [_panel(each, found[each], steps) for each in QUANTITIES if each in found]


def drawn_steps(result: CheckResult) -> list[int]:
    """All steps if they are few; otherwise initialization, the first two, and the last."""
    steps = sorted({report["step"] for report in result["quantities"]})
    return steps if len(steps) <= _MOST_STEPS else [*steps[:3], steps[-1]]


def depth(result: CheckResult) -> int:
    """L, the number of hidden layers."""
    layers = (r["layer"] for r in result["quantities"] if r["quantity"] in _OF_BODY)
    return max(layers, default=0)


def _panel(quantity: Quantity, lines: Sequence[Line], steps: Sequence[int]) -> Panel:
    drawn = [line for line in lines if line.step in steps]
    wrong = [line for line in lines if line.wrong]
    if wrong and not any(line in drawn for line in wrong):
        drawn.append(max(wrong, key=lambda line: line.error))  # a disagreement is never hidden
    return Panel(quantity, tuple(lines), tuple(drawn))


def _line(report: QuantityReport, widths: Sequence[int]) -> Line:
    spreads = [(np.nan,) * 3 if spread is None else spread for spread in report["sizes"]]
    with np.errstate(divide="ignore"):
        middle, low, high = np.log10(np.array(spreads, float).reshape(-1, 3)).T
    return Line(report, np.log2(np.array(widths, float)), middle, low, high)


def banded(panel: Panel) -> tuple[Line, ...]:
    """The lines whose quartiles are drawn: those with a prediction, where they are few."""
    lines = tuple(line for line in panel.drawn if line.exponent is not None)
    return lines if len(lines) <= _MOST_BANDS else ()


def guides(panel: Panel, x: Array) -> list[Guide]:
    """One for each distinct predicted exponent: just above its lines, the lowest just below."""
    middle = float(x[0] + x[-1]) / 2
    reaches = {each: _reach(panel, each, middle) for each in panel.exponents}
    ranked = sorted(reaches, key=lambda each: sum(reaches[each]))
    gap = 0.07 * max(_FEWEST_DECADES, _span(_core(panel)))
    result = []
    for exponent in ranked:
        above = exponent != ranked[0] or len(ranked) == 1
        low, high = reaches[exponent]
        height = high + gap if above else low - gap
        level = height + float(exponent) * DECADES_PER_DOUBLING * middle
        result.append(Guide(exponent, level, above))
    return result


def _reach(panel: Panel, exponent: Fraction, x: float) -> tuple[float, float]:
    """Where the lowest and the highest line of this slope cross ``x``.

    They are those that pass through a size that is predicted to follow the slope; if there is
    no such size, the one through the middle of the others.
    """
    slope = -float(exponent) * DECADES_PER_DOUBLING
    heights = [
        height
        for line in panel.drawn
        if line.exponent == exponent
        for height in (line.middle + slope * (x - line.x))[line.shown].tolist()
    ]
    core = _core(panel)
    heights = heights or [(min(core) + max(core)) / 2]
    return min(heights), max(heights)


def frame(panel: Panel, placed: Sequence[Guide], x: Array, aspect: float) -> tuple[float, float]:
    """The lowest and highest log10 of sizes that a panel shows.

    ``aspect`` is the panel's height by its width: no panel is stretched beyond equal decades in
    both directions, so that n and 1/n are never steeper than 45 degrees.
    """
    core = _core(panel)
    stretch = max(_STRETCH, _span(core))
    least, most = min(core) - stretch, max(core) + stretch
    ends = [float(end) for guide in placed for end in guide.at(x[[0, -1]])]
    within = [min(max(each, least), most) for each in (*core, *ends, *_sizes(panel.drawn))]
    low, high = min(within), max(within)
    below = _ROOM if all(guide.above for guide in placed) else _ROOM_FOR_LABEL
    above = _ROOM_FOR_LABEL if any(guide.above for guide in placed) else _ROOM
    span = max(_FEWEST_DECADES, float(np.ptp(x)) * DECADES_PER_DOUBLING * aspect)
    lacking = max(0.0, span * (1 - below - above) - (high - low)) / 2
    low, high = low - lacking, high + lacking
    return low - below * (high - low), high + above * (high - low)


def _core(panel: Panel) -> list[float]:
    """The sizes that matter most: those with a prediction, if any."""
    predicted = [line for line in panel.drawn if line.exponent is not None]
    return list(_sizes(predicted)) or list(_sizes(panel.drawn)) or [0.0]


def _span(values: Sequence[float]) -> float:
    return max(values) - min(values)


def _sizes(lines: Iterable[Line]) -> Iterator[float]:
    for line in lines:
        yield from line.middle[line.shown].tolist()
