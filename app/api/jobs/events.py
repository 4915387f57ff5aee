"""Progress as server-sent events, whatever kind of job it is."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, Final, TypeVar

import msgspec
from anyio import sleep
from fastapi import Request
from fastapi.sse import ServerSentEvent
from pydantic import Field
from typing_extensions import TypedDict

from app.api.http.state import settings_of
from app.api.http.stopping import server_stops
from app.problems import ProblemError
from app.queue.client import Job, Progress, QueueUnavailableError
from app.queue.names import Status

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
    ahead: Annotated[
        int | None,
        Field(
            description="How many queued checks run before this one; null unless it is a queued "
            "check, and if more than a thousand wait."
        ),
    ]
    seconds_left: Annotated[
        float | None,
        Field(
            description="Estimated seconds until the check ends, updated after each measurement; "
            "null if it has ended, or if it is not known."
        ),
    ]


class ProgressEvent(ProgressOut):
    """The data of an event ``progress``."""

    status: Status


def progress_out(progress: Progress) -> ProgressOut:
    """How far a job of the queue is, as it is answered."""
    return {
        "done": progress.done,
        "total": progress.total,
        "message": progress.message,
        "ahead": progress.ahead,
        "seconds_left": progress.seconds_left,
    }


def progress_event(job: Job[Any]) -> ProgressEvent:
    """How far a job of the queue is, and its status."""
    return {"status": job.status, **progress_out(job.progress)}


async def place(request: Request) -> AsyncIterator[None]:
    """A place among the streams, taken until this one ends."""
    open_streams: Counter[str] = request.app.state.streams
    address = request.client.host if request.client else ""
    if open_streams.total() >= MOST_STREAMS:
        raise _too_many(f"{MOST_STREAMS} streams of events are open")
    most = settings_of(request).max_streams_per_address
    if open_streams[address] >= most:
        raise _too_many(f"{most} streams of events are open from your address, {address}")
    open_streams[address] += 1
    try:
        yield
    finally:
        open_streams[address] -= 1
        if not open_streams[address]:
            del open_streams[address]


def _too_many(why: str) -> ProblemError:
    return ProblemError(
        "too-many-streams",
        f"{why}; try again later, or ask for the result itself from time to time",
        headers={"Retry-After": "10"},
    )


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
        if server_stops():
            return
        try:
            job = await again()
        except QueueUnavailableError:
            continue  # it recovers, and so does the stream


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()
