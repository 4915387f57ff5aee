"""POST /v1/repairs."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.api.http.answering import answer
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.api.repairs import examples
from app.api.repairs.answer import AnyDepthRepairOut, RepairOut
from app.api.repairs.request import RepairsIn
from app.api.repairs.solve import answered

router = APIRouter(prefix="/v1/repairs", tags=["solve"], route_class=SolvingRoute)


@router.post(
    "",
    operation_id="find_repair",
    summary="What is the least I must change?",
    response_model=RepairOut | AnyDepthRepairOut,
    responses=SOLVING_PROBLEMS,
)
async def find_repair(
    body: Annotated[RepairsIn, Body(openapi_examples=examples.REPAIRS)], request: Request
) -> Response:
    """Find the parametrization nearest in weighted L1 distance that meets a target, exactly.

    If several are equally near, the answer is the simplest of those with the fewest changes (of
    the first twenty, if there are more). You can lock exponents. If that makes the target
    impossible, the answer is a minimal set of conditions and locks that cannot hold together.

    Without `depth` (by role or by name) the answer covers L = 1 and every L >= 2.
    """
    return await solved(request, lambda limits, deadline: answer(answered(body, limits, deadline)))
