"""/v1/programs: Tensor Programs, their gallery, events and plots."""

from typing import Final

from app.api.http.resource import Resource
from app.api.programs import events, gallery, plots, route
from app.api.programs.examples import answers

RESOURCE: Final = Resource(
    (gallery.router, route.router, route.posting, events.router, plots.router),
    answers,
    about="Tensor Programs, executed: limits of whatever is made of wide Gaussian matrices.",
)
