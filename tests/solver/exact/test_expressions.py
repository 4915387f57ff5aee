"""Affine expressions: read exactly, written so that they read back, refused with a reason."""

import random
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver import DEFAULT_LIMITS, ExponentError, Limits
from solver.exact.affine import AffineForm, affine
from solver.exact.expressions import parse_expression
from tests.solver.unknowns import evaluated

NAMES = ("s", "t", "my_x1")


def parsed(value: object, limits: Limits = DEFAULT_LIMITS) -> AffineForm:
    return parse_expression(value, limits)


def form(constant: object = 0, **coefficients: object) -> tuple[Fraction, dict[str, Fraction]]:
    return Fraction(constant), {name: Fraction(each) for name, each in coefficients.items()}  # type: ignore[call-overload]


def taken_apart(found: AffineForm) -> tuple[Fraction, dict[str, Fraction]]:
    assert list(found.unknowns) == sorted(set(found.unknowns))
    assert all(coefficient != 0 for _, coefficient in found.terms)
    return found.constant, dict(found.terms)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s", form(s=1)),
        ("1/2 - s", form("1/2", s=-1)),
        ("-1 + 3/2*t", form(-1, t="3/2")),
        ("2*(x - y)/3", form(x="2/3", y="-2/3")),
        ("0.1*s", form(s="1/10")),
        ("0.1 + 0.2 - 0.3 + s*0.7", form(s="7/10")),
        (".5*s + 5.", form(5, s="1/2")),
        ("1e-3*s - 2E2", form(-200, s="1/1000")),
        ("s/2/3", form(s="1/6")),
        ("s/(2/3)", form(s="3/2")),
        ("1 - s - 2", form(-1, s=-1)),
        ("1 - (s - 2)", form(3, s=-1)),
        ("1 - 2*s + 3", form(4, s=-2)),
        ("-s*2", form(s=-2)),
        ("2*-s", form(s=-2)),
        ("- -s", form(s=1)),
        ("+s", form(s=1)),
        ("-(s + t)*-(1/2)", form(s="1/2", t="1/2")),
        ("3*s - s*3 + t", form(t=1)),
        ("(s - s)*t", form()),
        ("s*(t - t)", form()),
        ("0*s + 1/3", form("1/3")),
        ("  s\t+ 1 ", form(1, s=1)),
        ("S + s", form(S=1, s=1)),
        ("e + E1 + x_ + x__2", form(e=1, E1=1, x_=1, x__2=1)),
        ("a" * 24, form(**{"a" * 24: 1})),
        ("1000000*s/1000000", form(s=1)),
        ("1/2", form("1/2")),
        ("-0.25", form("-1/4")),
        ("2/4", form("1/2")),
        ("1/2 + 1/3", form("5/6")),
        (3, form(3)),
        (0.1, form("1/10")),
        (Fraction(1, 3), form("1/3")),
    ],
)
def test_what_is_read(text: object, expected: tuple[Fraction, dict[str, Fraction]]) -> None:
    assert taken_apart(parsed(text)) == expected


def test_a_form_is_read_as_itself() -> None:
    found = parsed("1/2 - s")
    assert parsed(found) is found


def grown(rng: random.Random, leaves: int, number: bool) -> str:
    """A random affine expression of that many leaves; a number where asked."""
    if leaves == 1:
        spelled = rng.choice(("1", "2", "3", "0.5", "1.5", ".25", "4", "6"))
        return spelled if number or rng.random() < 0.4 else rng.choice(NAMES)
    left = rng.randint(1, leaves - 1)
    space = rng.choice(("", " "))
    kind = rng.choice("+-*/-n")
    if kind == "n":
        return f"-{grown(rng, 1, number)}{space}+{space}{grown(rng, leaves - 1, number)}"
    if kind in "+-":
        second = grown(rng, leaves - left, number)
        second = f"({second})" if rng.random() < 0.5 else second
        return f"{grown(rng, left, number)}{space}{kind}{space}{second}"
    one, other = grown(rng, left, number), grown(rng, leaves - left, True)
    if kind == "*" and rng.random() < 0.5:
        one, other = other, one
    return f"({one}){space}{kind}{space}({other})"


