"""A whole limit in this process: what the worker does step by step.  Needs torch."""

from time import perf_counter

from app.experiment.limits.conclude import Halves, conclude, samples
from app.experiment.limits.job import LimitJob
from app.experiment.limits.outputs import measure
from app.experiment.limits.plan import ROUNDS, pilot, rest
from app.experiment.limits.report import LimitReport
from app.experiment.plan import Measurement
from app.experiment.run import device_name


def simulated(job: LimitJob, max_seconds: float = 600.0) -> LimitReport:
    """The limit, as precise as asked for or as the seconds allow.

    Raises ``BlownUpError`` where a network blew up.
    """
    started = perf_counter()
    measured: list[tuple[Measurement, Halves]] = [(unit, measure(job, unit)) for unit in pilot(job)]
    for _ in range(ROUNDS):
        left = max_seconds - (perf_counter() - started)
        units = rest(job, samples(measured), left)
        measured += [(unit, measure(job, unit)) for unit in units]
    device = device_name(job.experiment(256, 1))
    return conclude(job, measured, device, perf_counter() - started)
