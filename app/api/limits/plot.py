"""The figure of a limit: GET and POST /v1/limits/plot."""

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Request, Response

from app.api.http.documented import Responses, problems
from app.api.http.pictured_question import asked_in_the_query, body_of, wanted_format
from app.api.http.pictures import FileFormat, content, figure
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.api.http.state import settings_of
from app.api.limits import examples
from app.api.limits.request import LimitIn
from app.api.limits.solve import drawn_curves
from app.figures.curves import Curves

router = APIRouter(prefix="/v1/limits/plot", tags=["limits"], route_class=SolvingRoute)

_PICTURE: Final[Responses] = {200: content("png", "svg"), **problems("not-acceptable")}


@router.post(
    "",
    operation_id="plot_limit",
    summary="The outputs step by step, SVG or PNG",
    response_class=Response,
    responses=_PICTURE | SOLVING_PROBLEMS,
)
async def plot_limit(
    body: Annotated[LimitIn, Body(openapi_examples=examples.AT_ONCE)], request: Request
) -> Response:
    """A line for each input and probe, with its target, and a band of one standard deviation.

    The `Accept` header chooses: `image/svg+xml` (unless another is preferred) or `image/png`.
    """
    return await _plot(body, request)


@router.get(
    "",
    operation_id="get_limit_plot",
    summary="The same figure, for links and pages",
    response_class=Response,
    responses=_PICTURE | problems("invalid-request", "over-time", "busy"),
)
async def get_limit_plot(
    question: Annotated[
        str,
        Query(
            description="What would be the body of the POST: one JSON object.",
            openapi_examples=examples.QUESTION,
        ),
    ],
    request: Request,
    file_format: Annotated[
        FileFormat | None,
        Query(alias="format", description="Goes before the Accept header."),
    ] = None,
) -> Response:
    """What `POST /v1/limits/plot` draws, at an address that an image can be loaded from."""
    with asked_in_the_query():
        return await _plot(body_of(LimitIn, question), request, file_format)


async def _plot(body: LimitIn, request: Request, file_format: FileFormat | None = None) -> Response:
    file_format = file_format or wanted_format(request)
    settings = settings_of(request)
    curves = await solved(request, lambda _, deadline: drawn_curves(body, settings, deadline))
    return await figure(request, "limit", partial(_drawn, curves), file_format, {"Vary": "Accept"})


def _drawn(curves: Curves, file_format: FileFormat) -> bytes:
    from app.figures.limits import draw  # takes a second the first time, and much memory

    return draw(curves, file_format)
