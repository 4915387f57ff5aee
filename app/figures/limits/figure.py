"""Outputs step by step: a line for each point, its target, and finite networks beside it."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import viridis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from app.figures.curves import Curves
from app.figures.drawing import GRID, INK, PLAIN, QUIET, SMALL, TITLE, FileFormat, picture
from app.figures.labels.text import Words, wrapped
from app.figures.page import axes_at, blank, write_at

# In points.
_WIDTH: Final = 576.0
_HEIGHT: Final = 360.0
_MARGIN: Final = 14.4
_LEFT: Final = 54.0
_RIGHT: Final = 118.0
_TOP: Final = 64.0
_BOTTOM: Final = 40.0

_DISTANCES: Final = 180.0

# More lines than these are drawn, and not named.
_MOST_NAMED: Final = 12


def draw(curves: Curves, file_format: FileFormat) -> bytes:
    """The picture as the bytes of a file; the same curves give the same bytes.

    Any thread may call this.
    """
    return picture(lambda: _figure(curves), curves.title, curves.subject, file_format)


def _figure(curves: Curves) -> Figure:
    width = _WIDTH + (_LEFT + _DISTANCES if curves.distances else 0)
    page = blank(width, _HEIGHT)
    write_at(page, Words(curves.title, INK, True, TITLE), _MARGIN, _HEIGHT - 25.9)
    room = width - 2 * _MARGIN
    for row, text in enumerate(wrapped(Words(curves.subject, size=PLAIN), room, 2)):
        write_at(page, Words(text, QUIET, size=PLAIN), _MARGIN, _HEIGHT - 41.8 - 11.5 * row)
    height = _HEIGHT - _TOP - _BOTTOM
    if curves.distances:
        side = axes_at(page, width - _MARGIN - _DISTANCES, _BOTTOM, _DISTANCES, height)
        _draw_distances(side, curves)
    axes = axes_at(page, _LEFT, _BOTTOM, _WIDTH - _LEFT - _RIGHT, height)
    _prepare(axes)
    steps = np.arange(len(curves.f))
    named: list[Line2D] = []
    _, points, outputs = curves.f.shape
    for point in range(points):
        colour = viridis(0.05 + 0.8 * point / max(points - 1, 1))
        probe = point >= curves.inputs
        for output in range(outputs):
            mean, spread = curves.f[:, point, output], curves.deviation[:, point, output]
            if spread.any():
                axes.fill_between(
                    steps, mean - spread, mean + spread, color=colour, alpha=0.12, linewidth=0
                )
            (line,) = axes.plot(
                steps,
                mean,
                color=colour,
                linewidth=1.6,
                linestyle=("solid", "dashed", "dotted", "dashdot")[output % 4],
                marker="o" if not probe else "s",
                markersize=3.2,
                markerfacecolor=colour if not probe else "white",
                label=_name(point, output, curves),
            )
            named.append(line)
        for place, (_, finite) in enumerate(curves.finite):
            # The wider, the stronger: they close in on the limit.
            strength = (place + 1) / len(curves.finite)
            axes.plot(
                steps, finite[:, point], color=colour, linewidth=0.7, alpha=0.2 + 0.5 * strength
            )
        if curves.targets is not None and not probe:
            axes.plot(
                [steps[-1]], [curves.targets[point]], marker="*", color=colour, markersize=9,
                markeredgecolor=INK, markeredgewidth=0.4, clip_on=False, linestyle="none",
            )  # fmt: skip
    if curves.targets is not None:
        named.append(
            Line2D([], [], marker="*", color="white", markerfacecolor=QUIET, markersize=9,
                   markeredgecolor=INK, markeredgewidth=0.4, linestyle="none", label="target")
        )  # fmt: skip
    if curves.finite:
        named.append(Line2D([], [], color=QUIET, linewidth=0.7, label="finite widths"))
    shown = named if len(named) <= _MOST_NAMED else [*named[: _MOST_NAMED - 1], named[-1]]
    axes.legend(
        handles=shown, loc="upper left", bbox_to_anchor=(1.02, 1.02), frameon=False,
        fontsize=SMALL, handlelength=3.2,
    )  # fmt: skip
    return page


def _name(point: int, output: int, curves: Curves) -> str:
    what = f"input {point}" if point < curves.inputs else f"probe {point - curves.inputs}"
    return what if curves.f.shape[2] == 1 else f"{what}, class {output}"


def _prepare(axes: Axes) -> None:
    axes.set_xlabel("step $t$", fontsize=PLAIN, labelpad=2)
    axes.set_ylabel("output $f_t$", fontsize=PLAIN, labelpad=2)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=9))
    _dress(axes)


def _draw_distances(axes: Axes, curves: Curves) -> None:
    widths, distances, errors = (np.array(each) for each in zip(*curves.distances, strict=True))
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.errorbar(widths, distances, errors, color=INK, marker="o", markersize=4, linestyle="none")
    if curves.rate is not None:
        middle = np.exp(np.log(distances).mean() + curves.rate * np.log(widths).mean())
        axes.plot(widths, middle * widths ** (-curves.rate), color=QUIET, linewidth=1)
        axes.set_title(f"falls like $n^{{-{curves.rate:.2f}}}$", fontsize=PLAIN, color=INK)
    axes.set_xlabel("width $n$", fontsize=PLAIN, labelpad=2)
    axes.set_ylabel("distance of a network from the limit", fontsize=PLAIN, labelpad=2)
    _dress(axes)


def _dress(axes: Axes) -> None:
    axes.tick_params(which="both", labelsize=SMALL, color=QUIET, labelcolor=INK)
    axes.grid(color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
