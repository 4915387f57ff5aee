"""Worked examples of comparisons: each can be sent untouched from /docs."""

from typing import Any, Final

from app.api.equivalence.request import EquivalenceIn
from app.api.equivalence.solve import compared
from app.api.http.resource import Answers, example
from solver import DEFAULT_LIMITS

EQUIVALENCE: Final[dict[str, Any]] = {
    "mean_field_is_mup": {
        "summary": "Mean field is µP at L = 1",
        "value": {
            "first": {"preset": "mean_field", "depth": 1},
            "second": {"preset": "mup", "depth": 1},
        },
    },
    "ntk_is_not_mup": {
        "summary": "NTK is not µP, at any depth",
        "value": {"first": {"preset": "ntk"}, "second": {"preset": "mup"}},
    },
}


def answers() -> Answers:
    """What the first is answered."""
    first = EquivalenceIn(**EQUIVALENCE["mean_field_is_mup"]["value"])
    return {("post", "/v1/equivalence", "200"): example(compared(first, DEFAULT_LIMITS))}
