"""Reading and writing exact exponents."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver import ExponentError, Limits, format_exponent, parse_exponent
from solver.exact.exponents import as_written, nearest_simple


@pytest.mark.parametrize(
    ("spelling", "value"),
    [
        (0, Fraction(0)),
        (-3, Fraction(-3)),
        (0.1, Fraction(1, 10)),
        (-0.5, Fraction(-1, 2)),
        (1e-3, Fraction(1, 1000)),
        (Decimal("0.3333"), Fraction(3333, 10000)),
        (Decimal("-0.0"), Fraction(0)),
        ("1/3", Fraction(1, 3)),
        ("-2/4", Fraction(-1, 2)),
        ("+1/2", Fraction(1, 2)),
        ("0.25", Fraction(1, 4)),
        (".5", Fraction(1, 2)),
        ("1.", Fraction(1)),
        ("25e-2", Fraction(1, 4)),
        (Fraction(7, 5), Fraction(7, 5)),
        ("1000000/999999", Fraction(1000000, 999999)),
        ("2000000/4", Fraction(500000)),
    ],
)
def test_spellings_mean_what_is_written(spelling: object, value: Fraction) -> None:
    assert parse_exponent(spelling) == value


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (True, "true is not a number"),
        (None, "null is not a number"),
        ([], "a list is not a number"),
        ({}, "an object is not a number"),
        (float("nan"), "not finite"),
        (float("inf"), "not finite"),
        (Decimal("-Infinity"), "not finite"),
        (Decimal("1E+400"), "out of range"),
        (Decimal("1E-400"), "out of range"),
        (Decimal("0." + "1" * 80), "too many digits"),
        (10**7, "above 1000000"),
        (10**4000, "above 1000000"),
        ("1/1000001", "above 1000000"),
        ("1/0", "divides by zero"),
        ("", "not an exponent"),
        ("1/2/3", "not an exponent"),
        (" 1", "not an exponent"),
        ("١", "not an exponent"),
        ("½", "not an exponent"),
        ("1_000", "not an exponent"),
        ("0x10", "not an exponent"),
        ("__import__('os')", "not an exponent"),
        ("9" * 100_000, "100000 characters"),
    ],
)
def test_everything_else_is_refused_with_the_value_and_the_rule(value: object, says: str) -> None:
    with pytest.raises(ExponentError) as caught:
        parse_exponent(value)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 200


def test_bounds_can_be_set() -> None:
    with pytest.raises(ExponentError):
        parse_exponent("1/101", Limits(max_integer=100))
    assert parse_exponent("1/101", Limits(max_integer=101)) == Fraction(1, 101)


@given(st.fractions(max_denominator=10**6, min_value=-1, max_value=1))
def test_canonical_spelling_reads_back(value: Fraction) -> None:
    assert parse_exponent(format_exponent(value)) == value


@given(st.decimals(min_value=-9, max_value=9, places=5))
def test_decimals_are_exact_in_every_spelling(value: Decimal) -> None:
    exact = Fraction(value)
    assert parse_exponent(value) == parse_exponent(str(value)) == exact
    assert parse_exponent(float(value)) == exact
    assert Fraction(as_written(exact)) == exact


@pytest.mark.parametrize(
    ("value", "simple"),
    [
        (Fraction(3333, 10000), Fraction(1, 3)),
        (Fraction(-3333, 10000), Fraction(-1, 3)),
        (Fraction(501, 1000), Fraction(1, 2)),
        (Fraction(5011, 10000), None),
        (Fraction(1, 3), None),
        (Fraction(1, 12), None),
        (Fraction(1, 13), None),
    ],
)
def test_near_misses_are_within_a_thousandth(value: Fraction, simple: Fraction | None) -> None:
    assert nearest_simple(value) == simple


def test_messages_show_short_decimals_as_people_wrote_them() -> None:
    assert as_written(Fraction(3333, 10000)) == "0.3333"
    assert as_written(Fraction(-1, 2)) == "-0.5"
    assert as_written(Fraction(1, 3)) == "1/3"
