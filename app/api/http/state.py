"""What handlers need from the application.

Read from the request directly: each dependency of the framework's kind costs as much as a
verdict.
"""

from fastapi import Request

from app.api.parametrization.request import ParametrizationIn
from app.observe import Metrics
from app.settings import Settings

# Deeper networks take many milliseconds, in which the event loop should serve others.
_DEEP = 256


def deep(body: ParametrizationIn) -> bool:
    """Whether an answer may take long enough to be worked out in a thread."""
    values = (body.abc, body.a, body.b, body.c, body.d)
    return (isinstance(body.depth, int) and body.depth > _DEEP) or any(
        isinstance(value, list) and len(value) > _DEEP for value in values
    )


def settings_of(request: Request) -> Settings:
    """The settings of the application that serves the request."""
    settings: Settings = request.app.state.settings
    return settings


def metrics_of(request: Request) -> Metrics:
    """The metrics of the application that serves the request."""
    metrics: Metrics = request.app.state.metrics
    return metrics
