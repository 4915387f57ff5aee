"""The limit that measurements give, with its error, and finite networks beside it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.experiment.limits.extrapolate import Known, Sample, extrapolated, pooled, samples
from app.experiment.limits.job import LimitJob
from app.experiment.limits.plan import compared, lines
from app.experiment.limits.report import (
    Compared,
    Comparison,
    Half,
    LimitReport,
    Simulated,
    WidthReport,
)

Array = npt.NDArray[np.float64]


def conclude(
    job: LimitJob,
    measured: Sequence[Known],
    nonlinearity: tuple[float, float] | None,
    device: str,
    seconds: float,
) -> LimitReport:
    """The report.  Raises ``BlownUpError`` where a network blew up."""
    simulated = None if job.known is not None else _simulated(job, lines(measured))
    f = np.array(job.known if simulated is None else simulated["f"])
    return {
        "simulated": simulated,
        "nonlinearity": nonlinearity,
        "comparison": _comparison(job, measured, f) if job.compare_widths else None,
        "device": device,
        "seconds": round(seconds, 3),
    }


def _simulated(job: LimitJob, measured: Sequence[Known]) -> Simulated:
    every = samples(measured)
    limit = extrapolated(every)
    first, second = (
        extrapolated(samples((unit, (halves[k], _NOBODY)) for unit, halves in measured)).f
        for k in (0, 1)
    )
    error = limit.error
    return {
        "f": limit.f.tolist(),
        "standard_error": error.tolist(),
        "sampling": float(limit.sampling.max()),
        "halves": float(np.sqrt(np.mean(np.square(first - second)))) / 2,
        "extrapolation": limit.extrapolation,
        "precision": job.precision,
        "reached": bool(error.max() <= job.precision),
        "widths": [_width(each) for each in every],
    }


_NOBODY: Half = {"networks": 0, "mean": [], "squares": []}


def _width(sample: Sample) -> WidthReport:
    return {
        "width": sample.width,
        "networks": sample.networks,
        "f": sample.mean.tolist(),
        "standard_error": np.sqrt(sample.variance / sample.networks).tolist(),
    }


def _comparison(job: LimitJob, measured: Sequence[Known], limit: Array) -> Comparison:
    # What networks in the kernel regime are off is measured already.
    aim = np.zeros_like(limit) if job.kernel is not None else limit
    rows: list[Compared] = []
    for width in job.compare_widths:
        halves = (half for _, both in compared(job, measured, width) for half in both)
        sample = pooled(width, halves)
        squares = sample.variance + np.square(sample.mean - aim)
        distance = float(np.sqrt(squares[1:].mean()))
        rows.append(
            {
                "width": width,
                "networks": sample.networks,
                "f": (sample.mean + (limit - aim)).tolist(),
                "distance": distance,
                # As if all numbers of a network were one, which is on the safe side.
                "standard_error": distance / float(np.sqrt(2 * sample.networks)),
            }
        )
    rate, error = _rate(rows)
    return {"widths": rows, "rate": rate, "rate_standard_error": error}


def _rate(rows: Sequence[Compared]) -> tuple[float | None, float | None]:
    """Minus the slope of log distance against log width, with weights, and its standard error."""
    if len(rows) < 2 or min(row["distance"] for row in rows) <= 0:
        return None, None
    x = np.log([row["width"] for row in rows])
    y = np.log([row["distance"] for row in rows])
    weights = np.array([2.0 * row["networks"] for row in rows])
    centre = weights @ x / weights.sum()
    spread = weights @ np.square(x - centre)
    return -float(weights @ ((x - centre) * y) / spread), float(1 / np.sqrt(spread))
