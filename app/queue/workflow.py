"""What a check does, step by step.  Each step's outcome is kept, so that none is done twice.

Its measurements are queued for all workers, and those of several checks take turns: the first one
of each check goes before the second one of any, and so on.  Loaded by the worker only.
"""

from typing import Any, Final, cast

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID, WorkflowHandle
from dbos import error as dbos_errors
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import TypedDict

from app.experiment import conclude, further
from app.experiment.plan import Experiment, Measurement, measurements, seconds_left
from app.experiment.report import CheckResult
from app.queue.job import MOST_RECOVERIES, JobError, in_hand, note, said_plainly, taken_at
from app.queue.measuring import Measured, measure
from app.queue.names import CHECK, CUDA_MEASUREMENTS, MEASUREMENTS

_SECONDS_BETWEEN_LOOKS: Final = 0.2
_KILLS_WORKERS: Final = (
    "the worker died again and again in this check, most likely for want of memory; ask for "
    "smaller widths, fewer seeds or a smaller batch"
)


Sizes = list[list[float | None]]


class Plan(TypedDict):
    """When the check began (milliseconds), and its measurements as they were planned then."""

    started_at: int
    measurements: list[tuple[int, int, int]]


# Restarts are no failures: each measurement counts the deaths in it, and so does the conclusion.
@DBOS.workflow(name=CHECK, max_recovery_attempts=None)
def coordinate_check(job: dict[str, Any]) -> CheckResult:
    """Measure until all is settled, then conclude.

    On a worker that takes it over it goes on after its last step.
    """
    with in_hand():
        experiment = job["experiment"]
        plan = _plan(experiment)
        planned = plan["measurements"]
        measured: list[Measured] = []
        while len(measured) < len(planned):
            handles = _queued(experiment, planned, len(measured))
            for place, handle in enumerate(handles):
                _tell(plan, experiment, measured, _message(planned, len(measured)))
                measured.append(_result(handle, handles[place:]))
            planned += _further(experiment, plan, measured)
        total = len(planned)
        _tell(plan, experiment, measured, f"{total} of {total} measurements")
        result = _conclude(experiment, plan, measured)
        # For lists, which do not load results.
        note({"verdict": result["verdict"], "summary": result["summary"]})
        return result


def _message(planned: list[tuple[int, int, int]], done: int) -> str:
    return f"width {planned[done][0]}: {done} of {len(planned)} measurements"


def _queued(
    experiment: dict[str, Any], planned: list[tuple[int, int, int]], done: int
) -> list[WorkflowHandle[Measured]]:
    """Handles of the measurements still to be done, which any worker may take from now on."""
    check = cast(str, DBOS.workflow_id)
    queue = CUDA_MEASUREMENTS if experiment["device"] == "cuda" else MEASUREMENTS
    handles = []
    for number, measurement in enumerate(planned[done:], done + 1):
        with SetWorkflowID(f"{check}-{number}"), SetEnqueueOptions(priority=number):
            handles.append(DBOS.enqueue_workflow(queue, measure, check, experiment, measurement))
    return handles


def _result(handle: WorkflowHandle[Measured], rest: list[WorkflowHandle[Measured]]) -> Measured:
    """What the measurement gave.  If it failed, those that are left are not done."""
    try:
        return handle.get_result(polling_interval_sec=_SECONDS_BETWEEN_LOOKS)
    except (SQLAlchemyError, dbos_errors.DBOSAwaitedWorkflowCancelledError):
        raise
    except Exception as error:
        # The second time, it is read from the database, where it is no exception of dbos's own.
        kind = getattr(error, "name", type(error).__name__)
        killed = kind == "DBOSAwaitedWorkflowMaxRecoveryAttemptsExceeded"
        if isinstance(error, dbos_errors.DBOSException) and not killed:
            raise
        DBOS.cancel_workflows([each.get_workflow_id() for each in rest])
        raise JobError(_KILLS_WORKERS if killed else str(error)) from error


def _tell(plan: Plan, experiment: dict[str, Any], measured: list[Measured], message: str) -> None:
    spent = sum(each["seconds"] for each in measured)
    known = Experiment.from_json(experiment)
    more = [Measurement(*each) for each in plan["measurements"][len(measurements(known)) :]]
    left = seconds_left(known, len(measured), spent, more)
    note(
        {
            "done": len(measured),
            "total": len(plan["measurements"]),
            "message": message,
            "started_at": plan["started_at"],
            "seconds_left": round(left, 1),
        }
    )


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


@DBOS.step(name="further")
def _further(
    experiment: dict[str, Any], plan: Plan, measured: list[Measured]
) -> list[tuple[int, int, int]]:
    with said_plainly("planning"):
        return [
            (each.width, each.first_seed, each.seeds)
            for each in further.further(Experiment.from_json(experiment), _pairs(plan, measured))
        ]


def _pairs(
    plan: Plan, measured: list[Measured]
) -> list[tuple[Measurement, list[list[float | None]]]]:
    return [
        (Measurement(*planned), each["sizes"])
        for planned, each in zip(plan["measurements"], measured, strict=True)
    ]


@DBOS.step(name="conclude")
def _conclude(experiment: dict[str, Any], plan: Plan, measured: list[Measured]) -> CheckResult:
    _count_attempt()
    with said_plainly("concluding"):
        return conclude.conclude(
            Experiment.from_json(experiment),
            _pairs(plan, measured),
            # More than one where workers of different kinds took turns.
            ", ".join(sorted({each["device"] for each in measured})),
            sum(each["seconds"] for each in measured),
        )


def _count_attempt() -> None:
    """Raise ``JobError`` when too many workers have died at this."""
    identifier = cast(str, DBOS.workflow_id)
    (row,) = DBOS.list_workflows(workflow_ids=[identifier], load_input=False, load_output=False)
    attempts = (row.attributes or {}).get("conclusions", 0) + 1
    if attempts > MOST_RECOVERIES + 1:
        raise JobError(_KILLS_WORKERS)
    DBOS.update_workflow_attributes(identifier, {"conclusions": attempts}, merge=True)
