"""The optional API key: what it guards, and that nobody is told."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.api.checks.test_checks import MUP, SMALL, UNKNOWN, Service, problem, serving
from tests.app.queue.queue_double import QueueDouble

KEY = "s3cret-é-key"


def credentials(key: str) -> list[dict[bytes, bytes]]:
    return [
        {b"Authorization": b"Bearer " + key.encode()},
        {b"authorization": b"bearer " + key.encode()},
        {b"X-API-Key": key.encode()},
    ]


def headers_of(which: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return [(b"Content-Type", b"application/json"), *which.items()]


@pytest.fixture
def guarded() -> Iterator[Service]:
    yield from serving(api_key=KEY)


@pytest.mark.parametrize("which", credentials(KEY), ids=str)
def test_the_key_opens(guarded: Service, which: dict[bytes, bytes]) -> None:
    headers = headers_of(which)
    response = guarded.client.post("/v1/checks", content=json.dumps(SMALL), headers=headers)
    assert response.status_code == 202
    response = guarded.client.delete(response.headers["Location"], headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "which",
    [
        {},
        {b"Authorization": b"Bearer"},
        {b"Authorization": b"Bearer "},
        {b"Authorization": b"Basic " + KEY.encode()},
        {b"X-API-Key": b""},
        *credentials("wrong"),
        *credentials(KEY + "x"),
        *credentials(KEY.upper()),
    ],
    ids=str,
)
def test_without_the_key_nothing_starts_or_stops(
    guarded: Service, which: dict[bytes, bytes]
) -> None:
    headers = headers_of(which)
    for response in (
        guarded.client.post("/v1/checks", content=json.dumps(SMALL), headers=headers),
        guarded.client.delete(f"/v1/checks/{UNKNOWN}", headers=headers),
    ):
        answer = problem(response, "unauthorized", 401)
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert "Authorization: Bearer" in answer["detail"]
        assert KEY not in response.text
    assert guarded.queue.asked == []


def test_looking_needs_no_key(guarded: Service) -> None:
    assert guarded.client.get("/v1/checks").status_code == 200
    assert guarded.client.get(f"/v1/checks/{UNKNOWN}").status_code == 404
    assert guarded.client.post("/v1/classify", json=MUP).status_code == 200


def test_the_key_is_told_to_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(api_key=KEY, log_level="debug")
    app = create_app(settings)
    app.state.queue = QueueDouble()
    with TestClient(app, raise_server_exceptions=False) as client:
        for header in (KEY, "wrong"):
            client.post(
                "/v1/checks",
                content=json.dumps(SMALL),
                headers=headers_of({b"X-API-Key": header.encode()}),
            )
        document = client.get("/openapi.json").text
    written = capsys.readouterr()
    assert '"path":"/v1/checks"' in written.out
    for text in (document, written.out, written.err, repr(settings), str(settings)):
        assert KEY not in text


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_key_is_none(blank: str) -> None:
    assert Settings(api_key=blank).api_key is None
