"""The API's side of the queue, on SQLite and PostgreSQL, while no worker runs."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from app.queue import line
from app.queue.client import (
    CheckQueue,
    CursorError,
    KeyReusedError,
    Outcome,
    QueueUnavailableError,
    QueueUnwritableError,
)
from app.queue.database import engine_of
from app.queue.names import PROGRAM
from tests.app.queue.queue_fixtures import ROOT, Postgres, Scene, job


def test_a_submitted_check_waits_and_is_as_it_was_submitted(scene: Scene) -> None:
    submitted = job(64, 128)
    check = scene.queue.submit(submitted)
    assert check.status == "queued"
    assert check.job == json.loads(json.dumps(submitted))
    assert (check.progress.done, check.progress.total) == (0, 2)
    assert check.created_at.tzinfo is not None
    assert (check.started_at, check.finished_at, check.error, check.result) == (None,) * 4
    assert check.outcome is None
    assert scene.queue.get(check.id) == check
    with closing(CheckQueue(scene.url)) as another:
        assert another.get(check.id) == check


def test_one_key_is_one_check(scene: Scene) -> None:
    first = scene.queue.submit(job(), "some key")
    assert scene.queue.submit(job(), "some key").id == first.id
    assert scene.queue.submit(job(), "another key").id != first.id
    assert scene.queue.submit(job()).id != scene.queue.submit(job()).id
    with pytest.raises(KeyReusedError, match="Idempotency-Key was used before"):
        scene.queue.submit(job(seed=1), "some key")
    assert scene.queue.get(first.id) == first


def test_kinds_of_jobs_know_nothing_of_each_other(scene: Scene) -> None:
    check = scene.queue.submit(job(), "some key")
    program = scene.queue.submit({"request": {"program": []}, "total": 3}, "some key", PROGRAM)
    assert program.id != check.id
    assert program.progress.total == 3
    assert scene.queue.get(program.id, PROGRAM) == program
    for asked in (scene.queue.get, scene.queue.cancel):
        assert asked(program.id) is None
        assert asked(check.id, PROGRAM) is None
    assert scene.queue.list(limit=9)[0] == [check]
    assert scene.queue.list(limit=9, kind=PROGRAM)[0] == [program]
    cancelled = scene.queue.cancel(program.id, PROGRAM)
    assert cancelled is not None
    assert cancelled.status == "cancelled"
    assert scene.queue.get(check.id) == check


def test_simultaneous_submissions_of_one_key_are_one_check(scene: Scene) -> None:
    assert len(set(submitted_at_once(scene.url))) == 1
    assert len(scene.queue.list(limit=100)[0]) == 1


def test_simultaneous_submissions_prepare_a_new_database(postgres: Postgres) -> None:
    assert len(set(submitted_at_once(postgres.new_database("template1")))) == 1


def submitted_at_once(url: str) -> list[str]:
    """What processes get that submit one check under one key, all at the same time."""
    queues = [CheckQueue(url) for _ in range(6)]
    together = Barrier(len(queues))

    def submit(queue: CheckQueue) -> str:
        together.wait()
        return queue.submit(job(), "key").id

    try:
        with ThreadPoolExecutor(len(queues)) as threads:
            return list(threads.map(submit, queues))
    finally:
        for queue in queues:
            queue.close()


# The name of a test is the same in every process.
ANY_UUID = UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3301")


@pytest.mark.parametrize(
    "identifier",
    ["", "0", "x" * 100_000, "\0", "a\0b", "ü", "\ud800", "' OR 1=1 --", ANY_UUID.hex, "0" * 33,
     str(ANY_UUID), "０" * 32],
)  # fmt: skip
def test_what_is_no_check_is_none(on_sqlite: Scene, identifier: str) -> None:
    on_sqlite.queue.submit(job())
    assert on_sqlite.queue.get(identifier) is None
    assert on_sqlite.queue.cancel(identifier) is None


def test_odd_text_in_a_request_survives(scene: Scene) -> None:
    odd = "\0 \x7f 𝒂 'quoted' \u2028"
    check = scene.queue.submit(job(note=odd), "\0 \u2028")
    assert scene.check(check.id).job["request"]["note"] == odd


def test_a_queued_check_is_cancelled_at_once_and_for_good(scene: Scene) -> None:
    check = scene.queue.submit(job())
    cancelled = scene.queue.cancel(check.id)
    assert cancelled is not None
    assert cancelled.status == "cancelled"
    assert cancelled.finished_at is not None
    assert scene.queue.cancel(check.id) == cancelled
    assert scene.queue.submit(job(), "k").status == "queued"


def test_pages_hold_every_check_once_newest_first(scene: Scene) -> None:
    identifiers = [scene.queue.submit(job(seed=seed)).id for seed in range(11)]
    for identifier in identifiers[::3]:
        scene.queue.cancel(identifier)

    def pages(limit: int, status: str | None = None) -> list[list[str]]:
        found: list[list[str]] = []
        cursor = None
        while True:
            checks, cursor = scene.queue.list(limit=limit, cursor=cursor, status=status)
            found.append([check.id for check in checks])
            if cursor is None:
                return found

    def flat(pages: list[list[str]]) -> list[str]:
        return [identifier for page in pages for identifier in page]

    newest_first = identifiers[::-1]
    for limit in (1, 2, 5, 10, 11, 12, 100):
        found = pages(limit)
        assert flat(found) == newest_first
        assert all(len(page) == limit for page in found[:-1])
        assert found[-1]
    cancelled = set(identifiers[::3])
    assert flat(pages(2, "cancelled")) == [i for i in newest_first if i in cancelled]
    assert flat(pages(2, "queued")) == [i for i in newest_first if i not in cancelled]
    assert pages(2, "succeeded") == [[]]


def test_pages_hold_every_check_once_also_of_one_instant(scene: Scene) -> None:
    identifiers = {scene.queue.submit(job(seed=seed)).id for seed in range(9)}
    engine = engine_of(scene.url)
    with engine.begin() as connection:
        table = "workflow_status" if "sqlite" in scene.url else "dbos.workflow_status"
        connection.execute(text(f"UPDATE {table} SET created_at = 1700000000123"))
    engine.dispose()
    found: list[str] = []
    cursor = None
    while True:
        checks, cursor = scene.queue.list(limit=2, cursor=cursor)
        found += [check.id for check in checks]
        if cursor is None:
            break
    assert len(found) == len(identifiers)
    assert set(found) == identifiers


def test_a_page_follows_its_cursor_while_new_checks_arrive(on_sqlite: Scene) -> None:
    queue = on_sqlite.queue
    old = [queue.submit(job(seed=seed)).id for seed in range(4)]
    first, cursor = queue.list(limit=2)
    queue.submit(job(seed=9))
    second, end = queue.list(limit=2, cursor=cursor)
    assert [check.id for check in first + second] == old[::-1]
    assert end is None


@pytest.mark.parametrize("cursor", ["", "x", "1-2-3", "0" * 64, "9" * 13 + "-" + "9" * 16 + "-\0"])
def test_a_cursor_of_no_page_is_refused(on_sqlite: Scene, cursor: str) -> None:
    with pytest.raises(CursorError, match="leave it out for the first page"):
        on_sqlite.queue.list(limit=2, cursor=cursor)


def test_the_furthest_cursor_is_an_empty_page(on_sqlite: Scene) -> None:
    on_sqlite.queue.submit(job())
    for digit, count in (("0", 0), ("9", 1)):
        cursor = f"{digit * 13}-{digit * 16}-{'a' * 32}"
        checks, following = on_sqlite.queue.list(limit=5, cursor=cursor)
        assert (len(checks), following) == (count, None)


def test_other_applications_in_the_database_are_not_seen(on_postgres: Scene) -> None:
    mine = on_postgres.queue.submit(job())
    theirs = uuid4().hex
    engine = engine_of(on_postgres.url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO dbos.workflow_status (workflow_uuid, status, name, created_at, "
                "updated_at, priority) VALUES (:id, 'ENQUEUED', 'another', 1, 1, 0)"
            ),
            {"id": theirs},
        )
    engine.dispose()
    assert on_postgres.queue.get(theirs) is None
    assert on_postgres.queue.cancel(theirs) is None
    assert [check.id for check in on_postgres.queue.list(limit=9)[0]] == [mine.id]


def change(scene: Scene, what: str, identifier: str, **values: object) -> None:
    """Set columns of a row as a worker would, or an older version of ours."""
    engine = engine_of(scene.url)
    prefix = "" if "sqlite" in scene.url else "dbos."
    with engine.begin() as connection:
        connection.execute(
            text(what.format(status=f"{prefix}workflow_status", output=f"{prefix}workflow_output")),
            {"id": identifier, **values},
        )
    engine.dispose()


def finished(scene: Scene, result: dict[str, object]) -> str:
    """A check that an older version has done: it noted nothing beside its result."""
    identifier = scene.queue.submit(job()).id
    change(scene, "UPDATE {status} SET status = 'SUCCESS' WHERE workflow_uuid = :id", identifier)
    change(
        scene,
        "INSERT INTO {output} (workflow_uuid, output) VALUES (:id, :output)",
        identifier,
        output=json.dumps(result),
    )
    return identifier


def test_lists_tell_the_outcome_of_checks_older_than_that(scene: Scene) -> None:
    expected = {}
    for number, verdict in enumerate(("confirmed", "contradicted", "inconclusive")):
        summary = f"Summary {number}."
        identifier = finished(scene, {"verdict": verdict, "summary": summary, "quantities": [1]})
        expected[identifier] = Outcome(verdict, summary)
    queued = scene.queue.submit(job())
    for _ in range(2):
        listed = scene.queue.list(limit=9)[0]
        assert {each.id: each.outcome for each in listed} == {**expected, queued.id: None}
        assert {each.result for each in listed} == {None}
    # It is noted: from now on no result is read for it.
    for identifier in expected:
        change(scene, "DELETE FROM {output} WHERE workflow_uuid = :id", identifier)
    again = scene.queue.list(limit=9, status="succeeded")[0]
    assert {each.id: each.outcome for each in again} == expected


def test_queued_checks_say_how_many_are_ahead_and_what_is_left(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_SECONDS_BETWEEN_LOOKS", 0.0)
    estimates = (3.0, 5.0, 7.0, 11.0)
    checks = [scene.queue.submit(job(seconds=each)) for each in estimates]
    sums = list(accumulate(estimates))
    standings = [(each.progress.ahead, each.progress.seconds_left) for each in checks]
    assert standings == list(enumerate(sums))
    first, second, third, last = (each.id for each in checks)

    def now(identifier: str) -> tuple[int | None, float | None]:
        progress = scene.check(identifier).progress
        assert scene.queue.list(limit=9)[0] == [
            scene.check(each.id) for each in reversed(checks)
        ], "lists tell the same"
        return progress.ahead, progress.seconds_left

    scene.queue.cancel(second)
    assert now(second) == (None, None)
    assert now(third) == (1, 3 + 7)
    # One worker, which is alone: what it has left, and what is before this one.
    running = "UPDATE {status} SET status = 'PENDING' WHERE workflow_uuid = :id"
    change(scene, running, first)
    assert now(first) == (None, 3)
    assert now(last) == (1, 3 + 7 + 11)
    # It has another one, whose measurements take turns with those of the first.
    change(scene, running, third)
    assert now(last) == (0, 3 + 7 + 11)
    # Two workers share what is before it.
    change(scene, "UPDATE {status} SET executor_id = 'another' WHERE workflow_uuid = :id", third)
    assert now(last) == (0, (3 + 7) / 2 + 11)


def test_many_queued_checks_are_not_all_read(
    on_sqlite: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_MOST_READ", 2)
    checks = [on_sqlite.queue.submit(job()) for _ in range(2)]
    change(on_sqlite, "UPDATE {status} SET created_at = 1 WHERE workflow_uuid != :id", "")
    late = on_sqlite.queue.submit(job())
    assert (late.progress.ahead, late.progress.seconds_left) == (None, None)
    assert on_sqlite.check(checks[0].id).progress.ahead == 0


def test_a_finished_check_is_removed_for_good(scene: Scene) -> None:
    check, other = scene.queue.submit(job(), "key"), scene.queue.submit(job())
    assert scene.queue.purge(check.id) == check, "it waits"
    assert scene.queue.get(check.id) == check
    cancelled = scene.queue.cancel(check.id)
    assert scene.queue.purge(check.id) == cancelled
    assert scene.queue.get(check.id) is None
    assert scene.queue.purge(check.id) is None
    assert [each.id for each in scene.queue.list(limit=9)[0]] == [other.id]
    assert scene.queue.submit(job(seed=1), "key").id == check.id, "the key is free again"


def test_the_queue_in_numbers(scene: Scene) -> None:
    assert scene.queue.numbers().checks == {"queued": 0, "running": 0}
    assert scene.queue.numbers().oldest_queued == 0
    old, *others = (scene.queue.submit(job()).id for _ in range(4))
    earlier = "UPDATE {status} SET created_at = created_at - 60000 WHERE workflow_uuid = :id"
    change(scene, earlier, old)
    change(scene, "UPDATE {status} SET status = 'PENDING' WHERE workflow_uuid = :id", others[0])
    scene.queue.cancel(others[1])
    numbers = scene.queue.numbers()
    assert numbers.checks == {"queued": 2, "running": 1}
    assert 60 <= numbers.oldest_queued < 600
    assert (numbers.workers, numbers.announced) == ({}, [])


def test_a_database_that_cannot_be_written_is_noticed(on_sqlite: Scene) -> None:
    """Where nothing is written, nothing is amiss."""
    on_sqlite.queue.ping()

    def impede(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    event.listen(on_sqlite.queue._connected_engine(), "connect", impede)
    with pytest.raises(QueueUnwritableError):
        on_sqlite.queue.ping()
    on_sqlite.queue.ping()


def questions(queue: CheckQueue) -> list[Callable[[], object]]:
    return [
        queue.ping,
        lambda: queue.submit(job()),
        lambda: queue.get("0" * 32),
        lambda: queue.cancel("0" * 32),
        lambda: queue.list(limit=1),
    ]


def test_without_its_directory_the_queue_is_unavailable_until_it_is_back(
    on_sqlite: Scene,
) -> None:
    data, elsewhere = on_sqlite.directory / "data", on_sqlite.directory / "elsewhere"
    check = on_sqlite.queue.submit(job())
    data.rename(elsewhere)
    for question in questions(on_sqlite.queue):
        with pytest.raises(QueueUnavailableError, match="cannot be reached"):
            question()
    elsewhere.rename(data)
    on_sqlite.queue.ping()
    assert on_sqlite.queue.get(check.id) == check


def test_a_queue_whose_file_was_deleted_begins_anew(on_sqlite: Scene) -> None:
    on_sqlite.queue.submit(job())
    (on_sqlite.directory / "data" / "queue.sqlite").unlink()
    with pytest.raises(QueueUnavailableError):
        on_sqlite.queue.ping()
    assert on_sqlite.queue.submit(job()).status == "queued"


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "queue.sqlite").write_text("no database at all " * 1000)
    queue = CheckQueue(f"sqlite:///{tmp_path}/queue.sqlite")
    for question in questions(queue):
        with pytest.raises(QueueUnavailableError):
            question()


def test_without_its_server_the_queue_is_unavailable_until_it_is_back(
    on_postgres: Scene, postgres: Postgres
) -> None:
    check = on_postgres.queue.submit(job())
    postgres.stop()
    try:
        for queue in (on_postgres.queue, CheckQueue(on_postgres.url)):
            for question in questions(queue):
                with pytest.raises(QueueUnavailableError, match="cannot be reached"):
                    question()
    finally:
        postgres.start()
    on_postgres.queue.ping()
    assert on_postgres.queue.get(check.id) == check
    assert on_postgres.queue.submit(job()).status == "queued"


def test_nothing_is_told_of_where_the_database_is() -> None:
    queue = CheckQueue("postgresql://someone:secret@127.0.0.1:1/nothing")
    with pytest.raises(QueueUnavailableError) as caught:
        queue.ping()
    assert not {"secret", "someone", "127.0.0.1"} & set(str(caught.value).split())
    assert "secret" not in str(caught.value.__cause__)


def test_the_database_holds_json_and_no_pickle(on_sqlite: Scene) -> None:
    on_sqlite.queue.submit(job())
    with sqlite3.connect(on_sqlite.directory / "data" / "queue.sqlite") as connection:
        (inputs,) = connection.execute("SELECT inputs FROM workflow_input").fetchone()
        (how,) = connection.execute("SELECT serialization FROM workflow_status").fetchone()
    connection.close()
    assert how == "portable_json"
    assert json.loads(inputs)["positionalArgs"][0]["request"] == job()["request"]


def test_asking_the_queue_loads_no_torch_and_making_it_no_dbos(tmp_path: Path) -> None:
    script = (
        "import sys; from app.queue.client import CheckQueue; "
        f"queue = CheckQueue('sqlite:///{tmp_path}/queue.sqlite'); "
        "print({'dbos', 'torch', 'app.queue.workflow'} & set(sys.modules)); queue.ping(); "
        "print({'torch', 'app.queue.workflow', 'app.queue.worker'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["set()", "set()"]
    assert done.stderr == ""
