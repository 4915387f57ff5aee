"""Following a check by server-sent events, and its plots."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from threading import Event, Thread, Timer
from time import sleep
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.api.http import queue_access
from app.api.jobs import events as job_events
from app.queue.client import Progress, QueueUnavailableError
from tests import ROOT
from tests.app.queue.queue_double import QueueDouble, app_with, result_of

SMALL = {"preset": "mup", "depth": 2, "widths": [64, 128, 256]}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_events, "_SECONDS_BETWEEN", 0.001)


@pytest.fixture
def queue() -> QueueDouble:
    return QueueDouble()


@pytest.fixture
def client(queue: QueueDouble) -> Iterator[TestClient]:
    with TestClient(app_with(queue), raise_server_exceptions=False) as client:
        yield client


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream: name and data (comments are none)."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith(":")]
        if lines:
            fields = dict(line.split(": ", 1) for line in lines)
            assert set(fields) == {"event", "data"}
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def started(client: TestClient) -> str:
    check_id: str = client.post("/v1/checks", json=SMALL).json()["id"]
    return check_id


def job(queue: QueueDouble) -> Any:
    return result_of(queue.newest())


# ---------------------------------------------------------------------------- events


def test_a_stream_tells_each_change_and_ends_with_the_result(
    client: TestClient, queue: QueueDouble
) -> None:
    check_id = started(client)
    queue.will_change(
        check_id,
        {"progress": Progress(0, 3, "waiting for a worker", ahead=1, seconds_left=9.5)},
        {"status": "running"},
        {"progress": Progress(1, 3, "width 64", seconds_left=2.5)},
        {},
        {"progress": Progress(2, 3, "width 128")},
        {"status": "succeeded", "progress": Progress(3, 3, "done"), "result": job(queue)},
    )
    response = client.get(f"/v1/checks/{check_id}/events")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert response.headers["Cache-Control"] == "no-cache"
    *progress, (last, check) = events(response.text)
    assert {name for name, _ in progress} == {"progress"}
    assert [(each["ahead"], each["seconds_left"]) for _, each in progress] == [
        (0, queue.newest().job["seconds"]),
        (1, 9.5),
        (1, 9.5),
        (None, 2.5),
        (None, None),
        (None, None),
    ]
    assert [(each["status"], each["done"], each["message"]) for _, each in progress] == [
        ("queued", 0, "waiting for a worker"),
        ("queued", 0, "waiting for a worker"),
        ("running", 0, "waiting for a worker"),
        ("running", 1, "width 64"),
        ("running", 2, "width 128"),
        ("succeeded", 3, "done"),
    ]
    fields = {"status", "done", "total", "message", "ahead", "seconds_left"}
    assert all(set(each) == fields for _, each in progress)
    assert last == "result"
    assert check == client.get(f"/v1/checks/{check_id}").json()
    assert check["result"]["verdict"] == "confirmed"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "failed", "error": "no GPU"}, ("failed", "no GPU")),
        ({"status": "cancelled"}, ("cancelled", None)),
    ],
)
def test_a_stream_ends_however_the_check_ends(
    client: TestClient, queue: QueueDouble, change: dict[str, Any], expected: tuple[str, object]
) -> None:
    check_id = started(client)
    queue.will_change(check_id, change)
    name, check = events(client.get(f"/v1/checks/{check_id}/events").text)[-1]
    assert name == "result"
    assert (check["status"], check["error"]) == expected
    assert check["result"] is None


@pytest.mark.parametrize("seen", ["", "0", "result", "x" * 5000])
def test_a_stream_may_be_opened_again(client: TestClient, queue: QueueDouble, seen: str) -> None:
    check_id = started(client)
    queue.change(check_id, status="succeeded", result=job(queue))
    response = client.get(f"/v1/checks/{check_id}/events", headers={"Last-Event-ID": seen})
    assert [name for name, _ in events(response.text)] == ["progress", "result"]


def test_a_stream_outlives_the_absence_of_the_database(
    client: TestClient, queue: QueueDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_id = started(client)
    looks = 0
    get = queue.get

    def sometimes(check: str) -> Any:
        nonlocal looks
        looks += 1
        if looks in (2, 3):
            raise QueueUnavailableError("gone")
        return get(check)

    monkeypatch.setattr(queue, "get", sometimes)
    queue.will_change(check_id, {"status": "succeeded", "result": job(queue)})
    assert events(client.get(f"/v1/checks/{check_id}/events").text)[-1][0] == "result"
    assert looks == 4


def test_streams_are_bounded_and_give_their_place_back(queue: QueueDouble) -> None:
    app = app_with(queue, max_streams_per_address=3)
    with TestClient(app, raise_server_exceptions=False) as client:
        check_id = started(client)
        queue.change(check_id, status="cancelled")
        places = app.state.streams
        for _ in range(3):
            assert client.get(f"/v1/checks/{check_id}/events").status_code == 200
            assert client.get("/v1/checks/unknown/events").status_code == 404
        assert not places
        for taken, rule in (
            ({"testclient": 3}, "3 streams of events are open from your address"),
            ({"elsewhere": job_events.MOST_STREAMS}, "100 streams of events are open;"),
        ):
            places.clear()
            places.update(taken)
            response = client.get(f"/v1/checks/{check_id}/events")
            assert response.status_code == 503
            assert response.json()["type"] == "/problems/too-many-streams"
            assert rule in response.json()["detail"]
            assert response.headers["Retry-After"]
        places.clear()
        places.update({"testclient": 2, "elsewhere": 50})
        assert client.get(f"/v1/checks/{check_id}/events").status_code == 200


def test_a_stream_ends_when_its_reader_goes_away(queue: QueueDouble) -> None:
    """Whatever the check does: nobody asks for it any more."""
    app = app_with(queue)
    with TestClient(app) as client:
        check_id = started(client)
    gone = asyncio.Event()
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if message.get("body"):
            gone.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "path": f"/v1/checks/{check_id}/events",
        "raw_path": f"/v1/checks/{check_id}/events".encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "client": ("test", 1),
        "server": ("test", 80),
        "scheme": "http",
    }

    asyncio.run(asyncio.wait_for(app(scope, receive, send), 30))
    assert b"event: progress" in b"".join(message.get("body", b"") for message in sent)
    assert not app.state.streams


# ---------------------------------------------------------------------------- a real server

SERVER = """
import sys
import uvicorn
from tests.app.queue.queue_double import QueueDouble, app_with
uvicorn.run(app_with(QueueDouble()), port=int(sys.argv[1]), log_level="warning")
"""


@pytest.mark.exhaustive
def test_open_streams_do_not_keep_the_server_from_stopping() -> None:
    """uvicorn waits for open connections, here without end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port)], cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}
    )
    patience = Timer(60, process.kill)
    patience.start()
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                httpx.get(f"{address}/livez", trust_env=False)
                break
            except httpx.TransportError:
                sleep(0.05)
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
            check_id = client.post("/v1/checks", json=SMALL).json()["id"]
            with client.stream("GET", f"/v1/checks/{check_id}/events") as response:
                lines = response.iter_lines()
                assert next(lines) == "event: progress"
                process.send_signal(signal.SIGTERM)
                assert "event: result" not in list(lines)
        assert process.wait() != -signal.SIGKILL
    finally:
        patience.cancel()
        process.kill()
        process.wait()


