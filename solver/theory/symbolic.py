"""The conditions as sympy relations, for those who want to compute with them.

``system("sgd")`` at depth 2 becomes a list of relations in the symbols a_1..c_3, ready for
``sympy.latex``, ``subs`` or an inequality solver.  sympy is imported on first use: it takes
longer to load than everything else together.
"""

from typing import TYPE_CHECKING

from solver.theory.conditions import system
from solver.theory.exponents import SYMBOLS
from solver.theory.laws import Optimizer

if TYPE_CHECKING:
    from sympy.core.relational import Relational


def relations(optimizer: Optimizer, depth: int) -> "list[Relational]":
    """Every stability condition of a network with ``depth`` hidden layers, as ``form ⋈ bound``.

    The symbols are ``a_1`` … ``c_{L+1}``; all are real.
    """
    import sympy

    def symbol(name: str, layer: int) -> sympy.Symbol:
        return sympy.Symbol(f"{name}_{layer}", real=True)

    result: list[Relational] = []
    for layer, condition in system(optimizer).layers(depth):
        form = sympy.Integer(0)
        for coefficients, index in ((condition.layer, layer), (condition.readout, depth + 1)):
            for name, coefficient in zip(SYMBOLS, coefficients, strict=True):
                if coefficient:
                    form += coefficient * symbol(name, index)
        bound = sympy.Rational(condition.bound.numerator, condition.bound.denominator)
        equal = condition.relation == "="
        result.append(sympy.Eq(form, bound) if equal else sympy.Ge(form, bound))
    return result
