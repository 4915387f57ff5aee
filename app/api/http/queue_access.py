"""Asking the queue from the event loop: in threads of its own, and never without end.

A database that hangs holds these threads and no others: the rest of the service goes on.
"""

from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from anyio import fail_after
from fastapi import Request

from app.api.http.state import metrics_of
from app.queue.client import CheckQueue, QueueUnavailableError

_THREADS: Final = 8
_PATIENCE: Final = 10.0  # seconds

_T = TypeVar("_T")


def queue_threads() -> ThreadPoolExecutor:
    """The threads in which the queue of one application is asked; they start when needed."""
    return ThreadPoolExecutor(_THREADS, "queue")


async def ask(
    request: Request, question: Callable[[CheckQueue], _T], patience: float = _PATIENCE
) -> _T:
    """What the question gives when it is put to the queue.

    Raises ``QueueUnavailableError`` also when there is no answer within ``patience`` seconds.
    """
    state = request.app.state
    try:
        with fail_after(patience):
            return await get_running_loop().run_in_executor(
                state.queue_threads, question, state.queue
            )
    except QueueUnavailableError:
        metrics_of(request).queue_errors.inc()
        raise
    except TimeoutError:
        metrics_of(request).queue_errors.inc()
        raise QueueUnavailableError(
            f"the queue did not answer within {patience:g} seconds; try again later"
        ) from None
