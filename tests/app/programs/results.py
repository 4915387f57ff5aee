"""A result of a program as a worker might leave it, small and without torch."""

from typing import Any

from app.programs.report import ProgramResult, ScalarReport


def scalar(
    limit: float | None, error: float | None = 0.01, note: str | None = None
) -> ScalarReport:
    return {
        "limit": limit,
        "standard_error": error,
        "sampling_error": error,
        "extrapolation_error": None if error is None else 0.0,
        "sampling_floor": error,
        "note": note,
    }


def result(**changed: Any) -> ProgramResult:
    """One scalar that converges, one that is not finite, and two vectors."""
    histogram = {
        "edges": [-2.0, -1.0, 0.0, 1.0, 2.0],
        "density": [0.1, 0.4, 0.4, 0.1],
        "gaussian": [0.14, 0.34, 0.34, 0.14],
        "outside": 0.0,
    }
    whole: Any = {
        "summary": "As n grows, c → 0.50 ± 0.01, d → no finite limit.",
        "scalars": {"c": scalar(0.5), "d": scalar(None, None, "not finite in 3 of 9 copies")},
        "joint": {
            "names": ["h", "g"],
            "mean": [0.0, 0.0],
            "mean_standard_error": [0.01, 0.01],
            "covariance": [[1.0, 0.5], [0.5, 1.0]],
            "covariance_standard_error": [[0.01, 0.01], [0.01, 0.01]],
            "histograms": {"h": histogram, "g": histogram},
            "coordinate_correlation": {"h": [0.1, 0.05], "g": [0.1, None]},
        },
        "convergence": {
            "c": {"mean": [0.6, 0.55], "standard_error": [0.01, 0.01]},
            "d": {"mean": [None, None], "standard_error": [None, None]},
        },
        "widths": [128, 256],
        "copies": [40, 20],
        "precision": 0.01,
        "reached": False,
        "notes": [],
        "device": "cpu",
        "seconds": 1.5,
    }
    return {**whole, **changed}
