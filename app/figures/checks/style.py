"""Colours, marks and words of the pictures.

Layers run from dark to light, steps differ by line and marker: both survive a black-and-white
print.  No text is smaller than 7 points, superscripts included, when the picture is printed in
the size in which it is saved, which fits on a page (A4 or Letter, landscape).
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from matplotlib.cm import viridis
from matplotlib.colors import to_hex

from app.experiment.report import CheckResult
from app.figures.checks.lines import depth
from solver.theory import Quantity

GUIDE: Final = "#8a8a8a"
UNPREDICTED: Final = "#a8a8a8"
WRONG: Final = "#c4161c"
RIGHT: Final = "#1a7f37"


#: The mark at the end of a line that is off.
CROSS: Final[dict[str, Any]] = {"marker": "x", "markersize": 6, "markeredgewidth": 2}


class StepStyle(NamedTuple):
    """How the lines of one step are drawn."""

    marker: str
    dashes: tuple[float, tuple[float, ...]] | str


_STEPS: Final = (
    StepStyle("o", (0, (1, 1.4))),
    StepStyle("s", "solid"),
    StepStyle("^", (0, (5, 1.5))),
    StepStyle("D", (0, (5, 1.2, 1, 1.2))),
    StepStyle("v", (0, (8, 1.5))),
)
#: A line of a step that is not drawn otherwise.
OTHER_STEP: Final = StepStyle("P", "solid")


def step_styles(steps: Sequence[int]) -> dict[int, StepStyle]:
    """A style for each step that is drawn."""
    return dict(zip(steps, _STEPS, strict=False))


def layer_colours(depth: int) -> dict[int, str]:
    """A colour for each hidden layer, dark to light.

    Viridis is even in lightness, told apart by the colour-blind, and has no red.
    """
    last = max(1, depth - 1)
    return {
        layer: to_hex(viridis(0.05 + 0.77 * (layer - 1) / last)) for layer in range(1, depth + 1)
    }


class Name(NamedTuple):
    """What a quantity is called: symbol (mathtext) and words."""

    symbol: str
    words: str


NAMES: Final[dict[Quantity, Name]] = {
    "h": Name(r"$h^{l}$", "preactivations"),
    "x": Name(r"$x^{l}$", "activations"),
    "f": Name(r"$f$", "output"),
    "delta_h": Name(r"$\Delta h^{l}$", "change of preactivations"),
    "delta_x": Name(r"$\Delta x^{l}$", "change of activations"),
    "delta_f": Name(r"$\Delta f$", "change of output"),
    "update": Name(r"$\Delta W^{l}\,x^{l-1}$", "update of a layer"),
    "readout_update": Name(r"$\Delta W^{L+1}\,x^{L}$", "update of the readout"),
    "readout_init": Name(r"$W_0^{L+1}\,\Delta x^{L}$", "initial readout"),
}


def title(result: CheckResult) -> str:
    """The verdict in words."""
    theory, empirical = _regime(result["theory"]), _regime(result["empirical"])
    match result["verdict"]:
        case "confirmed":
            return f"Confirmed: {theory} (theory) = {empirical} (measured)"
        case "contradicted" if theory != empirical:
            return f"Contradicted: {theory} (theory) ≠ {empirical} (measured)"
        case "contradicted":
            return f"Contradicted: {theory}, but not with the slopes of the theory"
        case "inconclusive":
            return f"Inconclusive: {theory} (theory), {empirical} (measured)"


def _regime(verdict: str) -> str:
    return f"{verdict} regime" if verdict in ("kernel", "operator") else verdict.replace("_", " ")


def subtitle(result: CheckResult) -> str:
    """What was measured, and how."""
    widths, seeds = result["widths"], result["seeds"]
    steps = max((report["step"] for report in result["quantities"]), default=0)
    return "  ·  ".join(
        (
            f"{_count(depth(result), 'hidden layer')}, {_count(steps, 'step')}",
            f"{result['method'].replace('_', '-')} simulation",
            f"{_count(len(widths), 'width')}, {_range(widths)}",
            f"{_range(seeds)} seeds at each",
            f"tolerance ±{result['tolerance']:g} in the slope",
        )
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _range(numbers: Sequence[int]) -> str:
    low, high = min(numbers, default=0), max(numbers, default=0)
    return str(low) if low == high else f"{low} to {high}"
