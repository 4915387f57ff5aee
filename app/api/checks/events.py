"""GET /v1/checks/{id}/events: progress as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.checks.answer import check_answer
from app.api.checks.one_check import asked_for
from app.api.http.documented import problems
from app.api.jobs.api_key import key_to_read
from app.api.jobs.events import followed, place
from app.queue.client import Check

router = APIRouter(prefix="/v1/checks", tags=["checks"])


@router.get(
    "/{id}/events",
    operation_id="check_events",
    summary="Follow a check: server-sent events",
    response_class=EventSourceResponse,
    responses=problems("unauthorized", "not-found", "queue-unavailable", "too-many-streams"),
    dependencies=[Depends(key_to_read), Depends(place)],
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
    async for event in followed(check, lambda: asked_for(check.id, request), check_answer):
        yield event
