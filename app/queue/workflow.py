"""What a check does, step by step.  Each step's outcome is kept, so that none is done twice.

Loaded by the worker only: this is where torch comes in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Final, cast

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import TypedDict

from app.experiment import conclude, further, run
from app.experiment.plan import Experiment, Measurement, measurements
from app.experiment.report import CheckResult
from app.queue.names import WORKFLOW

# A check in which its worker dies this often takes no more workers with it.
_MOST_RECOVERIES: Final = 10
_LONGEST_MESSAGE: Final = 2000


class CheckError(Exception):
    """A check cannot be done.  The message is for whoever asked for it."""


class DatabaseLostError(BaseException):
    """The database went away in mid-check.

    No Exception, because that would be an outcome of the check: it has none yet.
    """


Sizes = list[list[float | None]]


class Plan(TypedDict):
    """When the check began (milliseconds), and its measurements as they were planned then."""

    started_at: int
    measurements: list[tuple[int, int, int]]


class Measured(TypedDict):
    """What one measurement gave, the device it ran on, and how long that took."""

    sizes: Sizes
    device: str
    seconds: float


_running: set[str] = set()


def running() -> frozenset[str]:
    """The checks in the hands of this process."""
    return frozenset(_running)


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=_MOST_RECOVERIES)
def coordinate_check(job: dict[str, Any]) -> CheckResult:
    """Measure until all is settled, then conclude.

    On a worker that takes it over it goes on after its last step.
    """
    with _in_hand():
        experiment = job["experiment"]
        plan = _plan(experiment)
        measured: list[Measured] = []
        while len(measured) < len(plan["measurements"]):
            total = len(plan["measurements"])
            for done in range(len(measured), total):
                measurement = plan["measurements"][done]
                _tell(plan, done, f"width {measurement[0]}: {done} of {total} measurements")
                measured.append(_measure(experiment, measurement))
            plan["measurements"] += _further(experiment, plan, measured)
        _tell(plan, total, f"{total} of {total} measurements")
        return _conclude(experiment, plan, measured)


@contextmanager
def _in_hand() -> Iterator[None]:
    identifier = cast(str, DBOS.workflow_id)
    _running.add(identifier)
    try:
        yield
    except SQLAlchemyError as error:
        raise DatabaseLostError from error
    finally:
        _running.discard(identifier)


def _tell(plan: Plan, done: int, message: str) -> None:
    DBOS.update_workflow_attributes(
        cast(str, DBOS.workflow_id),
        {
            "done": done,
            "total": len(plan["measurements"]),
            "message": message,
            "started_at": plan["started_at"],
        },
        merge=True,
    )


@DBOS.step(name="plan")
def _plan(experiment: dict[str, Any]) -> Plan:
    with _said_plainly("planning"):
        return {
            "started_at": _taken_at(),
            "measurements": [
                (each.width, each.first_seed, each.seeds)
                for each in measurements(Experiment.from_json(experiment))
            ],
        }


def _taken_at() -> int:
    """When this check was taken from the queue, by the clock of the database."""
    identifier = cast(str, DBOS.workflow_id)
    (row,) = DBOS.list_workflows(workflow_ids=[identifier], load_input=False, load_output=False)
    return cast(int, row.dequeued_at)


@DBOS.step(name="measure")
def _measure(experiment: dict[str, Any], measurement: tuple[int, int, int]) -> Measured:
    started = perf_counter()
    with _said_plainly(f"measuring width {measurement[0]}"):
        known = Experiment.from_json(experiment)
        return {
            "sizes": run.measure(known, Measurement(*measurement)),
            "device": run.device_name(known),
            "seconds": perf_counter() - started,
        }


@DBOS.step(name="further")
def _further(
    experiment: dict[str, Any], plan: Plan, measured: list[Measured]
) -> list[tuple[int, int, int]]:
    with _said_plainly("planning"):
        return [
            (each.width, each.first_seed, each.seeds)
            for each in further.further(Experiment.from_json(experiment), _pairs(plan, measured))
        ]


def _pairs(plan: Plan, measured: list[Measured]) -> list[tuple[Measurement, Sizes]]:
    return [
        (Measurement(*planned), each["sizes"])
        for planned, each in zip(plan["measurements"], measured, strict=True)
    ]


@DBOS.step(name="conclude")
def _conclude(experiment: dict[str, Any], plan: Plan, measured: list[Measured]) -> CheckResult:
    with _said_plainly("concluding"):
        return conclude.conclude(
            Experiment.from_json(experiment),
            _pairs(plan, measured),
            # More than one where workers of different kinds took turns.
            ", ".join(sorted({each["device"] for each in measured})),
            sum(each["seconds"] for each in measured),
        )


@contextmanager
def _said_plainly(doing: str) -> Iterator[None]:
    try:
        yield
    except run.DeviceError as error:
        raise CheckError(str(error)) from error
    except Exception as error:
        what = f"{doing} failed: {type(error).__name__}: {error}"
        raise CheckError(what[:_LONGEST_MESSAGE]) from error
