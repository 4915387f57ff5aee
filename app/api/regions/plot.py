"""The figure of regions: GET and POST /v1/regions/plot."""

from functools import partial
from typing import Annotated, Final

import mimeparse
from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.http.documented import Responses, problems
from app.api.http.json_body import decode
from app.api.http.pictures import MEDIA_TYPES, FileFormat, content, figure
from app.api.http.solving import SOLVING_PROBLEMS, SolvingRoute, solved
from app.api.regions import examples
from app.api.regions.request import RegionsIn
from app.api.regions.solve import surveyed
from app.problems import ProblemError, pointer
from solver import ParametrizationError, Survey
from solver.exact import shown

router = APIRouter(prefix="/v1/regions/plot", tags=["solve"], route_class=SolvingRoute)

_MOST_UNKNOWNS: Final = 2
_QUESTION: Final = ("query", "question")
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
    try:
        body = RegionsIn.model_validate(decode(question.encode(), "question"))
        return await _plot(body, request, file_format)
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": (*_QUESTION, *each["loc"])} for each in error.errors()]
        ) from None
    except ParametrizationError as error:
        raise error.under(*_QUESTION) from None
    except ProblemError as error:
        if error.code != "invalid-json":
            raise
        raise ProblemError("invalid-request", error.detail, pointer(_QUESTION)) from None


async def _plot(
    body: RegionsIn, request: Request, file_format: FileFormat | None = None
) -> Response:
    file_format = file_format or _wanted(request.headers.get("accept") or "*/*")
    _, surveys = await solved(
        request, lambda limits, deadline: surveyed(body, limits, deadline, _MOST_UNKNOWNS)
    )
    return await figure(
        request, "regions", partial(_drawn, *surveys), file_format, {"Vary": "Accept"}
    )


def _wanted(accept: str) -> FileFormat:
    """The format that the header prefers.  Raises ``ProblemError`` (406) if it is neither."""
    try:
        # Of what is equally welcome, the last one wins.
        best = mimeparse.best_match([MEDIA_TYPES["png"], MEDIA_TYPES["svg"]], accept.lower())
    except mimeparse.MimeTypeParseException:
        best = ""
    if not best:
        raise ProblemError(
            "not-acceptable",
            f"the figure is not available as {shown(accept)}; accept image/svg+xml or image/png",
            "/header/Accept",
        )
    return "png" if best == MEDIA_TYPES["png"] else "svg"


def _drawn(first: Survey, deeper: Survey | None, file_format: FileFormat) -> bytes:
    from app.figures.regions import draw  # takes a second the first time, and much memory

    return draw(first, deeper, file_format)
