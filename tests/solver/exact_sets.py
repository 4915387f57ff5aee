"""Sets of points given by affine inequalities, decided by elimination (Fourier and Motzkin).

Nothing here uses the solver: a row is ``(numbers, relation)`` and means
``numbers[0] + numbers[1] * x_1 + ... relation 0``, with whole numbers.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from operator import eq, ge, gt, mul
from typing import Final

Row = tuple[tuple[int, ...], str]
Rows = tuple[Row, ...]
Point = tuple[Fraction, ...]

TINY = Fraction(1, 10**6)


def row(numbers: Sequence[Fraction | int], relation: str) -> Row:
    """The row in lowest terms; the first coefficient of an equation is positive."""
    denominator = lcm(*(Fraction(each).denominator for each in numbers))
    whole = [int(each * denominator) for each in numbers]
    common = gcd(*whole) or 1
    if relation == "=" and next((each for each in whole[1:] if each), 0) < 0:
        common = -common
    return tuple(each // common for each in whole), relation


def rows_of(constraints: Iterable[tuple[tuple, str]], unknowns: Sequence[str]) -> Rows:  # type: ignore[type-arg]
    """The rows of constraints ``((constant, ((name, coefficient), ...)), relation)``."""
    found = []
    for (constant, terms), relation in constraints:
        coefficients = dict(terms)
        assert set(coefficients) <= set(unknowns)
        found.append(row([constant, *(coefficients.get(name, 0) for name in unknowns)], relation))
    return tuple(found)


def value(numbers: Sequence[Fraction | int], point: Point) -> Fraction:
    """What the affine form is at the point."""
    return sum(
        (each * at for each, at in zip(numbers[1:], point, strict=True)), Fraction(numbers[0])
    )


def satisfied(each: Row, point: Point) -> bool:
    return holds((each,), point)


def holds(rows: Iterable[Row], point: Point) -> bool:
    """Whether the point is in the set; in whole numbers, over one denominator."""
    scale = lcm(*(at.denominator for at in point))
    whole = [scale, *(at.numerator * (scale // at.denominator) for at in point)]
    return all(_MEANS[relation](sum(map(mul, numbers, whole)), 0) for numbers, relation in rows)


_MEANS: Final = {"=": eq, ">": gt, ">=": ge}


def opposite(each: Row) -> list[Row]:
    """The rows of which one holds where this one does not."""
    numbers, relation = each
    turned = tuple(-number for number in numbers)
    if relation == "=":
        return [(numbers, ">"), (turned, ">")]
    return [(turned, ">=" if relation == ">" else ">")]


def feasible(rows: Iterable[Row]) -> bool:
    """Whether some point satisfies all rows."""
    left = set(rows)
    while True:
        if not all(
            satisfied(each, (Fraction(),) * (len(each[0]) - 1))
            for each in left
            if not any(each[0][1:])
        ):
            return False
        left = {each for each in left if any(each[0][1:])}
        if not left:
            return True
        left = _without_one(left)


def _without_one(rows: set[Row]) -> set[Row]:
    """The shadow of the set along one unknown: its points can be lifted again."""
    for numbers, relation in rows:
        if relation == "=":
            pivot = next(place for place in range(1, len(numbers)) if numbers[place])
            return {_combined(each, (numbers, relation), pivot) for each in rows} - {
                row([0] * len(numbers), "=")
            }
    places = range(1, len(next(iter(rows))[0]))
    used = [place for place in places if any(each[0][place] for each in rows)]

    def cost(place: int) -> int:
        up = sum(each[0][place] > 0 for each in rows)
        return up * sum(each[0][place] < 0 for each in rows)

    pivot = min(used, key=cost)
    below = [each for each in rows if each[0][pivot] > 0]
    above = [each for each in rows if each[0][pivot] < 0]
    kept = {each for each in rows if not each[0][pivot]}
    return kept | {_summed(low, high, pivot) for low in below for high in above}


def _combined(each: Row, equation: Row, pivot: int) -> Row:
    factor = Fraction(each[0][pivot], equation[0][pivot])
    return row(
        [mine - factor * theirs for mine, theirs in zip(each[0], equation[0], strict=True)], each[1]
    )


def _summed(low: Row, high: Row, pivot: int) -> Row:
    up, down = low[0][pivot], -high[0][pivot]
    numbers = [down * one + up * other for one, other in zip(low[0], high[0], strict=True)]
    return row(numbers, ">" if ">" in (low[1], high[1]) else ">=")


def left_over(region: Rows, sets: Iterable[Rows]) -> list[Rows]:
    """Non-empty sets that make up what no set covers of the region."""
    rest = [region] if feasible(region) else []
    for each in sets:
        pieces: list[Rows] = []
        for part in rest:
            if not feasible((*part, *each)):
                pieces.append(part)
                continue
            within = part
            for one in each:
                pieces += [(*within, bad) for bad in opposite(one) if feasible((*within, bad))]
                within = (*within, one)
        rest = pieces
    return rest


def redundant(rows: Rows) -> list[Row]:
    """The rows that follow from the others."""
    return [
        each
        for place, each in enumerate(rows)
        if not any(feasible((*rows[:place], *rows[place + 1 :], bad)) for bad in opposite(each))
    ]


def on_planes(planes: Sequence[Sequence[Fraction]], start: Point) -> Point | None:
    """A point on all planes that agrees with ``start`` where it may; None if there is none."""
    solved: list[tuple[int, list[Fraction]]] = []
    for plane in planes:
        numbers = [Fraction(each) for each in plane]
        for pivot, other in solved:
            factor = numbers[pivot] / other[pivot]
            numbers = [one - factor * two for one, two in zip(numbers, other, strict=True)]
        pivot = next((place for place in range(1, len(numbers)) if numbers[place]), 0)
        if pivot:
            solved.append((pivot, numbers))
        elif numbers[0]:
            return None
    point = list(start)
    for pivot, numbers in reversed(solved):
        point[pivot - 1] -= value(numbers, tuple(point)) / numbers[pivot]
    return tuple(point)


def draw(rng: random.Random, planes: Sequence[Sequence[Fraction]], dimension: int) -> Point | None:
    """A random point on none, some or as many of the planes as determine it; or just beside."""
    start = tuple(
        Fraction(rng.randint(-3 * q, 3 * q), q)
        for q in (rng.randint(1, 12) for _ in range(dimension))
    )
    point = on_planes(rng.sample(planes, min(len(planes), rng.randint(0, dimension))), start)
    if point is None or rng.random() < 0.75:
        return point
    return tuple(each + rng.choice((-TINY, 0, TINY)) for each in point)


def one_set(group: Sequence[Rows]) -> bool:
    """Whether the union of the non-empty sets is a set that rows describe.

    It is if with any point p of it and any point q of its closure it holds all between them
    (without q): each row that holds at p, and at q but for strictness, holds there.
    """
    return not any(
        left_over(_between(one, other), [_at_the_sum(each) for each in group])
        for one in group
        for other in group
        if one is not other
    )


def _between(one: Rows, other: Rows) -> Rows:
    """The points t p + (1-t) q with 0 < t < 1, as sums of x = t p and y = (1-t) q: rows on t, x, y.

    Here p is in the first set and q in the closure of the second.
    """
    none = [0] * (len(one[0][0]) - 1)
    return (
        row([0, 1, *none, *none], ">"),
        row([1, -1, *none, *none], ">"),
        *(row([0, first, *rest, *none], relation) for (first, *rest), relation in one),
        *(
            row([first, -first, *none, *rest], "=" if relation == "=" else ">=")
            for (first, *rest), relation in other
        ),
    )


def _at_the_sum(rows: Rows) -> Rows:
    return tuple(row([first, 0, *rest, *rest], relation) for (first, *rest), relation in rows)


def named(point: Mapping[str, Fraction], unknowns: Sequence[str]) -> Point:
    """The coordinates in order."""
    return tuple(point[name] for name in unknowns)
