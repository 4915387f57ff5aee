"""What an expression is: a number, a scalar or a vector; where it lies, and how fast it grows.

By arithmetic of intervals, so that what has no moments (1/h, exp(h²), log(h) of a Gaussian h) is
refused before it is run.  What depends on scalars alone is checked when it runs: it is one number
for each copy, and near its limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, prod
from typing import Final

from app.programs.errors import ExpressionError
from app.programs.expressions import Node
from app.programs.functions import FUNCTIONS, Extent, constant

#: Largest exponent of a power.
LARGEST_POWER: Final = 16


@dataclass(frozen=True, slots=True)
class Meaning:
    """An expression with what its names are known to be."""

    node: Node
    extent: Extent
    value: float | None = None  # of a number


def meaning(node: Node, known: Mapping[str, Extent]) -> Meaning:
    """The meaning of an expression in these names.  Raises ``ExpressionError``."""
    match node.operation:
        case "number":
            return _number(node.value)
        case "name":
            return Meaning(node, known[node.name])
    of = [meaning(each, known) for each in node.of]
    folded = Node(node.operation, tuple(each.node for each in of), nesting=node.nesting)
    values = [each.value for each in of if each.value is not None]
    if len(values) == len(of):
        return _number(_folded(node.operation, values))
    extents = [each.extent for each in of]
    return Meaning(folded, _extent(node.operation, of, extents))


def _number(value: float) -> Meaning:
    if not isfinite(value):
        raise ExpressionError("a number in it is too large; write one below 1e300")
    return Meaning(Node("number", value=value), constant(value), value)


def _folded(operation: str, values: list[float]) -> float:
    """An operation on numbers."""
    try:
        match operation:
            case "+":
                return float(sum(values))
            case "*":
                return float(prod(values))
            case "negated":
                return -values[0]
            case "/":
                return values[0] / values[1]
            case "^":
                if values[0] < 0 and values[1] != int(values[1]):
                    raise ValueError
                return float(values[0] ** values[1])
        if operation in ("sqrt", "log") and values[0] < (1e-300 if operation == "log" else 0):
            raise ValueError
        return FUNCTIONS[operation].value(*values)
    except ZeroDivisionError:
        raise ExpressionError("it divides by zero; leave the quotient out") from None
    except OverflowError:
        raise ExpressionError("a number in it is too large; write one below 1e300") from None
    except ValueError:
        shown = ", ".join(f"{each:g}" for each in values)
        raise ExpressionError(
            f"{operation} of {shown} is no real number; mend what it is taken of"
        ) from None


def _extent(operation: str, of: list[Meaning], extents: list[Extent]) -> Extent:
    entrywise = any(each.entrywise for each in extents)
    degree = max(each.degree for each in extents)
    first = extents[0]
    match operation:
        case "+":
            low, high = sum(each.low for each in extents), sum(each.high for each in extents)
        case "*":
            return _product(of)
        case "negated":
            low, high = -first.high, -first.low
        case "/":
            return _quotient(of[0], of[1])
        case "^":
            return _power(of[0], of[1])
        case _:
            function = FUNCTIONS[operation]
            lack = function.needs(first) if entrywise else None
            if lack is not None:
                raise ExpressionError(f"{operation} is taken of a vector {lack}")
            low, high = function.extent(*extents)
    return Extent.of(low, high, degree, entrywise)


def _product(of: list[Meaning]) -> Extent:
    """Equal factors are taken as a power: x*x is not negative."""
    extent: Extent | None = None
    left = list(of)
    while left:
        alike = [each for each in left if each.node == left[0].node]
        left = [each for each in left if each.node != alike[0].node]
        factor = alike[0].extent if len(alike) == 1 else _integer_power(alike[0].extent, len(alike))
        extent = factor if extent is None else _times(extent, factor)
    assert extent is not None
    return extent


def _times(one: Extent, other: Extent) -> Extent:
    ends = [_ends(x, y) for x in (one.low, one.high) for y in (other.low, other.high)]
    entrywise = one.entrywise or other.entrywise
    return Extent.of(min(ends), max(ends), one.degree + other.degree, entrywise)


def _ends(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y  # also where the other is infinite


def _quotient(numerator: Meaning, denominator: Meaning) -> Extent:
    below = denominator.extent
    if denominator.value == 0:
        raise ExpressionError("it divides by zero; leave the quotient out")
    if below.low > 0 or below.high < 0:
        return _times(numerator.extent, Extent(1 / below.high, 1 / below.low, 0.0, below.entrywise))
    if below.entrywise:
        raise ExpressionError(
            "it divides by a vector whose coordinates come near 0, so that it has no moments; "
            "divide by what stays away from 0, such as 1 + x^2 or sqrt(0.1 + x^2)"
        )
    above = numerator.extent
    return Extent.of(-inf, inf, above.degree, above.entrywise)


def _power(base: Meaning, exponent: Meaning) -> Extent:
    power = exponent.value
    if power is None:
        raise ExpressionError(
            "an exponent in it is no number; write x^2, or exp(s*log(1 + x^2)) for a power s"
        )
    if abs(power) > LARGEST_POWER:
        raise ExpressionError(
            f"it has the power {power:g}; powers from {-LARGEST_POWER} to {LARGEST_POWER} are taken"
        )
    extent = base.extent
    if power == int(power) and power >= 0:
        return _integer_power(extent, int(power))
    if power == int(power):
        below = Meaning(Node("^", (base.node, exponent.node)), _integer_power(extent, -int(power)))
        return _quotient(_number(1.0), below)
    if extent.low < 0 or (power < 0 and extent.low <= 0):
        if extent.entrywise:
            raise ExpressionError(
                f"it takes the power {power:g} of a vector that may be "
                f"{'negative' if power > 0 else '0 or negative'}; write (1 + x^2)^{power:g}"
            )
        return Extent.of(0.0, inf, 0.0, False)
    ends = sorted((_raised(extent.low, power), _raised(extent.high, power)))
    return Extent.of(ends[0], ends[1], max(extent.degree * power, 0.0), extent.entrywise)


def _integer_power(extent: Extent, power: int) -> Extent:
    ends = sorted((_raised(extent.low, power), _raised(extent.high, power)))
    low = 0.0 if power % 2 == 0 and extent.low <= 0 <= extent.high and power else ends[0]
    return Extent.of(low, ends[1], extent.degree * power, extent.entrywise)


def _raised(base: float, power: float) -> float:
    try:
        return float(base**power)
    except OverflowError:
        return inf if base > 0 or power % 2 == 0 else -inf
    except ZeroDivisionError:
        return inf
