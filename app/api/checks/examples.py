"""Worked examples of checks: small enough to be done in seconds when sent from /docs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.api.checks.answer import check_answer, check_summary
from app.api.checks.budget import Budget
from app.api.checks.job import job_of
from app.api.checks.request import CheckIn
from app.api.http.resource import Answers, example
from app.experiment.reading import read_question
from app.experiment.report import CheckResult
from app.queue.client import Check, Outcome, Progress
from app.settings import Settings

CHECK_ID: Final = "3f0c9a526d1e4f7b9a381c5e7d20b4a6"

CREATE: Final[dict[str, Any]] = {
    "mup": {
        "summary": "µP learns features",
        "description": "By name, on networks of five widths.",
        "value": {
            "preset": "mup",
            "depth": 2,
            "widths": [256, 512, 1024, 2048, 4096],
            "steps": 2,
        },
    },
    "ntk_own_widths": {
        "summary": "NTK is a kernel machine",
        "description": "As a flat vector, with relu, logistic loss and momentum.",
        "value": {
            "depth": 2,
            "abc": [0, "1/2", "1/2", 0, 0, 0, 0],
            "widths": [256, 512, 1024, 2048, 4096],
            "steps": 3,
            "activation": "relu",
            "loss": "logistic",
            "momentum": 0.9,
        },
    },
    "muon_adamw": {
        "summary": "Muon with AdamW and a zero readout",
        "description": "Every layer with its own optimizer; the hidden layers stay matrix-free.",
        "value": {
            "depth": 2,
            "optimizer": {"input": "adamw", "hidden": "muon", "readout": "adamw"},
            "a": [0, 0, 1],
            "b": [0, "1/2", "inf"],
            "c": 0,
            "widths": [256, 512, 1024, 2048, 4096],
            "steps": 3,
        },
    },
    "adam_dense": {
        "summary": "µP for Adam, on ordinary networks",
        "description": "Updates of adaptive optimizers are not of low rank: dense matrices.",
        "value": {
            "preset": "mup_adam",
            "depth": 2,
            "widths": [64, 128, 256, 512],
            "steps": 2,
            "method": "dense",
            "update_rule": "signsgd",
        },
    },
    "standard_own_batch": {
        "summary": "The standard parametrization blows up, on your own batch",
        "description": "What frameworks do by default, with one learning rate for every width.",
        "value": {
            "preset": "standard",
            "depth": 2,
            "widths": [256, 512, 1024, 2048, 4096],
            "steps": 2,
            "inputs": [[1, 0.5, 0], [0, 1, -0.5], [0.5, 0, 1]],
            "targets": [1, -1, 0.5],
        },
    },
}

_USUAL: Final = Budget(
    *(Settings.model_fields[name].default for name in ("check_max_seconds", "check_max_bytes"))
)
_CREATED: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_RESULT: Final[CheckResult] = {
    "verdict": "confirmed",
    "theory": "feature_learning",
    "empirical": "feature_learning",
    "summary": "Confirmed, feature learning: at widths 256 to 4096 the features move: Δx^2 (step "
    "2) stays of size Θ(1), measured slope +0.000; all 33 slopes are as predicted.",
    "subject": "a = (-1/2, 0, 1/2), b = 1/2, c = 0 · sgd · tanh · mse · η = 0.5",
    "widths": [256, 512, 1024, 2048, 4096],
    "seeds": [24, 17, 12, 8, 6],
    "tolerance": 0.05,
    "quantities": [
        {
            "quantity": "delta_x",
            "layer": 2,
            "step": 2,
            "predicted_exponent": "0",
            "measured_exponent": 0.000139,
            "standard_error": 0.002754,
            "outcome": "agrees",
            "agrees": True,
            "sizes": [
                [0.223112, 0.214812, 0.236213],
                [0.221644, 0.214847, 0.228503],
                [0.225247, 0.218046, 0.230024],
                [0.224301, 0.221058, 0.227765],
                [0.223447, 0.221983, 0.2246],
            ],
            "fitted_widths": [256, 512, 1024, 2048, 4096],
            "explained": False,
            "note": None,
        }
    ],
    "notes": [],
    "method": "matrix_free",
    "device": "cpu",
    "seconds": 2.1,
}


def answers() -> Answers:
    """Answers about the first.  Of the result one quantity of many is shown."""
    body = CheckIn(**CREATE["mup"]["value"])
    job = job_of(body, _USUAL.with_more(read_question(body.question())))
    queued = Check(
        id=CHECK_ID,
        status="queued",
        job=job,
        progress=Progress(0, 5, "waiting for a worker", ahead=0, seconds_left=job["seconds"]),
        created_at=_CREATED,
        started_at=None,
        finished_at=None,
        error=None,
        outcome=None,
        result=None,
    )
    done = replace(
        queued,
        status="succeeded",
        progress=Progress(5, 5, "5 of 5 measurements"),
        started_at=_CREATED + timedelta(seconds=1),
        finished_at=_CREATED + timedelta(seconds=4),
        outcome=Outcome(_RESULT["verdict"], _RESULT["summary"]),
        result=_RESULT,
    )
    cancelled = replace(
        queued,
        status="cancelled",
        progress=Progress(0, 5, "waiting for a worker"),
        finished_at=_CREATED,
    )
    return {
        ("post", "/v1/checks", "202"): example(check_answer(queued)),
        ("get", "/v1/checks", "200"): example({"checks": [check_summary(done)], "next": None}),
        ("get", "/v1/checks/{id}", "200"): example(check_answer(done)),
        ("delete", "/v1/checks/{id}", "200"): example(check_answer(cancelled)),
    }
