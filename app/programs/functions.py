"""The entrywise functions of expressions: their names, ranges and growth.  Knows no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, erf, exp, inf, log, sin, sqrt, tanh
from typing import Final

_Ends = Callable[["Extent"], tuple[float, float]]

#: Exponentials of vectors whose exponent may exceed this are refused: their moments are out of
#: reach of any sample.
LARGEST_EXPONENT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a value lies, and how fast it grows as a power of the Gaussians that it comes from.

    ``entrywise``: whether it differs from coordinate to coordinate, as a vector does.
    """

    low: float
    high: float
    degree: float
    entrywise: bool

    @classmethod
    def of(cls, low: float, high: float, degree: float, entrywise: bool) -> "Extent":
        """The same, of degree 0 where it is bounded."""
        bounded = -inf < low and high < inf
        return cls(low, high, 0.0 if bounded or not entrywise else degree, entrywise)


def constant(value: float) -> Extent:
    """That of a number."""
    return Extent(value, value, 0.0, False)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of one or two numbers; ``needs`` says what a vector in it must be, or None."""

    arguments: int
    value: Callable[..., float]
    extent: Callable[..., tuple[float, float]]
    needs: Callable[[Extent], str | None] = lambda _: None


def _monotone(function: Callable[[float], float]) -> _Ends:
    return lambda x: (function(x.low), function(x.high))


def _within(low: float, high: float) -> _Ends:
    return lambda _: (low, high)


def _abs(x: Extent) -> tuple[float, float]:
    least = 0.0 if x.low <= 0.0 <= x.high else min(abs(x.low), abs(x.high))
    return least, max(abs(x.low), abs(x.high))


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _exp(x: float) -> float:
    return inf if x > 700 else exp(x)


def _sigmoid(x: float) -> float:
    return 0.5 + 0.5 * tanh(x / 2)


def _not_negative(x: Extent) -> str | None:
    return None if x.low >= 0 else "which may be negative; write sqrt(1 + x^2), or sqrt(abs(x))"


def _positive(x: Extent) -> str | None:
    return None if x.low > 0 else "which may come down to 0; write log(1 + x^2)"


def _exponent(x: Extent) -> str | None:
    if x.high <= LARGEST_EXPONENT:
        return None
    return (
        f"which may exceed {LARGEST_EXPONENT:g}, so that no sample shows its moments; bound it: "
        "exp(tanh(x)), exp(min(x, 5)) or exp(-x^2)"
    )


def _silu(x: float) -> float:
    return x * _sigmoid(x) if x > -700 else 0.0


def _gelu(x: float) -> float:
    return x * 0.5 * (1 + erf(x / sqrt(2))) if x > -40 else 0.0


def _from(least: float, function: Callable[[float], float]) -> _Ends:
    """Of a function with this minimum that grows with its argument."""
    return lambda x: (least, max(function(x.high), 0.0))


def _safe_sqrt(x: float) -> float:
    return sqrt(max(x, 0.0))


def _safe_log(x: float) -> float:
    return -inf if x <= 0 else log(x)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "tanh": Function(1, tanh, _monotone(tanh)),
    "relu": Function(1, lambda x: max(x, 0.0), _monotone(lambda x: max(x, 0.0))),
    "erf": Function(1, erf, _monotone(erf)),
    "sign": Function(1, _sign, _monotone(_sign)),
    "step": Function(1, lambda x: float(x > 0), _monotone(lambda x: float(x > 0))),
    "abs": Function(1, abs, _abs),
    "sigmoid": Function(1, _sigmoid, _monotone(_sigmoid)),
    "gelu": Function(1, _gelu, _from(-0.1701, _gelu)),
    "silu": Function(1, _silu, _from(-0.2786, _silu)),
    "sin": Function(1, sin, _within(-1.0, 1.0)),
    "cos": Function(1, cos, _within(-1.0, 1.0)),
    "exp": Function(1, _exp, _monotone(_exp), _exponent),
    "sqrt": Function(1, sqrt, _monotone(_safe_sqrt), _not_negative),
    "log": Function(1, log, _monotone(_safe_log), _positive),
    "min": Function(2, min, lambda x, y: (min(x.low, y.low), min(x.high, y.high))),
    "max": Function(2, max, lambda x, y: (max(x.low, y.low), max(x.high, y.high))),
}  # fmt: skip
