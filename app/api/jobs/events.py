"""Progress as server-sent events, whatever kind of job it is."""

import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, TypeVar

import msgspec
from anyio import Semaphore, WouldBlock, sleep
from fastapi import Request
from fastapi.sse import ServerSentEvent
from typing_extensions import TypedDict

from app.problems import ProblemError
from app.queue.client import Job, Progress, QueueUnavailableError, Status

#: Each stream asks the queue twice a second.
MOST_STREAMS: Final = 100
_SECONDS_BETWEEN: Final = 0.5

_RUNNING: Final = ("queued", "running")

_Result = TypeVar("_Result")


class ProgressOut(TypedDict):
    """How far a job is, in units of its work: of a check, some networks of one width each."""

    done: int
    total: int
    message: str


class ProgressEvent(ProgressOut):
    """The data of an event ``progress``."""

    status: Status


def progress_out(progress: Progress) -> ProgressOut:
    """How far a job of the queue is, as it is answered."""
    return {"done": progress.done, "total": progress.total, "message": progress.message}


def progress_event(job: Job[Any]) -> ProgressEvent:
    """How far a job of the queue is, and its status."""
    return {"status": job.status, **progress_out(job.progress)}


async def place(request: Request) -> AsyncIterator[None]:
    """A place among the streams, taken until this one ends."""
    places: Semaphore = request.app.state.streams
    try:
        places.acquire_nowait()
    except WouldBlock:
        raise ProblemError(
            "too-many-streams",
            f"{MOST_STREAMS} streams of events are open; try again later, or ask for the result "
            "itself now and then",
            headers={"Retry-After": "10"},
        ) from None
    try:
        yield
    finally:
        places.release()


async def followed(
    job: Job[_Result],
    again: Callable[[], Awaitable[Job[_Result]]],
    answered: Callable[[Job[_Result]], object],
) -> AsyncIterator[ServerSentEvent]:
    """`progress` whenever something changed, and `result`, the job as ``answered``, at its end.

    ``job`` is as it was at first; ``again`` asks for it anew.
    """
    told = None
    while True:
        now = progress_event(job)
        if now != told:
            yield ServerSentEvent(event="progress", raw_data=_encoded(now))
            told = now
        if job.status not in _RUNNING:
            yield ServerSentEvent(event="result", raw_data=_encoded(answered(job)))
            return
        await sleep(_SECONDS_BETWEEN)
        if _server_stops():
            return
        try:
            job = await again()
        except QueueUnavailableError:
            continue  # it recovers, and so does the stream


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _server_stops() -> bool:
    """Whether uvicorn has been told to stop: it waits for open streams, and tells nobody."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
