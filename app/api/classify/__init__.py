"""POST /v1/classify and POST /v1/classify/batch."""

from typing import Final

from app.api.classify.examples import answers
from app.api.classify.route import batches, router
from app.api.http.resource import Resource

RESOURCE: Final = Resource(
    (router, batches), answers, about="Verdicts on parametrizations, one or many, and gauge."
)
