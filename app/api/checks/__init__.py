"""/v1/checks: coordinate checks, their events and plots."""

from typing import Final

from app.api.checks import events, plots, route
from app.api.checks.examples import answers
from app.api.http.resource import Resource

RESOURCE: Final = Resource(
    (route.router, route.posting, events.router, plots.router),
    answers,
    about="Verdicts tested on real networks.",
)
