"""Clients that leave before they have their answer."""

from asyncio import Task, create_task
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request


@contextmanager
def leaving(request: Request) -> Iterator[Task[None]]:
    """A task that is done once the client has left; its body has to be read before."""
    gone = create_task(_gone(request))
    try:
        yield gone
    finally:
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
