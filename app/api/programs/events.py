"""GET /v1/programs/{id}/events: progress as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.http.documented import problems
from app.api.jobs.api_key import key_to_read
from app.api.jobs.events import followed, place
from app.api.programs.answer import program_answer
from app.api.programs.one_program import asked_for
from app.programs.report import ProgramResult
from app.queue.client import Job

router = APIRouter(prefix="/v1/programs", tags=["programs"])


@router.get(
    "/{id}/events",
    operation_id="program_events",
    summary="Follow a program: server-sent events",
    response_class=EventSourceResponse,
    responses=problems("unauthorized", "not-found", "queue-unavailable", "too-many-streams"),
    dependencies=[Depends(key_to_read), Depends(place)],
)
async def program_events(
    # As it is at first: what is wrong is answered before the stream begins.
    program: Annotated[Job[ProgramResult], Depends(asked_for)],
    request: Request,
) -> AsyncIterator[ServerSentEvent]:
    """`progress` whenever something changed, `result` at the end, comments to keep it alive.

    The data are those of the events of a check, with the program as GET answers it.
    """
    async for event in followed(program, lambda: asked_for(program.id, request), program_answer):
        yield event
