"""GET /v1/parametrizations: the named parametrizations."""

from typing import Final

from app.api.gallery.route import router
from app.api.http.resource import Resource

RESOURCE: Final = Resource((router,), about="The named parametrizations of the literature.")
