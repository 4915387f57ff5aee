"""Where unfinished checks stand: how many are ahead of each, and how long each may still take."""

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from app.queue.names import CHECK, standing_for

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

#: Where a check stands among all, a later one higher: milliseconds of the database's clock,
#: which on SQLite are whole seconds; microseconds of the submitter's clock; and the id.
Place = tuple[int, int, str]

# Streams look twice a second, and reading a thousand rows takes 15 milliseconds.
_SECONDS_BETWEEN_LOOKS: Final = 1.0
_MOST_READ: Final = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """How many queued checks go before, and estimated seconds until the end.

    Either is None where it is not known; ``ahead`` also where the check is not queued.
    """

    ahead: int | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    standings: dict[str, Standing]
    whole: bool
    until: float


class Line:
    """The unfinished checks, as they were at most a second ago.  May be used from many threads."""

    def __init__(self) -> None:
        self._seen = _Seen({}, whole=True, until=0.0)

    def standing(self, client: "DBOSClient", identifier: str) -> Standing:
        """That of a check which is queued."""
        seen = self._seen
        # A check that was not there is one that has just been submitted.
        if seen.until < monotonic() or (seen.whole and identifier not in seen.standings):
            seen = self._seen = _look(client)
        return seen.standings.get(identifier, Standing())


def _look(client: "DBOSClient") -> _Seen:
    # One status at a time, which an index gives.
    found = [
        client.list_workflows(
            name=CHECK, status=status, limit=_MOST_READ, load_input=False, load_output=False
        )
        for status in standing_for("queued", "running")
    ]
    rows = sorted((row for each in found for row in each), key=place)[:_MOST_READ]
    whole = all(len(each) < _MOST_READ for each in found)
    return _Seen(standings(rows), whole, until=monotonic() + _SECONDS_BETWEEN_LOOKS)


def standings(rows: "list[WorkflowStatus]") -> dict[str, Standing]:
    """The standing of each queued check among all that are unfinished.

    As many workers are at work as have taken checks; the measurements of all take turns.
    """
    waiting = standing_for("queued")
    queued = sorted((row for row in rows if row.status in waiting), key=place)
    running = [row for row in rows if row.status not in waiting]
    workers = max(1, len({row.executor_id for row in running}))
    before: float | None = 0.0
    for row in running:
        before = _sum(before, seconds_left(row))
    found: dict[str, Standing] = {}
    for ahead, row in enumerate(queued):
        own = seconds_left(row)
        left = _sum(None if before is None else before / workers, own)
        found[row.workflow_id] = Standing(ahead, None if left is None else round(left, 1))
        before = _sum(before, own)
    return found


def seconds_left(row: "WorkflowStatus") -> float | None:
    """What its worker said last, or else the estimate it was submitted with; None without both."""
    told = row.attributes or {}
    left: float | None = told.get("seconds_left", told.get("seconds"))
    return left


def place(row: "WorkflowStatus") -> Place:
    """Where a check stands among all."""
    assert row.created_at is not None
    return row.created_at, (row.attributes or {})["submitted_at"], row.workflow_id


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second