def expressions(count: int) -> Iterator[str]:
    rng = random.Random("expressions")
    while count:
        text = grown(rng, rng.randint(1, 7), False)
        try:
            evaluated(text, dict.fromkeys(NAMES, Fraction(1)))
        except ZeroDivisionError:
            continue
        count -= 1
        yield text


def test_expressions_mean_what_python_makes_of_them() -> None:
    zero = dict.fromkeys(NAMES, Fraction())
    points = [zero, *({**zero, name: Fraction(1)} for name in NAMES)]
    points.append({name: Fraction(place + 2, 7) for place, name in enumerate(NAMES)})
    seen = set()
    for text in expressions(1500):
        found = parsed(text)
        for point in points:
            assert found.at(point) == evaluated(text, point), text
        taken_apart(found)
        seen.add(found)
    assert len(seen) > 700


numbers = st.fractions(-1000, 1000, max_denominator=1000)
forms = st.builds(affine, numbers, st.dictionaries(st.sampled_from([*NAMES, "S", "b"]), numbers))


@given(forms)
def test_what_is_written_reads_back(one: AffineForm) -> None:
    if len(one.terms) <= 3:
        assert parsed(one.text()) == one


def test_the_text_of_what_is_read_reads_back() -> None:
    for text in expressions(300):
        assert parsed(parsed(text).text()) == parsed(text)


@pytest.mark.parametrize(
    ("text", "written", "latex"),
    [
        ("s - 0", "s", "s"),
        ("-s + 1/2", "1/2 - s", r"\tfrac{1}{2} - s"),
        ("-1/2 + s", "s - 1/2", r"s - \tfrac{1}{2}"),
        ("-s - 1/2", "-s - 1/2", r"-s - \tfrac{1}{2}"),
        ("t*3/2", "3/2*t", r"\tfrac{3}{2}\,t"),
        ("-3/2*t", "-3/2*t", r"-\tfrac{3}{2}\,t"),
        ("-2*s + t", "t - 2*s", r"t - 2\,s"),
        ("t + s + 1", "s + t + 1", "s + t + 1"),
        ("s - s", "0", "0"),
        ("-1/3", "-1/3", r"-\tfrac{1}{3}"),
        ("my_s - x1", "my_s - x1", r"\mathit{my\_s} - \mathit{x1}"),
    ],
)
def test_how_a_form_is_written(text: str, written: str, latex: str) -> None:
    assert parsed(text).text() == written
    assert parsed(text).latex() == latex


@pytest.mark.exhaustive
@given(forms, forms, numbers)
def test_arithmetic_of_forms(one: AffineForm, other: AffineForm, factor: Fraction) -> None:
    point = {"s": Fraction(2, 3), "t": Fraction(-5), "my_x1": Fraction(7, 11), "S": Fraction(1, 2),
             "b": Fraction(13)}  # fmt: skip
    mine, theirs = one.at(point), other.at(point)
    assert one.plus(other).at(point) == mine + theirs
    assert one.plus(factor).at(point) == mine + factor
    assert one.minus(other).at(point) == mine - theirs
    assert one.minus(factor).at(point) == mine - factor
    assert one.times(factor).at(point) == mine * factor
    assert one.replaced("s", other).at(point) == one.at({**point, "s": theirs})
    assert one.minus(one) == affine(0, {})
    assert one.plus(other) == other.plus(one)
    assert hash(one.plus(other)) == hash(other.plus(one))
    for result in (one.plus(other), one.minus(other), one.times(factor), one.replaced("s", other)):
        taken_apart(result)


