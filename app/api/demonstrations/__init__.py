"""/v1/demonstrations: the experiments that show what learning features is for."""

from typing import Final

from app.api.demonstrations.examples import answers
from app.api.demonstrations.route import router
from app.api.http.resource import Resource

RESOURCE: Final = Resource(
    (router,), answers, about="What learning features is for: experiments in miniature."
)
