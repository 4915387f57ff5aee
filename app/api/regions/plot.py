"""The figure of regions: GET and POST /v1/regions/plot."""

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Request, Response

from app.api.http.documented import Responses, problems
from app.api.http.pictured_question import asked_in_the_query, body_of, wanted_format
from app.api.http.pictures import FileFormat, content, figure
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.api.regions import examples
from app.api.regions.request import RegionsIn
from app.api.regions.solve import surveyed
from solver import Survey

router = APIRouter(prefix="/v1/regions/plot", tags=["solve"], route_class=SolvingRoute)

_MOST_UNKNOWNS: Final = 2
_PICTURE: Final[Responses] = {200: content("png", "svg"), **problems("not-acceptable")}


@router.post(
    "",
    operation_id="plot_regions",
    summary="The cells as a figure, SVG or PNG",
    response_class=Response,
    responses=_PICTURE | SOLVING_PROBLEMS,
)
async def plot_regions(
    body: Annotated[RegionsIn, Body(openapi_examples=examples.REGIONS)], request: Request
) -> Response:
    """A number line for one unknown, a phase diagram for two, with the gallery's members marked.

    The `Accept` header chooses: `image/svg+xml` (unless another is preferred) or `image/png`.
    """
    return await _plot(body, request)


@router.get(
    "",
    operation_id="get_regions_plot",
    summary="The same figure, for links and pages",
    response_class=Response,
    responses=_PICTURE | problems("invalid-request", "over-time", "busy"),
)
async def get_regions_plot(
    question: Annotated[
        str,
        Query(
            description="The JSON object that you would POST.",
            openapi_examples=examples.QUESTION,
        ),
    ],
    request: Request,
    file_format: Annotated[
        FileFormat | None,
        Query(alias="format", description="Overrides the Accept header."),
    ] = None,
) -> Response:
    """What `POST /v1/regions/plot` draws, at an address that an image can be loaded from."""
    with asked_in_the_query():
        return await _plot(body_of(RegionsIn, question), request, file_format)


async def _plot(
    body: RegionsIn, request: Request, file_format: FileFormat | None = None
) -> Response:
    file_format = file_format or wanted_format(request)
    _, surveys = await solved(
        request, lambda limits, deadline: surveyed(body, limits, deadline, _MOST_UNKNOWNS)
    )
    return await figure(
        request, "regions", partial(_drawn, *surveys), file_format, {"Vary": "Accept"}
    )


def _drawn(first: Survey, deeper: Survey | None, file_format: FileFormat) -> bytes:
    from app.figures.regions import draw  # takes a second the first time, and much memory

    return draw(first, deeper, file_format)
