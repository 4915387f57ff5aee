"""At which widths a program is run, with how many copies, and what that takes.  Knows no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from app.programs.errors import ProgramBudgetError
from app.programs.program import Program
from app.programs.statistics import Tally, shortfall

#: Each width is twice the one before; the last is the widest.
WIDTHS: Final = 5
_NARROWEST_TOP: Final = 2048
_WIDEST_TOP: Final = 2**16
# Corrections to the limit go with (vectors drawn)/n: that is to be small at the widest.
_WIDTH_PER_PRODUCT: Final = 64

#: Of all coordinates of all copies, the share of each width, the narrowest first.  The noise of
#: the extrapolated limit is within a half of the least possible, which would lean on the two
#: narrowest more, where what the extrapolation leaves out is largest.
SHARES: Final = (0.04, 0.06, 0.15, 0.15, 0.6)

# Copies at the widest before it is known how noisy they are, and copies whose histograms are drawn.
_FIRST_COPIES: Final = 32
_SHOWN_COPIES: Final = 32

BINS: Final = 60
_DEVIATIONS: Final = 5.0


class Unit(NamedTuple):
    """One unit of work: copies ``first_copy .. first_copy + copies - 1`` at one width."""

    width: int
    first_copy: int
    copies: int


class Cost(NamedTuple):
    """Seconds on two ordinary cores, and bytes of memory."""

    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Most seconds, estimated, and most bytes of memory that a program may take."""

    seconds: float = 600.0
    bytes: int = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Round:
    """Units of work, and the bins in which the coordinates of each joint vector are counted.

    ``edges`` is (vectors, bins + 1), or None where nothing is counted.  ``enough``: whether the
    precision asked for should be reached after it.
    """

    units: tuple[Unit, ...]
    edges: npt.NDArray[np.float64] | None
    enough: bool

    def as_json(self) -> dict[str, Any]:
        """As JSON values; ``Round.from_json`` reads them."""
        edges = None if self.edges is None else self.edges.tolist()
        return {"units": [list(unit) for unit in self.units], "edges": edges, "enough": self.enough}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Round":
        """The round that ``as_json`` wrote."""
        edges = None if values["edges"] is None else np.array(values["edges"], float)
        return cls(tuple(Unit(*each) for each in values["units"]), edges, values["enough"])


def widths(program: Program) -> tuple[int, ...]:
    """The widths, narrowest first."""
    products = sum(program.products().values())
    top = _NARROWEST_TOP
    while top < min(_WIDTH_PER_PRODUCT * products, _WIDEST_TOP):
        top *= 2
    return tuple(top >> (WIDTHS - 1 - place) for place in range(WIDTHS))


def first_round(program: Program, budget: Budget) -> Round:
    """A few copies at every width.  Raises ``ProgramBudgetError`` where even they are too much."""
    none = dict.fromkeys(widths(program), 0)
    planned = _round(program, _first_copies(program), none, None, False)
    cost = estimate(program, planned.units)
    for name, needed, most, unit in (
        ("time", cost.seconds, budget.seconds, "seconds"),
        ("memory", cost.bytes / 2**20, budget.bytes / 2**20, "MiB"),
    ):
        if needed > most:
            raise ProgramBudgetError(
                f"the program is estimated at {needed:,.1f} {unit} of {name} before it says "
                f"anything, and the bound here is {most:,.1f} {unit}: use fewer products with "
                "matrices, or split it"
            )
    return planned


def _seconds_per_coordinate(program: Program) -> float:
    """Of all copies at all widths, each with its share."""
    return sum(
        share * _one_copy(program, width).seconds / width
        for width, share in zip(widths(program), SHARES, strict=True)
    )


def _first_copies(program: Program) -> dict[int, int]:
    top = widths(program)[-1]
    return {
        width: ceil(_FIRST_COPIES * top / width * share / SHARES[-1])
        for width, share in zip(widths(program), SHARES, strict=True)
    }


