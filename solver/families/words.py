"""Cells in words and symbols: ``0 < s <= 1/2 kernel``."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from solver.exact.affine import AffineForm, latex_name, latex_number
from solver.exact.arithmetic import Constraint, Relation
from solver.exact.exponents import format_exponent
from solver.exact.polyhedra import Polyhedron
from solver.families.optimum import Optimum
from solver.families.targets import NAMES
from solver.theory.dichotomy import Kind
from solver.theory.wording import all_of


class WrittenConstraint(NamedTuple):
    """``expression relation value``; the coefficients of the unknowns are coprime integers."""

    expression: AffineForm
    relation: Relation
    value: Fraction


def written(constraint: Constraint) -> WrittenConstraint:
    """The constraint with its constant on the right."""
    form = constraint.form.primitive()
    return WrittenConstraint(form.minus(form.constant), constraint.relation, -form.constant)


def where_text(where: Polyhedron, unknowns: Sequence[str]) -> str:
    """Such as ``s + t = 1/2, 0 < s <= 1/2``."""
    parts = [
        _chain(each, AffineForm.text, format_exponent, _SIGNS)
        for each in _ranges(where.constraints)
    ]
    return ", ".join(parts) or f"every {', '.join(unknowns)}"


def constraint_text(constraint: Constraint) -> str:
    """Such as ``s <= 1/2``."""
    return where_text(Polyhedron((), (constraint,)), ())


def summary_lines(pieces: Sequence[tuple[Kind, Polyhedron]], unknowns: Sequence[str]) -> list[str]:
    """Such as ``0 < s <= 1/2 kernel``, a line for each piece.

    In several unknowns the unstable pieces, of which there are many, become one: elsewhere.
    """
    lines = [
        f"{where_text(where, unknowns)} {kind}"
        for kind, where in pieces
        if len(unknowns) == 1 or kind is not Kind.UNSTABLE or len(pieces) == 1
    ]
    return lines if len(lines) == len(pieces) else [*lines, "unstable elsewhere"]


def here_text(pieces: Sequence[Polyhedron], unknowns: Sequence[str]) -> str:
    """What a requirement comes to in a family, such as ``c >= 1``; it holds on these pieces."""
    return " or ".join(where_text(each, unknowns) for each in pieces) or _NEVER


_NEVER: Final = "never"


def _rules(found: Optimum) -> str:
    """What binds, and what that comes to where this is short: ``2a_4 + c_4 >= 1 (c >= 1)``."""
    rules = []
    for requirement, pieces in zip(found.binding, found.here, strict=True):
        statement = requirement.statement
        if pieces is not None and len(pieces) == 1:
            here = here_text(pieces, found.unknowns)
            statement += f" ({here})" if here != statement else ""
        rules.append(statement)
    return all_of(rules)


def where_latex(where: Polyhedron, unknowns: Sequence[str]) -> str:
    r"""Such as ``0 < s \le \tfrac{1}{2}``."""
    parts = [
        _chain(each, AffineForm.latex, latex_number, _LATEX) for each in _ranges(where.constraints)
    ]
    names = ", ".join(map(latex_name, unknowns))
    return r",\ ".join(parts) or rf"\text{{every }} {names}"


def cell_latex(kind: Kind, where: Polyhedron, unknowns: Sequence[str]) -> str:
    r"""Such as ``c < 1\colon\ \text{unstable}``."""
    return rf"{where_latex(where, unknowns)}\colon\ \text{{{kind.replace('_', ' ')}}}"


def optimum_text(found: Optimum) -> str:
    """The answer in a sentence or two."""
    (sense, name, target), value = found.goal, found.value
    least, more = ("least", "less") if sense == "minimize" else ("greatest", "more")
    what, rules = NAMES[target], _rules(found)
    if not found.possible:
        one = len(found.binding) == 1
        return (
            f"{what[0].upper()}{what[1:]} is out of reach in this family, because "
            f"{rules} {'never holds' if one else 'never hold together'}."
        )
    if value is None and not found.occurs:
        return f"{name} does not occur at this depth, so it can take any value."
    if value is None:
        return f"There is no {least} {name} subject to {what}: it is unbounded."
    if found.attained:
        assert found.at is not None
        place = ", ".join(f"{each} = {coordinate}" for each, coordinate in found.at.items())
        at = "at" if found.unique else "for instance at"
        return (
            f"The {least} {name} subject to {what} is {value}, {at} {place}; no {more} is possible "
            f"because of {rules}."
        )
    return (
        f"Subject to {what}, {name} comes arbitrarily close to {value} but does not reach it; "
        f"no {more} is possible because of {rules}."
    )


_SIGNS: Final = {"<": "<", "<=": "<=", "=": "=", ">": ">", ">=": ">="}
_LATEX: Final = {**_SIGNS, "<=": r"\le", ">=": r"\ge"}
_MIRRORED: Final = {">": "<", ">=": "<=", "=": "="}


class _Range(NamedTuple):
    """All that is said of one expression: ``low relation expression relation high``."""

    expression: AffineForm
    low: tuple[Fraction, str] | None
    high: tuple[str, Fraction] | None


def _ranges(constraints: Iterable[Constraint]) -> Iterable[_Range]:
    """The constraints with a plus in front of the first unknown, two-sided ones together."""
    ranges: dict[AffineForm, _Range] = {}
    for expression, relation, value in map(written, constraints):
        if expression.terms[0][1] > 0 and relation != "=":
            low = (value, _MIRRORED[relation])
            ranges[expression] = _known(ranges, expression)._replace(low=low)
        else:
            if expression.terms[0][1] < 0:
                expression, value = expression.times(-1), -value
            high = (_MIRRORED[relation], value)
            ranges[expression] = _known(ranges, expression)._replace(high=high)
    return ranges.values()


def _known(ranges: dict[AffineForm, _Range], expression: AffineForm) -> _Range:
    return ranges.get(expression, _Range(expression, None, None))


def _chain(
    part: _Range,
    form: Callable[[AffineForm], str],
    number: Callable[[Fraction], str],
    signs: dict[str, str],
) -> str:
    expression, low, high = part
    if high is None:
        assert low is not None, "something is said of it"
        value, relation = low
        turned = {"<": ">", "<=": ">="}[relation]
        return f"{form(expression)} {signs[turned]} {number(value)}"
    relation, value = high
    right = f"{form(expression)} {signs[relation]} {number(value)}"
    return right if low is None else f"{number(low[0])} {signs[low[1]]} {right}"
