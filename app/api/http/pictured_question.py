"""Questions that are answered by a figure, posted or asked at an address that pages can load."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import mimeparse
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.api.http.json_body import decode
from app.api.http.pictures import MEDIA_TYPES, FileFormat
from app.problems import ProblemError, pointer
from solver import ParametrizationError
from solver.exact import shown

_QUESTION: Final = ("query", "question")

_Body = TypeVar("_Body", bound=BaseModel)


@contextmanager
def asked_in_the_query() -> Iterator[None]:
    """Whatever is wrong with a question in the block is said to be in the query ``question``."""
    try:
        yield
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": (*_QUESTION, *each["loc"])} for each in error.errors()]
        ) from None
    except ParametrizationError as error:
        raise error.under(*_QUESTION) from None
    except ProblemError as error:
        if error.code != "invalid-json":
            raise
        raise ProblemError("invalid-request", error.detail, pointer(_QUESTION)) from None


def body_of(model: type[_Body], question: str) -> _Body:
    """The body of the POST, of which the question is the text."""
    return model.model_validate(decode(question.encode(), "question"))


def wanted_format(request: Request) -> FileFormat:
    """The format that ``Accept`` prefers.  Raises ``ProblemError`` (406) if it is neither."""
    accept = request.headers.get("accept") or "*/*"
    try:
        # Of what is equally welcome, the last one wins.
        best = mimeparse.best_match([MEDIA_TYPES["png"], MEDIA_TYPES["svg"]], accept.lower())
    except mimeparse.MimeTypeParseException:
        best = ""
    if not best:
        raise ProblemError(
            "not-acceptable",
            f"the figure is not available as {shown(accept)}; accept image/svg+xml or image/png",
            "/header/Accept",
        )
    return "png" if best == MEDIA_TYPES["png"] else "svg"
