"""Convex sets of points, given by affine constraints, some of them strict: exact operations.

A set is a tuple of constraints that hold together.  Sets have few unknowns (up to three) and
few constraints, so that plain elimination with a solver for the tests is fast.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

from solver.exact.affine import AffineForm, affine, constant, unknown
from solver.exact.arithmetic import Arithmetic, Constraint

Constraints = tuple[Constraint, ...]


class Polyhedron(NamedTuple):
    """A non-empty convex set, irredundantly: equations solved for one unknown each, and the rest.

    ``facets`` are the inequalities, written in the unknowns that remain.
    """

    equations: Constraints
    facets: Constraints

    @property
    def constraints(self) -> Constraints:
        """All of them."""
        return (*self.equations, *self.facets)

    def reduced(self, form: AffineForm) -> AffineForm:
        """What equals the form on the set, in the unknowns that remain."""
        for equation in self.equations:
            name, value = _solved(equation.form)
            form = form.replaced(name, value)
        return form


class Polyhedra:
    """Operations on sets in the given unknowns."""

    def __init__(self, unknowns: Sequence[str], arithmetic: Arithmetic) -> None:
        self.unknowns = tuple(unknowns)
        self._arithmetic = arithmetic
        self.possible = arithmetic.possible

    def irredundant(self, constraints: Iterable[Constraint]) -> Polyhedron:
        """The set in its simplest description; it must not be empty."""
        given = self.needed((), constraints)
        inequalities = [each for each in given if each.relation != "="]
        # x >= 0 where x > 0 is impossible is an equation.
        equations = [
            each.form
            for each in given
            if each.relation == "="
            or (each.relation == ">=" and not self.possible((*given, Constraint(each.form, ">"))))
        ]
        solved = _echelon(equations)
        result = Polyhedron(tuple(Constraint(each, "=") for each in solved), ())
        facets: dict[AffineForm, Constraint] = {}
        for each in inequalities:
            form = result.reduced(each.form).primitive()
            # The strict one of a pair says it all.
            if form.terms and not (each.relation == ">=" and form in facets):
                facets[form] = Constraint(form, each.relation)
        kept = self.needed(result.equations, facets.values())
        return Polyhedron(result.equations, tuple(sorted(kept)))

    def needed(
        self, within: Constraints, constraints: Iterable[Constraint]
    ) -> tuple[Constraint, ...]:
        """Constraints that describe the same part of ``within``, of which none follows from others.

        Inequalities are kept rather than equations.
        """
        kept: list[Constraint] = []
        # Most follow from a few: only those are compared with each other.
        for each in sorted(dict.fromkeys(constraints), key=lambda each: each.relation == "="):
            if not self._arithmetic.implies((*within, *kept), each):
                kept.append(each)
        for each in list(kept):
            others = [other for other in kept if other is not each]
            if self._arithmetic.implies((*within, *others), each):
                kept = others
        return tuple(kept)

    def outside(self, within: Constraints, constraints: Iterable[Constraint]) -> list[Constraints]:
        """A partition of the points of ``within`` that violate some of the constraints.

        Each piece on which an inequality fails is as large as can be.
        """
        if not self.possible(within):
            return []
        needed = self.needed(within, constraints)
        if not self.possible((*within, *needed)):
            return [within]
        pieces: list[Constraints] = []
        for each in needed:
            pieces += [
                (*within, negated)
                for negated in each.negated()
                if self.possible((*within, negated))
            ]
            within = (*within, each)
        return pieces

    def either(self, within: Constraints, options: Sequence[Constraint]) -> list[Constraints]:
        """A partition of the points of ``within`` that satisfy at least one of the options."""
        pieces: list[Constraints] = []
        rest = [within]
        for option in options:
            others: list[Constraints] = []
            for each in rest:
                if not self.possible((*each, option)):
                    others.append(each)  # where the option fails, its negation says nothing new
                    continue
                pieces.append((*each, option))
                others += [
                    (*each, negated)
                    for negated in option.negated()
                    if self.possible((*each, negated))
                ]
            rest = others
        return pieces

    def union(self, one: Polyhedron, other: Polyhedron) -> Polyhedron | None:
        """The union, where it is described by constraints again (so it is convex); or None.

        The smallest set that constraints of the two describe and that holds both (Bemporad,
        Fukuda & Torrisi 2001), if it holds nothing else; or nothing but faces, which can be
        cut off, as the corner of a square.
        """
        hull = self.needed((), (*self._valid(one, other), *self._valid(other, one)))
        surplus = self._outside_both(hull, one, other)
        if not surplus:
            return self.irredundant(hull)
        cuts = [self._cut(each, hull) for each in surplus]
        whole = (*hull, *(each for each in cuts if each is not None))
        if None in cuts or self._outside_both(whole, one, other):
            return None
        kept = all(
            self._arithmetic.implies(each.constraints, cut)
            for each in (one, other)
            for cut in whole
        )
        return self.irredundant(whole) if kept else None

    def _outside_both(
        self, within: Constraints, one: Polyhedron, other: Polyhedron
    ) -> list[Constraints]:
        rest = self.outside(within, one.constraints)
        return [part for each in rest for part in self.outside(each, other.constraints)]

    def _cut(self, part: Constraints, hull: Constraints) -> Constraint | None:
        """A constraint that cuts off the smallest face that holds a part, if a face does."""
        tight = [
            each.form
            for each in hull
            if each.relation == ">=" and self._arithmetic.implies(part, Constraint(each.form, "="))
        ]
        if not tight:
            return None
        total = constant(0)
        for form in tight:
            total = total.plus(form.primitive())
        return Constraint(total, ">")

    def _valid(self, one: Polyhedron, other: Polyhedron) -> list[Constraint]:
        """The constraints of one set, made as weak as needed, that the other satisfies too."""
        sides = [*one.facets]
        for equation in one.equations:
            sides += [Constraint(form, ">=") for form in (equation.form, equation.form.times(-1))]
        weaker = [(each, Constraint(each.form, ">=")) for each in sides]
        valid = (
            next((w for w in ways if self._arithmetic.implies(other.constraints, w)), None)
            for ways in weaker
        )
        return [each for each in valid if each is not None]

    def witness(self, polyhedron: Polyhedron) -> dict[str, Fraction]:
        """A point inside (relative to the set's own dimension), with simple coordinates."""
        point: dict[str, Fraction] = {}
        fixed = polyhedron.constraints
        for name in self.unknowns:
            form = unknown(name)
            low = self._arithmetic.infimum(fixed, form).infimum
            high = self._arithmetic.infimum(fixed, form.times(-1)).infimum
            point[name] = _between(low, None if high is None else -high)
            fixed = (*fixed, Constraint(form.minus(point[name]), "="))
        return point

    def dimension(self, polyhedron: Polyhedron) -> int:
        """0 for a point, 1 for a line, and so on."""
        return len(self.unknowns) - len(polyhedron.equations)


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """A point inside the interval: the middle, or one unit from its only end."""
    if low is None:
        return Fraction() if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _solved(form: AffineForm) -> tuple[str, AffineForm]:
    """``form = 0`` as ``unknown = …``, for the last unknown in it."""
    name, coefficient = form.terms[-1]
    rest = affine(form.constant, dict(form.terms[:-1]))
    return name, rest.times(-1 / coefficient)


def _echelon(forms: Iterable[AffineForm]) -> list[AffineForm]:
    """Independent equations with the same solutions, each solved for an unknown of its own."""
    rows: list[AffineForm] = []
    for form in forms:
        for row in rows:
            form = form.replaced(*_solved(row))
        if form.terms:
            rows = [row.replaced(*_solved(form)) for row in rows]
            rows.append(form)
    signed = (row.times(-1) if row.terms[0][1] < 0 else row for row in rows)
    return sorted(row.primitive() for row in signed)
