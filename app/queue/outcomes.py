"""How a check or a measurement in the hands of this process may end without a result."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from app.experiment import run

_LONGEST_MESSAGE: Final = 2000


class CheckError(Exception):
    """A check cannot be done.  The message is for whoever asked for it."""


class CancelledError(Exception):
    """A check was cancelled in the midst of a measurement."""


class DatabaseLostError(BaseException):
    """The database went away in mid-check.

    No Exception, because that would be an outcome of the check: it has none yet.
    """


_running: set[str] = set()


def running() -> frozenset[str]:
    """The checks and measurements in the hands of this process."""
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
    """Failures within the block become a ``CheckError`` for whoever asked for the check."""
    try:
        yield
    except CancelledError:
        raise
    except run.DeviceError as error:
        raise CheckError(str(error)) from error
    except Exception as error:
        what = f"{doing} failed: {type(error).__name__}: {error}"
        raise CheckError(what[:_LONGEST_MESSAGE]) from error
