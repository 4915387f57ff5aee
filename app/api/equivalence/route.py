"""POST /v1/equivalence."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.api.equivalence import examples
from app.api.equivalence.answer import AnyDepthEquivalenceOut, EquivalenceOut
from app.api.equivalence.request import EquivalenceIn
from app.api.equivalence.solve import compared
from app.api.http.answering import answer, worked_out
from app.api.http.documented import BODY_PROBLEMS
from app.api.http.json_body import JsonRoute
from app.api.http.state import settings_of

router = APIRouter(prefix="/v1/equivalence", tags=["classify"], route_class=JsonRoute)


@router.post(
    "",
    operation_id="compare_parametrizations",
    summary="Are two parametrizations the same up to gauge?",
    response_model=EquivalenceOut | AnyDepthEquivalenceOut,
    responses=BODY_PROBLEMS,
)
async def compare_parametrizations(
    body: Annotated[EquivalenceIn, Body(openapi_examples=examples.EQUIVALENCE)],
    request: Request,
) -> Response:
    """Decide whether they are two ways to write the same network, and with which θ per layer.

    The gauge is (a, b, c) → (a + θ, b - θ, c - 2θ) for SGD and (a, b, c, d) → (a + θ, b - θ,
    c - θ, d + θ) for adaptive optimizers.

    If only one has a depth, they are compared at it. If neither has, the answer covers L = 1 and
    every L >= 2.
    """
    return await worked_out(
        body.first.deep or body.second.deep,
        lambda: answer(compared(body, settings_of(request).limits)),
    )
