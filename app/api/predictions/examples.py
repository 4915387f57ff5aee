"""Worked examples of predictions: each can be sent untouched from /docs."""

from typing import Any, Final

from app.api.http.resource import Answers, example
from app.api.predictions.request import PredictionsIn
from app.api.predictions.solve import predicted
from solver import DEFAULT_LIMITS

PREDICTIONS: Final[dict[str, Any]] = {
    "mup_adam": {
        "summary": "µP under Adam: the size of f at the start falls like n^(-1/2)",
        "value": {"preset": "mup_adam", "depth": 1, "steps": 1},
    },
    "zero_readout": {
        "summary": "With a zero readout the body first moves at step 2",
        "value": {
            "optimizer": "adam",
            "depth": 1,
            "a": [0, 1],
            "b": [0, "inf"],
            "c": [0, 0],
            "steps": 2,
        },
    },
}


def answers() -> Answers:
    """What the first is answered."""
    first = PredictionsIn(**PREDICTIONS["mup_adam"]["value"])
    return {("post", "/v1/predictions", "200"): example(predicted(first, DEFAULT_LIMITS))}
