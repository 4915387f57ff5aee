"""The limit that measurements give, with its error."""

from collections.abc import Iterable, Sequence

import numpy as np

from app.experiment.limits.extrapolate import Sample, extrapolated, pooled
from app.experiment.limits.job import LimitJob
from app.experiment.limits.plan import WIDTHS
from app.experiment.limits.report import Half, LimitReport, WidthReport
from app.experiment.plan import Measurement

Halves = tuple[Half, Half]


def samples(measured: Iterable[tuple[Measurement, Halves]]) -> list[Sample]:
    """All networks of each width.  Raises ``BlownUpError`` where one of them blew up."""
    known = list(measured)
    widths = sorted({unit.width for unit, _ in known})
    return [
        pooled(width, (half for unit, halves in known if unit.width == width for half in halves))
        for width in widths
    ]


def conclude(
    job: LimitJob, measured: Sequence[tuple[Measurement, Halves]], device: str, seconds: float
) -> LimitReport:
    """The report.  Raises ``BlownUpError`` where a network blew up."""
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
        "widths": [_width(each) for each in every if each.width in WIDTHS],
        "device": device,
        "seconds": round(seconds, 3),
    }


_NOBODY: Half = {"networks": 0, "mean": [], "squares": []}


def _width(sample: Sample) -> WidthReport:
    return {
        "width": sample.width,
        "networks": sample.networks,
        "f": sample.mean.tolist(),
        "standard_error": np.sqrt(sample.variance / sample.networks).tolist(),
    }
