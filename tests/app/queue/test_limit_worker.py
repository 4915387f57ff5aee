"""A simulated limit survives its worker, like a check."""

from typing import Any

import pytest

from app.experiment.limits.job import LimitJob
from app.experiment.limits.plan import units
from app.queue.names import LIMIT
from solver import gallery_entry
from solver.limits import Training, essential, stable_verdict
from tests.app.queue.queue_fixtures import Scene, until

pytestmark = pytest.mark.processes


def limit() -> dict[str, Any]:
    import numpy as np

    mup = gallery_entry("mup").roles().at_depth(2)
    training = Training(
        inputs=np.eye(2), targets=np.array([1.0, -1.0]), probe=np.zeros((0, 2)), loss="mse",
        learning_rate=0.5, batches=((0, 1),),
    )  # fmt: skip
    simulated = essential(stable_verdict(mup, "tanh"))
    job = LimitJob.of(mup, simulated, "tanh", training, precision=1.0)
    return {
        "limit": job.as_json(),
        "max_seconds": 600.0,
        "total": len(units(job, [], 600.0)),
        "request": {"preset": "mup"},
        "closed": None,
    }


def test_a_worker_killed_in_a_limit_goes_on_after_its_last_step(on_sqlite: Scene) -> None:
    hold = on_sqlite.hold(4096)
    job = on_sqlite.queue.submit(limit(), kind=LIMIT)
    worker = on_sqlite.worker()
    on_sqlite.begun(4096)
    before = on_sqlite.queue.get(job.id, LIMIT)
    assert before is not None
    assert (before.progress.done, before.progress.total) == (2, 3)
    on_sqlite.end(worker)
    hold.unlink()
    on_sqlite.worker()

    def result() -> dict[str, Any] | None:
        now = on_sqlite.queue.get(job.id, LIMIT)
        assert now is not None
        assert now.status != "failed", now.error
        found: dict[str, Any] | None = now.result
        return found

    found = until(result, "the limit is found")
    assert [on_sqlite.times("end", width) for width in (256, 1024, 4096)] == [1, 1, 1]
    assert found["simulated"]["f"][1] == pytest.approx([1, 1])
    assert found["device"] == "cpu"
