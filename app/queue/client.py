"""The API's side of the queue: submit, read, list and cancel durable jobs, of a kind each.

Knows nothing of how a job is done, and loads dbos only when it is first asked.
"""

import builtins
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from time import time_ns
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, TypeVar, cast
from uuid import uuid4

from app.experiment.report import CheckResult
from app.queue.names import APPLICATION, CHECK, LIMIT, PROGRAM, QUEUE, VERSION, Kind

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus
    from sqlalchemy import Engine

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]

_STATUSES: Final[Mapping[str, Status]] = {
    "DELAYED": "queued",
    "ENQUEUED": "queued",
    "PENDING": "running",
    "SUCCESS": "succeeded",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}
_FAILED: Final = tuple(name for name, meaning in _STATUSES.items() if meaning == "failed")
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_CURSOR: Final = re.compile(r"([0-9]{13})-([0-9]{16})-([0-9a-f]{32})", re.ASCII)

#: Where a job stands among all of its kind, a later one higher: milliseconds of the database's
#: clock, which on SQLite are whole seconds; microseconds of the submitter's clock; and the id.
_Place = tuple[int, int, str]

_T = TypeVar("_T")
_Result = TypeVar("_Result")


class QueueUnavailableError(Exception):
    """The queue's database does not answer.  The message tells nothing of where it is."""


class KeyReusedError(Exception):
    """An idempotency key was used before, for another request."""


class CursorError(ValueError):
    """A cursor that no page has given."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, in units of its work: for a check, measurements."""

    done: int
    total: int
    message: str


@dataclass(frozen=True)  # with slots, Python 3.11 cannot make one by the name Check
class Job(Generic[_Result]):
    """A durable job as it is now.  ``job`` is what was submitted, as JSON gives it back.

    What was submitted holds ``request``, the body as it was posted, and ``total``, the units of
    work as far as they are known.
    """

    id: str
    status: Status
    job: dict[str, Any]
    progress: Progress
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    result: _Result | None


#: A job of the kind ``CHECK``.
Check = Job[CheckResult]


