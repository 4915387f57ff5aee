"""Programs on a real worker: done step by step, taken over by another, cancelled."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.programs.plan import Budget, first_round
from app.programs.reading import read_program
from app.queue.client import Job
from app.queue.names import PROGRAM
from tests.app.queue.queue_fixtures import ROOT, Scene, until

pytestmark = [pytest.mark.processes, pytest.mark.training]

REQUEST: dict[str, Any] = {
    "matrices": {"W": {"std": 2}},
    "vectors": {"v": {}},
    "program": [{"let": "h", "matmul": "W", "of": "v"}, {"let": "c", "moment": "h*h"}],
    "joint": ["h"],
    "precision": 0.05,
}
# Hundreds of units of work, of which a test sees the first few.
LONG = {**REQUEST, "precision": 1e-5}


def job(request: dict[str, Any]) -> dict[str, Any]:
    budget = Budget()
    return {
        "request": request,
        "total": len(first_round(read_program(request), budget).units),
        "budget": {"seconds": budget.seconds, "bytes": budget.bytes},
    }


def worker(scene: Scene) -> subprocess.Popen[bytes]:
    """The worker as it is started for users: nothing in it is scripted."""
    with (scene.directory / "output").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.worker"],
            env={**os.environ, "DATABASE_URL": scene.url, "OMP_NUM_THREADS": "1"},
            cwd=ROOT, stdout=output, stderr=output,
        )  # fmt: skip
    scene.processes.append(process)
    return process


def now(scene: Scene, program: Job[Any]) -> Job[Any]:
    found = scene.queue.get(program.id, PROGRAM)
    assert found is not None
    return found


def reaches(scene: Scene, program: Job[Any], status: str) -> Job[Any]:
    until(lambda: now(scene, program).status == status, f"the program is {status}")
    return now(scene, program)


def test_a_program_is_done_and_a_broken_one_says_why(on_sqlite: Scene) -> None:
    broken = on_sqlite.queue.submit({**job(REQUEST), "request": {}}, kind=PROGRAM)
    program = on_sqlite.queue.submit(job(REQUEST), kind=PROGRAM)
    worker(on_sqlite)
    end = reaches(on_sqlite, program, "succeeded")
    assert end.result["reached"]
    assert end.result["scalars"]["c"]["limit"] == pytest.approx(4, abs=0.8)
    assert len(end.result["joint"]["histograms"]["h"]["density"]) == 60
    assert end.progress.done == end.progress.total
    assert end.progress.message.startswith("all ")
    assert end.result["copies"][-1] >= 64
    error = now(on_sqlite, broken).error
    assert error is not None
    assert error.startswith("planning failed: ProgramError: program is missing")
    assert "Duplicate registration" not in Path(on_sqlite.directory / "output").read_text()


def test_a_worker_killed_in_mid_program_goes_on_after_its_last_step(on_sqlite: Scene) -> None:
    program = on_sqlite.queue.submit(job(LONG), kind=PROGRAM)
    first = worker(on_sqlite)
    until(lambda: now(on_sqlite, program).progress.done >= 6, "some units are done")
    on_sqlite.end(first, signal.SIGKILL)
    done = now(on_sqlite, program).progress.done
    worker(on_sqlite)
    until(lambda: now(on_sqlite, program).progress.done > done, "more units are done")
    on_sqlite.queue.cancel(program.id, PROGRAM)
    assert reaches(on_sqlite, program, "cancelled").result is None
    following = on_sqlite.queue.submit(job(REQUEST), kind=PROGRAM)
    reaches(on_sqlite, following, "succeeded")
