"""The worker: a process that does one job at a time, and takes over those of the dead.

It may be killed at any moment: every step it has finished is in the database.  So that is also
how it stops.
"""

import logging
import os
import signal
import socket
import sys
from secrets import randbelow
from threading import Thread
from time import sleep
from traceback import format_exception
from typing import Final, NoReturn

import structlog
from dbos import DBOS, DBOSPortableJSONSerializer
from dbos._error import DBOSAwaitedWorkflowCancelledError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.experiment.run import DeviceError
from app.queue import limit_workflow as _limits  # noqa: F401  # registers what is done of a kind
from app.queue import programs as _programs  # noqa: F401  # as above
from app.queue import workflow as _checks  # noqa: F401  # as above
from app.queue.address import embedded_file
from app.queue.database import engine_of, prepare
from app.queue.job import JobError, running
from app.queue.names import APPLICATION, KINDS, QUEUE, VERSION
from app.queue.presence import OneOfMany, OnlyWorker, Presence

_SECONDS_BETWEEN_LOOKS: Final = 3.0
_SECONDS_BETWEEN_POLLS: Final = 0.5

_log = structlog.get_logger("worker")


def work(database_url: str, *, until_input_ends: bool = False) -> NoReturn:
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
    _launch(engine, executor)
    _log.info("the worker is ready", executor=executor)
    abandoned: set[str] = set()
    while True:
        try:
            abandoned = _take_over(presence, executor, abandoned)
        except Exception as error:
            _log.warning("cannot look for checks to take over", error=_first_line(error))
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


def _launch(engine: Engine, executor: str) -> None:
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
    DBOS.listen_queues([QUEUE])
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=_SECONDS_BETWEEN_POLLS)


def _take_over(presence: Presence, executor: str, abandoned: set[str]) -> set[str]:
    """Queue again the checks of dead workers, and any that this one has lost from its hands.

    ``abandoned`` are the latter at the last look: a check between two hands is no lost one.
    Returns those of this look.
    """
    held = DBOS.list_workflows(
        name=list(KINDS), status="PENDING", load_input=False, load_output=False
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


class _ToLog(logging.Handler):
    """What dbos has to say, in the log of the worker."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, DBOSAwaitedWorkflowCancelledError) or (
            isinstance(error, JobError) and isinstance(error.__cause__, DeviceError)
        ):  # told to whoever asked for the check
            _log.info("a check ended without a result", error=_first_line(error))
            return
        shown = {"traceback": "".join(format_exception(error))} if error else {}
        structlog.get_logger("dbos").log(record.levelno, record.getMessage(), **shown)
