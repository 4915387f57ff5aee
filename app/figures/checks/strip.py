"""The strip above a panel: what it shows, and whether it agrees."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from app.figures.checks import style
from app.figures.checks.lines import Line, Panel
from app.figures.drawing import INK, MATH, QUIET, SMALL

_INCHES: Final = 0.4
# Where it begins, in heights of the panel.
_BOTTOM: Final = 1.03


def draw_strip(axes: Axes, panel: Panel) -> None:
    """Draw it, on the colour of its mark: ✓, ✗, or – where nothing was compared."""
    colour, tint, mark = {
        True: (style.RIGHT, "#e3f1e6", "✓"),
        False: (style.WRONG, "#fbe2e0", "✗"),
        None: (QUIET, "#eeeeee", "–"),
    }[panel.agrees]
    box = axes.get_window_extent()
    figure = axes.get_figure(root=True)
    assert figure is not None
    height = _INCHES * figure.dpi / box.height
    axes.add_patch(
        Rectangle(
            (0, _BOTTOM), 1, height, transform=axes.transAxes, color=tint, clip_on=False, lw=0
        )
    )
    symbol, words = style.NAMES[panel.quantity]

    def write(x: float, y: float, text: str, ha: str, **kwargs: Any) -> None:
        axes.text(x, _BOTTOM + y * height, text, transform=axes.transAxes, ha=ha, **kwargs)

    write(0.02, 0.7, symbol, "left", va="center", fontsize=MATH + 1, color=INK)
    write(0.9, 0.7, words, "right", va="center", fontsize=SMALL, color=INK)
    write(
        0.98, 0.7, mark, "right", va="center", fontsize=MATH + 2, color=colour,
        fontweight="bold", gid=f"mark-{panel.quantity}",
    )  # fmt: skip
    write(0.02, 0.12, caption(panel), "left", va="baseline", fontsize=SMALL, color=INK)


def caption(panel: Panel) -> str:
    """How many lines agree, and what was measured."""
    compared, wrong = panel.compared, panel.wrong
    if not panel.exponents:
        return "no prediction"
    if not compared:
        return "nothing to compare"
    verb, total = "disagree" if wrong else "agree", len(compared)
    some = len(wrong) or sum(line.agrees is True for line in compared)
    if total == 1:
        count = f"{verb}s" if some else "explained"
    elif some == total:
        count = f"all {total} {verb}"
    elif wrong:
        count = f"{some} of {total} {verb}"
    else:
        count = f"{some} agree, {total - some} explained" if some else f"all {total} explained"
    return ": ".join([count, *_slopes(compared)])


def _slopes(compared: Sequence[Line]) -> Iterator[str]:
    """The range of slopes; where several are predicted, how far they are from their own."""
    exponents = [line.report["measured_exponent"] for line in compared]
    slopes = [-exponent for exponent in exponents if exponent is not None]
    if slopes and len({line.exponent for line in compared}) > 1:
        off = max(line.off for line in compared if isfinite(line.off))
        yield f"slopes off by up to {_decimal(off)}"
    elif slopes:
        low, high = _decimal(min(slopes)), _decimal(max(slopes))
        yield f"slope {low}" if low == high else f"slopes {low} to {high}"


def _decimal(number: float) -> str:
    """Three decimals, with a true minus, and without one before zero."""
    return f"{number:z.3f}".replace("-", "−")
