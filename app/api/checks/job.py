"""What is queued of a check."""

from typing import Any

from app.api.checks.request import CheckIn
from app.api.http.json_body import plain
from app.experiment.plan import Experiment, estimate, measurements


def job_of(body: CheckIn, experiment: Experiment) -> dict[str, Any]:
    """What is queued: the experiment, what it takes, and the body as it was sent."""
    return {
        "experiment": plain(experiment.as_json()),
        "total": len(measurements(experiment)),
        "seconds": round(estimate(experiment).seconds, 1),
        "request": plain(body.as_sent()),
    }
