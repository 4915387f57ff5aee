"""From the tallies of all copies to the result of a program."""

from collections.abc import Sequence
from math import erf, isfinite, sqrt
from typing import Final

import numpy as np

from app.programs.plan import Round, widths
from app.programs.program import Program
from app.programs.report import (
    Convergence,
    Histogram,
    JointReport,
    ProgramResult,
    ScalarReport,
)
from app.programs.statistics import Limit, Tally, gathered, limits

# What is extrapolated may be off by so many times the precision: often that is chance.
_TIMES_EXTRAPOLATED: Final = 2.0

_CURVED: Final = (
    "at these widths the means do not lie on a parabola in 1/n; the standard error is enlarged by "
    "how far they are off"
)


def conclude(
    program: Program, last: Round, tallies: Sequence[Tally], device: str, seconds: float
) -> ProgramResult:
    """The result; ``last`` is the round that was run last."""
    by_width = gathered(tallies)
    found = limits(by_width)
    scalars = {
        name: _scalar(program, limit, by_width, place)
        for place, (name, limit) in enumerate(zip(program.report, found, strict=False))
    }
    reached = all(_reaches(each, program.precision) for each in scalars.values())
    notes = []
    if not reached:
        notes.append(
            "the precision asked for was not reached: "
            + (
                "the standard errors and notes of the scalars say what was"
                if last.enough
                else "it takes more time than the bound allows; the standard errors say what was"
            )
        )
    return {
        "summary": _summary(program, scalars),
        "scalars": scalars,
        "joint": _joint(program, last, by_width, found) if program.joint else None,
        "convergence": {
            name: _convergence(by_width, place) for place, name in enumerate(program.report)
        },
        "widths": list(widths(program)),
        "copies": [int(each.counts[:, 0].sum() + each.odd[0]) for each in by_width],
        "precision": program.precision,
        "reached": reached,
        "notes": notes,
        "device": device,
        "seconds": round(seconds, 3),
    }


def _reaches(scalar: ScalarReport, precision: float) -> bool:
    limit, noise, rest = (
        scalar[name] for name in ("limit", "sampling_error", "extrapolation_error")
    )
    if limit is None or noise is None or rest is None:
        return False
    wanted = precision * max(1.0, abs(limit))
    return noise <= wanted and rest <= _TIMES_EXTRAPOLATED * wanted


def _scalar(program: Program, limit: Limit, by_width: Sequence[Tally], place: int) -> ScalarReport:
    note = _CURVED if limit.curved else None
    if limit.value is None:
        odd = next((each for each in by_width if each.odd[place]), None)
        note = "it is not finite"
        if odd is not None:
            count = int(odd.counts[:, place].sum() + odd.odd[place])
            note = (
                f"not finite in {int(odd.odd[place])} of {count} copies at width {odd.width}: "
                f"{program.report[place]}, or what it is made of, divides by a scalar that comes "
                "near 0, takes the root or logarithm of a negative one, or overflows"
            )
    return {
        "limit": limit.value,
        "standard_error": limit.standard_error,
        "sampling_error": limit.sampling_error,
        "extrapolation_error": limit.extrapolation_error,
        "sampling_floor": limit.floor,
        "note": note,
    }


def _summary(program: Program, scalars: dict[str, ScalarReport]) -> str:
    told = [
        f"{name} → {_rounded(each['limit'], each['standard_error'])}"
        for name, each in [*scalars.items()][:6]
    ]
    if len(scalars) > len(told):
        told.append(f"and {len(scalars) - len(told)} more")
    if not told:
        return f"As n grows, the coordinates of {', '.join(program.joint)} become independent."
    return f"As n grows, {', '.join(told)}."


def _rounded(value: float | None, error: float | None) -> str:
    """With the digits that the error leaves: 1.2346 ± 0.0012."""
    if value is None or error is None:
        return "no finite limit"
    if error == 0:
        return f"{value:.12g}"
    digits = min(max(0, 1 - int(np.floor(np.log10(error)))), 12)
    return f"{value:z.{digits}f} ± {error:.{digits}f}"


def _convergence(by_width: Sequence[Tally], place: int) -> Convergence:
    means = [_plain(each.means()[place]) if not each.odd[place] else None for each in by_width]
    errors = [
        _plain(sqrt(each.variances()[place] / each.counts[:, place].sum()))
        if not each.odd[place]
        else None
        for each in by_width
    ]
    return {"mean": means, "standard_error": errors}


def _plain(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _joint(
    program: Program, last: Round, by_width: Sequence[Tally], found: Sequence[Limit]
) -> JointReport:
    first, count = len(program.report), len(program.joint)
    means = found[first : first + count]
    covariance: list[list[float | None]] = [[None] * count for _ in range(count)]
    errors: list[list[float | None]] = [[None] * count for _ in range(count)]
    place = first + count
    diagonal: list[int] = []
    for row in range(count):
        diagonal.append(place)
        for column in range(row, count):
            covariance[row][column] = covariance[column][row] = found[place].value
            errors[row][column] = errors[column][row] = found[place].standard_error
            place += 1
    histograms = {
        name: _histogram(last, by_width[-1], row, means[row].value, covariance[row][row])
        for row, name in enumerate(program.joint)
    }
    correlation = {
        name: [_correlation(each, first + row, diagonal[row]) for each in by_width]
        for row, name in enumerate(program.joint)
    }
    return {
        "names": list(program.joint),
        "mean": [each.value for each in means],
        "mean_standard_error": [each.standard_error for each in means],
        "covariance": covariance,
        "covariance_standard_error": errors,
        "histograms": histograms,
        "coordinate_correlation": correlation,
    }


def _correlation(tally: Tally, mean: int, variance: int) -> float | None:
    """Of two coordinates: n² Var(mean over coordinates) = n Var + n (n - 1) Cov."""
    within = float(tally.means()[variance])
    of_mean = float(tally.variances()[mean])
    whole = within + of_mean
    if tally.odd[mean] or not whole > 0:
        return None
    return _plain((tally.width * of_mean / whole - 1) / (tally.width - 1))


def _histogram(
    last: Round, top: Tally, row: int, mean: float | None, variance: float | None
) -> Histogram:
    assert last.edges is not None
    assert top.bins is not None
    edges, bins = last.edges[row], top.bins[row]
    total = top.shown * top.width
    density = bins / (total * np.diff(edges))
    gaussian = np.zeros(len(bins))
    if mean is not None and variance is not None and variance > 0:
        below = np.array([erf((edge - mean) / sqrt(2 * variance)) for edge in edges]) / 2
        gaussian = np.diff(below) / np.diff(edges)
    return {
        "edges": edges.tolist(),
        "density": density.tolist(),
        "gaussian": gaussian.tolist(),
        "outside": round(1 - float(bins.sum()) / total, 9),
    }
