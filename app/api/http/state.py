"""What handlers need from the application.

Read from the request directly: each dependency of the framework's kind costs as much as a
verdict.
"""

from fastapi import Request

from app.observe import Metrics
from app.settings import Settings


def settings_of(request: Request) -> Settings:
    """The settings of the application that serves the request."""
    settings: Settings = request.app.state.settings
    return settings


def metrics_of(request: Request) -> Metrics:
    """The metrics of the application that serves the request."""
    metrics: Metrics = request.app.state.metrics
    return metrics
