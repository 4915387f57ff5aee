"""Worked examples of programs: small enough to be done in seconds when sent from /docs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.api.http.resource import Answers, example
from app.api.programs.answer import gallery_program, program_answer, program_summary
from app.programs.gallery import GALLERY
from app.programs.report import ProgramResult
from app.queue.client import Job, Progress

PROGRAM_ID: Final = "8d5a2c70f3b84e119c6e0a7f4b21d936"

_SMALL: Final[dict[str, Any]] = {
    "matrices": {"W": {"std": 1}},
    "vectors": {"v": {"std": 1}},
    "scalars": {"s": 0.3},
    "program": [
        {"let": "h", "matmul": "W", "of": "v"},
        {"let": "x", "nonlin": "tanh(h) + s*v"},
        {"let": "g", "matmul": "W^T", "of": "x"},
        {"let": "c", "moment": "x*x"},
        {"let": "back", "moment": "g*v"},
    ],
    "joint": ["x"],
    "precision": 0.01,
}

CREATE: Final[dict[str, Any]] = {
    "small": {
        "summary": "A layer, and its way back",
        "description": "One matrix and its transpose, one nonlinearity, two scalars.",
        "value": _SMALL,
    },
    **{
        entry.name: {
            "summary": entry.title,
            "description": entry.says,
            "value": dict(entry.program),
        }
        for entry in GALLERY.values()
    },
}

_CREATED: Final = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_RESULT: Final[ProgramResult] = {
    "summary": "As n grows, c → 0.4816 ± 0.0043, back → 0.6045 ± 0.0052.",
    "scalars": {
        "c": {
            "limit": 0.48163,
            "standard_error": 0.00432,
            "sampling_error": 0.00432,
            "extrapolation_error": 0.0,
            "sampling_floor": 0.00211,
            "note": None,
        },
    },
    "joint": {
        "names": ["x"],
        "mean": [0.00038],
        "mean_standard_error": [0.00388],
        "covariance": [[0.48159]],
        "covariance_standard_error": [[0.00431]],
        "histograms": {
            "x": {
                "edges": [-3.47, -1.157, 1.157, 3.47],
                "density": [0.0201, 0.3919, 0.0203],
                "gaussian": [0.0204, 0.3909, 0.0204],
                "outside": 0.0,
            }
        },
        "coordinate_correlation": {"x": [-0.0012, 0.0006, -0.0001, 0.00005, 0.00001]},
    },
    "convergence": {
        "c": {
            "mean": [0.4731, 0.4841, 0.4822, 0.4799, 0.4818],
            "standard_error": [0.0081, 0.0067, 0.0041, 0.0042, 0.0021],
        }
    },
    "widths": [128, 256, 512, 1024, 2048],
    "copies": [35, 26, 32, 16, 64],
    "precision": 0.01,
    "reached": True,
    "notes": [],
    "device": "cpu",
    "seconds": 0.4,
}


def answers() -> Answers:
    """Answers about the first.  Of the result one scalar and few bins are shown."""
    queued: Job[ProgramResult] = Job(
        id=PROGRAM_ID,
        status="queued",
        job={"request": _SMALL},
        progress=Progress(0, 5, "waiting for a worker"),
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
        progress=Progress(6, 6, "all 6 units"),
        started_at=_CREATED + timedelta(seconds=1),
        finished_at=_CREATED + timedelta(seconds=2),
        result=_RESULT,
    )
    cancelled = replace(queued, status="cancelled", finished_at=_CREATED)
    shown = gallery_program(next(iter(GALLERY.values())))
    return {
        ("post", "/v1/programs", "202"): example(program_answer(queued)),
        ("get", "/v1/programs", "200"): example(
            {"programs": [program_summary(done)], "next": None}
        ),
        ("get", "/v1/programs/gallery", "200"): example({"programs": [shown]}),
        ("get", "/v1/programs/{id}", "200"): example(program_answer(done)),
        ("delete", "/v1/programs/{id}", "200"): example(program_answer(cancelled)),
    }
