"""What a simulated limit does, step by step.  Each step's outcome is kept, so none is done twice.

Loaded by the worker only: this is where torch comes in.
"""

from time import perf_counter
from typing import Any

from dbos import DBOS
from typing_extensions import TypedDict

from app.experiment.limits import conclude, outputs, plan
from app.experiment.limits.extrapolate import Known
from app.experiment.limits.job import LimitJob
from app.experiment.limits.report import Half, LimitReport
from app.experiment.plan import Measurement
from app.experiment.run import device_name
from app.queue.job import MOST_RECOVERIES, in_hand, said_plainly, taken_at, tell
from app.queue.names import LIMIT

_Unit = tuple[int, int, int]


class Measured(TypedDict):
    """What some networks gave, the device they ran on, and how long that took."""

    unit: _Unit
    halves: tuple[Half, Half]
    device: str
    seconds: float


@DBOS.workflow(name=LIMIT, max_recovery_attempts=MOST_RECOVERIES)
def infinite_width_limit(job: dict[str, Any]) -> LimitReport:
    """Measure, see what is still to be measured, and conclude."""
    with in_hand():
        limit, budget = job["limit"], job["max_seconds"]
        began = _begin()
        measured: list[Measured] = []
        for _ in range(plan.ROUNDS + 1):
            units = _units(limit, measured, budget)
            total = len(measured) + len(units)
            for unit in units:
                done = len(measured)
                tell(began, done, total, f"width {unit[0]}: {done} of {total} measurements")
                measured.append(_measure_networks(limit, unit))
        tell(began, len(measured), len(measured), f"{len(measured)} measurements")
        nonlinearity = None if limit["known"] is not None else _measure_nonlinearity(limit)
        return _conclude_limit(limit, measured, nonlinearity)


@DBOS.step(name="begin")
def _begin() -> int:
    with said_plainly("beginning"):
        return taken_at()


@DBOS.step(name="units")
def _units(limit: dict[str, Any], measured: list[Measured], budget: float) -> list[_Unit]:
    with said_plainly("planning"):
        job = LimitJob.from_json(limit)
        spent = sum(each["seconds"] for each in measured)
        return [
            (each.width, each.first_seed, each.seeds)
            for each in plan.units(job, _known(measured), budget - spent)
        ]


@DBOS.step(name="measure_networks")
def _measure_networks(limit: dict[str, Any], unit: _Unit) -> Measured:
    started = perf_counter()
    with said_plainly(f"measuring width {unit[0]}"):
        job = LimitJob.from_json(limit)
        halves = outputs.measure(job, Measurement(*unit))
        return {
            "unit": unit,
            "halves": halves,
            "device": device_name(job.experiment(unit[0], unit[2])),
            "seconds": perf_counter() - started,
        }


@DBOS.step(name="measure_nonlinearity")
def _measure_nonlinearity(limit: dict[str, Any]) -> tuple[float, float]:
    with said_plainly("measuring the last step"):
        return outputs.measured_nonlinearity(LimitJob.from_json(limit))


@DBOS.step(name="conclude_limit")
def _conclude_limit(
    limit: dict[str, Any], measured: list[Measured], nonlinearity: tuple[float, float] | None
) -> LimitReport:
    with said_plainly("concluding"):
        return conclude.conclude(
            LimitJob.from_json(limit),
            _known(measured),
            nonlinearity,
            ", ".join(sorted({each["device"] for each in measured})),
            sum(each["seconds"] for each in measured),
        )


def _known(measured: list[Measured]) -> list[Known]:
    return [
        (Measurement(*each["unit"]), (each["halves"][0], each["halves"][1])) for each in measured
    ]
