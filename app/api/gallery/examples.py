"""Worked examples of entries to ask for: each can be sent untouched from /docs."""

from typing import Any, Final

NAMES: Final[dict[str, Any]] = {"mup": {"summary": "µP", "value": "mup"}}
