"""The networks that every demonstration compares."""

from collections.abc import Iterator, Sequence

from app.demonstrations.linear_network import Scaling


def every(widths: Sequence[int]) -> Iterator[tuple[Scaling, int | None]]:
    """µP at each width, its limit, then NTK at each width."""
    for width in (*widths, None):
        yield "mup", width
    for width in widths:
        yield "ntk", width
