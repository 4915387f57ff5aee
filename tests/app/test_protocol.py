"""A real server and raw bytes: what comes before a body is bounded, and answered as all else is."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from threading import Thread, Timer
from time import sleep

import httpx
import pytest
import uvicorn

from app import protocol
from app.main import create_app
from app.settings import Settings
from tests import ROOT

pytestmark = pytest.mark.processes

BODY = b'{"preset": "mup", "depth": 2}'


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """That of a server in a thread."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(Settings(log_level="critical")),
            port=0,
            http=protocol.BoundedProtocol,
            ws="none",
            log_level="critical",
        )
    )
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def said(port: int, *parts: bytes, wait: bool = True) -> bytes:
    """What the server says to the parts, until it closes or the answer is whole."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
        for part in parts:
            try:
                connection.sendall(part)
            except ConnectionError:
                break
            sleep(0.05)
        answer = b""
        try:
            while wait and (more := connection.recv(65536)):
                answer += more
        except ConnectionError:
            pass
        return answer


def problem(answer: bytes) -> tuple[int, dict[str, object]]:
    """The status and the problem of a raw answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    return int(head.split()[1]), json.loads(body)


def question(*headers: bytes) -> list[bytes]:
    """The head of a question, and its body."""
    lines = [
        b"POST /v1/classify HTTP/1.1",
        b"Host: service",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(BODY),
        *headers,
    ]
    return [b"\r\n".join(lines) + b"\r\n\r\n", BODY]


UPGRADE = (
    b"Connection: close, Upgrade, HTTP2-Settings",
    b"Upgrade: h2c",
    b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
)


@pytest.mark.parametrize("together", [True, False])
def test_an_offer_to_upgrade_keeps_its_body(port: int, together: bool) -> None:
    parts = question(*UPGRADE)
    answer = said(port, b"".join(parts)) if together else said(port, *parts)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"verdict":"feature_learning"' in answer


def test_a_body_that_speaks_of_upgrades_is_left_alone(port: int) -> None:
    body = b'{"preset": "\r\nUpgrade: h2c"}'
    head = b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    for parts in ([head + body], [head, body]):
        status, told = problem(said(port, *parts))
        assert status == 400
        assert told["type"] == "/problems/invalid-json"


@pytest.mark.parametrize(
    "request_line", [b"NONSENSE", b"GET", b"GET / HTTP/9.9", b"\x00\x01\x02", b"GET  / FTP/1.1"]
)
def test_a_bad_request_line_is_answered_as_a_problem(port: int, request_line: bytes) -> None:
    status, told = problem(said(port, request_line + b"\r\nHost: x\r\n\r\n"))
    assert status == 400
    assert told["type"] == "/problems/invalid-http"


def test_headers_without_end_are_refused(port: int) -> None:
    parts = [b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ", *[b"x" * 32 * 1024] * 4]
    status, told = problem(said(port, *parts))
    assert status == 431
    assert told["type"] == "/problems/headers-too-large"
    assert str(protocol.MOST_HEAD_BYTES) in str(told["detail"])


def test_headers_up_to_the_bound_are_taken(port: int) -> None:
    long = b"X-Long: " + b"x" * (protocol.MOST_HEAD_BYTES - 200)
    assert said(port, *question(long, b"Connection: close")).startswith(b"HTTP/1.1 200 ")


def test_headers_that_do_not_arrive_are_given_up(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_HEAD_SECONDS", 0.2)
    status, told = problem(said(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Half"))
    assert status == 408
    assert told["type"] == "/problems/headers-too-slow"
    assert said(port) == b"", "a connection on which nothing comes is closed"


def test_a_connection_stays_open_between_questions(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MOST_HEAD_SECONDS", 0.2)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(3):
            assert client.get("/livez").status_code == 200
            sleep(0.3)


SERVER = """
import sys
import uvicorn
from app.main import create_app
from app.protocol import BoundedProtocol
uvicorn.run(
    create_app(), port=int(sys.argv[1]), http=BoundedProtocol, ws="none", log_level="critical"
)
"""


def test_a_server_does_not_wait_for_the_rest_of_a_body_when_it_stops() -> None:
    """Of itself uvicorn waits for it, here without end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], cwd=ROOT)
    patience = Timer(60, process.kill)
    patience.start()
    try:
        connection = connected(process, port)
        with closing(connection):
            head, body = question(b"Connection: close")
            connection.sendall(head + body[:5])
            sleep(0.5)
            process.send_signal(signal.SIGTERM)
            answer = b""
            while more := connection.recv(65536):
                answer += more
        status, told = problem(answer)
        assert status == 503
        assert told["type"] == "/problems/stopping"
        assert process.wait() != -signal.SIGKILL
    finally:
        patience.cancel()
        process.kill()
        process.wait()


def connected(process: subprocess.Popen[bytes], port: int) -> socket.socket:
    """A connection, as soon as the process takes any."""
    while process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionError:
            sleep(0.05)
    raise AssertionError("the server did not start")
