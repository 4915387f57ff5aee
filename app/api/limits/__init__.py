"""POST /v1/limits: what networks do as width goes to infinity, and the figure of it."""

from typing import Final

from app.api.http.resource import Resource
from app.api.limits import one_limit, plot, route
from app.api.limits.examples import answers

RESOURCE: Final = Resource(
    (route.router, plot.router, one_limit.router),
    answers,
    about="What a network becomes as its width goes to infinity.",
)
