"""Answers as JSON, worked out where they are in nobody's way."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import msgspec
from anyio.to_thread import run_sync
from fastapi import Response

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")


def answer(payload: object) -> Response:
    """The payload as a JSON response."""
    return Response(msgspec.json.encode(payload), media_type="application/json")


async def worked_out(takes_long: bool, work: Callable[[*_Args], _T], *args: *_Args) -> _T:
    """What the work gives: in a thread if it takes long, else at once, which is faster."""
    return await run_sync(work, *args) if takes_long else work(*args)
