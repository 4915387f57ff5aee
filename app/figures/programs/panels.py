"""The panels: a scalar against width, and the histogram of a vector's coordinates."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from app.figures.drawing import GRID, INK, MATH, QUIET, SMALL
from app.programs.report import Convergence, Histogram, ScalarReport

_BLUE: Final = "#2a6f97"
_BAND: Final = "#9ecae1"
# Names as long as these fit above a panel.
_LONGEST: Final = 24
# Room above and below what is drawn, in parts of it.
_ROOM: Final = 0.15


def shortened(name: str) -> str:
    """The name, as far as it fits."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def draw_convergence(
    axes: Axes, name: str, scalar: ScalarReport, means: Convergence, widths: list[int]
) -> None:
    """Means over copies with two standard errors, and the limit with the same."""
    _prepare(axes, shortened(name), f"scalar-{name}")
    x = np.log2(np.array(widths, float))
    y = np.array(means["mean"], float)
    error = 2 * np.array(means["standard_error"], float)
    shown = np.isfinite(y)
    limit, of_limit = scalar["limit"], scalar["standard_error"]
    low, high = (y - error)[shown], (y + error)[shown]
    if limit is not None and of_limit is not None:
        axes.axhspan(
            limit - 2 * of_limit, limit + 2 * of_limit, color=_BAND, alpha=0.5, lw=0, zorder=1
        )
        axes.axhline(limit, color=INK, lw=0.9, ls=(0, (5, 2)), zorder=2, gid=f"limit-{name}")
        low, high = np.append(low, limit - 2 * of_limit), np.append(high, limit + 2 * of_limit)
    if len(low):
        # What differs by rounding alone is drawn as the same.
        reach = max(float(high.max() - low.min()), 1e-9 * float(np.abs(high).max()), 1e-12)
        axes.set_ylim(low.min() - _ROOM * reach, high.max() + _ROOM * reach)
        axes.errorbar(
            x[shown], y[shown], error[shown], color=_BLUE, lw=0.8, marker="o", ms=3, capsize=2,
            zorder=3,
        )  # fmt: skip
    else:
        axes.text(
            0.5, 0.5, "not finite", transform=axes.transAxes, ha="center", fontsize=SMALL,
            color=QUIET,
        )  # fmt: skip
    axes.set_xlim(x[0] - 0.3, x[-1] + 0.3)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda power, _: f"$2^{{{power:.0f}}}$"))


def draw_histogram(axes: Axes, name: str, histogram: Histogram) -> None:
    """The density of the coordinates, and the Gaussian of the same mean and variance."""
    _prepare(axes, shortened(name), f"vector-{name}")
    edges = np.array(histogram["edges"])
    middles = (edges[1:] + edges[:-1]) / 2
    axes.stairs(histogram["density"], edges, fill=True, color=_BAND, zorder=2)
    axes.plot(middles, histogram["gaussian"], color=INK, lw=0.9, ls=(0, (5, 2)), zorder=3)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)


def _prepare(axes: Axes, title: str, gid: str) -> None:
    axes.set_gid(gid)
    axes.set_title(title, fontsize=MATH, color=INK, loc="left", pad=4, parse_math=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set(color=QUIET, linewidth=0.6)
    axes.tick_params(labelsize=SMALL, color=QUIET, labelcolor=QUIET, length=3, width=0.6, pad=2)
    axes.grid(visible=True, color=GRID, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
