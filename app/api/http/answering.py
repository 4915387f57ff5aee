"""Answers as JSON, worked out where they are in nobody's way."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from anyio.to_thread import run_sync
from fastapi import Response

_T = TypeVar("_T")


def answer(payload: object) -> Response:
    """The payload as a JSON response."""
    return Response(msgspec.json.encode(payload), media_type="application/json")


async def worked_out(takes_long: bool, work: Callable[[], _T]) -> _T:
    """What the work gives: in a thread if it takes long, else at once, which is faster."""
    return await run_sync(work) if takes_long else work()