def second_round(program: Program, tallies: Sequence[Tally], budget: Budget) -> Round:
    """What is still to be done for the precision asked for, as far as the budget allows.

    ``tallies`` are those of the first round.
    """
    done = _first_copies(program)
    wanted = sum(width * copies for width, copies in done.items()) * shortfall(program, tallies)
    affordable = budget.seconds / _seconds_per_coordinate(program)
    enough = wanted <= affordable
    total = min(wanted, affordable)
    copies = {
        width: max(done[width], ceil(total * share / width))
        for width, share in zip(widths(program), SHARES, strict=True)
    }
    top = max(copies)
    edges = None
    if program.joint:
        copies[top] = max(copies[top], done[top] + _SHOWN_COPIES)
        edges = _edges(program, [each for each in tallies if each.width == top])
    return _round(program, copies, done, edges, enough)


def _round(
    program: Program, copies: Mapping[int, int], done: Mapping[int, int],
    edges: npt.NDArray[np.float64] | None, enough: bool,
) -> Round:  # fmt: skip
    """Units of a few seconds each, within the memory of a unit."""
    units: list[Unit] = []
    for width in widths(program):
        one = _one_copy(program, width)
        at_once = max(1, int(min(_SECONDS_AT_ONCE / one.seconds, _BYTES_AT_ONCE / one.bytes)))
        units += [
            Unit(width, first, min(at_once, copies[width] - first))
            for first in range(done[width], copies[width], at_once)
        ]
    return Round(tuple(units), edges, enough)


def _edges(program: Program, tallies: Sequence[Tally]) -> npt.NDArray[np.float64]:
    """Bins out to five standard deviations about the mean of each joint vector."""
    first = len(program.report)
    count = len(program.joint)
    means = np.mean([tally.means()[first : first + count] for tally in tallies], axis=0)
    variances = [tally.means()[first + count :][_diagonal(count)] for tally in tallies]
    deviations = np.sqrt(np.maximum(np.mean(variances, axis=0), 0.0))
    reach = np.nan_to_num(_DEVIATIONS * np.maximum(deviations, 1e-9 + 1e-9 * np.abs(means)))
    steps = np.linspace(-1.0, 1.0, BINS + 1)
    return np.asarray(np.nan_to_num(means)[:, None] + reach[:, None] * steps, float)


def _diagonal(count: int) -> list[int]:
    """Where the variances stand among covariances [i][j], i <= j, in order."""
    places, place = [], 0
    for row in range(count):
        places.append(place)
        place += count - row
    return places


# A unit is repeated when a worker dies in it, and ends before a cancellation is seen.
_SECONDS_AT_ONCE: Final = 3.0
_BYTES_AT_ONCE: Final = 2**28


def estimate(program: Program, units: Sequence[Unit]) -> Cost:
    """What these units take; the memory is that of the largest."""
    seconds, most = 0.0, 0
    for unit in units:
        one = _one_copy(program, unit.width)
        seconds += one.seconds * unit.copies + _SECONDS_PER_UNIT
        most = max(most, one.bytes * unit.copies)
    return Cost(seconds, most)


# Fitted to measurements on two cores; a GPU is faster.
_SECONDS_PER_UNIT: Final = 0.02
_SECONDS_PER_COPY: Final = 3e-5
_SECONDS_PER_PRODUCT_OF_A_COPY: Final = 2.5e-5
_SECONDS_PER_SAMPLE: Final = 3e-8  # with what makes a product of it
_SECONDS_PER_ENTRY: Final = 3e-9  # of an entrywise operation
_SECONDS_PER_BASIS_ENTRY: Final = 4e-9  # of the vectors that a product is split into


def _one_copy(program: Program, width: int) -> Cost:
    products = program.products()
    count = sum(products.values())
    # A product meets the vectors before it, and those of the transpose, twice or so.
    pairs = sum(
        products[key] * (products[key] + products.get((key[0], not key[1]), 0)) for key in products
    )
    entries = _SECONDS_PER_SAMPLE * (count + len(program.vectors))
    entries += _SECONDS_PER_ENTRY * (program.operations() + len(program.joint) ** 2 + 1)
    entries += _SECONDS_PER_BASIS_ENTRY * pairs
    seconds = _SECONDS_PER_COPY + _SECONDS_PER_PRODUCT_OF_A_COPY * count + entries * width
    vectors = len(program.vectors) + len(program.instructions) + 6
    bases = sum(2 * (products[key] + 1) for key in products) * 2
    return Cost(seconds, 8 * width * (vectors + bases))
