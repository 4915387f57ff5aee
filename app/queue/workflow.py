"""What a check does, step by step.  Each step's outcome is kept, so that none is done twice.

Loaded by the worker only: this is where torch comes in.
"""

from time import perf_counter
from typing import Any

from dbos import DBOS
from typing_extensions import TypedDict

from app.experiment import conclude, run
from app.experiment.plan import Experiment, Measurement, measurements
from app.experiment.report import CheckResult
from app.queue.job import MOST_RECOVERIES, in_hand, said_plainly, taken_at, tell
from app.queue.names import CHECK


class Plan(TypedDict):
    """When the check began (milliseconds), and its measurements as they were planned then."""

    started_at: int
    measurements: list[tuple[int, int, int]]


class Measured(TypedDict):
    """What one measurement gave, the device it ran on, and how long that took."""

    sizes: list[list[float | None]]
    device: str
    seconds: float


@DBOS.workflow(name=CHECK, max_recovery_attempts=MOST_RECOVERIES)
def coordinate_check(job: dict[str, Any]) -> CheckResult:
    """Measure, then conclude.  On a worker that takes it over it goes on after its last step."""
    with in_hand():
        experiment = job["experiment"]
        plan = _plan(experiment)
        began, total = plan["started_at"], len(plan["measurements"])
        measured: list[Measured] = []
        for done, measurement in enumerate(plan["measurements"]):
            tell(began, done, total, f"width {measurement[0]}: {done} of {total} measurements")
            measured.append(_measure(experiment, measurement))
        tell(began, total, total, f"{total} of {total} measurements")
        return _conclude(experiment, plan, measured)


@DBOS.step(name="plan")
def _plan(experiment: dict[str, Any]) -> Plan:
    with said_plainly("planning"):
        return {
            "started_at": taken_at(),
            "measurements": [
                (each.width, each.first_seed, each.seeds)
                for each in measurements(Experiment.from_json(experiment))
            ],
        }


@DBOS.step(name="measure")
def _measure(experiment: dict[str, Any], measurement: tuple[int, int, int]) -> Measured:
    started = perf_counter()
    with said_plainly(f"measuring width {measurement[0]}"):
        known = Experiment.from_json(experiment)
        return {
            "sizes": run.measure(known, Measurement(*measurement)),
            "device": run.device_name(known),
            "seconds": perf_counter() - started,
        }


@DBOS.step(name="conclude")
def _conclude(experiment: dict[str, Any], plan: Plan, measured: list[Measured]) -> CheckResult:
    with said_plainly("concluding"):
        return conclude.conclude(
            Experiment.from_json(experiment),
            [
                (Measurement(*planned), each["sizes"])
                for planned, each in zip(plan["measurements"], measured, strict=True)
            ],
            # More than one where workers of different kinds took turns.
            ", ".join(sorted({each["device"] for each in measured})),
            sum(each["seconds"] for each in measured),
        )
