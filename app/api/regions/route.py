"""POST /v1/regions."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.api.http.answering import answer
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.api.regions import examples
from app.api.regions.answer import AnyDepthRegionsOut, RegionsOut
from app.api.regions.request import RegionsIn
from app.api.regions.solve import answered

router = APIRouter(prefix="/v1/regions", tags=["solve"], route_class=SolvingRoute)


@router.post(
    "",
    operation_id="find_regions",
    summary="Which exponents have which verdict?",
    response_model=RegionsOut | AnyDepthRegionsOut,
    responses=SOLVING_PROBLEMS,
)
async def find_regions(
    body: Annotated[RegionsIn, Body(openapi_examples=examples.REGIONS)], request: Request
) -> Response:
    """Divide the values of one to three unknowns into cells of one verdict, exactly.

    Entries may be affine expressions such as `"1/2 - s"`. Every point lies in exactly one cell.
    With `minimize` or `maximize`, also how far an unknown can go while `subject_to` holds.

    Without `depth` (by role or by name) the answer covers L = 1 and every L >= 2.
    """
    return await solved(request, lambda limits, deadline: answer(answered(body, limits, deadline)))
