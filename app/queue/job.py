"""What durable jobs of every kind do on a worker: say how far they are, and fail plainly.

A kind of job is a workflow of dbos's under the name of the kind.  Loaded by the worker only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from app.experiment import run

#: A job in which its worker dies this often takes no more workers with it.
MOST_RECOVERIES: Final = 10
_LONGEST_MESSAGE: Final = 2000


class JobError(Exception):
    """A job cannot be done.  The message is for whoever asked for it."""


class CancelledError(Exception):
    """A check was cancelled in the midst of a measurement."""


class DatabaseLostError(BaseException):
    """The database went away in mid-job.

    No Exception, because that would be an outcome of the job: it has none yet.
    """


_running: set[str] = set()


def running() -> frozenset[str]:
    """The jobs and measurements in the hands of this process."""
    return frozenset(_running)


@contextmanager
def in_hand() -> Iterator[None]:
    """The workflow of this thread is in the hands of this process as long as the block lasts."""
    identifier = cast(str, DBOS.workflow_id)
    _running.add(identifier)
    try:
        yield
    except SQLAlchemyError as error:
        raise DatabaseLostError from error
    finally:
        _running.discard(identifier)


@contextmanager
def said_plainly(doing: str) -> Iterator[None]:
    """Failures within the block become a ``JobError`` for whoever asked for it."""
    try:
        yield
    except CancelledError:
        raise
    except run.DeviceError as error:
        raise JobError(str(error)) from error
    except Exception as error:
        what = f"{doing} failed: {type(error).__name__}: {error}"
        raise JobError(what[:_LONGEST_MESSAGE]) from error


def tell(started_at: int, done: int, total: int, message: str) -> None:
    """Note how far the present job is, which began then (milliseconds)."""
    note({"done": done, "total": total, "message": message, "started_at": started_at})


def note(attributes: dict[str, Any]) -> None:
    """Note something about the present job, for whoever looks at it."""
    DBOS.update_workflow_attributes(cast(str, DBOS.workflow_id), attributes, merge=True)


def taken_at() -> int:
    """When the present job was taken from the queue, by the clock of the database."""
    identifier = cast(str, DBOS.workflow_id)
    (row,) = DBOS.list_workflows(workflow_ids=[identifier], load_input=False, load_output=False)
    return cast(int, row.dequeued_at)
