"""Worked examples of limits: each can be sent untouched from /docs."""

from functools import cache
from typing import Any, Final

import msgspec

from app.api.http.resource import Answers, named_examples
from app.api.limits.request import LimitIn
from app.api.limits.solve import answered, read
from app.settings import Settings
from solver import Deadline

_BATCH: Final[dict[str, Any]] = {
    "inputs": [[1, 0.5], [0, 1], [-0.5, 1]],
    "targets": [1, -1, 0.5],
}

LIMITS: Final[dict[str, Any]] = {
    "ntk": {
        "summary": "NTK becomes kernel gradient descent",
        "description": "The exact kernel and its parts; outputs of random networks, mean and "
        "standard deviation.",
        "value": {"preset": "ntk", "depth": 2, **_BATCH, "probe": [[0.3, -0.2]], "steps": 3},
    },
    "standard_1_over_n": {
        "summary": "A layer that stands still",
        "description": "The standard parametrization with a learning rate of 1/n: from two hidden "
        "layers on, the first one does not train. From outputs that are given.",
        "value": {"preset": "standard_1_over_n", "depth": 2, **_BATCH, "f0": 0, "steps": 4},
    },
    "linear": {
        "summary": "A linear network that learns features",
        "description": "One hidden layer: the limit is a small linear network.",
        "value": {
            "preset": "mup",
            "depth": 1,
            "activation": "linear",
            **_BATCH,
            "learning_rate": 0.2,
        },
    },
    "classes": {
        "summary": "Three classes, batch by batch",
        "description": "Cross-entropy, with the inputs of each step.",
        "value": {
            "preset": "ntk",
            "depth": 1,
            "activation": "relu",
            "loss": "cross_entropy",
            "inputs": _BATCH["inputs"],
            "targets": [0, 1, 2],
            "batch": [[0, 1], [2], [0, 2]],
        },
    },
}

#: The same as addresses.
QUESTION: Final[dict[str, Any]] = {
    name: {**example, "value": msgspec.json.encode(example["value"]).decode()}
    for name, example in LIMITS.items()
}

_ANSWERED: Final = ("ntk", "linear")


@cache
def answers() -> Answers:
    """What some of the questions are answered."""
    settings = Settings.model_construct()

    def solved(body: Any) -> object:
        return answered(read(LimitIn(**body), settings), Deadline())

    return {("post", "/v1/limits", "200"): named_examples(LIMITS, _ANSWERED, solved)}
