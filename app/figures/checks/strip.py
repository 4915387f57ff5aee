"""The strip above a panel: what it shows, and whether it agrees."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from app.experiment.report import Outcome
from app.figures.checks import style
from app.figures.checks.lines import Line, Panel
from app.figures.drawing import INK, MATH, QUIET, SMALL

_INCHES: Final = 0.4
# Where it begins, in heights of the panel.
_BOTTOM: Final = 1.03

_WORDS: Final[dict[Outcome, str]] = {
    "off": "off",
    "agrees": "agree",
    "explained": "explained",
    "undetermined": "undetermined",
}


def draw_strip(axes: Axes, panel: Panel) -> None:
    """Draw it, on the colour of its mark: ✓, ✗, ?, or – where nothing was compared."""
    right = (style.RIGHT, "#e3f1e6", "✓")
    colour, tint, mark = {
        "agrees": right,
        "explained": right,
        "undetermined": (INK, "#eeeeee", "?"),
        "off": (style.WRONG, "#fbe2e0", "✗"),
        None: (QUIET, "#eeeeee", "–"),
    }[panel.mark]
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
    compared = panel.compared
    if not panel.exponents:
        return "no prediction"
    if not compared:
        return "nothing to compare"
    return ": ".join([_counted(compared), *_slopes(compared)])


def _counted(compared: Sequence[Line]) -> str:
    """Such as ``7 agree, 1 explained``."""
    numbers = Counter(line.outcome for line in compared)
    if len(compared) == 1:
        return str(compared[0].outcome)
    words = [f"{numbers[outcome]} {word}" for outcome, word in _WORDS.items() if numbers[outcome]]
    return f"all {words[0]}" if len(words) == 1 else ", ".join(words)


def _slopes(compared: Sequence[Line]) -> Iterator[str]:
    """The range of slopes; where several are predicted, how far they are from their own."""
    exponents = [line.report["measured_exponent"] for line in compared]
    slopes = [-exponent for exponent in exponents if exponent is not None]
    if slopes and len({line.exponent for line in compared}) > 1:
        off = max(line.error for line in compared if isfinite(line.error))
        # Short: beside two outcomes there is little room.
        yield f"off by up to {_decimal(off)}"
    elif slopes:
        low, high = _decimal(min(slopes)), _decimal(max(slopes))
        yield f"slope {low}" if low == high else f"slopes {low} to {high}"


def _decimal(number: float) -> str:
    """Three decimals, with a true minus, and without one before zero."""
    return f"{number:z.3f}".replace("-", "−")