@given(forms)
def test_the_primitive_form_is_the_same_up_to_a_positive_factor(one: AffineForm) -> None:
    found = one.primitive()
    if not one.terms:
        assert found == one
        return
    coefficients = [coefficient for _, coefficient in found.terms]
    assert all(coefficient.denominator == 1 for coefficient in coefficients)
    factor = coefficients[0] / one.terms[0][1]
    assert factor > 0
    assert found == affine(one.constant * factor, {name: each * factor for name, each in one.terms})
    assert not any(all(each % prime == 0 for each in coefficients) for prime in range(2, 1000)), (
        "coprime"
    )


PRODUCT = "an exponent is a number, plus numbers times unknowns"
EXAMPLE = 'write a number or an affine expression such as "1/2 - s" or "3/2*t"'


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # what is not affine
        ("s*t", ["not affine", "multiplies s by t", PRODUCT]),
        ("s*s", ["not affine", "multiplies s by s", PRODUCT]),
        ("(1 + s)*(t - 1)", ["not affine", "multiplies s + 1 by t - 1", PRODUCT]),
        ("2*s*3*t", ["not affine", "multiplies 6*s by t", PRODUCT]),
        ("1/s", ["not affine", "divides by s", PRODUCT]),
        ("t/(s - 1)", ["not affine", "divides by s - 1", PRODUCT]),
        ("s^2", ["not affine", '"^" at character 2', EXAMPLE]),
        ("s**2", ["not affine", "power", EXAMPLE]),
        ("2 ** s", ["not affine", "power", EXAMPLE]),
        # numbers that do not work
        ("s/0", ["divides by zero", EXAMPLE]),
        ("s/(t - t)", ["divides by zero", EXAMPLE]),
        ("1/0*s", ["divides by zero", EXAMPLE]),
        ("999999*999999*s", ["above 1000000", "lowest terms", "use simpler fractions"]),
        ("1000001*s", ["1000001", "above 1000000", "use a simpler fraction"]),
        ("s/1000/1001", ["above 1000000", "use simpler fractions"]),
        ("s + 1/999 + 1/1009", ["above 1000000", "use simpler fractions"]),
        ("1e500*s", ["out of range", "order 1"]),
        ("0.3333333*s", ["0.3333333", "above 1000000"]),
        # what is no expression
        ("2s", ["lacks an operator", '"s" at character 2', "a product is written with *"]),
        ("s t", ["lacks an operator", '"t" at character 3', "a product is written with *"]),
        ("s(2)", ["lacks an operator", '"(" at character 2', "a product is written with *"]),
        ("s +", ["breaks off", EXAMPLE]),
        ("(s", ["breaks off", EXAMPLE]),
        ("s)", ['")" at character 2', EXAMPLE]),
        ("()", ['")" at character 2', EXAMPLE]),
        ("*s", ['"*" at character 1', EXAMPLE]),
        ("2//3*s", ['"/" at character 3', EXAMPLE]),
        ("1,5*s", ['"," at character 2', EXAMPLE]),
        ("s = 1", ['"=" at character 3', EXAMPLE]),
        ("_s", ['"_" at character 1', EXAMPLE]),
        ("s.x", ['"." at character 2', EXAMPLE]),
        ("__import__('os')", ['"_" at character 1', EXAMPLE]),
        ("s\n+ 1", ["at character 2", EXAMPLE]),
        ("s\0", ["at character 2", EXAMPLE]),
        ("s\N{NO-BREAK SPACE}+ 1", ["at character 2", EXAMPLE]),
        ("\N{ZERO WIDTH SPACE}s", ["at character 1", EXAMPLE]),
        ("s + \N{VULGAR FRACTION ONE HALF}", ["at character 5", EXAMPLE]),
        ("\N{ARABIC-INDIC DIGIT ONE}*s", ["at character 1", EXAMPLE]),
        ("\N{MINUS SIGN}s", ["at character 1", EXAMPLE]),
        ("\N{GREEK SMALL LETTER ALPHA}", ["at character 1", EXAMPLE]),
        ("s\N{LATIN SMALL LETTER E WITH ACUTE}", ["at character 2", EXAMPLE]),
        # what is no name
        ("nan", ['"nan"', "no name", "24 at most", "such as s or t_1"]),
        ("NaN*2", ['"NaN"', "no name"]),
        ("-inf", ['"inf"', "no name"]),
        ("Infinity + s", ['"Infinity"', "no name"]),
        ("a" * 25, ["a" * 25, "no name", "24 at most"]),
        # what answers use for something else
        ("1 - r", ['"1 - r"', "r has a meaning of its own", "such as s or t_1"]),
        ("n", ["n has a meaning of its own"]),
        ("L/2", ["L has a meaning of its own"]),
        ("2*l", ["l has a meaning of its own"]),
        ("s + a_l", ["a_l has a meaning of its own"]),
        ("r_2", ["r_2 has a meaning of its own"]),
        ("r_l", ["r_l has a meaning of its own"]),
        # what is neither
        ("", ['""', "not an exponent", '"p/q"']),
        ("  ", ["not an exponent", '"p/q"']),
        ("\N{FULLWIDTH DIGIT ONE}", ["not an exponent", '"p/q"']),
        (True, ["true", "not a number"]),
        (None, ["null", "not a number"]),
        (["s"], ["a list", "not a number"]),
        ({"s": 1}, ["an object", "not a number"]),
        (float("nan"), ["not finite"]),
        (float("-inf"), ["not finite"]),
        (10**30, ["above 1000000"]),
        (10**6 + 1, ["1000001", "above 1000000"]),
    ],
)
def test_what_is_refused(text: object, parts: list[str]) -> None:
    with pytest.raises(ExponentError) as caught:
        parsed(text)
    for part in parts:
        assert part in str(caught.value)
    if isinstance(text, str):
        assert str(caught.value).startswith(f'"{text}" ')


