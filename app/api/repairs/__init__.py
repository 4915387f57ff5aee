"""POST /v1/repairs."""

from typing import Final

from app.api.http.resource import Resource
from app.api.repairs.examples import answers
from app.api.repairs.route import router

RESOURCE: Final = Resource((router,), answers)
