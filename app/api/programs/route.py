"""/v1/programs: run Tensor Programs, look at them, cancel them."""

from typing import Annotated, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.http.answering import answer
from app.api.http.documented import BODY_CODES, Responses, problems
from app.api.http.json_body import JsonRoute
from app.api.http.queue_access import ask
from app.api.http.state import settings_of
from app.api.jobs.api_key import api_key, key_to_list, key_to_read
from app.api.jobs.idempotency import IdempotencyKey
from app.api.programs import examples
from app.api.programs.answer import ProgramOut, ProgramsOut, program_answer, program_summary
from app.api.programs.one_program import ProgramId, existing
from app.api.programs.request import ProgramIn
from app.api.programs.submission import job_of
from app.queue.client import CheckQueue
from app.queue.names import PROGRAM, Status

router = APIRouter(prefix="/v1/programs", tags=["programs"])
posting = APIRouter(prefix="/v1/programs", tags=["programs"], route_class=JsonRoute)

_ACCEPTED: Final[Responses] = {
    202: {
        "headers": {
            "Location": {"description": "Where the program is.", "schema": {"type": "string"}}
        }
    }
}


@posting.post(
    "",
    operation_id="create_program",
    summary="Run a Tensor Program",
    status_code=202,
    response_model=ProgramOut,
    responses=problems(
        *BODY_CODES, "unauthorized", "key-reused", "over-budget", "queue-unavailable"
    )
    | _ACCEPTED,
    dependencies=[Depends(api_key)],
)
async def create_program(
    body: Annotated[ProgramIn, Body(openapi_examples=examples.CREATE)],
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Find the limit of each scalar of a program as the width n grows, with its error.

    The answer comes at once: a worker takes the program from the queue, runs it at five widths on
    as many copies as `precision` takes, and extrapolates. Follow `links.events`, or ask for
    `links.self` now and then, until `status` is `succeeded`, `failed` or `cancelled`.
    """
    job = await run_sync(job_of, body, settings_of(request))
    program = await ask(
        request, lambda queue: program_answer(queue.submit(job, idempotency_key, PROGRAM))
    )
    response = answer(program)
    response.status_code = 202
    response.headers["Location"] = program["links"]["self"]
    return response


@router.get(
    "/{id}",
    operation_id="get_program",
    summary="One program: its progress, its result",
    response_model=ProgramOut,
    responses=problems("unauthorized", "not-found", "queue-unavailable"),
    dependencies=[Depends(key_to_read)],
)
async def get_program(program_id: ProgramId, request: Request) -> Response:
    """`result` is null until `status` is `succeeded`; `error` says why it is `failed`."""
    return await ask(
        request,
        lambda queue: answer(program_answer(existing(queue.get(program_id, PROGRAM), program_id))),
    )


@router.delete(
    "/{id}",
    operation_id="cancel_program",
    summary="Cancel a program",
    response_model=ProgramOut,
    responses=problems("unauthorized", "not-found", "queue-unavailable"),
    dependencies=[Depends(api_key)],
)
async def cancel_program(program_id: ProgramId, request: Request) -> Response:
    """A queued program never starts; a running one stops within seconds.

    A program that has come to its end stays as it is: cancelling it, or cancelling twice, is no
    error. The program stays readable.
    """
    return await ask(
        request,
        lambda queue: answer(
            program_answer(existing(queue.cancel(program_id, PROGRAM), program_id))
        ),
    )


class ProgramsQuery(BaseModel):
    """Which programs to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="Most programs on the page.")
    cursor: str | None = Field(
        None, pattern="^[!-~]{1,255}$", description="`next` of the page before."
    )
    status: Status | None = Field(None, description="Only programs of this status.")


@router.get(
    "",
    operation_id="list_programs",
    summary="Programs, the newest first",
    response_model=ProgramsOut,
    responses=problems("unauthorized", "invalid-request", "queue-unavailable"),
    dependencies=[Depends(key_to_list)],
)
async def list_programs(request: Request, query: Annotated[ProgramsQuery, Query()]) -> Response:
    """A page of programs, without their results. `next` leads to older ones."""

    def page(queue: CheckQueue) -> Response:
        jobs, following = queue.list(
            limit=query.limit, cursor=query.cursor, status=query.status, kind=PROGRAM
        )
        return answer({"programs": [program_summary(each) for each in jobs], "next": following})

    return await ask(request, page)
