"""The one system of linear forms: its structure, its symmetry, its symbols."""

from fractions import Fraction

import pytest
import sympy

from solver import Coefficients, Condition, Optimizer, relations, system

OPTIMIZERS: tuple[Optimizer, ...] = ("sgd", "adam")
# How a gauge transformation by θ moves (a, b, c, d, w).
GAUGE = {"sgd": (1, -1, -2, 0, 2), "adam": (1, -1, -1, 1, 1)}


def conditions(optimizer: Optimizer) -> list[Condition]:
    forms = system(optimizer)
    return [*forms.input, *forms.hidden, *forms.readout, *forms.faithful]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_form_is_invariant_under_the_gauge(optimizer: Optimizer) -> None:
    """A gauge transformation changes neither the network nor its training."""

    def moved(coefficients: Coefficients) -> int:
        return sum(c * g for c, g in zip(coefficients, GAUGE[optimizer], strict=True))

    for condition in conditions(optimizer):
        if condition.name != "readout_order":  # b <= c of the readout is stated without gauge
            assert moved(condition.layer) == moved(condition.readout) == 0, condition


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_condition_says_what_it_means_and_where_it_is_from(optimizer: Optimizer) -> None:
    for condition in conditions(optimizer):
        assert condition.source.startswith("TP4")
        assert condition.meaning.endswith(".")
        assert condition.meaning.count(".") == 1


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_identifiers_are_unique(optimizer: Optimizer) -> None:
    names = [condition.identifier(layer) for layer, condition in system(optimizer).layers(4)]
    assert len(set(names)) == len(names)


def test_sgd_at_depth_two_is_theorem_3_3() -> None:
    """The whole system, written out by hand from TP4 Theorem 3.3 and Proposition 5.3."""
    a1, a2, a3, b1, b2, b3, c1, c2, c3 = sympy.symbols("a_1:4 b_1:4 c_1:4", real=True)
    half = sympy.Rational(1, 2)
    r = {
        1: (a3 + b3 + c1 - 1 + 2 * a1 + 1, 2 * a3 + c3 + c1 - 1 + 2 * a1 + 1),
        2: (a3 + b3 + c2 - 1 + 2 * a2, 2 * a3 + c3 + c2 - 1 + 2 * a2),
    }
    expected = {
        ("=", a1 + b1),
        ("=", a2 + b2 - half),
        (">=", a3 + b3 - half),
        (">=", 2 * a3 + c3 - 1),
        *((">=", branch) for branches in r.values() for branch in branches),
        *((">=", sympy.expand(a3 + b3 + branch - 1)) for bs in r.values() for branch in bs),
    }
    found = {
        ("=" if isinstance(each, sympy.Eq) else ">=", sympy.expand(each.lhs - each.rhs))
        for each in relations("sgd", 2)
    }
    assert found == {(relation, sympy.expand(form)) for relation, form in expected}


def test_adaptive_at_depth_two_is_theorem_2_8_12() -> None:
    """The same for TP4b Theorem 2.8.12 and Definition 2.8.5."""
    a1, a2, a3, b1, b2, b3, c1, c2, c3 = sympy.symbols("a_1:4 b_1:4 c_1:4", real=True)
    half = sympy.Rational(1, 2)
    r1, r2, r3 = c1 + a1, c2 + a2 - 1, c3 + a3 - 1
    expected = {
        ("=", a1 + b1),
        ("=", a2 + b2 - half),
        (">=", a3 + b3 - half),
        (">=", r1),
        (">=", r2),
        (">=", r3),
        (">=", a3 + b3 + r1 - 1),
        (">=", a3 + b3 + r2 - 1),
    }
    found = {
        ("=" if isinstance(each, sympy.Eq) else ">=", sympy.expand(each.lhs - each.rhs))
        for each in relations("adam", 2)
    }
    assert found == {(relation, sympy.expand(form)) for relation, form in expected}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_statements_show_the_form_that_is_evaluated(optimizer: Optimizer) -> None:
    """Reading the printed form back gives the coefficients."""
    for condition in conditions(optimizer):
        text = condition.form(1, 2)
        form = sympy.sympify(text.replace("2a", "2*a").replace("2b", "2*b").replace("3a", "3*a"))
        for coefficients, index in ((condition.layer, 1), (condition.readout, 2)):
            for name, coefficient in zip("abcdw", coefficients, strict=True):
                assert form.coeff(sympy.Symbol(f"{name}_{index}")) == coefficient, text


def test_the_redundant_condition_is_redundant() -> None:
    """The updated_readout condition on logits never fails alone: the reasons rely on it."""
    steps = [Fraction(n, 4) for n in range(-6, 9)]
    for size in steps:  # a + b of the readout
        for update in steps:  # 2a + c of the readout
            for layer in steps:  # 2a_l + c_l - 1 + I(l=1)
                fails = size + update + layer < 1
                assert not fails or update < 1 or size + layer < 0