@pytest.mark.parametrize(
    "text",
    [
        "9" * 10**5,
        "(" * 10**5,
        "(" * 10**5 + "s" + ")" * 10**5,
        "-" * 10**5 + "s",
        "s+" * 50_000 + "s",
        "a" * 10**5,
        " " * 10**5 + "s",
        "s" + " " * 200,
        "\0" * 10**5,
        "-" * 200 + "s",
    ],
    ids=lambda text: f"{text[:2]!r} {len(text)}",
)
def test_what_is_too_long_is_refused_in_a_few_words(text: str) -> None:
    with pytest.raises(ExponentError, match=r"\(\d+ characters\) is longer than \d+") as caught:
        parsed(text)
    assert f"({len(text)} characters)" in str(caught.value)
    assert len(str(caught.value)) < 250


def test_what_is_deep_but_short_is_read() -> None:
    assert parsed("-" * 199 + "s").text() == "-s"
    assert parsed("-" * 198 + "s").text() == "s"
    assert parsed("(" * 99 + "s" + ")" * 99).text() == "s"
    assert parsed("-(" * 66 + "s" + ")" * 66).text() == "s"
    assert parsed("s+" * 99 + "s").text() == "100*s"


def test_coefficients_are_bounded_on_the_way() -> None:
    """A product may not grow first and shrink again."""
    with pytest.raises(ExponentError, match="coefficient"):
        parsed("1000*1000*1000*s/1000/1000")
    assert parsed("1000*1000*s/1000/1000").text() == "s"
    with pytest.raises(ExponentError, match="above 10 in lowest terms"):
        parsed("3*4*s", Limits(max_integer=10))
    assert parsed("3*3*s", Limits(max_integer=10)).text() == "9*s"


@given(st.text(alphabet="st01.e+-*/() \t\n_^nan,\0½é", max_size=30))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    message = found = None
    try:
        found = parsed(text)
    except ExponentError as error:
        message = str(error)
    if found is None:
        assert message is not None
        assert len(message) < 400
    else:
        assert set(found.unknowns) <= set(_names(text))
        assert parsed(found.text()) == found


def _names(text: str) -> Iterator[str]:
    """Every piece of the text that may be a name."""
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            if text[start:end].replace("_", "x").isalnum():
                yield text[start:end]
