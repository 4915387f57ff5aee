"""The optional API key: what it guards, and that nobody is told."""

import json
from collections.abc import Iterator
from pathlib import Path
from secrets import compare_digest

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


ONE = [f"/v1/checks/{UNKNOWN}{rest}" for rest in ("", "/events", "/plot.svg", "/plot.png")]


@pytest.mark.parametrize(
    ("access", "one", "all_of_them"),
    [("open", 404, 200), ("id", 404, 401), ("key", 401, 401), (None, 404, 401)],
)
def test_what_reading_needs_is_a_setting(access: str | None, one: int, all_of_them: int) -> None:
    settings = {} if access is None else {"read_access": access}
    for guarded in serving(api_key=KEY, **settings):
        assert [guarded.client.get(path).status_code for path in ONE] == [one] * 4
        assert guarded.client.get("/v1/checks").status_code == all_of_them
        assert guarded.client.post("/v1/classify", json=MUP).status_code == 200
        headers = headers_of({b"X-API-Key": KEY.encode()})
        for path in ONE:
            assert guarded.client.get(path, headers=headers).status_code == 404
        assert guarded.client.get("/v1/checks", headers=headers).status_code == 200


def test_without_any_key_reading_is_open() -> None:
    for free in serving(read_access="key"):
        assert free.client.get("/v1/checks").status_code == 200
        assert free.client.get(ONE[0]).status_code == 404


def opens(service: Service, key: str) -> bool:
    response = service.client.get("/v1/checks", headers=headers_of({b"X-API-Key": key.encode()}))
    assert response.status_code in (200, 401)
    return response.status_code == 200


def test_keys_of_a_file_are_those_it_holds_now(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# of a\nfirst\n\n  second é \n")
    for service in serving(api_key=KEY, api_key_file=file):
        assert [opens(service, key) for key in (KEY, "first", "second é")] == [True] * 3
        assert not any(opens(service, key) for key in ("", "# of a", "third", "first\nsecond"))
        file.write_text("third\n")
        assert [opens(service, key) for key in (KEY, "third", "first")] == [True, True, False]
        file.write_bytes(b"\xff\xfe")
        assert [opens(service, key) for key in (KEY, "third")] == [True, False]
        file.unlink()
        assert [opens(service, key) for key in (KEY, "third")] == [True, False]


@pytest.mark.parametrize("contents", [None, "", "# none\n"])
def test_a_file_without_keys_opens_to_nobody(tmp_path: Path, contents: str | None) -> None:
    file = tmp_path / "keys"
    if contents is not None:
        file.write_text(contents)
    for service in serving(api_key_file=file):
        assert not opens(service, "")
        assert not opens(service, "anything")
        assert service.client.post("/v1/checks", json=SMALL).status_code == 401


def test_comparing_takes_as_long_whichever_key_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each key is compared, in constant time, and all that is compared is of one length."""
    file = tmp_path / "keys"
    file.write_text("short\n" + "long" * 50 + "\n")
    compared: list[tuple[int, int]] = []

    def noted(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare_digest(one, other)

    monkeypatch.setattr("app.api.jobs.api_key.compare_digest", noted)
    for service in serving(api_key=KEY, api_key_file=file):
        for given in (KEY, "short", "long" * 50, "x", "x" * 500):
            compared.clear()
            opens(service, given)
            assert len(compared) == 3
            assert len({length for pair in compared for length in pair}) == 1


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
