"""Worked examples of repairs: each can be sent untouched from /docs."""

from functools import cache
from typing import Any, Final

from app.api.http.resource import Answers, named_examples
from app.api.repairs.request import RepairsIn
from app.api.repairs.solve import answered
from solver import DEFAULT_LIMITS, Deadline

REPAIRS: Final[dict[str, Any]] = {
    "standard_learns_features": {
        "summary": "Make the standard parametrization learn features",
        "description": "The least change: divide the logits by √n.",
        "value": {"preset": "standard", "depth": 3, "target": "feature_learning"},
    },
    "in_every_layer": {
        "summary": "… in every layer, at every depth",
        "description": "Leads to µP.",
        "value": {"preset": "standard", "target": "feature_learning_in_every_layer"},
    },
    "weights": {
        "summary": "With locks and weights",
        "description": "The learning rate must stay, and initializations are cheap to change.",
        "value": {
            "preset": "ntk",
            "depth": 2,
            "target": "feature_learning",
            "locked": ["c"],
            "weights": {"b": "1/2"},
        },
    },
    "impossible": {
        "summary": "Impossible with these locks",
        "description": "The answer names the conditions and locks that exclude each other.",
        "value": {
            "preset": "ntk",
            "depth": 2,
            "target": "feature_learning",
            "locked": ["a"],
        },
    },
    "open_target": {
        "summary": "An open target",
        "description": "r > 0 has no nearest point: the answer keeps r >= margin.",
        "value": {"preset": "mup", "depth": 2, "target": "kernel", "margin": "1/10"},
    },
}

# One for each shape of an answer.
_ANSWERED: Final = ("standard_learns_features", "impossible")


@cache
def answers() -> Answers:
    """What some of the questions are answered."""

    def solved(body: Any) -> object:
        return answered(RepairsIn(**body), DEFAULT_LIMITS, Deadline())

    return {("post", "/v1/repairs", "200"): named_examples(REPAIRS, _ANSWERED, solved)}
