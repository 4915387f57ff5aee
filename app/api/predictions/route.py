"""POST /v1/predictions."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from app.api.http.answering import answer, worked_out
from app.api.http.documented import BODY_PROBLEMS
from app.api.http.json_body import JsonRoute
from app.api.http.state import settings_of
from app.api.predictions import examples
from app.api.predictions.answer import PredictionsOut
from app.api.predictions.request import PredictionsIn
from app.api.predictions.solve import predicted

router = APIRouter(prefix="/v1/predictions", tags=["classify"], route_class=JsonRoute)


@router.post(
    "",
    operation_id="predict_exponents",
    summary="What should a coordinate check show?",
    response_model=PredictionsOut,
    responses=BODY_PROBLEMS,
)
async def predict_exponents(
    body: Annotated[PredictionsIn, Body(openapi_examples=examples.PREDICTIONS)], request: Request
) -> Response:
    """Predict the exponent of every quantity of a coordinate check, at each layer and step.

    Nothing is trained. `POST /v1/checks` measures the same on real networks.
    """
    limits = settings_of(request).limits
    return await worked_out(True, lambda: answer(predicted(body, limits)))
