"""Answers as JSON."""

import msgspec
from fastapi import Response


def answer(payload: object) -> Response:
    """The payload as a JSON response."""
    return Response(msgspec.json.encode(payload), media_type="application/json")
