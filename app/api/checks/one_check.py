"""One check, by the id in the path."""

from typing import Annotated

from fastapi import Path

from app.api.checks.examples import CHECK_ID
from app.problems import ProblemError
from app.queue.client import Check
from solver.exact.exponents import shown

CheckId = Annotated[
    str,
    Path(
        alias="id",
        description="The id of a check.",
        openapi_examples={"some": {"summary": "As POST /v1/checks answers it", "value": CHECK_ID}},
    ),
]


def existing(check: Check | None, check_id: str) -> Check:
    """The check that the queue gave for that id.  Raises ``ProblemError`` (404) if it is none."""
    if check is None:
        raise ProblemError(
            "not-found", f"there is no check {shown(check_id)}; GET /v1/checks lists them"
        )
    return check
