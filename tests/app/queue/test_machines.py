"""Nothing accepted is lost, on many machines: several workers on one PostgreSQL."""

import signal
from contextlib import suppress

import pytest
from sqlalchemy import text

from app.queue.client import Check, QueueUnavailableError
from app.queue.database import engine_of
from tests.app.queue.queue_fixtures import Postgres, Scene, job, until

pytestmark = pytest.mark.processes


def ready(scene: Scene, workers: int) -> None:
    until(lambda: scene.output.count("the worker is ready") >= workers, f"{workers} are ready")


def pids(scene: Scene, what: str, width: int) -> list[int]:
    return [pid for did, at, pid in scene.log if (did, at) == (what, width)]


def test_workers_share_the_queue_one_measurement_at_a_time_each(on_postgres: Scene) -> None:
    scene = on_postgres
    holds = [scene.hold(width) for width in (64, 128, 256)]
    workers = {scene.worker().pid, scene.worker().pid}
    checks = [scene.queue.submit(job(width)) for width in (64, 128, 256)]
    until(lambda: len(scene.log) == 2, "two measurements begin")
    assert {pid for _, _, pid in scene.log} == workers
    assert {what for what, _, _ in scene.log} == {"begin"}
    for hold in holds:
        hold.unlink()
    for check in checks:
        scene.reaches(check.id, "succeeded")
    assert [len(pids(scene, "end", width)) for width in (64, 128, 256)] == [1, 1, 1]


def test_the_check_of_a_worker_that_died_for_good_is_taken_over_once(on_postgres: Scene) -> None:
    scene = on_postgres
    (scene.directory / "own-pace").touch()
    hold = scene.hold(128)
    check = scene.queue.submit(job(64, 128, 256))
    dead = scene.worker()
    scene.begun(128)
    others = [scene.worker(), scene.worker()]
    ready(scene, 3)
    scene.end(dead)
    # With the defaults: until() waits about as long as the promised minute.
    scene.begun(128, times=2)
    hold.unlink()
    scene.reaches(check.id, "succeeded")
    first, second = pids(scene, "begin", 128)
    assert first == dead.pid
    assert second in {other.pid for other in others}
    assert pids(scene, "end", 64) == [dead.pid]
    assert pids(scene, "end", 128) == [second]
    # Another one has not waited for the dead one's measurement with the rest.
    assert len(pids(scene, "end", 256)) == 1


def test_the_measurements_of_one_check_run_on_all_workers(on_postgres: Scene) -> None:
    scene = on_postgres
    holds = [scene.hold(width) for width in (64, 128)]
    workers = {scene.worker().pid, scene.worker().pid}
    check = scene.queue.submit(job(64, 128))
    until(lambda: {pid for _, _, pid in scene.log} == workers, "both work on it")
    for hold in holds:
        hold.unlink()
    end = scene.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["widths"] == [64, 128]


def test_a_worker_whose_database_goes_away_while_it_starts_waits_and_goes_on(
    on_postgres: Scene, postgres: Postgres
) -> None:
    scene = on_postgres
    check = scene.queue.submit(job(64))
    hold = scene.directory / "hold-launch"
    hold.touch()
    worker = scene.worker()
    until(lambda: ("launch", 0, worker.pid) in scene.log, "it is about to launch")
    postgres.stop()
    try:
        hold.unlink()
        until(lambda: "the database cannot be reached" in scene.output, "it misses the database")
    finally:
        postgres.start()
    scene.reaches(check.id, "succeeded")
    assert worker.poll() is None


def test_workers_register_again_in_a_database_that_came_back_empty(
    on_postgres: Scene, postgres: Postgres
) -> None:
    scene = on_postgres
    worker = scene.worker()
    scene.reaches(scene.queue.submit(job(64)).id, "succeeded")
    name = scene.url.partition("/checks_")[2].partition("?")[0]
    postgres.server.psql(f"DROP DATABASE checks_{name} WITH (FORCE)")
    postgres.server.psql(f"CREATE DATABASE checks_{name} TEMPLATE template1")
    check = until(lambda: submitted(scene), "the tables are there again")
    scene.reaches(check.id, "succeeded")
    assert worker.poll() is None


def submitted(scene: Scene) -> Check | None:
    with suppress(QueueUnavailableError):
        return scene.queue.submit(job(128))
    return None


def test_a_worker_alive_keeps_its_check(on_postgres: Scene) -> None:
    """Two further workers look for checks to take over, again and again, and find none."""
    scene = on_postgres
    hold = scene.hold(64)
    check = scene.queue.submit(job(64))
    first = scene.worker()
    scene.begun(64)
    others = [scene.worker(), scene.worker()]
    ready(scene, 3)
    # Whoever looks for workers takes this over; that it is taken shows that they have looked.
    engine = engine_of(scene.url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO dbos.workflow_status (workflow_uuid, status, name, created_at, "
                "updated_at, priority, executor_id, application_version, queue_name, "
                "application_name) SELECT 'bait', 'PENDING', name, 1, 1, 0, 'a-machine-0', "
                "application_version, queue_name, application_name "
                "FROM dbos.workflow_status WHERE workflow_uuid = :id"
            ),
            {"id": check.id},
        )
    engine.dispose()
    until(lambda: "a-machine-0" in scene.output, "a lost worker is noticed")
    hold.unlink()
    scene.reaches(check.id, "succeeded")
    assert pids(scene, "begin", 64) == [first.pid]
    assert all(other.poll() is None for other in others)


def test_a_frozen_worker_loses_its_check_and_does_no_harm_when_it_thaws(
    on_postgres: Scene,
) -> None:
    scene = on_postgres
    (scene.directory / "silence").write_text("3")
    hold = scene.hold(128)
    check = scene.queue.submit(job(64, 128, 256))
    frozen = scene.worker()
    scene.begun(128)
    frozen.send_signal(signal.SIGSTOP)
    other = scene.worker()
    scene.begun(128, times=2)
    # It thaws while the other is at work on the same measurement: both come to its end.
    frozen.send_signal(signal.SIGCONT)
    hold.unlink()
    end = scene.reaches(check.id, "succeeded")
    until(lambda: len(pids(scene, "end", 128)) == 2, "the thawed one comes to its end")
    assert end.result is not None
    assert end.result["widths"] == [64, 128, 256]
    assert pids(scene, "end", 64) == [frozen.pid]
    # Which of the two takes the last measurement is a matter of turns; it is taken once.
    assert len(pids(scene, "end", 256)) == 1
    scene.end(other)
    scene.reaches(scene.queue.submit(job(512)).id, "succeeded")
    assert pids(scene, "end", 512) == [frozen.pid]
    assert scene.check(check.id) == end


def test_workers_and_checks_survive_an_outage_of_the_server(
    on_postgres: Scene, postgres: Postgres
) -> None:
    scene = on_postgres
    hold = scene.hold(128)
    check = scene.queue.submit(job(64, 128, 256))
    worker = scene.worker()
    scene.begun(128)
    postgres.stop()
    try:
        late = scene.worker()
        until(lambda: "the database cannot be reached" in scene.output, "a worker misses it")
        with pytest.raises(QueueUnavailableError):
            scene.queue.submit(job(64))
        hold.unlink()
        until(lambda: scene.times("end", 128), "the measurement ends")
    finally:
        postgres.start()
    end = scene.reaches(check.id, "succeeded")
    assert end.result is not None
    assert end.result["widths"] == [64, 128, 256]
    assert scene.times("end", 64) == 1
    assert worker.poll() is late.poll() is None
    scene.reaches(scene.queue.submit(job(512)).id, "succeeded")
