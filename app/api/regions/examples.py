"""Worked examples of questions with unknowns: each can be sent untouched from /docs."""

from functools import cache
from typing import Any, Final

import msgspec

from app.api.http.resource import Answers, named_examples
from app.api.regions.request import RegionsIn
from app.api.regions.solve import answered
from solver import DEFAULT_LIMITS, Deadline

REGIONS: Final[dict[str, Any]] = {
    "between_mup_and_ntk": {
        "summary": "Between µP and NTK",
        "description": "The uniform family with s unknown: features are learned at s = 0 only.",
        "value": {"preset": "uniform", "s": "s", "depth": 3},
    },
    "largest_stable_learning_rate": {
        "summary": "The largest stable learning rate",
        "description": "Standard initialization, learning rate n^(-c), at every depth.",
        "value": {
            "a": {"input": 0, "hidden": 0, "readout": 0},
            "b": {"input": 0, "hidden": "1/2", "readout": "1/2"},
            "c": "c",
            "minimize": "c",
            "subject_to": "stable",
        },
    },
    "phase_diagram": {
        "summary": "A phase diagram",
        "description": "Divide the logits by n^x, and the learning rate by n^c.",
        "value": {
            "depth": 3,
            "a": {"input": 0, "hidden": 0, "readout": "x"},
            "b": {"input": 0, "hidden": "1/2", "readout": "1/2"},
            "c": "c",
            "bounds": {"x": [-1, 2], "c": [-1, 2]},
        },
    },
    "adam": {
        "summary": "Adam, expressions in a flat vector",
        "description": "One hidden layer; the readout's exponents depend on t.",
        "value": {
            "depth": 1,
            "optimizer": "adam",
            "abc": [0, "1/2 + t", 0, "1/2 - 2*(t - 1/4)", 0, "1/2 - t"],
        },
    },
}

#: The same as addresses.
QUESTION: Final[dict[str, Any]] = {
    name: {**example, "value": msgspec.json.encode(example["value"]).decode()}
    for name, example in REGIONS.items()
}

# One for each shape of an answer.
_ANSWERED: Final = ("between_mup_and_ntk", "largest_stable_learning_rate")


@cache
def answers() -> Answers:
    """What some of the questions are answered."""

    def solved(body: Any) -> object:
        return answered(RegionsIn(**body), DEFAULT_LIMITS, Deadline())

    return {("post", "/v1/regions", "200"): named_examples(REGIONS, _ANSWERED, solved)}
