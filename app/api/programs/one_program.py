"""One program, by the id in the path."""

from typing import Annotated

from fastapi import Path, Request

from app.api.http.queue_access import ask
from app.api.programs.examples import PROGRAM_ID
from app.problems import ProblemError
from app.programs.report import ProgramResult
from app.queue.client import Job
from app.queue.names import PROGRAM
from solver.exact import shown

ProgramId = Annotated[
    str,
    Path(
        alias="id",
        description="The id of a program.",
        openapi_examples={
            "some": {"summary": "As POST /v1/programs answers it", "value": PROGRAM_ID}
        },
    ),
]


async def asked_for(program_id: ProgramId, request: Request) -> Job[ProgramResult]:
    """The program, as the queue has it.  Raises ``ProblemError`` (404) if there is none."""
    return await ask(request, lambda queue: existing(queue.get(program_id, PROGRAM), program_id))


def existing(job: Job[ProgramResult] | None, program_id: str) -> Job[ProgramResult]:
    """What the queue gave for that id.  Raises ``ProblemError`` (404) if it is nothing."""
    if job is None:
        raise ProblemError(
            "not-found", f"there is no program {shown(program_id)}; GET /v1/programs lists them"
        )
    return job
