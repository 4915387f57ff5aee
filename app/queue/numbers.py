"""The queue in numbers, for metrics."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, text

from app.queue.names import STATUSES, WORKFLOW, Status
from app.queue.roster import Announced, announced, workers_alive
from app.queue.tables import now


@dataclass(frozen=True, slots=True)
class Numbers:
    """Checks that are not finished, seconds since the oldest that waits came, and the workers."""

    checks: dict[Status, int]
    oldest_queued: float
    workers: dict[str, int]
    announced: list[Announced]


def numbers(engine: Engine) -> Numbers:
    """Counted now."""
    theirs = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
    with engine.connect() as connection:
        columns = f"status, count(*), {now(connection)} - min(created_at)"
        rows = connection.execute(
            text(f"SELECT {columns} FROM {theirs} {_UNFINISHED}"), {"name": WORKFLOW}
        ).all()
    checks: dict[Status, int]
    oldest_queued: float
    workers: dict[str, int]
    announced: list[Announced]


def numbers(engine: Engine) -> Numbers:
    """Counted now."""
    theirs = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT status, count(*), {now(connection)} - min(created_at) {_OF.format(theirs)}"
            ),
            {"name": WORKFLOW},
        ).all()
    checks: dict[Status, int] = {"queued": 0, "running": 0}
    oldest = 0.0
    for status, count, milliseconds in rows:
        meaning = STATUSES[status]
        checks[meaning] += count
        if meaning == "queued":
            oldest = max(oldest, milliseconds / 1000)
    return Numbers(checks, oldest, workers_alive(engine).alive, announced(engine))


_UNFINISHED: Final = (
    "WHERE name = :name AND status IN ('ENQUEUED', 'DELAYED', 'PENDING') GROUP BY status"
)
