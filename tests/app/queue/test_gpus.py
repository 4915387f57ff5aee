"""One worker on each GPU: which devices there are, and what each worker sees."""

import sys
from pathlib import Path
from subprocess import CalledProcessError, CompletedProcess
from threading import Event

import pytest

from app.queue import beside, gpus
from tests.app.queue.queue_fixtures import until


@pytest.fixture(params=["visible", "listed"])
def four(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with four GPUs."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if request.param == "visible":
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0, 1,2,3")
    listed = CompletedProcess([], 0, stdout="0\n1\n2\n3\n")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: listed)


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(("wanted", "count"), [("all", 4), ("1", 1), ("4", 4)])
def test_each_worker_sees_one_device(wanted: str, count: int) -> None:
    assert gpus.devices(wanted) == ["0", "1", "2", "3"][:count]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("wanted", ["0", "5", "-1", "some", "", "1.5", "²"])
def test_no_more_than_there_are(wanted: str) -> None:
    with pytest.raises(ValueError, match="--gpus is"):
        gpus.devices(wanted)


@pytest.mark.parametrize("error", [FileNotFoundError(), CalledProcessError(1, "nvidia-smi")])
def test_without_a_driver_there_are_none(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("subprocess.run", fails)
    with pytest.raises(ValueError, match="has 0 GPUs"):
        gpus.devices("all")


@pytest.mark.processes
def test_a_worker_runs_on_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "import os, sys; open(f'{sys.argv[1]}/' + os.environ['CUDA_VISIBLE_DEVICES'], 'w'); "
        "sys.stdin.read()"
    )
    monkeypatch.setattr(beside, "COMMAND", [sys.executable, "-c", script, str(tmp_path)])
    seen: list[str] = []

    class Waiting(Event):
        def wait(self, _: float | None = None) -> bool:
            until(lambda: len(list(tmp_path.iterdir())) == 2, "both have started")
            seen.extend(sorted(path.name for path in tmp_path.iterdir()))
            return True

    monkeypatch.setattr(gpus, "Event", Waiting)
    gpus.one_on_each(["3", "GPU-7"])
    assert seen == ["3", "GPU-7"]
