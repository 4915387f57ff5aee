"""POST /v1/predictions."""

from typing import Final

from app.api.http.resource import Resource
from app.api.predictions.examples import answers
from app.api.predictions.route import router

RESOURCE: Final = Resource((router,), answers)
