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


#: What any route that takes a body may answer.
BODY_PROBLEMS: Responses = problems(
    "invalid-json", "body-too-slow", "body-too-large", "unsupported-media", "invalid-request"
)
