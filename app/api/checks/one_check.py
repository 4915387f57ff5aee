"""One check, by the id in the path."""

from typing import Annotated

from fastapi import Path, Request

from app.api.checks.examples import CHECK_ID
from app.api.http.queue_access import ask
from app.problems import ProblemError
from app.queue.client import Check
from solver.exact import shown

CheckId = Annotated[
    str,
    Path(
        alias="id",
        description="The id of a check.",
        openapi_examples={"some": {"summary": "As POST /v1/checks answers it", "value": CHECK_ID}},
    ),
]


async def asked_for(check_id: CheckId, request: Request) -> Check:
    """The check, as the queue has it.  Raises ``ProblemError`` (404) if there is none."""
    return await ask(request, lambda queue: existing(queue.get(check_id), check_id))


def existing(check: Check | None, check_id: str) -> Check:
    """The check that the queue gave for that id.  Raises ``ProblemError`` (404) if it is none."""
    if check is None:
        raise ProblemError(
            "not-found", f"there is no check {shown(check_id)}; GET /v1/checks lists them"
        )
    return check
