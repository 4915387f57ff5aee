"""Reading affine expressions in unknowns, as somebody wrote them: ``"2*(x - y)/3"``.

A grammar of sums, products, quotients and parentheses, read by an LALR parser in time
proportional to the length.  Only what is affine is accepted: a product needs a number on one
side, a divisor must be a number.
"""

import re
from functools import lru_cache
from typing import Final, cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from solver.errors import ExponentError
from solver.exact.affine import ZERO, AffineForm, constant, unknown
from solver.exact.exponents import Limits, parse_exponent, shown

#: Longer texts are refused unread.
MOST_CHARACTERS: Final = 200
_LONGEST_NAME: Final = 24
# What some languages write for numbers that are none.
_NO_NAMES: Final = ("nan", "inf", "infinity")
# What answers call by these names themselves: width, depth, a layer, r, and exponents of any layer.
# A name such as a_4 is free: it is a good one for that exponent.
_TAKEN: Final = re.compile(r"[rnlL]|r_[0-9]+|[abcdr]_[lL]", re.ASCII)

_GRAMMAR: Final = r"""
    ?start: sum
    ?sum: product | sum "+" product -> plus | sum "-" product -> minus
    ?product: factor | product "*" factor -> times | product "/" factor -> over
    ?factor: NUMBER -> number | NAME -> name | "+" factor | "-" factor -> negated | "(" sum ")"
    NUMBER: /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4}(?![0-9A-Za-z_]))?/
    NAME: /[A-Za-z][A-Za-z0-9_]*/
    %ignore /[ \t]+/
"""

_AFFINE: Final = "an exponent is a number, plus numbers times unknowns"
_EXAMPLE: Final = 'write a number or an affine expression such as "1/2 - s" or "3/2*t"'


def parse_expression(value: object, limits: Limits) -> AffineForm:
    """Read a number in any spelling, or an affine expression.

    Raises ``ExponentError`` for what is neither, and where a coefficient exceeds the limits.
    """
    if isinstance(value, AffineForm):
        return value
    if not isinstance(value, str) or not _is_expression(value):
        return constant(parse_exponent(value, limits))
    if len(value) > MOST_CHARACTERS:
        raise ExponentError(
            f"{shown(value)} is longer than {MOST_CHARACTERS} characters; {_EXAMPLE}"
        )
    return _parse(value, limits)


def _is_expression(text: str) -> bool:
    """Whether more than a number is written; numbers are left to ``parse_exponent``."""
    try:
        parse_exponent(text)
    except ExponentError:
        return any(each.isalpha() or each in "()*+-/" for each in text)
    return False


# The same text comes once for every layer.
@lru_cache(maxsize=1 << 10)
def _parse(text: str, limits: Limits) -> AffineForm:
    try:
        # The parser calls the reader as it goes, so the result is no tree.
        return cast(AffineForm, _parser(limits).parse(text))
    except UnexpectedInput as error:
        raise ExponentError(f"{shown(text)} {_misread(text, error)}; {_EXAMPLE}") from None
    except ExponentError as error:
        raise ExponentError(f"{shown(text)} cannot be used: {error}") from None


@lru_cache(maxsize=4)
def _parser(limits: Limits) -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Reader(limits))


def _misread(text: str, error: UnexpectedInput) -> str:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "breaks off"
    place = error.column - 1
    before, found = text[:place].rstrip(), f'"{text[place]}" at character {place + 1}'
    if text[place] == "^" or (text[place] == "*" and before.endswith("*")):
        return f"has a power ({found}), which is not affine"
    if before[-1:].isalnum() and (text[place].isalnum() or text[place] == "("):
        return f"lacks an operator before {found} (a product is written with *)"
    return f"cannot be read from {found} on"


@v_args(inline=True)
class _Reader(Transformer[Token, AffineForm]):
    """What each rule of the grammar means."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits

    def number(self, token: Token) -> AffineForm:
        return constant(parse_exponent(str(token), self._limits))

    def name(self, token: Token) -> AffineForm:
        name = str(token)
        if len(name) > _LONGEST_NAME or name.lower() in _NO_NAMES:
            raise ExponentError(
                f"{shown(name)} is no name for an unknown; take letters and digits, "
                f"{_LONGEST_NAME} at most, such as s or t_1"
            )
        if _TAKEN.fullmatch(name):
            raise ExponentError(
                f"{name} has a meaning of its own in the answers; take another name for the "
                "unknown, such as s or t_1"
            )
        return unknown(name)

    def plus(self, left: AffineForm, right: AffineForm) -> AffineForm:
        return self._bounded(left.plus(right))

    def minus(self, left: AffineForm, right: AffineForm) -> AffineForm:
        return self._bounded(left.minus(right))

    def negated(self, form: AffineForm) -> AffineForm:
        return form.times(-1)

    def times(self, left: AffineForm, right: AffineForm) -> AffineForm:
        if left.terms and right.terms:
            raise ExponentError(
                f"it is not affine, since it multiplies {left.text()} by {right.text()}; {_AFFINE}"
            )
        factor, form = (right, left) if left.terms else (left, right)
        return self._bounded(form.times(factor.constant))

    def over(self, left: AffineForm, right: AffineForm) -> AffineForm:
        if right.terms:
            raise ExponentError(f"it is not affine, since it divides by {right.text()}; {_AFFINE}")
        if right == ZERO:
            raise ExponentError(f"it divides by zero; {_EXAMPLE}")
        return self._bounded(left.times(1 / right.constant))

    def _bounded(self, form: AffineForm) -> AffineForm:
        # At every step, so that repeated products stay small.
        most = self._limits.max_integer
        for number in (form.constant, *form.coefficients.values()):
            if max(abs(number.numerator), number.denominator) > most:
                raise ExponentError(
                    f"a coefficient has a numerator or denominator above {most} in lowest terms; "
                    "use simpler fractions"
                )
        return form
