"""/v1/checks: start coordinate checks, look at them, cancel them."""

import re
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.api.checks import examples as check_examples
from app.api.checks.answer import CheckOut, ChecksOut, Status, check_answer, check_summary
from app.api.checks.budget import Budget
from app.api.checks.job import job_of
from app.api.checks.one_check import CheckId, existing
from app.api.checks.request import CheckIn
from app.api.http.answering import answer
from app.api.http.documented import BODY_CODES, Responses, problems
from app.api.http.json_body import JsonRoute
from app.api.http.queue_access import ask
from app.api.http.state import metrics_of, settings_of
from app.api.jobs.api_key import api_key, key_to_list, key_to_read
from app.api.jobs.idempotency import IdempotencyKey
from app.experiment.reading import read_question
from app.problems import ProblemError
from app.queue.client import CheckQueue, QueueUnavailableError, identifier_under
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
        *BODY_CODES, "unauthorized", "key-reused", "over-budget", "no-device", "queue-unavailable"
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
    ask for `links.self` from time to time, until `status` is `succeeded`, `failed` or `cancelled`.
    A check that would run too long is refused, with the estimate and with what to lower.
    """
    job = await run_sync(_job, body, settings_of(request))
    key = idempotency_key or uuid4().hex
    try:
        check = await ask(request, partial(_submitted, job, key))
    except QueueUnavailableError as error:
        raise QueueUnavailableError(
            f"{error}. Should the check have been queued all the same, it is "
            f"/v1/checks/{identifier_under(key)}; to be sure that there is one only, post it "
            "with an Idempotency-Key"
        ) from error
    metrics_of(request).checks.labels(check["theory"], check["experiment"]["method"]).inc()
    response = answer(check)
    response.status_code = 202
    response.headers["Location"] = check["links"]["self"]
    return response


def _submitted(job: dict[str, Any], key: str, queue: CheckQueue) -> CheckOut:
    if job["experiment"]["device"] == "cuda":
        _require_cuda(queue)
    return check_answer(queue.submit(job, key))


def _require_cuda(queue: CheckQueue) -> None:
    """Raise ``ProblemError`` unless a worker with a GPU is alive."""
    alive = queue.workers().alive
    if "cuda" not in alive:
        there = ", ".join(f"{count} with {device}" for device, count in alive.items())
        raise ProblemError(
            "no-device",
            f'device is "cuda", and no worker alive has one (alive: {there or "none"}); leave '
            "device out, or start a worker on a machine with a GPU",
            "/device",
        )


def _job(body: CheckIn, settings: Settings) -> dict[str, Any]:
    """What is queued.  Raises for what does not validate, and for what is over the budget."""
    limits = Limits(settings.max_integer, min(settings.max_depth, settings.check_max_depth))
    budget = Budget.of(settings)
    experiment = read_question(body.question(), limits)
    budget.check(experiment)
    return job_of(body, budget.with_more(experiment))


@router.get(
    "/{id}",
    operation_id="get_check",
    summary="One check: its progress, its result",
    response_model=CheckOut,
    responses=problems("unauthorized", "not-found", "queue-unavailable"),
    dependencies=[Depends(key_to_read)],
)
async def get_check(check_id: CheckId, request: Request) -> Response:
    """`result` is null until `status` is `succeeded`; `error` says why it is `failed`."""
    return await ask(
        request, lambda queue: answer(check_answer(existing(queue.get(check_id), check_id)))
    )


class CancelQuery(BaseModel):
    """What becomes of the check."""

    model_config = ConfigDict(extra="forbid")

    purge: Annotated[Literal["true", "false"] | None, Field(description="Remove it.")] = None


@router.delete(
    "/{id}",
    operation_id="cancel_check",
    summary="Cancel a check, or remove it",
    response_model=CheckOut,
    responses=problems(
        "unauthorized", "not-found", "not-finished", "invalid-request", "queue-unavailable"
    ),
    dependencies=[Depends(api_key)],
)
async def cancel_check(
    check_id: CheckId, request: Request, query: Annotated[CancelQuery, Query()]
) -> Response:
    """A queued check never starts; a running one is given up within a second or two.

    A finished check stays as it is: cancelling it, or cancelling twice, is not an error. You can
    still read it.

    With `purge=true`, a finished check is removed with its result; this answer is the last that
    you can read of it.
    """
    if query.purge == "true":
        return await ask(request, partial(_purged, check_id))
    return await ask(
        request,
        lambda queue: answer(check_answer(existing(queue.cancel(check_id), check_id))),
    )


def _purged(check_id: str, queue: CheckQueue) -> Response:
    check = existing(queue.purge(check_id), check_id)
    if check.status in ("queued", "running"):
        raise ProblemError(
            "not-finished",
            f"check {check_id} is {check.status}; cancel it first, by DELETE without purge",
            "/query/purge",
        )
    return answer(check_answer(check))


def _digits(value: object) -> object:
    """The framework also takes 1_0 and surrounding spaces; the document does not."""
    if isinstance(value, str) and not re.fullmatch("[+-]?[0-9]+", value, re.ASCII):
        raise PydanticCustomError("int_parsing", "must be a whole number")
    return value


class ChecksQuery(BaseModel):
    """Which checks to list."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, BeforeValidator(_digits)] = Field(
        20, ge=1, le=100, description="Most checks on the page."
    )
    cursor: str | None = Field(
        None, pattern="^[!-~]{1,255}$", description="`next` of the page before."
    )
    status: Status | None = Field(None, description="Only checks of this status.")


@router.get(
    "",
    operation_id="list_checks",
    summary="Checks, the newest first",
    response_model=ChecksOut,
    responses=problems("unauthorized", "invalid-request", "queue-unavailable"),
    dependencies=[Depends(key_to_list)],
)
async def list_checks(request: Request, query: Annotated[ChecksQuery, Query()]) -> Response:
    """A page of checks, without their results. `next` leads to older ones."""

    def page(queue: CheckQueue) -> Response:
        checks, following = queue.list(limit=query.limit, cursor=query.cursor, status=query.status)
        return answer({"checks": [check_summary(each) for each in checks], "next": following})

    return await ask(request, page)
