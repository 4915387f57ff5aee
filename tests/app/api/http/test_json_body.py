"""Bodies that are slow, broken off or large: answered or dropped, never waited for without end."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from app.main import create_app
from app.settings import Settings


def ask(settings: Settings, *bodies: AsyncIterator[bytes]) -> list[httpx.Response]:
    """Post the bodies at the same time."""

    async def all_at_once() -> list[httpx.Response]:
        transport = httpx.ASGITransport(create_app(settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await asyncio.gather(
                *(
                    client.post(
                        "/v1/classify/batch",
                        content=body,
                        headers={"Content-Type": "application/json"},
                    )
                    for body in bodies
                )
            )

    return asyncio.run(all_at_once())


async def never_ending() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.Event().wait()


async def whole(question: dict[str, Any]) -> AsyncIterator[bytes]:
    yield json.dumps(question).encode()


def test_a_body_that_does_not_arrive_is_given_up() -> None:
    (response,) = ask(Settings(log_level="critical", max_body_seconds=0.05), never_ending())
    assert response.status_code == 408
    assert response.json()["type"] == "/problems/body-too-slow"
    assert "within 0.05 seconds" in response.json()["detail"]


def test_many_large_bodies_at_once_are_all_answered() -> None:
    """More of them than are worked on at a time."""
    rows = [[0, "1/2", 0, 0, 0]] * 20_000
    questions = [whole({"depth": 1, "abc": rows}) for _ in range(5)]
    responses = ask(Settings(log_level="critical"), *questions)
    assert [response.json()["count"] for response in responses] == [20_000] * 5
