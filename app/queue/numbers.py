"""The queue in numbers, for metrics."""

from dataclasses import dataclass

from sqlalchemy import Engine, column, func, select, table

from app.queue.names import CHECK, STATUSES, Status, standing_for
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
    names = ("name", "status", "created_at")
    schema = "dbos" if engine.dialect.name == "postgresql" else None
    row = table("workflow_status", *map(column, names), schema=schema).c
    with engine.connect() as connection:
        rows = connection.execute(
            select(row.status, func.count(), now(connection) - func.min(row.created_at))
            .where(row.name == CHECK, row.status.in_(standing_for("queued", "running")))
            .group_by(row.status)
        ).all()
    checks: dict[Status, int] = {"queued": 0, "running": 0}
    oldest = 0.0
    for status, count, milliseconds in rows:
        meaning = STATUSES[status]
        checks[meaning] += count
        if meaning == "queued":
            oldest = max(oldest, milliseconds / 1000)
    return Numbers(checks, oldest, workers_alive(engine).alive, announced(engine))
