"""Nothing accepted is lost, on one machine: by violence, with real processes."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import psutil
import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.exc import OperationalError

from app.queue.client import QueueUnavailableError
from app.queue.database import engine_of
from tests.app.queue.queue_fixtures import ROOT, Scene, job, until

pytestmark = pytest.mark.processes


def test_a_check_is_done_step_by_step_and_says_how_far_it_is(on_sqlite: Scene) -> None:
    holds = [on_sqlite.hold(width) for width in (64, 128)]
    check = on_sqlite.queue.submit(job(64, 128))
    on_sqlite.worker()
    for done, (width, hold) in enumerate(zip((64, 128), holds, strict=True)):
        on_sqlite.begun(width)
        now = on_sqlite.check(check.id)
        assert now.status == "running"
        assert (now.progress.done, now.progress.total) == (done, 2)
        assert now.progress.message == f"width {width}: {done} of 2 measurements"
        assert now.started_at is not None
        assert now.result is None
        hold.unlink()
    end = on_sqlite.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["widths"] == [64, 128]
    assert end.result["device"] == "cpu"
    assert (end.progress.done, end.progress.total) == (2, 2)
    assert end.started_at is not None
    assert end.finished_at is not None
    assert check.created_at <= end.started_at <= end.finished_at
    assert on_sqlite.queue.list(limit=1)[0][0].result is None
    assert on_sqlite.queue.cancel(check.id) == end


def measured(scene: Scene) -> list[dict[str, Any]]:
    """What the database keeps of each finished measurement, and when it was finished."""
    engine = engine_of(scene.url)
    table = "operation_outputs" if "sqlite" in scene.url else "dbos.operation_outputs"
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT output, completed_at_epoch_ms FROM {table} "
                "WHERE function_name = 'measure' ORDER BY function_id"
            )
        ).all()
    engine.dispose()
    return [{**json.loads(output), "at": at} for output, at in rows]


def test_a_worker_killed_in_mid_check_goes_on_after_its_last_step(scene: Scene) -> None:
    hold = scene.hold(256)
    check = scene.queue.submit(job(64, 128, 256))
    worker = scene.worker()
    scene.begun(256)
    scene.end(worker)
    before, kept = scene.check(check.id), measured(scene)
    assert before.status == "running"
    assert len(kept) == 2
    hold.unlink()
    scene.worker()
    end = scene.reaches(check.id, "succeeded")
    assert [scene.times("end", width) for width in (64, 128, 256)] == [1, 1, 1]
    assert scene.times("begin", 256) == 2
    assert scene.times("conclude", 0) == 1
    assert end.started_at == before.started_at
    assert end.result is not None
    assert end.result["widths"] == [64, 128, 256]
    # The seconds are those of both workers.
    assert measured(scene)[:2] == kept
    assert end.result["seconds"] == pytest.approx(sum(x["seconds"] for x in measured(scene)))


def test_a_failing_check_says_why_and_the_worker_goes_on(on_postgres: Scene) -> None:
    flaw = on_postgres.directory / "fail-128"
    flaw.touch()
    failing = on_postgres.queue.submit(job(64, 128))
    following = on_postgres.queue.submit(job(64))
    worker = on_postgres.worker()
    end = on_postgres.reaches(failing.id, "failed")
    assert end.error == (
        "measuring width 128 failed: ValueError: no network of width 128 can be built"
    )
    assert end.result is None
    assert end.finished_at is not None
    assert end.progress.done == 1
    on_postgres.reaches(following.id, "succeeded")
    assert {pid for _, _, pid in on_postgres.log} == {worker.pid}
    (listed,) = on_postgres.queue.list(limit=9, status="failed")[0]
    assert listed == end
    flaw.unlink()
    on_postgres.end(worker)
    on_postgres.worker()
    on_postgres.reaches(on_postgres.queue.submit(job(256)).id, "succeeded")
    assert on_postgres.check(failing.id) == end, "a failed check does not come back to life"


def test_a_check_that_cannot_be_read_fails(on_sqlite: Scene) -> None:
    broken = job(64)
    del broken["experiment"]["widths"]
    check = on_sqlite.queue.submit(broken)
    on_sqlite.worker()
    end = on_sqlite.reaches(check.id, "failed")
    assert end.error == "planning failed: KeyError: 'widths'"


def test_a_check_that_kills_its_workers_is_given_up(on_sqlite: Scene) -> None:
    on_sqlite.hold(64)
    check = on_sqlite.queue.submit(job(64))
    following = on_sqlite.queue.submit(job(128))
    worker = on_sqlite.worker()
    on_sqlite.begun(64)
    on_sqlite.end(worker)
    with closing(sqlite3.connect(on_sqlite.directory / "data" / "queue.sqlite")) as connection:
        connection.execute(
            "UPDATE workflow_status SET recovery_attempts = 11 WHERE status = 'PENDING'"
        )
        connection.commit()
    on_sqlite.worker()
    end = on_sqlite.reaches(check.id, "failed")
    assert end.error is not None
    assert end.error.startswith("the worker died again and again in this check")
    assert on_sqlite.times("begin", 64) == 1
    on_sqlite.reaches(following.id, "succeeded")
    assert on_sqlite.queue.list(limit=9, status="failed")[0] == [end]


def test_a_running_check_is_cancelled_within_a_step(on_postgres: Scene) -> None:
    hold = on_postgres.hold(64)
    check = on_postgres.queue.submit(job(64, 128))
    worker = on_postgres.worker()
    on_postgres.begun(64)
    cancelled = on_postgres.queue.cancel(check.id)
    assert cancelled is not None
    assert cancelled.status == "cancelled"
    hold.unlink()
    following = on_postgres.queue.submit(job(256))
    on_postgres.reaches(following.id, "succeeded")
    assert on_postgres.times("begin", 128) == 0
    on_postgres.end(worker)
    on_postgres.worker()
    on_postgres.reaches(on_postgres.queue.submit(job(512)).id, "succeeded")
    assert on_postgres.times("begin", 128) == 0
    now = on_postgres.check(check.id)
    assert now.status == "cancelled"
    assert now.finished_at == cancelled.finished_at


def test_a_check_cancelled_while_its_worker_is_dead_stays_cancelled(on_sqlite: Scene) -> None:
    hold = on_sqlite.hold(64)
    check = on_sqlite.queue.submit(job(64))
    worker = on_sqlite.worker()
    on_sqlite.begun(64)
    on_sqlite.end(worker)
    cancelled = on_sqlite.queue.cancel(check.id)
    hold.unlink()
    on_sqlite.worker()
    on_sqlite.reaches(on_sqlite.queue.submit(job(128)).id, "succeeded")
    assert on_sqlite.check(check.id) == cancelled
    assert on_sqlite.times("begin", 64) == 1


def test_of_two_workers_on_one_file_the_second_waits_for_the_first(on_sqlite: Scene) -> None:
    hold = on_sqlite.hold(64)
    first = on_sqlite.worker()
    checks = [on_sqlite.queue.submit(job(64)), on_sqlite.queue.submit(job(128))]
    on_sqlite.begun(64)
    second = on_sqlite.worker()
    until(lambda: "another worker is at work on this SQLite file" in on_sqlite.output, "it waits")
    assert {pid for _, _, pid in on_sqlite.log} == {first.pid}
    on_sqlite.end(first)
    hold.unlink()
    for check in checks:
        on_sqlite.reaches(check.id, "succeeded")
    assert {pid for what, _, pid in on_sqlite.log if what == "end"} == {second.pid}


def test_a_worker_survives_that_its_file_goes_away(on_sqlite: Scene) -> None:
    hold = on_sqlite.hold(128)
    check = on_sqlite.queue.submit(job(64, 128, 256))
    worker = on_sqlite.worker()
    on_sqlite.begun(128)
    data, elsewhere = on_sqlite.directory / "data", on_sqlite.directory / "elsewhere"
    data.rename(elsewhere)
    with pytest.raises(QueueUnavailableError):
        on_sqlite.queue.get(check.id)
    hold.unlink()
    until(lambda: "unable to open database file" in on_sqlite.output, "the worker notices")
    elsewhere.rename(data)
    end = on_sqlite.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["widths"] == [64, 128, 256]
    assert on_sqlite.times("end", 64) == 1
    assert worker.poll() is None


def test_a_lost_database_is_no_outcome_of_a_check() -> None:
    """dbos records every Exception that leaves a check as its failure, if it still can."""
    from app.queue import job as jobs

    with pytest.raises(jobs.DatabaseLostError), jobs.in_hand():
        raise OperationalError("INSERT", {}, Exception("the name of the server is not known"))
    assert not issubclass(jobs.DatabaseLostError, Exception)
    assert jobs.running() == set()


def test_after_all_that_happens_the_database_holds_json_alone(scene: Scene) -> None:
    scene.worker()
    (scene.directory / "fail-128").touch()
    scene.reaches(scene.queue.submit(job(128)).id, "failed")
    scene.reaches(scene.queue.submit(job(64)).id, "succeeded")
    engine = engine_of(scene.url)
    schema = None if "sqlite" in scene.url else "dbos"
    tables = MetaData()
    tables.reflect(engine, schema=schema)
    payloads, formats = [], set()
    with engine.connect() as connection:
        for table in tables.tables.values():
            for row in connection.execute(table.select()).mappings():
                formats |= {row[name] for name in row if name == "serialization"}
                payloads += [
                    row[name]
                    for name in ("inputs", "output", "error", "value", "message", "context")
                    if row.get(name) is not None
                ]
    engine.dispose()
    assert formats <= {"portable_json", None}
    assert len(payloads) >= 8
    for payload in payloads:
        json.loads(payload)


def test_a_worker_listens_to_nobody_and_is_quiet(on_sqlite: Scene) -> None:
    worker = on_sqlite.worker()
    on_sqlite.reaches(on_sqlite.queue.submit(job(64)).id, "succeeded")
    assert psutil.Process(worker.pid).net_connections() == []
    (line,) = on_sqlite.output.splitlines()
    assert json.loads(line)["event"] == "the worker is ready"


def test_real_networks_are_measured_by_a_real_worker(on_sqlite: Scene) -> None:
    check = on_sqlite.queue.submit(job(64, 128, 256))
    worker = subprocess.Popen(
        [sys.executable, "-m", "app.worker"],
        env={**os.environ, "DATABASE_URL": on_sqlite.url},
        cwd=ROOT,
    )
    on_sqlite.processes.append(worker)
    end = on_sqlite.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["theory"] == "feature_learning"
    assert end.result["widths"] == [64, 128, 256]
    assert end.result["quantities"]
