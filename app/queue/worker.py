"""The worker: a process that does one measurement at a time, and takes over those of the dead.

It may be killed at any moment: every step it has finished is in the database.  So that is also
how it stops.
"""

import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from secrets import randbelow
from threading import Thread
from time import monotonic, sleep
from traceback import format_exception
from typing import Final, NoReturn

import structlog
from dbos import DBOS, DBOSPortableJSONSerializer
from dbos import error as dbos_errors
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.experiment import run
from app.queue.address import embedded_file
from app.queue.database import engine_of, prepare
from app.queue.job import CancelledError, JobError, running
from app.queue.measuring import tally
from app.queue.names import (
    APPLICATION,
    CUDA_MEASUREMENTS,
    KINDS,
    MEASUREMENT,
    MEASUREMENTS,
    QUEUE,
    VERSION,
)
from app.queue.presence import OneOfMany, OnlyWorker, Presence
from app.queue.retention import remove_old
from app.queue.roster import announce

# What dbos is to run, it has to be told of.
from app.queue import limit_workflow, programs, workflow  # noqa: F401  isort: skip

_SECONDS_BETWEEN_LOOKS: Final = 3.0
_SECONDS_BETWEEN_POLLS: Final = 0.5
_SECONDS_BETWEEN_REMOVALS: Final = 600.0
# Between measurements the worker does nothing for as long as this.
_SECONDS_BETWEEN_MEASUREMENTS: Final = 0.1
# Checks whose measurements take turns; each waits in a thread of its own.
_CHECKS_AT_ONCE: Final = 16

_log = structlog.get_logger("worker")


def work(database_url: str, *, retention_days: float, until_input_ends: bool = False) -> NoReturn:
    """Do checks until the process is told to stop, or until its standard input ends."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: os._exit(0))
    if until_input_ends:
        Thread(target=_end_with_input, daemon=True).start()
    logging.getLogger("dbos").addHandler(_ToLog())
    number = randbelow(2**31)
    engine = _connected(database_url)
    file = embedded_file(database_url)
    presence: Presence = OnlyWorker(number, file) if file else OneOfMany(number, engine)
    presence.enter()
    executor = f"{socket.gethostname()}-{os.getpid()}-{number}"
    about = run.device_here()
    queues = _queues(about["device"])
    _start(engine, executor, queues)
    _log.info("the worker is ready", executor=executor, **about)
    abandoned: set[str] = set()
    next_removal = 0.0
    while True:
        try:
            _register(queues)
            announce(engine, executor, {**about, **tally})
            abandoned = _take_over(presence, executor, abandoned)
            if monotonic() > next_removal:
                next_removal = monotonic() + _SECONDS_BETWEEN_REMOVALS
                if removed := remove_old(retention_days):
                    _log.info("removed old checks", count=removed)
        except Exception as error:
            _log.warning("cannot look for checks to take over", error=_first_line(error))
            # The database may have come back as an empty one.
            with suppress(SQLAlchemyError):
                prepare(engine)
        sleep(_SECONDS_BETWEEN_LOOKS)


def _connected(database_url: str) -> Engine:
    """The database, as soon as it is there."""
    engine = engine_of(database_url)
    while True:
        try:
            prepare(engine)
        except SQLAlchemyError as error:
            _log.warning("the database cannot be reached; trying again", error=_first_line(error))
            sleep(_SECONDS_BETWEEN_LOOKS)
        else:
            return engine


_Queues = dict[str, tuple[int, float]]


def _queues(device: str) -> _Queues:
    """What a worker on this device listens to: how much it takes at once, how often it looks."""
    one_at_a_time = (1, _SECONDS_BETWEEN_MEASUREMENTS)
    queues = {QUEUE: (_CHECKS_AT_ONCE, _SECONDS_BETWEEN_POLLS), MEASUREMENTS: one_at_a_time}
    return queues | ({CUDA_MEASUREMENTS: one_at_a_time} if device == "cuda" else {})


def _start(engine: Engine, executor: str, queues: _Queues) -> None:
    """Launch dbos, as soon as the database lets it."""
    while True:
        try:
            _launch(engine, executor, queues)
            _register(queues)
        except (SQLAlchemyError, dbos_errors.DBOSException, OSError) as error:
            _log.warning("the database cannot be reached; trying again", error=_first_line(error))
            with suppress(Exception):
                DBOS.destroy()
            sleep(_SECONDS_BETWEEN_LOOKS)
        else:
            return


def _launch(engine: Engine, executor: str, queues: _Queues) -> None:
    DBOS(
        config={
            "name": APPLICATION,
            "application_version": VERSION,
            "executor_id": executor,
            "system_database_engine": engine,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }
    )
    DBOS.listen_queues(list(queues))
    DBOS.launch()


def _register(queues: _Queues) -> None:
    """Have the queues in the database: where they are missing, nobody takes anything from them."""
    for name, (at_once, seconds) in queues.items():
        if DBOS.retrieve_queue(name) is None:
            _log.debug("registering a queue", queue=name)
        elif name in _registered:
            continue
        DBOS.register_queue(
            name,
            worker_concurrency=at_once,
            polling_interval_sec=seconds,
            on_conflict="always_update",
        )
        _registered.add(name)


_registered: set[str] = set()


def _take_over(presence: Presence, executor: str, abandoned: set[str]) -> set[str]:
    """Queue again the checks of dead workers, and any that this one has lost from its hands.

    ``abandoned`` are the latter at the last look: a check between two hands is no lost one.
    Returns those of this look.
    """
    held = DBOS.list_workflows(
        name=[*KINDS, MEASUREMENT], status="PENDING", load_input=False, load_output=False
    )
    # After the checks, the workers: one that took a check in between was alive before.
    alive = presence.alive()
    owners = {str(each.executor_id) for each in held}
    lost = {owner for owner in owners if owner.rpartition("-")[2] not in map(str, alive)}
    now_abandoned = {each.workflow_id for each in held if each.executor_id == executor} - running()
    if abandoned & now_abandoned:
        lost.add(executor)
    if lost:
        _log.info("taking over the checks of lost workers", executors=sorted(lost))
        DBOS._recover_pending_workflows(sorted(lost))
    return now_abandoned


def _end_with_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".split("\n")[0]


_TOLD: Final = (
    CancelledError,
    dbos_errors.DBOSAwaitedWorkflowCancelledError,
    dbos_errors.DBOSWorkflowCancelledError,
)


class _ToLog(logging.Handler):
    """What dbos has to say, in the log of the worker."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, _TOLD) or (
            isinstance(error, JobError) and isinstance(error.__cause__, run.DeviceError)
        ):  # told to whoever asked for the check
            _log.info("a check ended without a result", error=_first_line(error))
            return
        shown = {"traceback": "".join(format_exception(error))} if error else {}
        structlog.get_logger("dbos").log(record.levelno, record.getMessage(), **shown)
