"""Worked examples of classifying: each can be sent untouched from /docs."""

from typing import Any, Final

from app.api.classify.writing import classification, columns
from app.api.http.resource import Answers, example
from solver import classify, classify_vectors, gallery_entry

CLASSIFY: Final[dict[str, Any]] = {
    "mup_by_name": {
        "summary": "µP, by name",
        "description": "The maximal update parametrization with three hidden layers.",
        "value": {"preset": "mup", "depth": 3},
    },
    "ntk_flat_vector": {
        "summary": "NTK, as a flat vector",
        "description": "a_1..a_3, b_1..b_3 and c for two hidden layers.",
        "value": {"depth": 2, "abc": [0, "1/2", "1/2", 0, 0, 0, 0]},
    },
    "standard_blows_up": {
        "summary": "Standard parametrization: blows up",
        "description": "What frameworks do by default, with one learning rate for every width.",
        "value": {"depth": 3, "a": [0, 0, 0, 0], "b": [0, 0.5, 0.5, 0.5], "c": 0},
    },
    "mean_field_by_role": {
        "summary": "Mean field, by role",
        "description": "Defined for one hidden layer, so there is no hidden role.",
        "value": {
            "depth": 1,
            "a": {"input": 0, "readout": 1},
            "b": {"input": 0, "readout": 0},
            "c": -1,
        },
    },
    "adam_any_depth": {
        "summary": "Adam, by role, for every depth",
        "description": "µP for adaptive optimizers; without depth the answer covers every depth.",
        "value": {
            "optimizer": "adam",
            "a": {"input": 0, "hidden": 0, "readout": 1},
            "b": {"input": 0, "hidden": "1/2", "readout": 0},
            "c": {"input": 0, "hidden": 1, "readout": 0},
        },
    },
    "uniform_family": {
        "summary": "Between µP and NTK",
        "description": "The uniform family: r = s.",
        "value": {"preset": "uniform", "s": "1/4", "depth": 2},
    },
    "rounded_exponent": {
        "summary": "A rounded exponent: near miss",
        "description": "0.3333 is not 1/3, and the verdict turns on it: see the warning.",
        "value": {
            "depth": 2,
            "a": ["-1/6", 0.3333, "1/2"],
            "b": ["1/6", "1/6", "1/6"],
            "c": 0,
        },
    },
}

BATCH: Final[dict[str, Any]] = {
    "three_rows": {
        "summary": "NTK, µP and the standard parametrization",
        "value": {
            "depth": 2,
            "abc": [
                [0, "1/2", "1/2", 0, 0, 0, 0],
                ["-1/2", 0, "1/2", "1/2", "1/2", "1/2", 0],
                [0, 0, 0, 0, 0.5, 0.5, 0],
            ],
        },
    },
    "zero_readout_by_role": {
        "summary": "Muon and AdamW, readouts that start at zero or are frozen",
        "value": {
            "depth": 2,
            "optimizer": {"input": "adamw", "hidden": "muon", "readout": "adamw"},
            "abc": [
                [0, 0, 1, 0, "1/2", "inf", 0, 0, 0],
                [0, 0, 1, 0, "1/2", 0, 0, 0, "inf"],
            ],
        },
    },
    "adam_per_layer": {
        "summary": "Adam with a learning-rate exponent per layer",
        "value": {
            "depth": 1,
            "optimizer": "adam",
            "abc": [[0, 1, 0, 0, 0, 0], [0, "1/2", 0, 0, "1/2", "1/2"]],
        },
    },
}


def answers() -> Answers:
    """What the first request of each path is answered."""
    mup = classify(gallery_entry("mup").roles().at_depth(3))
    batch = BATCH["three_rows"]["value"]
    verdicts = classify_vectors(batch["depth"], batch["abc"])
    return {
        ("post", "/v1/classify", "200"): example(classification(mup)),
        ("post", "/v1/classify/batch", "200"): example(columns(batch["depth"], verdicts)),
    }
