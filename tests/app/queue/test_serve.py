"""``serve`` and the worker beside it may be killed; what is said of a bad DATABASE_URL."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
import structlog
from pydantic import ValidationError
from structlog.testing import capture_logs

from app.queue import beside
from app.queue.address import embedded_file, read_address
from app.settings import Settings
from tests.app.queue.queue_fixtures import ROOT, Scene, job, until

pytestmark = pytest.mark.processes


def serve(scene: Scene) -> tuple[subprocess.Popen[bytes], str]:
    """A service that answers, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = scene.start("serve", "--port", str(port))
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, scene.output
        with suppress(httpx.TransportError):
            return httpx.get(f"{address}/livez").is_success
        return False

    until(answers, "the service answers")
    return process, address


def gone(pid: int) -> None:
    until(lambda: not psutil.pid_exists(pid), f"process {pid} is gone")


def test_an_api_killed_in_mid_check_takes_its_worker_along_and_both_come_back(
    on_sqlite: Scene,
) -> None:
    scene = on_sqlite
    hold = scene.hold(128)
    check = scene.queue.submit(job(64, 128, 256))
    service, _ = serve(scene)
    scene.begun(128)
    worker = scene.log[-1][2]
    assert worker != service.pid
    scene.end(service)
    gone(worker)
    serve(scene)
    scene.begun(128, times=2)
    hold.unlink()
    scene.reaches(check.id, "succeeded")
    assert scene.times("end", 64) == scene.times("end", 256) == 1


def test_serve_starts_another_worker_when_one_dies(on_sqlite: Scene) -> None:
    scene = on_sqlite
    hold = scene.hold(64)
    check = scene.queue.submit(job(64))
    service, address = serve(scene)
    scene.begun(64)
    os.kill(scene.log[-1][2], signal.SIGKILL)
    hold.unlink()
    scene.reaches(check.id, "succeeded")
    assert "the worker died; starting another" in scene.output
    assert service.poll() is None
    assert httpx.get(f"{address}/livez").is_success


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_with_its_worker_and_the_check_goes_on_next_time(
    on_sqlite: Scene, how: signal.Signals
) -> None:
    scene = on_sqlite
    hold = scene.hold(128)
    check = scene.queue.submit(job(64, 128))
    service, _ = serve(scene)
    scene.begun(128)
    worker = scene.log[-1][2]
    scene.end(service, how)
    assert not psutil.pid_exists(worker)
    assert "Traceback" not in scene.output
    assert "died" not in scene.output
    hold.unlink()
    next_worker = scene.worker()
    scene.reaches(check.id, "succeeded")
    assert scene.times("end", 64) == 1
    assert scene.log[-1][2] == next_worker.pid


def test_a_worker_stops_in_mid_check_on_ctrl_c(on_sqlite: Scene) -> None:
    on_sqlite.hold(64)
    on_sqlite.queue.submit(job(64))
    worker = on_sqlite.worker()
    on_sqlite.begun(64)
    assert on_sqlite.end(worker, signal.SIGINT) == 0
    assert "Traceback" not in on_sqlite.output


def test_a_worker_without_torch_says_what_to_install() -> None:
    script = "import sys; sys.modules['torch'] = None; from app.cli import main; main(['worker'])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == beside.CANNOT_WORK
    assert done.stderr == (
        "Error: a worker needs torch; install it with: pip install 'abc-dichotomy[worker]'\n"
    )


@pytest.fixture
def every_log_line() -> Iterator[None]:
    """Log levels as they are by default, whatever an application of another test has set."""
    configured = structlog.get_config()
    structlog.reset_defaults()
    yield
    structlog.configure(**configured)


@pytest.mark.usefixtures("every_log_line")
def test_serve_starts_no_worker_again_that_cannot_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = f"open('{tmp_path}/starts', 'a').write('.'); exit({beside.CANNOT_WORK})"
    monkeypatch.setattr(beside, "COMMAND", [sys.executable, "-c", script])
    monkeypatch.setattr(beside, "_SECONDS_BETWEEN_STARTS", 0)
    with capture_logs() as said, beside.worker_beside():
        until(lambda: said, "it says so")
    assert [each["event"] for each in said] == [
        "the worker cannot work here, see above; checks stay queued"
    ]
    assert (tmp_path / "starts").read_text() == "."


BAD = {
    "": "cannot keep the queue",
    "queue.sqlite": "cannot keep the queue",
    "mysql://someone:secret@host/checks": "cannot keep the queue",
    "cockroachdb://someone:secret@host/checks": "cannot keep the queue",
    "sqlite://": "needs a file",
    "sqlite:///": "needs a file",
    "sqlite:///:memory:": "needs a file",
    "sqlite:///file:queue?mode=memory&uri=true": "needs a file",
    "sqlite:///queue.sqlite?timeout=1": "takes no options",
    "postgresql://someone:secret@host": "names no database",
    "postgresql://someone:secret@host/": "names no database",
    "postgresql://someone:secret@host:port/checks": "cannot be read",
    "postgresql:someone:secret": "cannot be read",
}


@pytest.mark.parametrize(("url", "rule"), BAD.items(), ids=range(len(BAD)))
def test_a_url_that_names_no_queue_is_refused_without_repeating_it(url: str, rule: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(database_url=url)
    message = str(caught.value)
    assert rule in message
    assert "secret" not in message


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///q.sqlite", "q.sqlite"),
        ("sqlite:////var/lib/q.sqlite", "/var/lib/q.sqlite"),
    ],
)
def test_an_sqlite_url_names_a_file(url: str, file: str) -> None:
    assert embedded_file(read_address(url)) == Path(file)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_read(scheme: str) -> None:
    url = read_address(f"{scheme}://me:p%40ss@host:5433/checks?sslmode=require")
    assert url == "postgresql+psycopg://me:p%40ss@host:5433/checks?sslmode=require"
    assert embedded_file(url) is None


def test_the_url_comes_from_either_variable_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("ABC_DATABASE_URL", "postgresql://me:secret@host/one")
    assert Settings().database_url.endswith("/one")
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@host/two")
    assert Settings().database_url.endswith("/two")
    assert "secret" not in repr(Settings())


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://me:secret@host/checks", "DATABASE_URL: Value error, this kind of database"),
        ("sqlite:////no/such/place/q.sqlite", "there is no directory /no/such/place; create it"),
    ],
)
def test_a_bad_url_ends_every_process_with_a_message(command: str, url: str, message: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", command],
        env={**os.environ, "DATABASE_URL": url},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stdout + done.stderr
