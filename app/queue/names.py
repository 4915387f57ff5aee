"""What the database calls our things; a change strands whatever is queued under the old names."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

APPLICATION: Final = "abc-dichotomy"
#: A kind of durable job is the name of the workflow that does it.
Kind = Literal["coordinate_check", "tensor_program", "infinite_width_limit"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CHECK: Final[Kind] = "coordinate_check"
PROGRAM: Final[Kind] = "tensor_program"
LIMIT: Final[Kind] = "infinite_width_limit"
#: Checks wait here; many at once are in hand, since their measurements are queued on their own.
QUEUE: Final = "coordinate_checks"
MEASUREMENT: Final = "measurement"
#: Measurements of checks, and jobs of the other kinds: a worker does one of them at a time.
MEASUREMENTS: Final = "measurements"
#: Measurements that need a GPU, for workers that have one.
CUDA_MEASUREMENTS: Final = "cuda_measurements"
#: Changes only when a job of the old version cannot be continued by the new one.
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
