"""GET /v1/checks/{id}/events: progress as server-sent events."""

import signal
from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec
from anyio import Semaphore, WouldBlock, sleep
from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.checks.answer import check_answer, progress_event
from app.api.checks.one_check import asked_for
from app.api.http.documented import problems
from app.problems import ProblemError
from app.queue.client import Check, QueueUnavailableError

router = APIRouter(prefix="/v1/checks", tags=["checks"])

#: Each stream asks the queue twice a second.
MOST_STREAMS: Final = 100
_SECONDS_BETWEEN: Final = 0.5

_RUNNING: Final = ("queued", "running")


async def _place(request: Request) -> AsyncIterator[None]:
    """A place among the streams, taken until this one ends."""
    places: Semaphore = request.app.state.streams
    try:
        places.acquire_nowait()
    except WouldBlock:
        raise ProblemError(
            "too-many-streams",
            f"{MOST_STREAMS} streams of events are open; try again later, or ask for the check "
            "itself from time to time",
            headers={"Retry-After": "10"},
        ) from None
    try:
        yield
    finally:
        places.release()


@router.get(
    "/{id}/events",
    operation_id="check_events",
    summary="Follow a check: server-sent events",
    response_class=EventSourceResponse,
    responses=problems("not-found", "queue-unavailable", "too-many-streams"),
    dependencies=[Depends(_place)],
)
async def check_events(
    # As it is at first: what is wrong is answered before the stream begins.
    check: Annotated[Check, Depends(asked_for)],
    request: Request,
) -> AsyncIterator[ServerSentEvent]:
    """Sends `progress` whenever something changes, `result` at the end, and comments in between.

    The data of `progress` is `{"status", "done", "total", "message", "ahead", "seconds_left"}`:
    `ahead` counts the queued checks that run before, and `seconds_left` is an estimate. The data of
    `result` is the check as GET answers it, however it ended; close the stream then. You can
    open a broken stream again at any time: it begins with the present state.
    """
    told = None
    while True:
        now = progress_event(check)
        if now != told:
            yield ServerSentEvent(event="progress", raw_data=_encoded(now))
            told = now
        if check.status not in _RUNNING:
            yield ServerSentEvent(event="result", raw_data=_encoded(check_answer(check)))
            return
        await sleep(_SECONDS_BETWEEN)
        if _server_stops():
            return
        try:
            check = await asked_for(check.id, request)
        except QueueUnavailableError:
            continue  # it recovers, and so does the stream


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _server_stops() -> bool:
    """Whether uvicorn has been told to stop: it waits for open streams, and tells nobody."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
