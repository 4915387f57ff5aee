"""One panel: the lines of a quantity, their bands, the guides, and the axes."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import ceil, floor, log10
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.markers import TICKLEFT
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import offset_copy

from app.figures.checks import style
from app.figures.checks.edges import mark_edges
from app.figures.checks.lines import Array, Guide, Line, Panel, banded, frame, guides
from app.figures.checks.strip import draw_strip
from app.figures.drawing import GRID, INK, MATH, QUIET

# Parts of a panel to leave free before the first width, and after the last, for marks.
_BEFORE: Final = 0.06
_AFTER: Final = 0.1
# A single width stands in the middle of so many doublings, in which there are powers of two.
_FEWEST_DOUBLINGS: Final = 2.0
# With more decades than this, ticks at 2, 3, .. 9 times a power of ten would run together.
_MOST_DECADES_RULED: Final = 5


@dataclass(frozen=True, slots=True)
class Key:
    """Which colour is which layer, and which line is which step."""

    colours: Mapping[int, str]
    steps: Mapping[int, style.StepStyle]

    def colour(self, line: Line) -> str:
        """That of the line's layer; what belongs to the output is black."""
        return self.colours.get(line.layer, INK)

    def step(self, line: Line) -> style.StepStyle:
        """The style of the line's step."""
        return self.steps.get(line.step, style.OTHER_STEP)


def draw_panel(axes: Axes, panel: Panel, x: Array, key: Key) -> set[str]:
    """Draw a panel into empty axes; ``x`` is log2 of the widths.

    Give the names of the marks at its edges.
    """
    box = axes.get_window_extent()
    placed = guides(panel, x)
    low, high = frame(panel, placed, x, box.height / box.width)
    lacking = max(0.0, _FEWEST_DOUBLINGS - float(np.ptp(x))) / 2
    left, right = x[0] - lacking, x[-1] + lacking
    room = right - left
    axes.set(xlim=(left - _BEFORE * room, right + _AFTER * room), ylim=(low, high))
    axes.set_gid(f"panel-{panel.quantity}")
    _prepare(axes)
    for line in banded(panel):
        _draw_band(axes, line, key.colour(line), low)
    for guide in placed:
        _draw_guide(axes, guide, panel)
    for line in sorted(panel.drawn, key=lambda each: (each.wrong, each.exponent is None)):
        _draw_line(axes, line, key, panel.quantity)
    draw_strip(axes, panel)
    return set(mark_edges(axes, panel.drawn))


def _prepare(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set(color=QUIET, linewidth=0.6)
    axes.tick_params(labelsize=MATH, color=QUIET, labelcolor=QUIET, length=3, width=0.6, pad=2)
    axes.grid(visible=True, color=GRID, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    for axis, base in ((axes.xaxis, 2), (axes.yaxis, 10)):
        axis.set_major_locator(
            MaxNLocator(nbins=5, integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
        )
        axis.set_major_formatter(FuncFormatter(partial(_power, base)))
    _rule(axes)


def _rule(axes: Axes) -> None:
    """Small ticks at 2, 3, .. 9 times a power of ten: as one line, which is drawn much faster."""
    low, high = axes.get_ylim()
    if high - low < _MOST_DECADES_RULED:
        powers = range(floor(low), ceil(high))
        ticks = [power + log10(digit) for power in powers for digit in range(2, 10)]
        ticks = [tick for tick in ticks if low < tick < high]
        axes.plot(
            [0] * len(ticks),
            ticks,
            linestyle="none",
            marker=TICKLEFT,
            markersize=1.5,
            markeredgewidth=0.4,
            color=QUIET,
            transform=axes.get_yaxis_transform(),
            clip_on=False,
        )


def _power(base: int, exponent: float, _: int) -> str:
    return f"${base}^{{{exponent:.0f}}}$"


def _draw_band(axes: Axes, line: Line, colour: str, floor_: float) -> None:
    axes.fill_between(
        line.x,
        np.maximum(line.low, floor_),  # a quartile may be zero
        np.maximum(line.high, floor_),
        where=line.shown,
        color=colour,
        alpha=0.16,
        linewidth=0,
        zorder=1,
    )


def _draw_line(axes: Axes, line: Line, key: Key, quantity: str) -> None:
    marker, dashes = key.step(line)
    wrong, unpredicted = line.wrong, line.exponent is None
    colour = style.UNPREDICTED if unpredicted else key.colour(line)
    axes.plot(
        line.x,
        np.where(line.shown, line.middle, np.nan),
        color=style.WRONG if wrong else colour,
        linestyle=dashes,
        linewidth=1.6 if wrong else 1.0,
        marker=marker,
        markersize=3.4,
        markerfacecolor="white" if unpredicted else colour,
        markeredgecolor=style.WRONG if wrong else colour,
        markeredgewidth=0.7,
        zorder=4 if wrong else 2 if unpredicted else 3,
        gid=f"line-{quantity}-{line.layer}-{line.step}",
    )
    if wrong and line.shown.any():
        end = np.flatnonzero(line.shown)[-1]
        axes.plot(
            line.x[end],
            line.middle[end],
            color=style.WRONG,
            transform=offset_copy(axes.transData, axes.get_figure(root=True), x=8, units="points"),
            clip_on=False,
            zorder=5,
            gid=f"off-{quantity}-{line.layer}-{line.step}",
            **style.CROSS,
        )


def _draw_guide(axes: Axes, guide: Guide, panel: Panel) -> None:
    x = _within(axes, guide)
    axes.plot(
        x,
        guide.at(x),
        color=style.GUIDE,
        linewidth=1.3,
        dashes=(6, 3),
        zorder=1.5,
        gid=f"guide-{panel.quantity}-{guide.exponent}",
    )
    start, end = axes.transData.transform(np.column_stack((x, guide.at(x))))
    angle = np.arctan2(*(end - start)[::-1])
    outward = 3 if guide.above else -3
    axes.annotate(
        guide_label(guide.exponent),
        (x[1], guide.at(x)[1]),
        (-outward * np.sin(angle), outward * np.cos(angle)),
        textcoords="offset points",
        rotation=np.degrees(angle),
        rotation_mode="anchor",
        ha="right",
        va="bottom" if guide.above else "top",
        fontsize=MATH,
        color=QUIET,
        bbox={"color": "white", "alpha": 0.75, "pad": 0.2, "linewidth": 0},
        zorder=6,
    )


def _within(axes: Axes, guide: Guide) -> Array:
    """From where to where a guide lies in the panel, between the marks at its sides."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    room = (right - left) / (1 + _BEFORE + _AFTER)
    ends = np.array([left + _BEFORE * room, right - _AFTER * room])
    if not guide.slope:
        return ends
    crossings = ((low - guide.level) / guide.slope, (high - guide.level) / guide.slope)
    return np.asarray(np.clip(ends, min(crossings), max(crossings)))


def guide_label(exponent: Fraction) -> str:
    """Such as ``∝ n^{-1/2}``, in mathtext."""
    return rf"$\propto\, n^{{{-exponent}}}$"