class CheckQueue:
    """The queue in one database.  May be used from many threads.

    It holds jobs of several kinds: whoever asks says of which, and else asks about checks.  Every
    method raises ``QueueUnavailableError`` while the database cannot be reached, and works again as
    soon as it can.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._lock = Lock()
        self._client: DBOSClient | None = None
        self._engine: Engine | None = None

    def submit(self, job: dict[str, Any], key: str | None = None, kind: Kind = CHECK) -> Job[Any]:
        """Queue a job: once it is returned, it will be done.

        A second submission under the same key gives the first job.  Raises ``KeyReusedError``
        if that was for another request.
        """
        identifier = uuid4().hex if key is None else _identifier(key, kind)

        def submitted(client: "DBOSClient") -> Job[Any]:
            from dbos import error

            with suppress(error.DBOSWorkflowIDInUseError):
                client.enqueue(
                    {
                        "workflow_name": kind,
                        "queue_name": QUEUE,
                        "workflow_id": identifier,
                        "workflow_id_reuse_policy": "reject",
                        "app_version": VERSION,
                        "attributes": {"submitted_at": time_ns() // 1000},
                    },
                    job,
                )
            return _only(client, identifier, kind)

        submission = self._ask(submitted)
        if submission.job["request"] != json.loads(json.dumps(job["request"])):
            raise KeyReusedError(
                "this Idempotency-Key was used before, for another request; take a new one, or "
                "send the same request again"
            )
        return submission

    def get(self, id: str, kind: Kind = CHECK) -> Job[Any] | None:  # noqa: A002  # the contract's name
        """The job of that id and kind, or None if there is none."""
        if not _IDENTIFIER.fullmatch(id):
            return None
        return self._ask(lambda client: _found(client, id, kind))

    def list(
        self,
        *,
        limit: int,
        cursor: str | None = None,
        status: Status | None = None,
        kind: Kind = CHECK,
    ) -> tuple[list[Job[Any]], str | None]:
        """At most ``limit`` jobs without their results, newest first, and the next cursor.

        The cursor is None on the last page.  Raises ``CursorError`` for one that is none.
        """
        after = None if cursor is None else _CURSOR.fullmatch(cursor)
        if cursor is not None and after is None:
            raise CursorError(
                "the cursor is not one that a page gave as its next; leave it out for "
                "the first page"
            )
        before = None if after is None else (int(after[1]), int(after[2]), after[3])
        statuses = [name for name, meaning in _STATUSES.items() if status in (None, meaning)]
        return self._ask(lambda client: _page(client, limit, before, statuses, kind))

    def cancel(self, id: str, kind: Kind = CHECK) -> Job[Any] | None:  # noqa: A002  # as above
        """Cancel a job, at once if it is queued, after its present unit of work if it runs.

        A finished job stays what it is.
        """
        present = self.get(id, kind)
        if present is None or present.status not in ("queued", "running"):
            return present

        def cancelled(client: "DBOSClient") -> Job[Any]:
            client.cancel_workflow(id)
            return _only(client, id, kind)

        return self._ask(cancelled)

    def ping(self) -> None:
        """Raise ``QueueUnavailableError`` unless jobs can be submitted."""
        self._ask(lambda client: client.list_workflows(workflow_ids=["0"]))

    def close(self) -> None:
        """Give the connections back; whoever asks again gets new ones."""
        self._forget()

    def _ask(self, question: "Callable[[DBOSClient], _T]") -> _T:
        from dbos import error as dbos_errors
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return question(self._connected())
        except (SQLAlchemyError, dbos_errors.DBOSException, OSError) as error:
            # The tables are looked after again: the database may come back as an empty one.
            self._forget()
            raise QueueUnavailableError(
                "the queue's database cannot be reached; nothing that was accepted is lost, and "
                "the queue works again as soon as its database does"
            ) from error

    def _connected(self) -> "DBOSClient":
        client = self._client
        if client is not None:
            return client
        from dbos import DBOSClient, DBOSPortableJSONSerializer

        from app.queue.database import engine_of, prepare

        engine = engine_of(self._url)
        prepare(engine)
        with self._lock:
            if self._client is None:
                self._engine = engine
                self._client = DBOSClient(
                    system_database_engine=engine,
                    serializer=DBOSPortableJSONSerializer(),
                    application_name=APPLICATION,
                    lazy=True,
                    retry_connection_errors=False,
                )
            elif engine is not self._engine:
                engine.dispose()
            return self._client

    def _forget(self) -> None:
        with self._lock:
            client, self._client = self._client, None
            engine, self._engine = self._engine, None
        if client is not None:
            client.destroy()
        if engine is not None:
            engine.dispose()


def _identifier(key: str, kind: Kind) -> str:
    """The id of a job under an idempotency key, which each kind has for itself."""
    own = key if kind == CHECK else f"{kind} {key}"  # no key holds a space
    return sha256(own.encode()).hexdigest()[:32]


def _found(client: "DBOSClient", identifier: str, kind: Kind) -> Job[Any] | None:
    rows = client.list_workflows(workflow_ids=[identifier], name=kind)
    return _job(rows[0]) if rows else None


def _only(client: "DBOSClient", identifier: str, kind: Kind) -> Job[Any]:
    job = _found(client, identifier, kind)
    assert job is not None, "jobs are never deleted"
    return job


def _page(
    client: "DBOSClient",
    limit: int,
    before: _Place | None,
    statuses: builtins.list[str],
    kind: Kind,
) -> tuple[builtins.list[Job[Any]], str | None]:
    """The jobs below ``before``, highest first."""
    until = None if before is None else _iso(before[0] + 1)
    asked = limit + 3
    while True:
        rows = client.list_workflows(
            name=kind, status=statuses, end_time=until, sort_desc=True, limit=asked,
            load_output=False,
        )  # fmt: skip
        # The database sorts by its clock alone: what it says of the last instant is not all.
        complete = len(rows) < asked
        placed = [
            (_place(row), row)
            for row in rows
            if (complete or _created(row) > _created(rows[-1]))
            and (before is None or _place(row) < before)
        ]
        if complete or len(placed) > limit:
            break
        asked *= 2
    placed.sort(key=lambda each: each[0], reverse=True)
    page = placed[:limit]
    errors = _errors(client, [row.workflow_id for _, row in page if row.status in _FAILED])
    jobs = [_job(row, errors.get(row.workflow_id)) for _, row in page]
    if len(placed) <= limit:
        return jobs, None
    created, submitted, identifier = page[-1][0]
    return jobs, f"{created:013}-{submitted:016}-{identifier}"


def _place(row: "WorkflowStatus") -> _Place:
    return _created(row), (row.attributes or {})["submitted_at"], row.workflow_id


def _errors(client: "DBOSClient", identifiers: builtins.list[str]) -> dict[str, Exception | None]:
    if not identifiers:
        return {}
    rows = client.list_workflows(workflow_ids=identifiers, load_input=False)
    return {row.workflow_id: row.error for row in rows}


def _created(row: "WorkflowStatus") -> int:
    assert row.created_at is not None
    return row.created_at


def _iso(milliseconds: int) -> str:
    return (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)).isoformat()


def _time(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _job(row: "WorkflowStatus", error: Exception | None = None) -> Job[Any]:
    """A row of dbos's as a job.  What it has not loaded is None."""
    status = _STATUSES[row.status]
    job: dict[str, Any] = row.input["args"][0] if row.input else {}
    told = row.attributes or {}
    total = told.get("total", job["total"])
    return Job(
        id=row.workflow_id,
        status=status,
        job=job,
        progress=Progress(told.get("done", 0), total, told.get("message", "waiting for a worker")),
        created_at=cast(datetime, _time(_created(row))),
        started_at=_time(told.get("started_at")),
        finished_at=_time(row.completed_at) if status not in ("queued", "running") else None,
        error=_says(row, row.error or error) if status == "failed" else None,
        result=row.output if status == "succeeded" and row.output else None,
    )


_SMALLER: Final[Mapping[Kind, tuple[str, str]]] = {
    CHECK: ("check", "smaller widths, fewer seeds or a smaller batch"),
    LIMIT: ("limit", "fewer inputs and probes, fewer steps, or less precision"),
    PROGRAM: ("program", "a shorter program, or for less precision"),
}


def _says(row: "WorkflowStatus", error: Exception | None) -> str:
    if row.status == "ERROR":
        return str(error)
    what, smaller = _SMALLER[cast(Kind, row.name)]
    return (
        f"the worker died again and again in this {what}, most likely for want of memory; ask for "
        f"{smaller}"
    )
