"""A limit for which networks are trained: what is queued, and what it may cost."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from app.api.http.json_body import plain
from app.api.limits import bounds
from app.api.limits.answer import LimitOut, limit_out
from app.api.limits.reading import Question
from app.api.limits.request import LimitIn
from app.experiment.limits.job import LimitJob
from app.experiment.limits.plan import estimate, units
from app.experiment.plan import Estimate
from app.problems import ProblemError
from app.settings import Settings
from solver import Parametrization
from solver.limits import ClosedForm, essential

_GIB: Final = 2**30


def job_of(
    body: LimitIn, question: Question, found: ClosedForm | None, settings: Settings
) -> dict[str, Any]:
    """What is queued; ``found`` is the limit where it has a closed form.

    Raises ``ProblemError`` where it would take longer, or more memory, than the service allows.
    """
    given = question.verdict.parametrization
    assert isinstance(given, Parametrization), "limits are for networks with a depth"
    kernel = None if found is None or found.kernel is None else found.kernel.kernel
    job = LimitJob.of(
        given,
        given if found is not None else essential(question.verdict),
        question.activation,
        question.training,
        question.precision,
        question.seed,
    )
    job = replace(
        job,
        compare_widths=question.compare_widths,
        known=None if found is None else _rows(np.stack([f.ravel() for f in found.trajectory.f])),
        kernel=None if kernel is None else _rows(kernel),
    )
    _check_budget(job, settings)
    closed: LimitOut | None = None if found is None else limit_out(question, found)
    return {
        "limit": plain(job.as_json()),
        "max_seconds": settings.check_max_seconds,
        "total": len(units(job, [], settings.check_max_seconds)),
        "request": plain(body.as_sent()),
        "closed": plain(closed),
    }


def _rows(matrix: "np.ndarray[Any, np.dtype[np.float64]]") -> tuple[tuple[float, ...], ...]:
    return tuple(map(tuple, matrix.tolist()))


def _check_budget(job: LimitJob, settings: Settings) -> None:
    cost = estimate(job)
    if _fits(cost, settings):
        return
    most = Estimate(settings.check_max_seconds, settings.check_max_bytes)
    pointer, remedy = next(_remedies(job, settings), ("", "lower steps, inputs and probes"))
    raise ProblemError(
        "over-budget",
        f"the limit is estimated at {_spelled(cost)}, and the bounds here are {_spelled(most)}: "
        f"{remedy}",
        pointer,
    )


def _remedies(job: LimitJob, settings: Settings) -> Iterator[tuple[str, str]]:
    for factor in (2, 5, 10, 20, 50, 100, 1000):
        precision = job.precision * factor
        if precision <= bounds.PRECISION.most:
            lower = estimate(replace(job, precision=precision))
            if _fits(lower, settings):
                words = f"with precision {precision:g} it would be estimated at {_spelled(lower)}"
                yield "/precision", words


def _fits(cost: Estimate, settings: Settings) -> bool:
    return cost.seconds <= settings.check_max_seconds and cost.bytes <= settings.check_max_bytes


def _spelled(cost: Estimate) -> str:
    return f"{cost.seconds:,.1f} seconds and {cost.bytes / _GIB:,.2f} GiB"
