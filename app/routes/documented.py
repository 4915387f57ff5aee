"""The errors that a route may answer with, as OpenAPI responses."""

from typing import Any

from app.problems import MEDIA_TYPE, PROBLEMS

_REFERENCE = {"$ref": "#/components/schemas/Problem"}

Responses = dict[int | str, dict[str, Any]]


def problems(*codes: str) -> Responses:
    """OpenAPI responses for the named problems."""
    responses: Responses = {}
    for code in codes:
        status, title, remedy = PROBLEMS[code]
        responses[status] = {
            "description": f"{title}. {remedy}",
            "content": {MEDIA_TYPE: {"schema": _REFERENCE}},
        }
    return responses


def answers(example: object) -> Responses:
    """The successful response, with a real answer as its example."""
    return {200: {"content": {"application/json": {"example": example}}}}


#: What any route that takes a body may answer.
BODY_PROBLEMS: Responses = problems(
    "invalid-json", "body-too-large", "unsupported-media", "invalid-request"
)
