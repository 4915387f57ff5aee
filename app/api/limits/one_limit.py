"""/v1/limits/{id}: one limit for which networks are trained; its events and its figure."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.http.answering import answer
from app.api.http.documented import Responses, problems
from app.api.http.pictures import FileFormat, content, figure
from app.api.http.queue_access import ask
from app.api.jobs.api_key import api_key, key_to_read
from app.api.jobs.events import followed, place
from app.api.limits.examples import LIMIT_ID
from app.api.limits.job_answer import LimitJobOut, curves_of, job_out
from app.experiment.limits.report import LimitReport
from app.figures.curves import Curves
from app.problems import ProblemError
from app.queue.client import Job
from app.queue.names import LIMIT
from solver.exact import shown

router = APIRouter(prefix="/v1/limits", tags=["limits"])

LimitId = Annotated[
    str,
    Path(
        alias="id",
        description="The id of a limit for which networks are trained.",
        openapi_examples={"some": {"summary": "As POST /v1/limits answers it", "value": LIMIT_ID}},
    ),
]


async def asked_for(limit_id: LimitId, request: Request) -> Job[LimitReport]:
    """The job, as the queue has it.  Raises ``ProblemError`` (404) if there is none."""
    return await ask(request, lambda queue: _existing(queue.get(limit_id, LIMIT), limit_id))


def _existing(job: Job[Any] | None, limit_id: str) -> Job[LimitReport]:
    if job is None:
        raise ProblemError(
            "not-found",
            f"there is no limit {shown(limit_id)}; POST /v1/limits answers the id of each",
        )
    return job


Asked = Annotated[Job[LimitReport], Depends(asked_for)]


@router.get(
    "/{id}",
    operation_id="get_limit",
    summary="One simulated limit: its progress, its result",
    response_model=LimitJobOut,
    responses=problems("unauthorized", "not-found", "queue-unavailable"),
    dependencies=[Depends(key_to_read)],
)
async def get_limit(job: Asked) -> Response:
    """`result` is null until `status` is `succeeded`; `error` says why it is `failed`."""
    return answer(job_out(job))


@router.delete(
    "/{id}",
    operation_id="cancel_limit",
    summary="Cancel a simulated limit",
    response_model=LimitJobOut,
    responses=problems("unauthorized", "not-found", "queue-unavailable"),
    dependencies=[Depends(api_key)],
)
async def cancel_limit(limit_id: LimitId, request: Request) -> Response:
    """A queued one never starts; a running one stops at the end of its present measurement."""
    return await ask(
        request,
        lambda queue: answer(job_out(_existing(queue.cancel(limit_id, LIMIT), limit_id))),
    )


@router.get(
    "/{id}/events",
    operation_id="limit_events",
    summary="Follow a simulated limit: server-sent events",
    response_class=EventSourceResponse,
    responses=problems("unauthorized", "not-found", "queue-unavailable", "too-many-streams"),
    dependencies=[Depends(key_to_read), Depends(place)],
)
async def limit_events(job: Asked, request: Request) -> AsyncIterator[ServerSentEvent]:
    """As for checks: `progress` whenever something changed, `result` at the end."""
    async for event in followed(job, lambda: asked_for(job.id, request), job_out):
        yield event


# A result never changes.
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


def _add_plot(file_format: FileFormat) -> None:
    picture: Responses = {200: content(file_format)}

    @router.get(
        f"/{{id}}/plot.{file_format}",
        operation_id=f"limit_plot_{file_format}",
        summary=f"The outputs step by step, as {file_format.upper()}",
        response_class=Response,
        responses=picture
        | problems("unauthorized", "not-found", "not-finished", "queue-unavailable", "busy"),
        dependencies=[Depends(key_to_read)],
    )
    async def limit_plot(job: Asked, request: Request) -> Response:
        """A line for each input and probe, with finite networks beside it."""
        if job.result is None:
            raise ProblemError(
                "not-finished",
                f"limit {job.id} is {job.status}; only one that has succeeded can be plotted",
            )
        return await figure(
            request,
            "limit",
            partial(_drawn, curves_of(job, job.result)),
            file_format,
            _FOREVER,
            key=job.id,
        )


_add_plot("svg")
_add_plot("png")


def _drawn(curves: Curves, file_format: FileFormat) -> bytes:
    from app.figures.limits import draw  # takes a second the first time, and much memory

    return draw(curves, file_format)
