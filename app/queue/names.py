"""What the database calls our things; a change strands whatever is queued under the old names."""

from typing import Final, Literal, get_args

APPLICATION: Final = "abc-dichotomy"
#: A kind of durable job is the name of the workflow that does it.
Kind = Literal["coordinate_check", "tensor_program", "infinite_width_limit"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CHECK: Final[Kind] = "coordinate_check"
PROGRAM: Final[Kind] = "tensor_program"
LIMIT: Final[Kind] = "infinite_width_limit"
#: Jobs of every kind wait in one queue, since a worker does one job at a time.
QUEUE: Final = "coordinate_checks"
#: Changes only when a job of the old version cannot be continued by the new one.
VERSION: Final = "1"
