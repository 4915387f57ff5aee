"""The errors that a route may answer with, as OpenAPI responses."""

from typing import Any, Final

from app.problems import MEDIA_TYPE, PROBLEMS

_REFERENCE = {"$ref": "#/components/schemas/Problem"}

Responses = dict[int | str, dict[str, Any]]


def problems(*codes: str) -> Responses:
    """OpenAPI responses for the named problems."""
    meanings: dict[int, list[str]] = {}
    for code in codes:
        status, title, remedy = PROBLEMS[code]
        meanings.setdefault(status, []).append(f"{title}. {remedy}")
    return {
        status: {
            "description": " Or: ".join(meaning),
            "content": {MEDIA_TYPE: {"schema": _REFERENCE}},
        }
        for status, meaning in meanings.items()
    }


#: Why a body may be refused, whatever is posted.
BODY_CODES: Final = (
    *("invalid-json", "body-too-slow", "body-too-large", "unsupported-media", "invalid-request"),
)
BODY_PROBLEMS: Final[Responses] = problems(*BODY_CODES)
