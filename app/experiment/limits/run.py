"""A whole limit in this process: what the worker does step by step.  Needs torch."""

from time import perf_counter

from app.experiment.limits.conclude import conclude
from app.experiment.limits.extrapolate import Known
from app.experiment.limits.job import LimitJob
from app.experiment.limits.outputs import measure, measured_nonlinearity
from app.experiment.limits.plan import ROUNDS, units
from app.experiment.limits.report import LimitReport
from app.experiment.run import device_name


def worked_out(job: LimitJob, max_seconds: float = 600.0) -> LimitReport:
    """The limit, as precise as asked for or as the seconds allow.

    Raises ``BlownUpError`` where a network blew up.
    """
    started = perf_counter()
    measured: list[Known] = []
    for _ in range(ROUNDS + 1):
        left = max_seconds - (perf_counter() - started)
        measured += [(unit, measure(job, unit)) for unit in units(job, measured, left)]
    device = device_name(job.experiment(1, 1))
    nonlinearity = None if job.known is not None else measured_nonlinearity(job)
    return conclude(job, measured, nonlinearity, device, perf_counter() - started)
