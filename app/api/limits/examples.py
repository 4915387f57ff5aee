"""Worked examples of limits: each can be sent untouched from /docs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import msgspec

from app.api.http.resource import Answers, example, named_examples
from app.api.limits.job import job_of
from app.api.limits.job_answer import job_out
from app.api.limits.request import LimitIn
from app.api.limits.solve import answered, read
from app.experiment.limits.report import LimitReport
from app.queue.client import Job, Progress
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
    "features": {
        "summary": "Features are learned: simulated",
        "description": "µP with two hidden layers: networks of three widths, extrapolated, to a "
        "standard error of 0.01.",
        "value": {"preset": "mup", "depth": 2, **_BATCH, "steps": 4, "precision": 0.01},
    },
    "compared": {
        "summary": "Finite networks beside the limit",
        "description": "How fast networks approach the kernel.",
        "value": {
            "preset": "ntk",
            "depth": 2,
            **_BATCH,
            "steps": 4,
            "compare_widths": [64, 256, 1024, 4096],
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

#: Those for which networks are trained.
_DURABLE: Final = ("features", "compared")

LIMIT_ID: Final = "5d1be0a74c2f4e6f8b7a9d3c6e10f2a4"

#: Those that are answered at once.
AT_ONCE: Final = {name: each for name, each in LIMITS.items() if name not in _DURABLE}

#: The same as addresses.
QUESTION: Final[dict[str, Any]] = {
    name: {**shown, "value": msgspec.json.encode(shown["value"]).decode()}
    for name, shown in AT_ONCE.items()
}

_ANSWERED: Final = ("ntk", "linear")


_CREATED: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_REPORT: Final[LimitReport] = {
    "simulated": {
        "f": [[0.0, 0.0, 0.0], [0.095, -0.024, -0.05], [0.173, -0.047, -0.089]],
        "standard_error": [[0.0, 0.0, 0.0], [0.0017, 0.0012, 0.0014], [0.0018, 0.0013, 0.0015]],
        "sampling": 0.0018,
        "halves": 0.0019,
        "extrapolation": 0.0,
        "precision": 0.01,
        "reached": True,
        "widths": [
            {"width": width, "networks": 65536 // width, "f": [], "standard_error": []}
            for width in (256, 1024, 4096)
        ],
    },
    "nonlinearity": (0.061, 0.002),
    "comparison": None,
    "device": "cpu",
    "seconds": 1.4,
}


@cache
def answers() -> Answers:
    """What some of the questions are answered."""
    settings = Settings.model_construct()

    def solved(body: Any) -> object:
        return answered(read(LimitIn(**body), settings), Deadline())

    body = LimitIn(**{**LIMITS["features"]["value"], "steps": 2})
    job = job_of(body, read(body, settings), None, settings)
    queued: Job[LimitReport] = Job(
        id=LIMIT_ID,
        status="queued",
        job=job,
        progress=Progress(0, 3, "waiting for a worker"),
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
        progress=Progress(3, 3, "3 measurements"),
        started_at=_CREATED + timedelta(seconds=1),
        finished_at=_CREATED + timedelta(seconds=3),
        result=_REPORT,
    )
    cancelled = replace(queued, status="cancelled", finished_at=_CREATED)
    return {
        ("post", "/v1/limits", "200"): named_examples(LIMITS, _ANSWERED, solved),
        ("post", "/v1/limits", "202"): example(job_out(queued)),
        ("get", "/v1/limits/{id}", "200"): example(job_out(done)),
        ("delete", "/v1/limits/{id}", "200"): example(job_out(cancelled)),
    }
