"""GET /v1/checks/{id}/events: progress as server-sent events."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec
from anyio import sleep
from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.checks.answer import check_answer, progress_event
from app.api.checks.api_key import key_to_read
from app.api.checks.one_check import asked_for
from app.api.http.documented import problems
from app.api.http.state import settings_of
from app.api.http.stopping import server_stops
from app.problems import ProblemError
from app.queue.client import Check, QueueUnavailableError

router = APIRouter(prefix="/v1/checks", tags=["checks"])

#: Each stream asks the queue twice a second.
MOST_STREAMS: Final = 100
_SECONDS_BETWEEN: Final = 0.5

_RUNNING: Final = ("queued", "running")


async def _place(request: Request) -> AsyncIterator[None]:
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
        f"{why}; try again later, or ask for the check itself now and then",
        headers={"Retry-After": "10"},
    )


@router.get(
    "/{id}/events",
    operation_id="check_events",
    summary="Follow a check: server-sent events",
    response_class=EventSourceResponse,
    responses=problems("unauthorized", "not-found", "queue-unavailable", "too-many-streams"),
    dependencies=[Depends(key_to_read), Depends(_place)],
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
        if server_stops():
            return
        try:
            check = await asked_for(check.id, request)
        except QueueUnavailableError:
            continue  # it recovers, and so does the stream


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()
