"""Removing jobs that have been finished for long, with everything that dbos keeps of them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from dbos import DBOS

from app.queue.names import KINDS

_FINISHED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_AT_ONCE: Final = 100


def remove_old(days: float) -> int:
    """Remove what was finished so many days ago, and return how many jobs it was."""
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    removed = 0
    while old := DBOS.list_workflows(
        name=list(KINDS),
        status=_FINISHED,
        completed_before=before,
        limit=_AT_ONCE,
        load_input=False,
        load_output=False,
    ):
        DBOS.delete_workflows([each.workflow_id for each in old], delete_children=True)
        removed += len(old)
    return removed
