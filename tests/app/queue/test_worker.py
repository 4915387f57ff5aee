"""Nothing accepted is lost, on one machine: by violence, with real processes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import psutil
import pytest
from dbos import DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import MetaData
from sqlalchemy.exc import OperationalError

from app.queue.client import Check, Outcome, QueueUnavailableError
from app.queue.database import engine_of
from tests.app.queue.queue_fixtures import ROOT, Scene, job, until

pytestmark = pytest.mark.processes


def test_a_check_is_done_step_by_step_and_says_how_far_it_is(on_sqlite: Scene) -> None:
    holds = [on_sqlite.hold(width) for width in (64, 128)]
    check = on_sqlite.queue.submit(job(64, 128))
    on_sqlite.worker()
    for done, (width, hold) in enumerate(zip((64, 128), holds, strict=True)):
        on_sqlite.begun(width)
        on_sqlite.tells(check.id, done)
        now = on_sqlite.check(check.id)
        assert now.status == "running"
        assert now.progress.total == 2
        assert now.progress.message == f"width {width}: {done} of 2 measurements"
        assert now.started_at is not None
        assert now.result is None
        assert now.outcome is None
        assert now.progress.seconds_left is not None
        hold.unlink()
    end = on_sqlite.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["widths"] == [64, 128]
    assert end.result["device"] == "cpu"
    assert (end.progress.done, end.progress.total) == (2, 2)
    assert end.started_at is not None
    assert end.finished_at is not None
    assert check.created_at <= end.started_at <= end.finished_at
    assert end.outcome == Outcome("confirmed", "2 measurements.")
    assert end.progress.seconds_left is None
    listed = on_sqlite.queue.list(limit=1)[0][0]
    assert listed == replace(end, result=None)
    with closing(sqlite3.connect(on_sqlite.directory / "data" / "queue.sqlite")) as connection:
        (noted,) = connection.execute("SELECT attributes FROM workflow_status").fetchone()
    assert json.loads(noted)["verdict"] == "confirmed", "lists need not read the result"
    assert on_sqlite.queue.cancel(check.id) == end


def measured(scene: Scene) -> list[dict[str, Any]]:
    """What the database keeps of each finished measurement, and when it was finished."""
    engine = engine_of(scene.url)
    client = DBOSClient(
        system_database_engine=engine, serializer=DBOSPortableJSONSerializer(), lazy=True
    )
    rows = client.list_workflows(name="measurement", status="SUCCESS")
    client.destroy()
    engine.dispose()
    return [
        {**row.output, "at": row.completed_at} for row in sorted(rows, key=lambda r: r.workflow_id)
    ]


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


def test_what_is_measured_further_is_measured_once_too(on_sqlite: Scene) -> None:
    for width in (128, 256):
        (on_sqlite.directory / f"more-{width}").touch()
    hold = on_sqlite.hold(256)
    check = on_sqlite.queue.submit(job(64))
    worker = on_sqlite.worker()
    on_sqlite.begun(256)
    # The check hears of what was measured a moment later.
    until(lambda: on_sqlite.check(check.id).progress.done == 2, "two are measured")
    assert on_sqlite.check(check.id).progress.total == 3
    on_sqlite.end(worker)
    # The plan stands: what a worker has found to be wanted is not decided again by the next.
    (on_sqlite.directory / "more-128").unlink()
    hold.unlink()
    on_sqlite.worker()
    end = on_sqlite.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["widths"] == [64, 128, 256]
    assert (end.progress.done, end.progress.total) == (3, 3)
    assert [on_sqlite.times("end", width) for width in (64, 128, 256)] == [1, 1, 1]


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
    assert end.error is not None
    assert end.error.startswith("planning failed: TypeError: ")
    assert "'widths'" in end.error


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


def test_cancelling_ends_a_check_in_the_midst_of_a_measurement(on_postgres: Scene) -> None:
    hold = on_postgres.hold(64)
    check = on_postgres.queue.submit(job(64, 128))
    worker = on_postgres.worker()
    on_postgres.begun(64)
    cancelled = on_postgres.queue.cancel(check.id)
    assert cancelled is not None
    assert cancelled.status == "cancelled"
    # The worker does not wait for the end of the measurement.
    following = on_postgres.queue.submit(job(256))
    on_postgres.reaches(following.id, "succeeded")
    assert hold.exists()
    assert on_postgres.times("end", 64) == on_postgres.times("begin", 128) == 0
    on_postgres.end(worker)
    on_postgres.worker()
    on_postgres.reaches(on_postgres.queue.submit(job(512)).id, "succeeded")
    assert on_postgres.times("begin", 128) == 0
    now = on_postgres.check(check.id)
    assert now.status == "cancelled"
    assert now.finished_at == cancelled.finished_at


def test_restarts_that_make_progress_are_no_failed_attempts(on_sqlite: Scene) -> None:
    hold = on_sqlite.hold(128)
    check = on_sqlite.queue.submit(job(64, 128))
    worker = on_sqlite.worker()
    on_sqlite.begun(128)
    on_sqlite.end(worker, signal.SIGTERM)
    with closing(sqlite3.connect(on_sqlite.directory / "data" / "queue.sqlite")) as connection:
        changed = connection.execute(
            "UPDATE workflow_status SET recovery_attempts = 99 WHERE name = 'coordinate_check'"
        )
        assert changed.rowcount == 1
        connection.commit()
    hold.unlink()
    on_sqlite.worker()
    end = on_sqlite.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["widths"] == [64, 128]


def test_measurements_of_several_checks_take_turns(on_sqlite: Scene) -> None:
    holds = [on_sqlite.hold(width) for width in (64, 72)]
    long = on_sqlite.queue.submit(job(64, 128, 256, 512))
    on_sqlite.worker()
    on_sqlite.begun(64)
    short = on_sqlite.queue.submit(job(72, 80))
    # What it says of its first measurement it says after queueing all of them.
    until(lambda: "width 72" in on_sqlite.check(short.id).progress.message, "the second is taken")
    for hold in holds:
        hold.unlink()
    on_sqlite.reaches(long.id, "succeeded")
    order = [width for what, width, _ in on_sqlite.log if what == "end"]
    assert order.index(72) < order.index(128)
    assert order.index(80) < order.index(256)
    assert on_sqlite.check(short.id).status == "succeeded"


def test_a_worker_registers_again_in_a_file_that_was_deleted(on_sqlite: Scene) -> None:
    worker = on_sqlite.worker()
    on_sqlite.reaches(on_sqlite.queue.submit(job(64)).id, "succeeded")
    (on_sqlite.directory / "data" / "queue.sqlite").unlink()

    def submitted() -> Check | None:
        with suppress(QueueUnavailableError):
            return on_sqlite.queue.submit(job(128))
        return None

    check = until(submitted, "the tables are there again")
    on_sqlite.reaches(check.id, "succeeded")
    assert worker.poll() is None


def test_old_checks_are_removed_with_all_that_was_kept_of_them(on_sqlite: Scene) -> None:
    worker = on_sqlite.worker()
    old, new = (on_sqlite.queue.submit(job(64, seed=seed)).id for seed in (1, 2))
    for each in (old, new):
        on_sqlite.reaches(each, "succeeded")
    on_sqlite.end(worker)
    kept = rows_of_all_tables(on_sqlite)
    with closing(sqlite3.connect(on_sqlite.directory / "data" / "queue.sqlite")) as connection:
        days = 31 * 24 * 60 * 60 * 1000
        connection.execute(
            "UPDATE workflow_status SET completed_at = completed_at - ? WHERE workflow_uuid = ?",
            (days, old),
        )
        connection.commit()
    on_sqlite.worker()
    until(lambda: on_sqlite.queue.get(old) is None, "the old one is removed")
    on_sqlite.check(new)
    for table, rows in rows_of_all_tables(on_sqlite).items():
        of_old = [row for row in kept[table] if old in row]
        assert not [row for row in rows if old in row], table
        assert not of_old or [row for row in rows if new in row], table


def rows_of_all_tables(scene: Scene) -> dict[str, list[str]]:
    engine = engine_of(scene.url)
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        found = {
            name: [str(tuple(row)) for row in connection.execute(table.select())]
            for name, table in tables.tables.items()
        }
    engine.dispose()
    return found


def test_workers_announce_themselves(scene: Scene) -> None:
    assert scene.queue.workers().alive == {}
    assert scene.queue.workers().last_seen is None
    worker = scene.worker()
    until(lambda: scene.queue.workers().alive == {"cpu": 1}, "it is seen")
    scene.reaches(scene.queue.submit(job(64, 128)).id, "succeeded")

    def measured() -> bool:
        (announced,) = scene.queue.numbers().announced
        return (announced.device, announced.measurements) == ("cpu", 2) and announced.seconds > 0

    until(measured, "it has announced what it measured")
    scene.end(worker)
    seen = scene.queue.workers().last_seen
    assert seen is not None
    assert 0 <= seen < 60


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
    checks = [on_sqlite.queue.submit(job(64))]
    on_sqlite.begun(64)
    checks.append(on_sqlite.queue.submit(job(128)))
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
