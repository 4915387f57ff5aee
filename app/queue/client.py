"""The API's side of the queue: submit, read, list and cancel checks.

Knows nothing of how a check is done, and loads dbos only when it is first asked.
"""

import builtins
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from time import time_ns
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import uuid4

from app.experiment.report import CheckResult, CheckVerdict
from app.queue.line import Line, Place, Standing, place, seconds_left
from app.queue.names import APPLICATION, QUEUE, STATUSES, VERSION, WORKFLOW, Status, standing_for

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus
    from sqlalchemy import Engine

    from app.queue.numbers import Numbers
    from app.queue.roster import Workers

_FAILED: Final = standing_for("failed")
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_CURSOR: Final = re.compile(r"([0-9]{13})-([0-9]{16})-([0-9a-f]{32})", re.ASCII)

_T = TypeVar("_T")


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
    """How far a check is, in measurements.

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


@dataclass(frozen=True, slots=True)
class Check:
    """A check as it is now.  ``job`` is what was submitted, as JSON gives it back.

    ``outcome`` is there once it has succeeded, also in lists, which hold no ``result``.
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
    result: CheckResult | None


def identifier_under(key: str) -> str:
    """The id of the check that is submitted under a key."""
    return sha256(key.encode()).hexdigest()[:32]


class CheckQueue:
    """The queue in one database.  May be used from many threads.

    Every method raises ``QueueUnavailableError`` while the database cannot be reached, and works
    again as soon as it can.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._lock = Lock()
        self._client: DBOSClient | None = None
        self._engine: Engine | None = None
        self._line = Line()

    def submit(self, job: dict[str, Any], key: str | None = None) -> Check:
        """Queue a check: once it is returned, it will be done.

        ``job`` holds the ``experiment`` for the worker, the ``total`` of its measurements, the
        ``seconds`` they are estimated to take, and the ``request`` as it was sent.  A second
        submission under the same key gives the first check.  Raises ``KeyReusedError`` if that
        was for another request.
        """
        identifier = uuid4().hex if key is None else identifier_under(key)

        def submitted(client: "DBOSClient") -> Check:
            from dbos import error

            with suppress(error.DBOSWorkflowIDInUseError):
                client.enqueue(
                    {
                        "workflow_name": WORKFLOW,
                        "queue_name": QUEUE,
                        "workflow_id": identifier,
                        "workflow_id_reuse_policy": "reject",
                        "app_version": VERSION,
                        "attributes": {
                            "submitted_at": time_ns() // 1000,
                            "seconds": job["seconds"],
                        },
                    },
                    job,
                )
            return self._only(client, identifier)

        check = self._ask(submitted)
        if check.job["request"] != json.loads(json.dumps(job["request"])):
            raise KeyReusedError(
                "this Idempotency-Key was used before, for another request; take a new one, or "
                "send the same request again"
            )
        return check

    def get(self, id: str) -> Check | None:  # noqa: A002  # the contract's name
        """The check of that id, or None if there is none."""
        if not _IDENTIFIER.fullmatch(id):
            return None
        return self._ask(lambda client: self._found(client, id))

    def list(
        self, *, limit: int, cursor: str | None = None, status: Status | None = None
    ) -> tuple[list[Check], str | None]:
        """At most ``limit`` checks without their results, newest first, and the next cursor.

        The cursor is None on the last page.  Raises ``CursorError`` for one that is none.
        """
        after = None if cursor is None else _CURSOR.fullmatch(cursor)
        if cursor is not None and after is None:
            raise CursorError(
                "the cursor is not one that a page of checks gave as its next; leave it out for "
                "the first page"
            )
        before = None if after is None else (int(after[1]), int(after[2]), after[3])
        statuses = None if status is None else standing_for(status)
        return self._ask(lambda client: self._page(client, limit, before, statuses))

    def cancel(self, id: str) -> Check | None:  # noqa: A002  # the contract's name
        """Cancel a check at once; its worker gives up the present measurement within seconds.

        A finished check stays what it is.
        """
        check = self.get(id)
        if check is None or check.status not in ("queued", "running"):
            return check

        def cancelled(client: "DBOSClient") -> Check:
            client.cancel_workflow(id, cancel_children=True)
            return self._only(client, id)

        return self._ask(cancelled)

    def purge(self, id: str) -> Check | None:  # noqa: A002  # the contract's name
        """Remove a finished check with all that is kept of it, and return it as it was.

        One that is not finished stays, and is returned as it is.
        """
        check = self.get(id)
        if check is None or check.status in ("queued", "running"):
            return check
        self._ask(lambda client: client.delete_workflow(id, delete_children=True))
        return check

    def ping(self) -> None:
        """Raise ``QueueUnavailableError`` unless checks can be submitted.

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

    def _found(self, client: "DBOSClient", identifier: str) -> Check | None:
        rows = client.list_workflows(workflow_ids=[identifier], name=WORKFLOW)
        return _check(rows[0], self._standing(client, rows[0])) if rows else None

    def _only(self, client: "DBOSClient", identifier: str) -> Check:
        check = self._found(client, identifier)
        if check is None:
            raise OSError("the check was removed a moment ago")
        return check

    def _page(
        self,
        client: "DBOSClient",
        limit: int,
        before: Place | None,
        statuses: builtins.list[str] | None,
    ) -> tuple[builtins.list[Check], str | None]:
        rows = _rows(client, limit, before, statuses)
        page = rows[:limit]
        errors = _errors(client, [row.workflow_id for row in page if row.status in _FAILED])
        checks = [
            _check(
                row,
                self._standing(client, row),
                errors.get(row.workflow_id),
                _outcome(client, row),
            )
            for row in page
        ]
        if len(rows) <= limit:
            return checks, None
        created, submitted, identifier = place(page[-1])
        return checks, f"{created:013}-{submitted:016}-{identifier}"

    def _standing(self, client: "DBOSClient", row: "WorkflowStatus") -> Standing:
        match STATUSES[row.status]:
            case "queued":
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
    client: "DBOSClient", limit: int, before: Place | None, statuses: builtins.list[str] | None
) -> "builtins.list[WorkflowStatus]":
    """The checks below ``before``, highest first: one more than ``limit`` if there are more."""
    until = None if before is None else _iso(before[0] + 1)
    asked = limit + 3
    while True:
        # One status at a time, which an index gives in order.
        found = [
            client.list_workflows(
                name=WORKFLOW, status=status, end_time=until, sort_desc=True, limit=asked,
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


def _check(
    row: "WorkflowStatus",
    standing: Standing,
    error: Exception | None = None,
    outcome: Outcome | None = None,
) -> Check:
    """A row of dbos's as a check.  What it has not loaded is None, unless it is given."""
    status = STATUSES[row.status]
    job: dict[str, Any] = row.input["args"][0] if row.input else {}
    told = row.attributes or {}
    result = cast(CheckResult, row.output) if status == "succeeded" and row.output else None
    return Check(
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
        error=_says(row.status, row.error or error) if status == "failed" else None,
        outcome=outcome if result is None else Outcome(result["verdict"], result["summary"]),
        result=result,
    )


def _says(status: str, error: Exception | None) -> str:
    if status == "ERROR":
        return str(error)
    return (
        "the worker died again and again in this check, most likely for want of memory; ask for "
        "smaller widths, fewer seeds or a smaller batch"
    )
