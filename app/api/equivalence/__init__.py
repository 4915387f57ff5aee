"""POST /v1/equivalence."""

from typing import Final

from app.api.equivalence.examples import answers
from app.api.equivalence.route import router
from app.api.http.resource import Resource

RESOURCE: Final = Resource((router,), answers)
