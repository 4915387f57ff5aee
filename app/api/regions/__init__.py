"""POST /v1/regions, and its figure."""

from typing import Final

from app.api.http.resource import Resource
from app.api.regions import plot, route
from app.api.regions.examples import answers

RESOURCE: Final = Resource(
    (route.router, plot.router),
    answers,
    about="Which exponents have which verdict, and what to change.",
)
