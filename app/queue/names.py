"""What the database calls our things; a change strands whatever is queued under the old names."""

from typing import Final

APPLICATION: Final = "abc-dichotomy"
WORKFLOW: Final = "coordinate_check"
QUEUE: Final = "coordinate_checks"
#: Changes only when a check of the old version cannot be continued by the new one.
VERSION: Final = "1"
