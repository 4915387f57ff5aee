"""Bodies that are slow, broken off or large: answered or dropped, never waited for without end."""

import asyncio
import json
from collections.abc import AsyncIterator
from threading import current_thread
from typing import Any

import httpx
import msgspec
import pytest
from fastapi.testclient import TestClient

from app.api.http import json_body
from app.main import create_app
from app.settings import Settings
from solver import Written


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


async def stalled() -> AsyncIterator[bytes]:
    yield b'{"preset": '
    await asyncio.Event().wait()


def test_a_body_is_not_waited_for_when_the_server_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_body, "server_stops", lambda: True)
    (response,) = ask(Settings(log_level="critical"), stalled())
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/stopping"
    assert response.headers["Retry-After"]


def post(path: str, body: bytes, **settings: int) -> httpx.Response:
    with TestClient(create_app(Settings(log_level="critical", **settings))) as client:
        return client.post(path, content=body, headers={"Content-Type": "application/json"})


QUESTIONS = ("classify", "equivalence", "regions", "regions/plot", "repairs", "checks")


@pytest.mark.parametrize("path", QUESTIONS)
def test_a_single_question_is_bounded_by_itself(path: str) -> None:
    body = b'{"preset": "mup"}'.ljust(5000)
    response = post(f"/v1/{path}", body, max_question_bytes=4096)
    assert response.status_code == 413
    assert "larger than 4096 bytes" in response.json()["detail"]


def test_a_batch_may_be_larger_than_a_question() -> None:
    body = json.dumps({"depth": 1, "abc": [[0, 0.5, 0, 0, 0]] * 400}).encode()
    assert len(body) > 4096
    response = post("/v1/classify/batch", body, max_question_bytes=4096)
    assert response.json()["count"] == 400


def test_the_deepest_question_is_within_the_bound() -> None:
    """Each exponent spelled as long as it may be."""
    entries = ["-999983/1000000"] * 10_001
    question = {"depth": 10_000, **dict.fromkeys("abcd", entries), "optimizer": "adam"}
    body = json.dumps(question, indent=8).encode()
    assert post("/v1/classify", body).status_code == 200


LONG = 25_000  # rows, which make a body that is decoded row by row


@pytest.mark.parametrize(
    "question",
    [
        {"depth": 1, "abc": [[0, 0.5, "1/2", 1e-1, -0.25]] * LONG},
        {"depth": 1, "abc": [[0, "1/2", 0, 0, 0]] * LONG, "optimizer": {"input": "adam"}},
        {"depth": 1, "abc": [7, "[", {"a": [1]}, None, [0.5]] * LONG},
        {"abc": ["é𝒂\\u0000"] * LONG, "depth": [1, [2.5]]},
    ],
)
def test_row_by_row_a_body_is_what_it_is_at_once(question: dict[str, Any]) -> None:
    body = json.dumps(question, ensure_ascii=False).encode()
    slow = msgspec.json.Decoder(float_hook=Written).decode(body)
    quick = json_body._rows_decoded(body, 10 * LONG, 2**21)
    assert quick == slow
    assert [type(each) for each in flat(quick)] == [type(each) for each in flat(slow)]


def flat(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for each in value.values() for inner in flat(each)]
    return [inner for each in value for inner in flat(each)] if isinstance(value, list) else [value]


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        (b'{"depth": 1, "abc": [' + b"[]," * LONG + b"[]]}", 422, "more than 1000 rows"),
        (b'{"depth": 1, "abc": [[' + b"1," * LONG * 8 + b"1]]}", 413, "abc[0]"),
        (b'{"depth": 1, "abc": [' + b"0," * LONG * 4, 400, "not JSON"),
        (b'{"depth": 1, "abc": ["' + b"\xff" * LONG * 4 + b'"]}', 400, "UTF-8"),
        (b"[" + b"0," * LONG * 4 + b"0]", 422, "must be a JSON object"),
    ],
)
def test_what_is_wrong_with_a_long_batch_is_said(body: bytes, status: int, rule: str) -> None:
    response = post("/v1/classify/batch", body, max_batch_rows=1000, max_question_bytes=300_000)
    assert response.status_code == status, response.text
    assert rule in response.text


def test_long_bodies_are_decoded_in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that other requests are answered meanwhile."""
    threads: list[str] = []
    decode = json_body.decode

    def noted(body: bytes, name: str = "the body") -> Any:
        threads.append(current_thread().name)
        return decode(body, name)

    monkeypatch.setattr(json_body, "decode", noted)
    for length in (100, json_body._LONG):
        assert post("/v1/classify", b'{"preset": "mup"}'.ljust(length)).status_code == 200
    assert "worker" in threads[1].lower()
    assert threads[0] != threads[1]
