"""A way to give up a measurement in its midst: whoever computes long asks now and then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Called between operations; raises to give the measurement up.
Checkpoint = Callable[[], None]

_checkpoint: ContextVar[Checkpoint | None] = ContextVar("checkpoint", default=None)


@contextmanager
def asking(checkpoint: Checkpoint | None) -> Iterator[None]:
    """Let ``give_up_if_told`` ask this one within the block, in the thread of the block."""
    token = _checkpoint.set(checkpoint)
    try:
        yield
    finally:
        _checkpoint.reset(token)


def give_up_if_told() -> None:
    """Raise what the present checkpoint raises, if there is one and it does."""
    checkpoint = _checkpoint.get()
    if checkpoint is not None:
        checkpoint()
