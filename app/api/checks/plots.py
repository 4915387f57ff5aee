"""GET /v1/checks/{id}/plot.svg and plot.png."""

from functools import partial

from fastapi import APIRouter, Request, Response

from app.api.checks.one_check import CheckId, existing
from app.api.http.documented import Responses, problems
from app.api.http.pictures import FileFormat, content, figure
from app.api.http.queue_access import ask
from app.experiment.report import CheckResult
from app.problems import ProblemError

router = APIRouter(prefix="/v1/checks", tags=["checks"])


def _responses(file_format: FileFormat) -> Responses:
    picture: Responses = {200: content(file_format)}
    return picture | problems("not-found", "not-finished", "queue-unavailable")


@router.get(
    "/{id}/plot.svg",
    operation_id="check_plot_svg",
    summary="The measured sizes against width, as SVG",
    response_class=Response,
    responses=_responses("svg"),
)
async def check_plot_svg(check_id: CheckId, request: Request) -> Response:
    """Log-log panels, one for each quantity, with the predicted slopes as guides."""
    return await _plot(request, check_id, "svg")


@router.get(
    "/{id}/plot.png",
    operation_id="check_plot_png",
    summary="The measured sizes against width, as PNG",
    response_class=Response,
    responses=_responses("png"),
)
async def check_plot_png(check_id: CheckId, request: Request) -> Response:
    """Log-log panels, one for each quantity, with the predicted slopes as guides."""
    return await _plot(request, check_id, "png")


async def _plot(request: Request, check_id: str, file_format: FileFormat) -> Response:
    check = await ask(request, lambda queue: existing(queue.get(check_id), check_id))
    result = check.result
    if result is None:
        raise ProblemError(
            "not-finished",
            f"check {check_id} is {check.status}; only one that has succeeded can be plotted",
        )
    # A result never changes.
    forever = {"Cache-Control": "public, max-age=31536000, immutable"}
    return await figure(request, partial(_drawn, result), file_format, forever)


def _drawn(result: CheckResult, file_format: FileFormat) -> bytes:
    from app.figures.checks import draw  # takes a second the first time, and much memory

    return draw(result, file_format)
