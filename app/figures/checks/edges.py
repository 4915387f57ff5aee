"""Marks at the edges of a panel for what has no place between them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from app.figures.checks.lines import Line
from app.figures.drawing import INK, QUIET, SMALL

Mask = npt.NDArray[np.bool_]


class Edge(NamedTuple):
    """A mark: which sizes it stands for, where and how, and what is written beside it."""

    name: str
    legend: str
    words: str | None
    top: bool
    look: dict[str, Any]
    stands_for: Callable[[Line, float, float], Mask]


_FULL: Final = {"color": INK, "markersize": 6}
_OPEN: Final = {"color": QUIET, "markersize": 4, "markerfacecolor": "white"}

EDGES: Final = (
    Edge(
        "beyond", "above panel", None, True, {"marker": "^", **_OPEN},
        lambda line, _, high: line.shown & (line.middle > high),
    ),
    Edge(
        "beneath", "below panel", None, False, {"marker": "v", **_OPEN},
        lambda line, low, _: line.shown & (line.middle < low),
    ),
    Edge(
        "blew-up", "blew up", "↑ blew up", True, {"marker": "^", **_FULL},
        lambda line, *_: np.isnan(line.middle),
    ),
    Edge(
        "zero", "zero", "↓ zero", False, {"marker": "v", **_FULL},
        lambda line, *_: np.isneginf(line.middle),
    ),
)  # fmt: skip


def mark_edges(axes: Axes, drawn: Sequence[Line]) -> Iterator[str]:
    """Draw the marks at the widths where they are needed, and give the names of those that were."""
    low, high = axes.get_ylim()
    for edge in EDGES:
        widths = [line.x[edge.stands_for(line, low, high)] for line in drawn]
        where = np.unique(np.concatenate(widths)) if widths else np.array([])
        if where.size:
            _mark(axes, edge, where)
            yield edge.name


def _mark(axes: Axes, edge: Edge, where: npt.NDArray[np.float64]) -> None:
    along = axes.get_xaxis_transform()
    inward = -1 if edge.top else 1
    axes.plot(
        where,
        np.full(where.shape, float(edge.top)),
        linestyle="none",
        transform=offset_copy(along, axes.get_figure(root=True), y=4 * inward, units="points"),
        zorder=7,
        gid=f"{edge.name}-{axes.get_gid()}",
        **edge.look,
    )
    if edge.words:
        right = where[-1] > sum(axes.get_xlim()) / 2
        axes.annotate(
            edge.words,
            (where[-1] if right else where[0], edge.top),
            (4 if right else -4, 9 * inward),
            xycoords=along,
            textcoords="offset points",
            ha="right" if right else "left",
            va="top" if edge.top else "bottom",
            fontsize=SMALL,
            color=INK,
            bbox={"color": "white", "alpha": 0.8, "pad": 0.8, "linewidth": 0},
            zorder=6,
        )
