"""Workers that another process keeps: one beside ``serve``, several of ``worker --gpus``."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Event, Thread
from typing import Final

import structlog

# Of a worker's exit: it cannot work here, however often it is started.
CANNOT_WORK: Final = 78

#: How a worker is started that ends with its standard input.
COMMAND = [sys.executable, "-m", "app.worker", "--until-input-ends"]

_SECONDS_BETWEEN_STARTS: Final = 3.0
_SECONDS_TO_END: Final = 5.0

_log = structlog.get_logger("serve")


@contextmanager
def worker_beside(environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """A worker process as long as the block lasts, started again whenever it ends.

    ``environment`` is what its environment has beside that of this process.  It ends with this
    process in any case, however that ends: with it ends its standard input.
    """
    stopping = Event()
    keeper = Thread(target=_keep, args=(stopping, environment or {}), name="worker-beside")
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _keep(stopping: Event, environment: Mapping[str, str]) -> None:
    while not stopping.is_set():
        # In a session of its own, so that Ctrl-C reaches the API alone, which ends the worker.
        with Popen(  # noqa: S603
            COMMAND, stdin=PIPE, start_new_session=True, env={**os.environ, **environment}
        ) as worker:
            while worker.poll() is None and not stopping.wait(0.2):
                pass
            if stopping.is_set():
                _end(worker)
        if stopping.is_set():
            return
        if worker.returncode == CANNOT_WORK:
            _log.error("the worker cannot work here, see above; checks stay queued")
            return
        _log.warning("the worker died; starting another", exit_status=worker.returncode)
        stopping.wait(_SECONDS_BETWEEN_STARTS)


def _end(worker: Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(_SECONDS_TO_END)
    except TimeoutExpired:
        worker.kill()
