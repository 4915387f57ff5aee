"""Worked examples of questions with unknowns and of repairs: each works untouched from /docs."""

from typing import Any, Final

import msgspec

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


#: The same as addresses.
QUESTION: Final[dict[str, Any]] = {
    name: {**example, "value": msgspec.json.encode(example["value"]).decode()}
    for name, example in REGIONS.items()
}
