"""GET /v1/programs/{id}/plot.svg and plot.png."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.api.http.documented import Responses, problems
from app.api.http.pictures import FileFormat, content, figure
from app.api.jobs.api_key import key_to_read
from app.api.programs.one_program import asked_for
from app.problems import ProblemError
from app.programs.report import ProgramResult
from app.queue.client import Job

router = APIRouter(prefix="/v1/programs", tags=["programs"])


def _add_plot(file_format: FileFormat) -> None:
    """The route of the plot in one format."""
    picture: Responses = {200: content(file_format)}

    @router.get(
        f"/{{id}}/plot.{file_format}",
        operation_id=f"program_plot_{file_format}",
        summary=f"Scalars against width, and histograms, as {file_format.upper()}",
        response_class=Response,
        responses=picture
        | problems("unauthorized", "not-found", "not-finished", "queue-unavailable", "busy"),
        dependencies=[Depends(key_to_read)],
    )
    async def program_plot(
        program: Annotated[Job[ProgramResult], Depends(asked_for)], request: Request
    ) -> Response:
        """How scalars converge to their limits, and how the joint vectors' coordinates spread."""
        return await _plot(request, program, file_format)


_add_plot("svg")
_add_plot("png")


async def _plot(request: Request, program: Job[ProgramResult], file_format: FileFormat) -> Response:
    result = program.result
    if result is None:
        raise ProblemError(
            "not-finished",
            f"program {program.id} is {program.status}; only one that has succeeded can be plotted",
        )
    # A result never changes.
    forever = {"Cache-Control": "public, max-age=31536000, immutable"}
    return await figure(
        request, "program", partial(_drawn, result), file_format, forever, key=program.id
    )


def _drawn(result: ProgramResult, file_format: FileFormat) -> bytes:
    from app.figures.programs import draw  # takes a second the first time, and much memory

    return draw(result, file_format)
