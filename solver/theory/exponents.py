"""The exponents of one weight matrix, and the gauge that acts on them.

A gauge transformation by θ changes neither the network nor its training (TP4 Eq. 5, arXiv
2011.14522):

    (a, b, c, d) → (a + θ, b - θ, c - κθ, d + θ)

with κ = 2 where updates are proportional to the gradient and κ = 1 where they are entrywise; the
law of the optimizer says which.
"""

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import NamedTuple

from solver.theory.law import Law


class Integers(NamedTuple):
    """The exponents of one weight matrix over a common denominator, the least there is."""

    a: int
    b: int
    c: int
    d: int
    denominator: int


class _Fields(NamedTuple):
    a: Fraction
    b: Fraction
    c: Fraction
    d: Fraction | None = None


class Exponents(_Fields):
    """The exponents of one weight matrix; ``d`` is None where it is not given."""

    _integers: Integers
    _hash: int

    def __hash__(self) -> int:
        """The hash, computed once: what is known of a layer is looked up by its exponents."""
        try:
            return self._hash
        except AttributeError:
            # Hashing a fraction inverts its denominator modulo a large prime: integers are faster.
            self._hash = found = hash((self.integers, self.d is None))
            return found

    @property
    def integers(self) -> Integers:
        """The same as integers over the least common denominator; a missing d as 0."""
        try:
            return self._integers
        except AttributeError:
            a, b, c, d = self
            try:
                p, q, r = a.denominator, b.denominator, c.denominator
                s = 1 if d is None else d.denominator
            except AttributeError:
                raise TypeError(
                    f"the exponents {tuple(self)} are not all fractions or whole numbers; write "
                    'Fraction("0.5"), or classify(depth=…, a=…, b=…, c=…), which reads decimals'
                ) from None
            least = p if p == q == r and s == 1 else lcm(p, q, r, s)
            self._integers = found = Integers(
                a.numerator * (least // p),
                b.numerator * (least // q),
                c.numerator * (least // r),
                0 if d is None else d.numerator * (least // s),
                least,
            )
            return found

    def shifted(self, theta: Fraction, law: Law) -> "Exponents":
        """The same training in another gauge: the transformation by θ."""
        if not theta:
            return self
        return Exponents(
            self.a + theta,
            self.b - theta,
            self.c - law.gauge_weight * theta,
            None if self.d is None else self.d + theta,
        )

    def canonical_theta(self, law: Law) -> Fraction:
        """The θ that leads to the canonical form, in which the law's ``canonical_zero`` is 0."""
        return self.c / law.gauge_weight if law.canonical_zero == "c" else -self.a

    def canonical(self, law: Law) -> "Exponents":
        """The representative of the gauge orbit: c = 0 (gradient law), a = 0 (others)."""
        fixed = self.c if law.canonical_zero == "c" else self.a
        return _canonical(self, law) if fixed else self


# Few layers occur, and again and again; looking one up beats computing it.
@lru_cache(maxsize=1 << 13)
def canonical_integers(exponents: Exponents, law: Law) -> Integers:
    """The canonical form as integers, in which the gauge is undone without a fraction."""
    a, b, c, d, denominator = exponents.integers
    weight = law.gauge_weight
    if law.canonical_zero == "c":  # everything over weight times the denominator
        a, b, c, d = weight * a + c, weight * b - c, 0, weight * d + c
        denominator *= weight
    else:
        a, b, c, d = 0, b + a, c + weight * a, d - a
    if exponents.d is None:
        d = 0
    common = gcd(a, b, c, d, denominator)
    if common == 1:
        return Integers(a, b, c, d, denominator)
    return Integers(a // common, b // common, c // common, d // common, denominator // common)


@lru_cache(maxsize=1 << 13)
def _canonical(exponents: Exponents, law: Law) -> Exponents:
    a, b, c, d, denominator = canonical_integers(exponents, law)
    return Exponents(
        ratio(a, denominator),
        ratio(b, denominator),
        ratio(c, denominator),
        None if exponents.d is None else ratio(d, denominator),
    )


# Exponents and slacks are small numbers seen over and over; reducing a fraction costs ten look-ups.
#: The fraction of two integers.
ratio = lru_cache(maxsize=1 << 14)(Fraction)


def shared(a: Fraction, b: Fraction, c: Fraction, d: Fraction | None = None) -> Exponents:
    """The one object for these exponents, by which what is known of a layer is found."""
    return _shared(a, b, c, d)


_shared = lru_cache(maxsize=1 << 13)(Exponents)
