"""What the database calls our things; a change strands whatever is queued under the old names."""

from collections.abc import Mapping
from typing import Final, Literal

APPLICATION: Final = "abc-dichotomy"
WORKFLOW: Final = "coordinate_check"
QUEUE: Final = "coordinate_checks"
MEASUREMENT: Final = "measurement"
MEASUREMENTS: Final = "measurements"
#: Measurements that need a GPU, for workers that have one.
CUDA_MEASUREMENTS: Final = "cuda_measurements"
#: Changes only when a check of the old version cannot be continued by the new one.
VERSION: Final = "1"

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]

#: What each status of dbos's means.
STATUSES: Final[Mapping[str, Status]] = {
    "DELAYED": "queued",
    "ENQUEUED": "queued",
    "PENDING": "running",
    "SUCCESS": "succeeded",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}


def standing_for(*meanings: Status) -> list[str]:
    """The statuses of dbos's that mean one of these."""
    return [name for name, meaning in STATUSES.items() if meaning in meanings]
