"""Families of networks with unknowns, as tests write them; evaluated by Python and the oracle.

A family is text such as ``"0 0 0 | 0 1/2 1/2 | c"``: exponents a, b and c, each by role or layer.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import combinations
from types import CodeType

from solver import DEFAULT_LIMITS, Deadline, Description, Optimizer, Survey, read_families
from solver.families import survey
from tests.solver.exact_sets import Point, Row, row
from tests.solver.oracle import OracleVerdict, judge_adaptive, judge_sgd

HALF = Fraction(1, 2)


def spelled(value: object) -> str:
    """A parameter in the name of a test: sets in order, so that every process calls it the same."""
    return str(sorted(value)) if isinstance(value, set | frozenset) else str(value)


@dataclass(frozen=True)
class Case:
    """A family: ``unknowns`` in order, ``text`` as above.

    ``lists`` tells that the text has an entry for each layer.  ``domain`` holds expressions that
    are at least 0 in it, as ``bounds`` (or the range of the ``preset``) say in another way.
    """

    unknowns: str
    text: str
    optimizer: Optimizer = "sgd"
    depth: int | None = None
    lists: bool = False
    bounds: Mapping[str, object] | None = field(default=None, hash=False)
    domain: str = ""
    preset: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        return self.unknowns.split()

    def parts(self) -> list[list[str]]:
        return [part.split() for part in self.text.split("|")]

    def description(self) -> Description:
        if self.preset:
            return Description(depth=self.depth, **dict(self.preset))  # type: ignore[arg-type]
        if self.lists:
            a, b, c = (part if len(part) > 1 else part[0] for part in self.parts())
        else:
            a, b, c = (by_role(part) if len(part) > 1 else part[0] for part in self.parts())
        return Description(depth=self.depth, a=a, b=b, c=c, optimizer=self.optimizer)

    def at(self, point: Point, depth: int) -> list[list[Fraction]]:
        """a, b and c of all layers at a point."""
        scope = dict(zip(self.names, point, strict=True))
        symbols = []
        for part in self.parts():
            values = [evaluated(each, scope) for each in part]
            if len(values) == 1:
                values *= depth + 1
            elif not self.lists:
                values = [values[0], *[values[1]] * (depth - 1), values[-1]]
            symbols.append(values)
        return symbols

    def judged(self, point: Point, depth: int) -> OracleVerdict:
        judge = judge_sgd if self.optimizer == "sgd" else judge_adaptive
        return judge(*self.at(point, depth))

    def domain_rows(self) -> tuple[Row, ...]:
        return tuple(
            row(affine(lambda point, text=each: evaluated(  # type: ignore[misc]
                text, dict(zip(self.names, point, strict=True))), len(self.names)), ">=")
            for each in self.domain.split()
        )  # fmt: skip

    def planes(self, depth: int) -> list[list[Fraction]]:
        """All planes on which the verdict or the form of r may change, and those of the domain."""
        size = len(self.names)
        zero = (Fraction(),) * size
        units = [(*zero[:place], Fraction(1), *zero[place + 1 :]) for place in range(size)]
        constants, *others = (
            theory_values(self.optimizer, *self.at(point, depth)) for point in (zero, *units)
        )
        forms = [
            (constant, *(each - constant for each in rest))
            for constant, *rest in zip(constants, *others, strict=True)
        ]
        forms += [tuple(map(Fraction, numbers)) for numbers, _ in self.domain_rows()]
        return [list(each) for each in dict.fromkeys(forms) if any(each[1:])]


def by_role(part: list[str]) -> dict[str, object]:
    names = ("input", "hidden", "readout") if len(part) == 3 else ("input", "readout")
    return dict(zip(names, part, strict=True))


@cache
def compiled(text: str) -> tuple[CodeType, dict[str, Fraction]]:
    """The expression, and the exact numbers that stand in it, by the names that they have there."""
    numbers: dict[str, Fraction] = {}

    def name(found: re.Match[str]) -> str:
        new = f"_{len(numbers)}"
        numbers[new] = Fraction(found[1])
        return new

    exact = re.sub(r"(?<![A-Za-z_0-9])(\d+(?:\.\d*)?|\.\d+)", name, text)
    return compile(exact.strip(), "<expression>", "eval"), numbers


def evaluated(text: str, scope: Mapping[str, Fraction]) -> Fraction:
    """What Python makes of the expression, with exact numbers."""
    code, numbers = compiled(text)
    return Fraction(eval(code, numbers, dict(scope)))


def affine(function, dimension: int) -> list[Fraction]:  # type: ignore[no-untyped-def]
    """Constant and coefficients of an affine function, from its values."""
    zero = (Fraction(),) * dimension
    constant = function(zero)
    units = [(*zero[:place], Fraction(1), *zero[place + 1 :]) for place in range(dimension)]
    return [constant, *(function(unit) - constant for unit in units)]


def theory_values(
    optimizer: str, a: list[Fraction], b: list[Fraction], c: list[Fraction]
) -> list[Fraction]:
    """Affine functions whose signs decide everything (THEORY sections 2 and 4)."""
    size, depth = a[-1] + b[-1], len(a) - 1
    if optimizer == "sgd":
        update = 2 * a[-1] + c[-1]
        branches = [
            grown + c[i] - 1 + 2 * a[i] + (i == 0) for i in range(depth) for grown in (size, update)
        ]
    else:
        update = a[-1] + c[-1]
        branches = [c[i] + a[i] - (i > 0) for i in range(depth)]
    return [
        a[0] + b[0],
        *(a[i] + b[i] - HALF for i in range(1, depth)),
        size - HALF,
        update - 1,
        *branches,
        *(size + branch - 1 for branch in branches),
        *(one - other for one, other in combinations(branches, 2)),
    ]


@cache
def surveys(case: Case) -> list[tuple[Survey, tuple[int, ...]]]:
    """The survey, or the two, each with depths that it speaks of."""
    families = read_families(case.description(), case.bounds, DEFAULT_LIMITS)
    assert families.unknowns == tuple(case.names)
    first, deeper = survey(families, None, Deadline(60))
    if case.depth is not None:
        assert deeper is None
        return [(first, (case.depth,))]
    assert first.depth == 1
    return [(first, (1,))] + ([] if deeper is None else [(deeper, (2, 5))])


def shifted(case: Case, theta: list[str]) -> str:
    """The text of the same networks, otherwise written: gauge shifts by role or layer."""
    weight = 2 if case.optimizer == "sgd" else 1
    a, b, c = case.parts()
    c = c if len(c) > 1 else c * len(a)
    return " | ".join([
        " ".join(f"({x})+({t})" for x, t in zip(a, theta, strict=True)),
        " ".join(f"({x})-({t})" for x, t in zip(b, theta, strict=True)),
        " ".join(f"({x})-{weight}*({t})" for x, t in zip(c, theta, strict=True)),
    ])  # fmt: skip


def random_case(rng: random.Random) -> Case:
    """A family around a known parametrization, through which its boundaries run."""
    optimizer: Optimizer = rng.choice(("sgd", "sgd", "adam"))
    base = rng.choice(_BASES[optimizer])
    dimension = rng.choice((1, 1, 2, 2, 2, 3))
    names = ["s", "t", "u"][:dimension]
    depth = rng.choice((1, 2, 3, 4))
    a, b, c = (
        [each[0], *[each[1]] * (depth - 1), each[2]]
        for each in (p.split() for p in base.split("|"))
    )
    layers = [rng.randrange(depth + 1) for _ in range(rng.randint(1, 3))]
    for layer in layers:
        form = "+".join(f"({rng.choice(_FACTORS)})*{name}" for name in names if rng.random() < 0.7)
        form = form or names[0]
        a[layer] += f"+{form}"
        if rng.random() < 0.75:
            b[layer] += f"-({form})"
    for name in names:
        layer = rng.randrange(depth + 1)
        c[layer] += f"+({rng.choice(_FACTORS)})*{name}"
        if rng.random() < 0.3:
            b[depth] += f"+({rng.choice(_FACTORS)})*{name}"
    text = " | ".join(" ".join(each) for each in (a, b, c))
    bounds, domain = {}, []
    for name in names:
        if rng.random() < 0.4:
            low, high = rng.choice((("0", "1/2"), ("-1", "1"), ("0", None), (None, "1/3")))
            bounds[name] = [low, high]
            domain += [f"{name}-({low})"] if low else []
            domain += [f"({high})-{name}"] if high else []
    return Case(" ".join(names), text, optimizer, depth, True, bounds, " ".join(domain))


_FACTORS = ("1", "-1", "1/2", "2", "-3/2", "1/3")
_BASES: dict[str, tuple[str, ...]] = {
    "sgd": (
        "0 1/2 1/2 | 0 0 0 | 0 0 0",
        "0 0 0 | 0 1/2 1/2 | 1 1 1",
        "-1/2 0 1/2 | 1/2 1/2 1/2 | 0 0 0",
        "-1/4 1/4 1/2 | 1/4 1/4 1/4 | 0 0 0",
        "0 0 1/2 | 0 1/2 1/2 | 0 0 0",
    ),
    "adam": (
        "0 0 1 | 0 1/2 0 | 0 1 0",
        "0 1/2 1/2 | 0 0 0 | 1/2 1 1/2",
        "0 0 0 | 0 1/2 1/2 | 3/2 3/2 3/2",
    ),
}


STANDARD = "0 0 0 | 0 1/2 1/2 | "
MUP = "-1/2 0 1/2 | 1/2 1/2 1/2 | "
UNIFORM = "({0})-1/2 {0} 1/2 | 1/2-({0}) 1/2-({0}) 1/2-({0}) | 0"


def uniform(s: str, unknowns: str, **more: object) -> Case:
    within = f"{s.replace(' ', '')} 1/2-({s.replace(' ', '')}) {more.pop('domain', '')}"
    text = UNIFORM.format(s.replace(" ", ""))
    preset = (("preset", "uniform"), ("s", s))
    return Case(unknowns, text, domain=within, preset=preset, **more)  # type: ignore[arg-type]


def adam_lists(unknowns: str, depth: int, a: str, b: str, c: str) -> Case:
    return Case(unknowns, f"{a} | {b} | {c}", "adam", depth, lists=True)


CASES = {
    # one unknown
    "standard, c": Case("c", STANDARD + "c"),
    "mup, c": Case("c", MUP + "c"),
    "ntk, 2c - 1": Case("c", "0 1/2 1/2 | 0 0 0 | 2*c-1"),
    "ntk, c within bounds": Case(
        "c", "0 1/2 1/2 | 0 0 0 | c", bounds={"c": ["-1/2", 0]}, domain="c+1/2 -c"
    ),
    "mup, readout's b": Case("p", "-1/2 0 1/2 | 1/2 1/2 p | 0"),
    "mup, readout's a": Case("p", "-1/2 0 p | 1/2 1/2 1/2 | 0"),
    "mup, hidden a": Case("t", "-1/2 t 1/2 | 1/2 1/2 1/2 | 0"),
    "mup, input a and b": Case("t", "-1/2+t 0 1/2 | 1/2-t 1/2 1/2 | 0"),
    "the line of uniform, without ends": Case("s", UNIFORM.format("s")),
    "only a gauge": Case("t", "t 1/2+t 1/2+t | -t -t -t | -2*t"),
    "c by role": Case("c", STANDARD + "c 1 1"),
    "one hidden layer": Case("s", "s 1 | -s 0 | -1"),
    "decimals": Case("s", "0.25*s-0.5 0.25*s 0.5 | 0.5-0.25*s 0.5-0.25*s 0.5-.25*s | 0"),
    "uniform(s)": uniform("s", "s"),
    "uniform(1/2 - t)": uniform("1/2 - t", "t"),
    "uniform(2 (1 - t)/3) within bounds": uniform(
        "2*(1 - t)/3", "t", bounds={"t": ["1/2", None]}, domain="t-1/2"
    ),
    "standard_adam(c)": Case(
        "c", STANDARD + "c", "adam", preset=(("preset", "standard_adam"), ("c", "c"))
    ),
    "standard_adam(1 - t/2) at depth 3": Case(
        "t", STANDARD + "1-t/2", "adam", 3,
        preset=(("preset", "standard_adam"), ("c", "1 - t/2")),
    ),
    "adam, mup's readout": Case("s", "0 0 1-s | 0 1/2 s | 0 1 0", "adam"),
    "depth 10, one odd layer": Case(
        "s", "0 0 0 0 s 0 0 0 0 0 0 | 0 1/2 1/2 1/2 1/2-s " + "1/2 " * 6 + "| 1",
        depth=10, lists=True,
    ),
    # two unknowns
    "mup, c and readout's b": Case("c p", "-1/2 0 1/2 | 1/2 1/2 p | c"),
    "standard, readout's a and c": Case("c z", "0 0 z | 0 1/2 1/2 | c"),
    "standard, input's a and c": Case("c x", "x 0 0 | -x 1/2 1/2 | c"),
    "standard within a square": Case(
        "c z", "0 0 z | 0 1/2 1/2 | c", bounds={"c": [-1, "3/2"], "z": [-1, 1]},
        domain="c+1 3/2-c z+1 1-z",
    ),
    "uniform and its learning rate": Case("c s", UNIFORM.format("s")[:-1] + "c"),
    "2 (x - y)/3": Case("x y", "-1/2 2*(x-y)/3 1/2 | 1/2 1/2-2*(x-y)/3 1/2+y | 0"),
    "uniform(s + t)": uniform("s + t", "s t"),
    "uniform(s + t) in a corner": uniform(
        "s + t", "s t", bounds={"s": [0, None], "t": ["0", None]}, domain="s t"
    ),
    "c of readout and body": Case("c d", "0 0 0 | 0 1/2 1/2 | c c d"),
    "lists at depth 1": Case("c z", "0 z | 0 1/2 | c", depth=1, lists=True),
    "lists at depth 2": Case("s t", "s t 1/2 | -s 1/2-t 1/2 | 0", depth=2, lists=True),
    "depth 3, two odd layers": Case(
        "x y", "-1/2 x y 1/2 | 1/2 1/2-x 1/2-y 1/2 | 0", depth=3, lists=True
    ),
    "depth 10, c by layer": Case(
        "c d", "0 " * 11 + "| 0 " + "1/2 " * 10 + "| 1 c 1 1 1 d d 1 1 1 1", depth=10, lists=True
    ),
    "adam, rates of body and readout": Case("c d", STANDARD + "c c d", "adam"),
    "adam, depth 3": adam_lists(
        "s t", 3, "0 s t 1-s", "0 1/2-s 1/2-t s/2", "0 1 1-s 0"
    ),
    # three unknowns
    "standard, all of a": Case("x y z", "x y z | -x 1/2-y 1/2-z | 1"),
    "mup, c by role": Case("c d e", MUP + "c d e"),
    "mup, c by role, within bounds": Case(
        "c d e", MUP + "c d e", bounds={"c": [0, 1], "d": [None, 0], "e": [-1, 1]},
        domain="c 1-c -d e+1 1-e",
    ),
    "depth 3, three odd layers": Case(
        "x y z", "x y z 0 | -x 1/2-y 1/2-z 1/2 | 1", depth=3, lists=True
    ),
    "adam, three rates": Case("c d e", STANDARD + "c d e", "adam"),
}  # fmt: skip


@cache
def random_families(count: int) -> list[Case]:
    """Random families in which all unknowns occur."""
    rng, found = random.Random("families"), []
    while len(found) < count:
        case = random_case(rng)
        zero = (Fraction(),) * len(case.names)
        units = [(*zero[:place], Fraction(1), *zero[place + 1 :]) for place in range(len(zero))]
        if all(case.at(unit, case.depth or 2) != case.at(zero, case.depth or 2) for unit in units):
            found.append(case)
    return found
