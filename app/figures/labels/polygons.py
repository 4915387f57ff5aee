"""Convex polygons on the page: their area, their middle, and what lies in them."""

from collections.abc import Sequence

from app.figures.labels.rectangles import Spot


def doubled_area(shape: Sequence[Spot]) -> float:
    """Twice the area of a polygon, negative if its corners go clockwise."""
    return sum(x * v - u * y for (x, y), (u, v) in _edges(shape))


def inside(shape: Sequence[Spot], spots: Sequence[Spot]) -> bool:
    """Whether all spots lie in a convex polygon."""
    turn = doubled_area(shape)
    return all(
        ((u - x) * (b - y) - (v - y) * (a - x)) * turn >= 0
        for (x, y), (u, v) in _edges(shape)
        for a, b in spots
    )


def centre(shape: Sequence[Spot]) -> Spot:
    """The centre of gravity of a polygon that has an area."""
    weighted = [(x * v - u * y, x + u, y + v) for (x, y), (u, v) in _edges(shape)]
    total = 3 * doubled_area(shape)
    return (
        sum(size * across for size, across, _ in weighted) / total,
        sum(size * up for size, _, up in weighted) / total,
    )


def _edges(shape: Sequence[Spot]) -> list[tuple[Spot, Spot]]:
    return list(zip(shape, [*shape[1:], *shape[:1]], strict=True))
