"""/v1/checks: start coordinate checks, look at them, cancel them."""

from typing import Annotated, Any, Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.checks import examples as check_examples
from app.api.checks.answer import CheckOut, ChecksOut, Status, check_answer, check_summary
from app.api.checks.budget import Budget
from app.api.checks.one_check import CheckId, existing
from app.api.checks.reading import job_of, read_check
from app.api.checks.request import CheckIn
from app.api.http.answering import answer
from app.api.http.documented import BODY_CODES, Responses, problems
from app.api.http.json_body import JsonRoute
from app.api.http.queue_access import ask
from app.api.http.state import metrics_of, settings_of
from app.api.jobs.api_key import api_key
from app.api.jobs.idempotency import IdempotencyKey
from app.queue.client import CheckQueue
from app.settings import Settings
from solver import Limits

router = APIRouter(prefix="/v1/checks", tags=["checks"])
posting = APIRouter(prefix="/v1/checks", tags=["checks"], route_class=JsonRoute)

_ACCEPTED: Final[Responses] = {
    202: {
        "headers": {
            "Location": {"description": "Where the check is.", "schema": {"type": "string"}}
        }
    }
}


@posting.post(
    "",
    operation_id="create_check",
    summary="Check a parametrization on real networks",
    status_code=202,
    response_model=CheckOut,
    responses=problems(
        *BODY_CODES, "unauthorized", "key-reused", "over-budget", "queue-unavailable"
    )
    | _ACCEPTED,
    dependencies=[Depends(api_key)],
)
async def create_check(
    body: Annotated[CheckIn, Body(openapi_examples=check_examples.CREATE)],
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Train networks across widths and compare their slopes with those that theory predicts.

    The answer comes at once: a worker takes the check from the queue. Follow `links.events`, or
    ask for `links.self` now and then, until `status` is `succeeded`, `failed` or `cancelled`.
    What would run too long is refused, with the estimate and what to lower.
    """
    job = await run_sync(_job, body, settings_of(request))
    check = await ask(request, lambda queue: check_answer(queue.submit(job, idempotency_key)))
    metrics_of(request).checks.labels(check["theory"], check["experiment"]["method"]).inc()
    response = answer(check)
    response.status_code = 202
    response.headers["Location"] = check["links"]["self"]
    return response


def _job(body: CheckIn, settings: Settings) -> dict[str, Any]:
    """What is queued.  Raises for what does not validate, and for what is over the budget."""
    limits = Limits(settings.max_integer, min(settings.max_depth, settings.check_max_depth))
    experiment = read_check(body, limits)
    Budget.of(settings).check(experiment)
    return job_of(body, experiment)


@router.get(
    "/{id}",
    operation_id="get_check",
    summary="One check: its progress, its result",
    response_model=CheckOut,
    responses=problems("not-found", "queue-unavailable"),
)
async def get_check(check_id: CheckId, request: Request) -> Response:
    """`result` is null until `status` is `succeeded`; `error` says why it is `failed`."""
    return await ask(
        request, lambda queue: answer(check_answer(existing(queue.get(check_id), check_id)))
    )


@router.delete(
    "/{id}",
    operation_id="cancel_check",
    summary="Cancel a check",
    response_model=CheckOut,
    responses=problems("unauthorized", "not-found", "queue-unavailable"),
    dependencies=[Depends(api_key)],
)
async def cancel_check(check_id: CheckId, request: Request) -> Response:
    """A queued check never starts; a running one stops at the end of its present measurement.

    A check that has come to its end stays as it is: cancelling it, or cancelling twice, is no
    error. The check stays readable.
    """
    return await ask(
        request,
        lambda queue: answer(check_answer(existing(queue.cancel(check_id), check_id))),
    )


class ChecksQuery(BaseModel):
    """Which checks to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="Most checks on the page.")
    cursor: str | None = Field(
        None, pattern="^[!-~]{1,255}$", description="`next` of the page before."
    )
    status: Status | None = Field(None, description="Only checks of this status.")


@router.get(
    "",
    operation_id="list_checks",
    summary="Checks, the newest first",
    response_model=ChecksOut,
    responses=problems("invalid-request", "queue-unavailable"),
)
async def list_checks(request: Request, query: Annotated[ChecksQuery, Query()]) -> Response:
    """A page of checks, without their results. `next` leads to older ones."""

    def page(queue: CheckQueue) -> Response:
        checks, following = queue.list(limit=query.limit, cursor=query.cursor, status=query.status)
        return answer({"checks": [check_summary(each) for each in checks], "next": following})

    return await ask(request, page)
