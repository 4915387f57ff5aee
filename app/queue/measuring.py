"""One measurement, which any worker may take: a workflow of its own, a child of its check's.

Loaded by the worker only: this is where torch comes in.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import perf_counter
from typing import Any, Final, cast

from dbos import DBOS
from typing_extensions import TypedDict

from app.experiment import run
from app.experiment.plan import Experiment, Measurement
from app.queue.job import MOST_RECOVERIES, CancelledError, in_hand, said_plainly
from app.queue.names import MEASUREMENT

_SECONDS_BETWEEN_LOOKS: Final = 0.5


class Measured(TypedDict):
    """What one measurement gave, the device it ran on, and how long that took."""

    sizes: list[list[float | None]]
    device: str
    seconds: float


class Tally(TypedDict):
    """What this process has measured."""

    measurements: int
    seconds: float


tally: Final[Tally] = {"measurements": 0, "seconds": 0.0}


@DBOS.workflow(name=MEASUREMENT, max_recovery_attempts=MOST_RECOVERIES)
def measure(check: str, experiment: dict[str, Any], measurement: tuple[int, int, int]) -> Measured:
    """Measure for a check, until it is cancelled."""
    with (
        in_hand(),
        _given_up_with(check) as given_up,
        said_plainly(f"measuring width {measurement[0]}"),
    ):
        started = perf_counter()

        def checkpoint() -> None:
            if given_up.is_set():
                raise CancelledError("the check was cancelled")

        known = Experiment.from_json(experiment)
        sizes = run.measure(known, Measurement(*measurement), checkpoint)
        seconds = perf_counter() - started
        tally["measurements"] += 1
        tally["seconds"] += seconds
        return {"sizes": sizes, "device": run.device_name(known), "seconds": seconds}


@contextmanager
def _given_up_with(check: str) -> Iterator[Event]:
    """An event that happens when the check, or this measurement of it, is cancelled or gone."""
    given_up, done = Event(), Event()
    ours = cast(str, DBOS.workflow_id)

    def look() -> None:
        # In a thread of its own, where dbos takes this for no step of the workflow.
        while not done.wait(_SECONDS_BETWEEN_LOOKS):
            # While the database is away nothing is known; what happens then is decided elsewhere.
            with suppress(Exception):
                if _cancelled(check, ours):
                    given_up.set()
                    return

    Thread(target=look, daemon=True, name="cancellation").start()
    try:
        yield given_up
    finally:
        done.set()


def _cancelled(check: str, measurement: str) -> bool:
    rows = DBOS.list_workflows(
        workflow_ids=[check, measurement], load_input=False, load_output=False
    )
    if {row.workflow_id for row in rows if row.status != "CANCELLED"} == {check, measurement}:
        return False
    # One that was queued while its check was being cancelled is not cancelled yet.
    DBOS.cancel_workflow(measurement)
    return True
