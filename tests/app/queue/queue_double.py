"""A queue in memory, with the interface of ``CheckQueue``: every state at will."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from app.main import create_app
from app.queue.client import (
    Check,
    CursorError,
    Job,
    KeyReusedError,
    Outcome,
    Progress,
    QueueUnavailableError,
    QueueUnwritableError,
)
from app.queue.names import CHECK
from app.queue.numbers import Numbers
from app.queue.roster import Announced, Workers
from app.settings import Settings

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class QueueDouble:
    """Takes jobs and leaves them as they are, until a test says otherwise."""

    def __init__(self) -> None:
        self.down = False
        self.read_only = False
        self.alive = {"cpu": 1}
        self.last_seen: float | None = 0.5
        self.closed = False
        self.asked: list[str] = []
        self._checks: dict[str, Job[Any]] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._kinds: dict[str, str] = {}
        self._coming: dict[str, Iterator[dict[str, Any]]] = {}

    # What tests do to it.

    def change(self, check_id: str, **changes: Any) -> None:
        """From now on the check is like this."""
        if (result := changes.get("result")) and "verdict" in result:
            changes["outcome"] = Outcome(result["verdict"], result["summary"])
        self._checks[check_id] = replace(self._checks[check_id], **changes)

    def will_change(self, check_id: str, *changes: dict[str, Any]) -> None:
        """Each look at the check from the second on finds the next change."""
        self._coming[check_id] = iter([{}, *changes])

    def newest(self) -> Job[Any]:
        """The job that was submitted last."""
        return [*self._checks.values()][-1]

    # What the service does with it.

    def submit(self, job: dict[str, Any], key: str | None = None, kind: str = CHECK) -> Job[Any]:
        self._note("submit")
        assert json.loads(json.dumps(job, allow_nan=False)) == job, "a database keeps JSON"
        if key is not None and (kind, key) in self._keys:
            known = self._checks[self._keys[kind, key]]
            if known.job != job:
                raise KeyReusedError(f"the key {key} was used for another check")
            return known
        number = len(self._checks) + 1
        check: Job[Any] = Job(
            id=UUID(int=number).hex,
            status="queued",
            job=job,
            progress=Progress(
                0,
                job["total"],
                "waiting for a worker",
                0 if kind == CHECK else None,
                job.get("seconds"),
            ),
            created_at=START + timedelta(minutes=number),
            started_at=None,
            finished_at=None,
            error=None,
            outcome=None,
            result=None,
        )
        self._checks[check.id] = check
        self._kinds[check.id] = kind
        if key is not None:
            self._keys[kind, key] = check.id
        return check

    def get(self, check_id: str, kind: str = CHECK) -> Job[Any] | None:
        self._note("get")
        if self._kinds.get(check_id) != kind:
            return None
        if check_id in self._coming:
            self.change(check_id, **next(self._coming[check_id], {}))
        return self._checks.get(check_id)

    def list(
        self, *, limit: int, cursor: str | None, status: str | None, kind: str = CHECK
    ) -> tuple[list[Job[Any]], str | None]:
        self._note("list")
        if cursor is not None and cursor not in self._checks:
            raise CursorError("the cursor is not one that a page of checks gave as its next")
        newest = [
            check
            for check in reversed(self._checks.values())
            if self._kinds[check.id] == kind
            and status in (None, check.status)
            and (cursor is None or check.id < cursor)
        ]
        page = [replace(check, result=None) for check in newest[:limit]]
        return page, page[-1].id if len(newest) > limit else None

    def cancel(self, check_id: str, kind: str = CHECK) -> Job[Any] | None:
        self._note("cancel")
        if self._kinds.get(check_id) != kind:
            return None
        check = self._checks[check_id]
        if check.status in ("queued", "running"):
            self.change(check_id, status="cancelled", finished_at=START + timedelta(hours=1))
        return self._checks.get(check_id)

    def purge(self, check_id: str) -> Check | None:
        self._note("purge")
        check = self._checks.get(check_id)
        if check is not None and check.status not in ("queued", "running"):
            del self._checks[check_id], self._kinds[check_id]
        return check

    def ping(self) -> None:
        self._note("ping")
        if self.read_only:
            raise QueueUnwritableError("the database can be read only")

    def workers(self) -> Workers:
        self._note("workers")
        return Workers(self.alive, self.last_seen)

    def numbers(self) -> Numbers:
        self._note("numbers")
        statuses = [check.status for check in self._checks.values()]
        return Numbers(
            {"queued": statuses.count("queued"), "running": statuses.count("running")},
            12.5,
            self.alive,
            [Announced("a-worker-1", "cpu", 7, 3.5)],
        )

    def close(self) -> None:
        self.closed = True

    def _note(self, method: str) -> None:
        self.asked.append(method)
        if self.down:
            raise QueueUnavailableError("the database does not answer; try again later")


def app_with(queue: QueueDouble, **settings: Any) -> FastAPI:
    """The whole application on that queue."""
    app = create_app(Settings(**{"log_level": "critical", **settings}))
    app.state.queue = queue
    return app


def result_of(check: Check) -> dict[str, Any]:
    """A result as a worker might leave it."""
    widths = check.job["experiment"]["widths"]
    return {
        "verdict": "confirmed",
        "theory": "feature_learning",
        "empirical": "feature_learning",
        "summary": "As predicted.",
        "subject": "a = 0, b = 0, c = 0 · sgd · tanh · mse · η = 0.5",
        "widths": widths,
        "seeds": [8] * len(widths),
        "tolerance": 0.05,
        "quantities": [
            {
                "quantity": "delta_x",
                "layer": 1,
                "step": 1,
                "predicted_exponent": "0",
                "measured_exponent": 0.01,
                "standard_error": 0.004,
                "outcome": "agrees",
                "agrees": True,
                "explained": False,
                "sizes": [[0.5, 0.4, 0.6]] * (len(widths) - 1) + [None],
                "fitted_widths": widths[:-1],
                "note": "blew up at the last width",
            }
        ],
        "notes": [],
        "method": "matrix_free",
        "device": "cpu",
        "seconds": 1.5,
    }
