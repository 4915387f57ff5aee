"""The errors that a route may answer with, as OpenAPI responses."""

from typing import Any, Final

from app.problems import EXAMPLE, MEDIA_TYPE, PROBLEMS

_REFERENCE = {"$ref": "#/components/schemas/Problem"}

Responses = dict[int | str, dict[str, Any]]


def problems(*codes: str) -> Responses:
    """OpenAPI responses for the named problems."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code][0], []).append(code)
    return {
        status: {
            "description": " Or: ".join("{1}. {2}".format(*PROBLEMS[code]) for code in alike),
            "content": {MEDIA_TYPE: {"schema": _REFERENCE, "examples": dict(map(_example, alike))}},
        }
        for status, alike in by_status.items()
    }


def _example(code: str) -> tuple[str, dict[str, Any]]:
    """The problem as it is answered; the detail is that of the request at hand."""
    status, title, remedy = PROBLEMS[code]
    if code == "invalid-request":
        return code, {"summary": title, "value": EXAMPLE}
    detail = f"{title[0].lower()}{title[1:]}; {remedy[0].lower()}{remedy[1:]}"
    value = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": [{"pointer": "", "detail": detail}],
    }
    return code, {"summary": title, "value": value}


#: Why a body may be refused, whatever is posted.
BODY_CODES: Final = (
    *("invalid-json", "body-too-slow", "body-too-large", "unsupported-media", "invalid-request"),
)
BODY_PROBLEMS: Final[Responses] = problems(*BODY_CODES)
