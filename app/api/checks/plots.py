"""GET /v1/checks/{id}/plot.svg and plot.png."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.api.checks.one_check import asked_for
from app.api.http.documented import Responses, problems
from app.api.http.pictures import FileFormat, content, figure
from app.api.jobs.api_key import key_to_read
from app.experiment.report import CheckResult
from app.problems import ProblemError
from app.queue.client import Check

router = APIRouter(prefix="/v1/checks", tags=["checks"])


def _add_plot(file_format: FileFormat) -> None:
    """The route of the plot in one format."""
    picture: Responses = {200: content(file_format)}

    @router.get(
        f"/{{id}}/plot.{file_format}",
        operation_id=f"check_plot_{file_format}",
        summary=f"The measured sizes against width, as {file_format.upper()}",
        response_class=Response,
        responses=picture
        | problems("unauthorized", "not-found", "not-finished", "queue-unavailable", "busy"),
        dependencies=[Depends(key_to_read)],
    )
    async def check_plot(check: Annotated[Check, Depends(asked_for)], request: Request) -> Response:
        """Log-log panels, one for each quantity, with the predicted slopes as guides."""
        return await _plot(request, check, file_format)


_add_plot("svg")
_add_plot("png")


async def _plot(request: Request, check: Check, file_format: FileFormat) -> Response:
    result = check.result
    if result is None:
        raise ProblemError(
            "not-finished",
            f"check {check.id} is {check.status}; only one that has succeeded can be plotted",
        )
    # A result never changes.
    forever = {"Cache-Control": "public, max-age=31536000, immutable"}
    return await figure(
        request, "check", partial(_drawn, result), file_format, forever, key=check.id
    )


def _drawn(result: CheckResult, file_format: FileFormat) -> bytes:
    from app.figures.checks import draw  # takes a second the first time, and much memory

    return draw(result, file_format)