# ---------------------------------------------------------------------------- a hanging database


def test_a_hanging_database_holds_up_nothing_else(
    client: TestClient, queue: QueueDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even with more requests than there are threads for it."""
    release = Event()
    monkeypatch.setattr(queue, "list", lambda **_: release.wait(60))
    monkeypatch.setattr(queue_access.ask, "__defaults__", (0.05,))
    try:
        for _ in range(10):
            response = client.get("/v1/checks")
            assert response.status_code == 503
            assert response.json()["type"] == "/problems/queue-unavailable"
            assert "did not answer within 0.05 seconds" in response.json()["detail"]
        deep = {"preset": "mup", "depth": 9_999}  # worked out in a thread
        assert client.post("/v1/classify", json=deep).status_code == 200
        monkeypatch.setattr("app.api.service.route._PING_SECONDS", 0.05)
        assert client.get("/readyz").json() == {
            "status": "ok",
            "queue": "unavailable",
            "workers": None,
        }
    finally:
        release.set()


# ---------------------------------------------------------------------------- plots

PLOTS = {"plot.svg": ("svg", "image/svg+xml"), "plot.png": ("png", "image/png")}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str]]:
    """What was asked to be drawn."""
    asked: list[tuple[Any, str]] = []

    def draw(result: Any, file_format: str) -> bytes:
        asked.append((result, file_format))
        return f"<{file_format}>".encode()

    monkeypatch.setitem(sys.modules, "app.figures.checks", SimpleNamespace(draw=draw))
    return asked


@pytest.mark.parametrize("plot", PLOTS)
def test_the_result_is_drawn(
    client: TestClient, queue: QueueDouble, drawn: list[tuple[Any, str]], plot: str
) -> None:
    check_id = started(client)
    queue.change(check_id, status="succeeded", result=job(queue))
    response = client.get(f"/v1/checks/{check_id}/{plot}")
    file_format, media_type = PLOTS[plot]
    assert response.status_code == 200
    assert response.headers["Content-Type"].partition(";")[0] == media_type
    assert response.content == f"<{file_format}>".encode()
    assert "immutable" in response.headers["Cache-Control"]
    assert drawn == [(job(queue), file_format)]


@pytest.mark.parametrize("status", ["queued", "running", "failed", "cancelled"])
@pytest.mark.parametrize("plot", PLOTS)
def test_without_a_result_there_is_no_plot(
    client: TestClient, queue: QueueDouble, drawn: list[Any], plot: str, status: str
) -> None:
    check_id = started(client)
    queue.change(check_id, status=status)
    response = client.get(f"/v1/checks/{check_id}/{plot}")
    assert response.status_code == 409
    problem = response.json()
    assert problem["type"] == "/problems/not-finished"
    assert f"is {status};" in problem["detail"]
    assert "Cache-Control" not in response.headers
    assert drawn == []


def test_one_plot_is_drawn_at_a_time(
    client: TestClient, queue: QueueDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_id = started(client)
    queue.change(check_id, status="succeeded", result=job(queue))
    busy, most = 0, 0

    def draw(*_: Any) -> bytes:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        sleep(0.02)
        busy -= 1
        return b""

    monkeypatch.setitem(sys.modules, "app.figures.checks", SimpleNamespace(draw=draw))
    threads = [
        Thread(target=client.get, args=(f"/v1/checks/{check_id}/plot.svg",)) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_the_queue_is_closed_when_the_service_stops(queue: QueueDouble) -> None:
    with TestClient(app_with(queue)):
        assert not queue.closed
    assert queue.closed
