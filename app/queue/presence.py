"""Which workers are alive, so that the check of a dead one is taken over.

A worker on PostgreSQL holds an advisory lock in a session of its own.  Its death ends the session
at once; the server ends it, too, when the worker has been silent for too long: cut off, frozen or
gone with its machine.  No clock of a worker is involved.  A worker that comes back after that has
lost its check, and dbos lets it record nothing more of it.
"""

import fcntl
from pathlib import Path
from threading import Event, Thread
from typing import IO, Final, Protocol

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

#: Seconds without a sign of life after which a worker has lost its check.
SILENCE = 30

# The first half of the key of each lock; the second is the worker's number.
_OURS: Final = 0x6162632D

_log = structlog.get_logger("worker")


class Presence(Protocol):
    """A worker's hold on its database, let go by its death."""

    def enter(self) -> None:
        """Be known as alive, waiting until that is possible."""

    def alive(self) -> set[int]:
        """The numbers of all workers alive, this one among them."""


class OnlyWorker:
    """A worker on an SQLite file: it locks a file beside it, and so is the only one."""

    def __init__(self, number: int, database: Path) -> None:
        self._number = number
        self._file = database.with_name(database.name + ".worker")
        self._held: IO[bytes] | None = None

    def enter(self) -> None:
        """Wait until no other worker is at work on the file."""
        held = self._file.open("ab")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.warning(
                "another worker is at work on this SQLite file; waiting for its end (several "
                "workers at once need PostgreSQL, see DATABASE_URL)"
            )
            fcntl.flock(held, fcntl.LOCK_EX)
        self._held = held

    def alive(self) -> set[int]:
        """This one."""
        return {self._number}


class OneOfMany:
    """A worker on PostgreSQL."""

    def __init__(self, number: int, engine: Engine) -> None:
        self._number = number
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    def enter(self) -> None:
        """Hold the lock, in a thread that gives signs of life as long as the process runs."""
        entered = Event()
        Thread(target=self._beat, args=(entered,), daemon=True, name="signs-of-life").start()
        entered.wait()

    def alive(self) -> set[int]:
        """Whoever holds a lock."""
        with self._engine.connect() as connection:
            return set(connection.scalars(_HOLDERS, {"ours": _OURS}))

    def _beat(self, entered: Event) -> None:
        pause = Event()
        while True:
            try:
                with self._engine.connect() as connection:
                    self._hold(connection)
                    entered.set()
                    while not pause.wait(SILENCE / 6):
                        connection.execute(text("SELECT 1"))
            except SQLAlchemyError as error:
                _log.warning("signs of life cannot be given", error=str(error).split("\n")[0])
                pause.wait(1)

    def _hold(self, connection: Connection) -> None:
        connection.execute(text(f"SET idle_session_timeout = '{SILENCE}s'"))
        # Waits for the server to end a session of ours that was cut off.
        connection.execute(
            text("SELECT pg_advisory_lock(:ours, :number)"),
            {"ours": _OURS, "number": self._number},
        )


_HOLDERS: Final = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = :ours "
    "AND objsubid = 2 AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
