"""POST /v1/limits."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Request, Response

from app.api.http.answering import answer
from app.api.http.documented import BODY_CODES, Responses, problems
from app.api.http.queue_access import ask
from app.api.http.solving import SolvingRoute, solved
from app.api.http.state import settings_of
from app.api.jobs.api_key import api_key
from app.api.jobs.idempotency import IdempotencyKey
from app.api.limits import examples
from app.api.limits.answer import LimitOut
from app.api.limits.job import job_of
from app.api.limits.job_answer import LimitJobOut, job_out
from app.api.limits.request import LimitIn
from app.api.limits.solve import answered, read, solved_form
from app.queue.names import LIMIT
from solver import Deadline, Limits

router = APIRouter(prefix="/v1/limits", tags=["limits"], route_class=SolvingRoute)

_ACCEPTED: Final[Responses] = {
    202: {
        "model": LimitJobOut,
        "description": "Networks are trained for it: a durable job.",
        "headers": {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}},
    }
}


@router.post(
    "",
    operation_id="find_limit",
    summary="What does the network become at infinite width?",
    response_model=LimitOut,
    responses=problems(
        *BODY_CODES,
        *("unauthorized", "key-reused", "over-budget", "over-time", "busy", "queue-unavailable"),
    )
    | _ACCEPTED,
    dependencies=[Depends(api_key)],
)
async def find_limit(
    body: Annotated[LimitIn, Body(openapi_examples=examples.LIMITS)],
    request: Request,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Follow the outputs of a network of infinite width through gradient descent, step by step.

    In the kernel regime this is kernel gradient descent with the exact limiting kernel, of which
    the answer says which layers' parts are present. A linear network with one hidden layer that
    learns features is a small linear network in the limit. Both are answered at once.

    For all else that is stable, networks of several widths are trained and extrapolated: the answer
    is 202 with a job. Follow `links.events`, or ask for `links.self` now and then. So it is with
    `compare_widths`, too. An unstable parametrization has no limit: the error names the condition
    that it violates.
    """
    settings = settings_of(request)

    def found(_: Limits, deadline: Deadline) -> Response | dict[str, Any]:
        question = read(body, settings)
        if not question.durable:
            return answer(answered(question, deadline))
        closed = None if question.method == "simulation" else solved_form(question, deadline)
        return job_of(body, question, closed, settings)

    now = await solved(request, found)
    if isinstance(now, Response):
        return now
    job = await ask(request, lambda queue: job_out(queue.submit(now, idempotency_key, LIMIT)))
    response = answer(job)
    response.status_code = 202
    response.headers["Location"] = job["links"]["self"]
    return response
