"""The exponents of one tensor, and the gauge that acts on them.

A gauge transformation by θ changes neither the network nor its training (TP4 Eq. 5, arXiv
2011.14522):

    (a, b, c, d, w) → (a + θ, b - θ, c - κθ, d + θ, w + κθ)

with κ = 2 where updates are proportional to the gradient and κ = 1 where they are entrywise; the
law of the optimizer says which.  b = inf is initialization with zeros, c = inf a frozen tensor.
"""

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import Final, NamedTuple

from solver.exact.infinite import INFINITE, Infinite
from solver.theory.law import Law

#: The exponents' symbols, in order.
SYMBOLS: Final = "abcdw"

# Which exponents of a tensor are infinite, as the bits of one number.
ZERO: Final = 1
FROZEN: Final = 2


class Integers(NamedTuple):
    """The exponents of one tensor over a common denominator, the least there is.

    Those that are infinite count as 0; the bits of ``infinite`` (``ZERO``, ``FROZEN``) tell them.
    """

    a: int
    b: int
    c: int
    d: int
    w: int
    denominator: int
    infinite: int = 0


class _Fields(NamedTuple):
    a: Fraction
    b: Fraction
    c: Fraction
    d: Fraction | None = None
    w: Fraction | None = None


class Exponents(_Fields):
    """The exponents of one tensor; ``d`` and ``w`` are None where they are not given.

    ``d`` is the exponent of the gradient's scale before the update function, or (which is the same)
    that of Adam's ε, n^{-d}.  ``w`` is that of the weight decay, n^{-w}.
    """

    _integers: Integers
    _hash: int

    def __hash__(self) -> int:
        """The hash, computed once: what is known of a layer is looked up by its exponents."""
        try:
            return self._hash
        except AttributeError:
            # Hashing a fraction inverts its denominator modulo a large prime: integers are faster.
            self._hash = found = hash((self.integers, self.d is None, self.w is None))
            return found

    @property
    def zero(self) -> bool:
        """Whether the tensor starts at zero."""
        return self.b is INFINITE

    @property
    def frozen(self) -> bool:
        """Whether the tensor is never trained."""
        return self.c is INFINITE

    @property
    def integers(self) -> Integers:
        """The same as integers over the least common denominator; a missing d or w as 0."""
        try:
            return self._integers
        except AttributeError:
            self._integers = found = self._as_integers()
            return found

    def _as_integers(self) -> Integers:
        a, b, c, d, w = self
        infinite = 0
        if isinstance(b, Infinite):
            infinite, b = ZERO, _NONE
        if isinstance(c, Infinite):
            infinite, c = infinite | FROZEN, _NONE
        d, w = d or _NONE, w or _NONE
        try:
            p, q, r, s = a.denominator, b.denominator, c.denominator, d.denominator
            t = w.denominator
        except AttributeError:
            raise TypeError(
                f"the exponents {tuple(self)} are not all fractions or whole numbers; write "
                'Fraction("0.5"), or classify(depth=…, a=…, b=…, c=…), which reads decimals'
            ) from None
        least = p if p == q == r and s == t == 1 else lcm(p, q, r, s, t)
        return Integers(
            a.numerator * (least // p),
            b.numerator * (least // q),
            c.numerator * (least // r),
            d.numerator * (least // s),
            w.numerator * (least // t),
            least,
            infinite,
        )

    def shifted(self, theta: Fraction, law: Law) -> "Exponents":
        """The same training in another gauge: the transformation by θ."""
        if not theta:
            return self
        return Exponents(
            self.a + theta,
            self.b - theta,
            self.c - law.gauge_weight * theta,
            None if self.d is None else self.d + theta,
            None if self.w is None else self.w + law.gauge_weight * theta,
        )

    def canonical_theta(self, law: Law) -> Fraction:
        """The θ that leads to the canonical form, in which the law's ``canonical_zero`` is 0.

        A frozen tensor has no c to make 0: there a is.
        """
        by_c = law.canonical_zero == "c" and not self.frozen
        return self.c / law.gauge_weight if by_c else -self.a

    def canonical(self, law: Law) -> "Exponents":
        """The representative of the gauge orbit: c = 0 (gradient law), a = 0 (others)."""
        by_c = law.canonical_zero == "c" and not self.frozen
        return _canonical(self, law) if (self.c if by_c else self.a) else self


_NONE: Final = Fraction()


# Few layers occur, and again and again; looking one up beats computing it.
@lru_cache(maxsize=1 << 13)
def canonical_integers(exponents: Exponents, law: Law) -> Integers:
    """The canonical form as integers, in which the gauge is undone without a fraction."""
    a, b, c, d, w, denominator, infinite = exponents.integers
    weight = law.gauge_weight
    if law.canonical_zero == "c" and not infinite & FROZEN:
        # Everything over weight times the denominator.
        a, b, c, d, w = weight * a + c, weight * b - c, 0, weight * d + c, weight * (w + c)
        denominator *= weight
    else:
        a, b, c, d, w = 0, b + a, c + weight * a, d - a, w - weight * a
    b = 0 if infinite & ZERO else b
    c = 0 if infinite & FROZEN else c
    d = 0 if exponents.d is None else d
    w = 0 if exponents.w is None else w
    common = gcd(a, b, c, d, w, denominator)
    if common != 1:
        a, b, c, d, w = a // common, b // common, c // common, d // common, w // common
        denominator //= common
    return Integers(a, b, c, d, w, denominator, infinite)


@lru_cache(maxsize=1 << 13)
def _canonical(exponents: Exponents, law: Law) -> Exponents:
    a, b, c, d, w, denominator, infinite = canonical_integers(exponents, law)
    return Exponents(
        ratio(a, denominator),
        INFINITE if infinite & ZERO else ratio(b, denominator),
        INFINITE if infinite & FROZEN else ratio(c, denominator),
        None if exponents.d is None else ratio(d, denominator),
        None if exponents.w is None else ratio(w, denominator),
    )


# Exponents and slacks are small numbers seen over and over; reducing a fraction costs ten look-ups.
#: The fraction of two integers.
ratio = lru_cache(maxsize=1 << 14)(Fraction)


def shared(
    a: Fraction,
    b: Fraction,
    c: Fraction,
    d: Fraction | None = None,
    w: Fraction | None = None,
) -> Exponents:
    """The one object for these exponents, by which what is known of a layer is found."""
    return _shared(a, b, c, d, w)


_shared = lru_cache(maxsize=1 << 13)(Exponents)
