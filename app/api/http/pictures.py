"""Figures as answers: their media types, and drawing, few at a time."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request, Response

FileFormat = Literal["svg", "png"]

MEDIA_TYPES: Final[dict[FileFormat, str]] = {"svg": "image/svg+xml", "png": "image/png"}

_SCHEMAS: Final[dict[FileFormat, dict[str, str]]] = {
    "svg": {"type": "string"},
    "png": {"type": "string", "format": "binary"},
}


def content(*formats: FileFormat) -> dict[str, Any]:
    """An OpenAPI response that is a figure in one of these formats.

    The first is what /docs asks for: it shows PNG as a picture, and SVG as its source.
    """
    return {"content": {MEDIA_TYPES[each]: {"schema": _SCHEMAS[each]} for each in formats}}


async def figure(
    request: Request,
    draw: Callable[[FileFormat], bytes],
    file_format: FileFormat,
    headers: Mapping[str, str],
) -> Response:
    """The answer that ``draw`` gives, in a thread, in its turn."""
    plotting: CapacityLimiter = request.app.state.plotting
    picture = await run_sync(draw, file_format, limiter=plotting)
    return Response(picture, media_type=MEDIA_TYPES[file_format], headers=dict(headers))
