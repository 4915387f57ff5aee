"""POST /v1/limits."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.api.http.answering import answer
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.api.http.state import settings_of
from app.api.limits import examples
from app.api.limits.answer import LimitOut
from app.api.limits.request import LimitIn
from app.api.limits.solve import answered, read
from solver import Deadline, Limits, ParametrizationError

router = APIRouter(prefix="/v1/limits", tags=["limits"], route_class=SolvingRoute)


@router.post(
    "",
    operation_id="find_limit",
    summary="What does the network become at infinite width?",
    response_model=LimitOut,
    responses=SOLVING_PROBLEMS,
)
async def find_limit(
    body: Annotated[LimitIn, Body(openapi_examples=examples.LIMITS)], request: Request
) -> Response:
    """Follow the outputs of a network of infinite width through gradient descent, step by step.

    In the kernel regime this is kernel gradient descent with the exact limiting kernel, of which
    the answer says which layers' parts are present. A linear network with one hidden layer that
    learns features is a small linear network in the limit. An unstable parametrization has no
    limit: the error names the condition that it violates.
    """
    settings = settings_of(request)

    def limit(_: Limits, deadline: Deadline) -> Response:
        question = read(body, settings)
        if question.method == "simulation":
            raise ParametrizationError.at(
                (),
                "the network learns features and has no limit in closed form; take a "
                "parametrization in the kernel regime, or one linear hidden layer",
            )
        return answer(answered(question, deadline))

    return await solved(request, limit)
