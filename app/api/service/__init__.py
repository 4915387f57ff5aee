"""The service about itself: health, metrics, problem types."""

from typing import Final

from app.api.http.resource import Resource
from app.api.service.route import router

RESOURCE: Final = Resource((router,), about="Health, metrics, and what problems mean.")
