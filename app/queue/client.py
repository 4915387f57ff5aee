"""The API's side of the queue: submit, read, list and cancel checks.

Knows nothing of how a check is done, and loads dbos only when it is first asked.
"""

import builtins
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from time import time_ns
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast
from uuid import uuid4

from app.experiment.report import CheckResult, CheckVerdict
from app.queue.line import Line, Place, Standing, place, seconds_left
from app.queue.names import (
    APPLICATION,
    CHECK,
    LIMIT,
    MEASUREMENTS,
    PROGRAM,
    QUEUE,
    STATUSES,
    VERSION,
    Kind,
    Status,
    standing_for,
)

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus
    from sqlalchemy import Engine

    from app.queue.numbers import Numbers
    from app.queue.roster import Workers

_FAILED: Final = standing_for("failed")
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_CURSOR: Final = re.compile(r"([0-9]{13})-([0-9]{16})-([0-9a-f]{32})", re.ASCII)

_T = TypeVar("_T")
_Result = TypeVar("_Result")


class QueueUnavailableError(Exception):
    """The queue's database does not answer.  The message tells nothing of where it is."""


class QueueUnwritableError(QueueUnavailableError):
    """The queue's database can be read and not be written."""


class KeyReusedError(Exception):
    """An idempotency key was used before, for another request."""


