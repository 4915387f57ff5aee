"""Affine forms in named unknowns, with exact rational coefficients: ``1/2 - s + 3/2*t``."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import Final, NamedTuple

from solver.exact.exponents import format_exponent
from solver.exact.hashed import HashedOnce


class _Fields(NamedTuple):
    constant: Fraction
    terms: tuple[tuple[str, Fraction], ...]


class AffineForm(HashedOnce, _Fields):
    """``constant + Σ coefficient * unknown``: no coefficient is zero, unknowns are in order.

    Equal forms are equal values, so forms may be looked up.
    """

    @cached_property
    def coefficients(self) -> Mapping[str, Fraction]:
        """The coefficient of each unknown that occurs."""
        return dict(self.terms)

    @property
    def unknowns(self) -> tuple[str, ...]:
        """The unknowns that occur."""
        return tuple(name for name, _ in self.terms)

    def plus(self, other: "AffineForm | Fraction | int") -> "AffineForm":
        """The sum."""
        if not isinstance(other, AffineForm):
            return AffineForm(self.constant + other, self.terms)
        if not other.terms:
            return AffineForm(self.constant + other.constant, self.terms)
        sums = dict(self.terms)
        for name, coefficient in other.terms:
            sums[name] = sums.get(name, Fraction()) + coefficient
        return affine(self.constant + other.constant, sums)

    def minus(self, other: "AffineForm | Fraction | int") -> "AffineForm":
        """The difference."""
        return self.plus(other.times(-1) if isinstance(other, AffineForm) else -other)

    def times(self, factor: Fraction | int) -> "AffineForm":
        """The multiple."""
        if not factor:
            return ZERO
        if factor == 1:
            return self
        return AffineForm(
            self.constant * factor, tuple((name, each * factor) for name, each in self.terms)
        )

    def at(self, point: Mapping[str, Fraction]) -> Fraction:
        """The value.  Raises ``KeyError`` where the point lacks an unknown that occurs."""
        return sum((each * point[name] for name, each in self.terms), self.constant)

    def replaced(self, name: str, by: "AffineForm") -> "AffineForm":
        """The form with an unknown written in terms of others."""
        coefficient = self.coefficients.get(name)
        if coefficient is None:
            return self
        rest = AffineForm(self.constant, tuple(each for each in self.terms if each[0] != name))
        return rest.plus(by.times(coefficient))

    def primitive(self) -> "AffineForm":
        """The positive multiple whose coefficients of unknowns are coprime integers."""
        if not self.terms:
            return self
        denominator = lcm(*(each.denominator for _, each in self.terms))
        common = gcd(*(int(each * denominator) for _, each in self.terms))
        return self.times(Fraction(denominator, common))

    def text(self) -> str:
        """Such as ``"1/2 - s"``, ``"s - 1/2"``, ``"3/2*t"``; it reads back as the same form."""
        return self.spelled(format_exponent, lambda name, factor: f"{_times(factor)}{name}")

    def latex(self) -> str:
        r"""Such as ``"\tfrac{1}{2} - s"``."""
        return self.spelled(latex_number, _latex_term)

    def spelled(
        self,
        number: Callable[[Fraction], str],
        term: Callable[[str, Fraction], str],
        minus: str = "-",
    ) -> str:
        """The form in another notation: of positive numbers, and of their products with unknowns.

        A form that opens without a sign reads better: a positive part comes first, if there is one.
        """
        parts = [(each < 0, term(name, abs(each))) for name, each in self.terms]
        if self.constant or not parts:
            parts.append((self.constant < 0, number(abs(self.constant))))
        first_plus = next((place for place, (negative, _) in enumerate(parts) if not negative), 0)
        parts.insert(0, parts.pop(first_plus))
        (negative, first), *rest = parts
        return f"{minus if negative else ''}{first}" + "".join(
            f" {minus if negative else '+'} {part}" for negative, part in rest
        )


def affine(constant: Fraction | int, coefficients: Mapping[str, Fraction]) -> AffineForm:
    """The form with these coefficients, zeros left out."""
    return AffineForm(
        Fraction(constant),
        tuple(sorted((name, Fraction(each)) for name, each in coefficients.items() if each)),
    )


def constant(value: Fraction | int) -> AffineForm:
    """A form without unknowns."""
    return AffineForm(value if isinstance(value, Fraction) else Fraction(value), ())


def unknown(name: str) -> AffineForm:
    """The form that is one unknown."""
    return AffineForm(Fraction(), ((name, Fraction(1)),))


def _times(factor: Fraction) -> str:
    return "" if factor == 1 else f"{format_exponent(factor)}*"


def latex_number(value: Fraction) -> str:
    r"""Such as ``"-\tfrac{1}{2}"``."""
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def latex_name(name: str) -> str:
    r"""One letter as it is, others upright: ``"\mathit{my\_s}"``."""
    escaped = name.replace("_", r"\_")
    return name if len(name) == 1 else rf"\mathit{{{escaped}}}"


def _latex_term(name: str, factor: Fraction) -> str:
    return ("" if factor == 1 else rf"{latex_number(factor)}\,") + latex_name(name)


ZERO: Final = constant(0)
