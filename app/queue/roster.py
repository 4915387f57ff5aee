"""Which workers there are: each announces its device now and then, and the service reads it."""

import json
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.queue.tables import now, ours, trials, workers

#: Seconds without an announcement after which a worker is no longer counted.
SILENCE: Final = 30
_KEPT: Final = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Workers:
    """Workers alive, by device, and seconds since any was seen; None where none ever was."""

    alive: dict[str, int]
    last_seen: float | None

    @property
    def silent_for(self) -> float:
        """Seconds since any was seen; infinite where none ever was."""
        return inf if self.last_seen is None else self.last_seen


def announce(engine: Engine, executor: str, about: dict[str, Any]) -> None:
    """Note that this worker is alive, and forget those that have been gone for a day."""
    with ours(engine).begin() as connection:
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        row = {"about": json.dumps(about), "seen_at": now(connection)}
        connection.execute(
            insert(workers)
            .values(executor=executor, **row)
            .on_conflict_do_update(index_elements=["executor"], set_=row)
        )
        connection.execute(
            delete(workers).where(workers.c.seen_at < now(connection) - _KEPT * 1000)
        )


def workers_alive(engine: Engine) -> Workers:
    """Whoever has announced itself lately."""
    with ours(engine).connect() as connection:
        rows = connection.execute(
            select(workers.c.about, (now(connection) - workers.c.seen_at).label("ago"))
        ).all()
    alive: dict[str, int] = {}
    for about, ago in rows:
        if ago <= SILENCE * 1000:
            device = json.loads(about)["device"]
            alive[device] = alive.get(device, 0) + 1
    return Workers(alive, min(ago for _, ago in rows) / 1000 if rows else None)


@dataclass(frozen=True, slots=True)
class Announced:
    """What one worker announced last: its device, and what it has measured since its start."""

    executor: str
    device: str
    measurements: int
    seconds: float


def announced(engine: Engine) -> list[Announced]:
    """All that have been there for the last day."""
    with ours(engine).connect() as connection:
        rows = connection.execute(select(workers.c.executor, workers.c.about)).all()
    found = ((executor, json.loads(about)) for executor, about in rows)
    return [
        Announced(executor, each["device"], each["measurements"], each["seconds"])
        for executor, each in found
    ]


def try_writing(engine: Engine) -> None:
    """Write a row.  Raises what SQLAlchemy raises where that is not possible."""
    with ours(engine).begin() as connection:
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        row = {"at": now(connection)}
        connection.execute(
            insert(trials)
            .values(name="ready", **row)
            .on_conflict_do_update(index_elements=["name"], set_=row)
        )