class CursorError(ValueError):
    """A cursor that no page has given."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, in units of its work: for a check, measurements.

    ``ahead`` counts the checks that go before while it is queued.  ``seconds_left`` is estimated.
    Both are None once it is finished, and where they are not known.
    """

    done: int
    total: int
    message: str
    ahead: int | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a result says first."""

    verdict: CheckVerdict
    summary: str


@dataclass(frozen=True)  # with slots, Python 3.11 cannot make one by the name Check
class Job(Generic[_Result]):
    """A durable job as it is now.  ``job`` is what was submitted, as JSON gives it back.

    What was submitted holds ``request``, the body as it was posted, and ``total``, the units of
    work as far as they are known.  ``outcome`` is that of a check which has succeeded, also in
    lists, which hold no ``result``.
    """

    id: str
    status: Status
    job: dict[str, Any]
    progress: Progress
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    outcome: Outcome | None
    result: _Result | None


#: A job of the kind ``CHECK``.
Check = Job[CheckResult]


def identifier_under(key: str, kind: Kind = CHECK) -> str:
    """The id of the job that is submitted under a key, which each kind has for itself."""
    own = key if kind == CHECK else f"{kind} {key}"  # no key holds a space
    return sha256(own.encode()).hexdigest()[:32]


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
        self._line = Line()

    def submit(self, job: dict[str, Any], key: str | None = None, kind: Kind = CHECK) -> Job[Any]:
        """Queue a job: once it is returned, it will be done.

        ``job`` holds what the worker needs, the ``total`` of its units of work, the ``seconds``
        they are estimated to take (of a check), and the ``request`` as it was sent.  A second
        submission under the same key gives the first job.  Raises ``KeyReusedError`` if that
        was for another request.
        """
        identifier = uuid4().hex if key is None else identifier_under(key, kind)

        def submitted(client: "DBOSClient") -> Job[Any]:
            from dbos import error

            with suppress(error.DBOSWorkflowIDInUseError):
                client.enqueue(
                    {
                        "workflow_name": kind,
                        "queue_name": QUEUE if kind == CHECK else MEASUREMENTS,
                        "workflow_id": identifier,
                        "workflow_id_reuse_policy": "reject",
                        "app_version": VERSION,
                        "attributes": {
                            "submitted_at": time_ns() // 1000,
                            "seconds": job.get("seconds"),
                        },
                    },
                    job,
                )
            return self._only(client, identifier, kind)

        check = self._ask(submitted)
        if check.job["request"] != json.loads(json.dumps(job["request"])):
            raise KeyReusedError(
                "this Idempotency-Key was used before, for another request; take a new one, or "
                "send the same request again"
            )
        return check

    def get(self, id: str, kind: Kind = CHECK) -> Job[Any] | None:  # noqa: A002  # the contract's name
        """The job of that id and kind, or None if there is none."""
        if not _IDENTIFIER.fullmatch(id):
            return None
        return self._ask(lambda client: self._found(client, id, kind))

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
        statuses = None if status is None else standing_for(status)
        return self._ask(lambda client: self._page(client, limit, before, statuses, kind))

    def cancel(self, id: str, kind: Kind = CHECK) -> Job[Any] | None:  # noqa: A002  # as above
        """Cancel a job at once.

        A worker gives up the present measurement of a check within seconds, and jobs of other kinds
        after their present unit of work.  A finished job stays what it is.
        """
        check = self.get(id, kind)
        if check is None or check.status not in ("queued", "running"):
            return check

        def cancelled(client: "DBOSClient") -> Job[Any]:
            client.cancel_workflow(id, cancel_children=True)
            return self._only(client, id, kind)

        return self._ask(cancelled)

    def purge(self, id: str, kind: Kind = CHECK) -> Job[Any] | None:  # noqa: A002  # as above
        """Remove a finished job with all that is kept of it, and return it as it was.

        One that is not finished stays, and is returned as it is.
        """
        check = self.get(id, kind)
        if check is None or check.status in ("queued", "running"):
            return check
        self._ask(lambda client: client.delete_workflow(id, delete_children=True))
        return check

    def ping(self) -> None:
        """Raise ``QueueUnavailableError`` unless jobs can be submitted.

        Raises its kind ``QueueUnwritableError`` where the database can be read only: its disk is
        full, or it is locked against writing.
        """
        self._ask(lambda client: client.list_workflows(workflow_ids=["0"]))
        try:
            self._ask(lambda _: self._try_writing())
        except QueueUnavailableError as error:
            raise QueueUnwritableError(str(error)) from error

    def workers(self) -> "Workers":
        """The workers alive."""
        from app.queue.roster import workers_alive

        return self._ask(lambda _: workers_alive(self._connected_engine()))

    def numbers(self) -> "Numbers":
        """The queue and its workers in numbers."""
        from app.queue.numbers import numbers

        return self._ask(lambda _: numbers(self._connected_engine()))

    def _try_writing(self) -> None:
        from app.queue.roster import try_writing

        try_writing(self._connected_engine())

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

    def _found(self, client: "DBOSClient", identifier: str, kind: Kind) -> Job[Any] | None:
        rows = client.list_workflows(workflow_ids=[identifier], name=kind)
        return _job(rows[0], kind, self._standing(client, rows[0], kind)) if rows else None

    def _only(self, client: "DBOSClient", identifier: str, kind: Kind) -> Job[Any]:
        check = self._found(client, identifier, kind)
        if check is None:
            raise OSError("the job was removed a moment ago")
        return check

    def _page(
        self,
        client: "DBOSClient",
        limit: int,
        before: Place | None,
        statuses: builtins.list[str] | None,
        kind: Kind,
    ) -> tuple[builtins.list[Job[Any]], str | None]:
        rows = _rows(client, limit, before, statuses, kind)
        page = rows[:limit]
        errors = _errors(client, [row.workflow_id for row in page if row.status in _FAILED])
        checks = [
            _job(
                row,
                kind,
                self._standing(client, row, kind),
                errors.get(row.workflow_id),
                _outcome(client, row) if kind == CHECK else None,
            )
            for row in page
        ]
        if len(rows) <= limit:
            return checks, None
        created, submitted, identifier = place(page[-1])
        return checks, f"{created:013}-{submitted:016}-{identifier}"

    def _standing(self, client: "DBOSClient", row: "WorkflowStatus", kind: Kind) -> Standing:
        match STATUSES[row.status]:
            case "queued" if kind == CHECK:
                return self._line.standing(client, row.workflow_id)
            case "running":
                return Standing(seconds_left=seconds_left(row))
            case _:
                return Standing()

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

    def _connected_engine(self) -> "Engine":
        with self._lock:
            engine = self._engine
        if engine is None:  # another thread has just lost it
            raise OSError("the connection is gone")
        return engine

    def _forget(self) -> None:
        with self._lock:
            client, self._client = self._client, None
            engine, self._engine = self._engine, None
        if client is not None:
            client.destroy()
        if engine is not None:
            engine.dispose()


def _rows(
    client: "DBOSClient",
    limit: int,
    before: Place | None,
    statuses: builtins.list[str] | None,
    kind: Kind,
) -> "builtins.list[WorkflowStatus]":
    """The jobs below ``before``, highest first: one more than ``limit`` if there are more."""
    until = None if before is None else _iso(before[0] + 1)
    asked = limit + 3
    while True:
        # One status at a time, which an index gives in order.
        found = [
            client.list_workflows(
                name=kind, status=status, end_time=until, sort_desc=True, limit=asked,
                load_output=False,
            )
            for status in cast("builtins.list[str | None]", statuses or [None])
        ]  # fmt: skip
        # The database sorts by its clock alone: what it says of the last instant is not all.
        known = max((_created(rows[-1]) for rows in found if len(rows) == asked), default=-1)
        below = [
            row
            for rows in found
            for row in rows
            if _created(row) > known and (before is None or place(row) < before)
        ]
        if known < 0 or len(below) > limit:
            return sorted(below, key=place, reverse=True)[: limit + 1]
        asked *= 2


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


def _outcome(client: "DBOSClient", row: "WorkflowStatus") -> Outcome | None:
    """What a row whose output is not loaded says of it."""
    if STATUSES[row.status] != "succeeded":
        return None
    told = row.attributes or {}
    if "verdict" in told:
        return Outcome(told["verdict"], told["summary"])
    # Finished before workers noted it: read the result, whatever its size, this once.
    (whole,) = client.list_workflows(workflow_ids=[row.workflow_id], load_input=False)
    result = cast(CheckResult, whole.output)
    outcome = Outcome(result["verdict"], result["summary"])
    client.update_workflow_attributes(row.workflow_id, asdict(outcome), merge=True)
    return outcome


def _job(
    row: "WorkflowStatus",
    kind: Kind,
    standing: Standing,
    error: Exception | None = None,
    outcome: Outcome | None = None,
) -> Job[Any]:
    """A row of dbos's as a job.  What it has not loaded is None, unless it is given."""
    status = STATUSES[row.status]
    job: dict[str, Any] = row.input["args"][0] if row.input else {}
    told = row.attributes or {}
    result = row.output if status == "succeeded" and row.output else None
    if kind == CHECK and result is not None:
        outcome = Outcome(result["verdict"], result["summary"])
    return Job(
        id=row.workflow_id,
        status=status,
        job=job,
        progress=Progress(
            told.get("done", 0),
            told.get("total", job["total"]),
            told.get("message", "waiting for a worker"),
            standing.ahead,
            standing.seconds_left,
        ),
        created_at=cast(datetime, _time(_created(row))),
        started_at=_time(told.get("started_at")),
        finished_at=_time(row.completed_at) if status not in ("queued", "running") else None,
        error=_says(row, kind, row.error or error) if status == "failed" else None,
        outcome=outcome,
        result=result,
    )


_SMALLER: Final[Mapping[Kind, tuple[str, str]]] = {
    CHECK: ("check", "smaller widths, fewer seeds or a smaller batch"),
    LIMIT: ("limit", "fewer inputs and probes, fewer steps, or less precision"),
    PROGRAM: ("program", "a shorter program, or for less precision"),
}


def _says(row: "WorkflowStatus", kind: Kind, error: Exception | None) -> str:
    if row.status == "ERROR":
        return str(error)
    what, smaller = _SMALLER[kind]
    return (
        f"the worker died again and again in this {what}, most likely for want of memory; ask for "
        f"{smaller}"
    )
