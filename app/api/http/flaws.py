"""Flaws that a reader found, pointed at where they are in the request."""

from collections.abc import Iterator
from contextlib import contextmanager

from solver import ParametrizationError


@contextmanager
def under(*prefix: str | int) -> Iterator[None]:
    """The paths of every ``ParametrizationError`` raised in the block start with ``prefix``."""
    try:
        yield
    except ParametrizationError as error:
        raise error.under(*prefix) from None
