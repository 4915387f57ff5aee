"""Decisions about affine constraints on real unknowns, by z3: exact, and within a time limit.

A question has a context of its own, so that questions may be asked in several threads.  z3 is
imported on first use.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from solver.affine import AffineForm
from solver.errors import TimeLimitError

if TYPE_CHECKING:
    import z3

Relation = Literal[">", ">=", "="]


class Constraint(NamedTuple):
    """``form relation 0``."""

    form: AffineForm
    relation: Relation

    def negated(self) -> tuple["Constraint", ...]:
        """What holds where this does not: one of these, and never two."""
        match self.relation:
            case ">":
                return (Constraint(self.form.times(-1), ">="),)
            case ">=":
                return (Constraint(self.form.times(-1), ">"),)
            case "=":
                return (Constraint(self.form.times(-1), ">"), Constraint(self.form, ">"))

    def holds_at(self, point: Mapping[str, Fraction]) -> bool:
        """Whether the point satisfies it."""
        value = self.form.at(point)
        return (
            value == 0
            if self.relation == "="
            else value > 0 or (value == 0 and self.relation == ">=")
        )


#: At least one of these holds.
Clause = tuple[Constraint, ...]


class Extent(NamedTuple):
    """The greatest lower bound of a form; None where it is unbounded below."""

    infimum: Fraction | None
    attained: bool


class Deadline:
    """A point in time by which an answer must be there."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds

    def milliseconds(self) -> int:
        """What is left.  Raises ``TimeLimitError`` when nothing is."""
        left = self._end - monotonic()
        if left <= 0:
            raise self.passed()
        return max(1, int(1000 * left))

    def passed(self) -> TimeLimitError:
        """The error that says so."""
        return TimeLimitError(
            f"no answer was found in {self.seconds:g} seconds; ask about fewer unknowns, fewer "
            "different layers or a smaller depth (exponents by role cost the same at any depth)"
        )


class Arithmetic:
    """Satisfiability and infima under conjunctions of constraints.

    Every method raises ``TimeLimitError`` past the deadline.
    """

    def __init__(self, deadline: Deadline) -> None:
        import z3

        self._z3 = z3
        self._deadline = deadline
        self._context = z3.Context()
        self._solver = z3.SolverFor("QF_LRA", ctx=self._context)
        self._unknowns: dict[str, z3.ArithRef] = {}
        self._literals: dict[Clause, z3.BoolRef] = {}
        self._known: dict[frozenset[Constraint], bool] = {}

    def possible(self, constraints: Iterable[Constraint]) -> bool:
        """Whether some point satisfies all."""
        key = frozenset(constraints)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._check([self._literal((each,)) for each in key])
        return found

    def implies(self, constraints: Sequence[Constraint], consequence: Constraint) -> bool:
        """Whether every point that satisfies the constraints satisfies the consequence."""
        return not any(self.possible((*constraints, each)) for each in consequence.negated())

    def infimum(self, constraints: Iterable[Constraint], form: AffineForm) -> Extent:
        """The infimum of a form where all constraints hold, which must be somewhere."""
        optimize = self._z3.Optimize(ctx=self._context)
        optimize.set("timeout", self._deadline.milliseconds())
        optimize.add(*(self.atom(each) for each in constraints))
        objective = optimize.minimize(self.term(form))
        if optimize.check() != self._z3.sat:
            raise self._deadline.passed()
        infinite, value, epsilon = optimize.lower_values(objective)
        if _fraction(infinite):
            return Extent(None, False)
        return Extent(_fraction(value), not _fraction(epsilon))

    def conflict(self, clauses: Sequence[Clause]) -> list[int] | None:
        """The indices of clauses that cannot hold together; None where all clauses can.

        It is minimal: without any one of them, the others can.
        """
        literals = [self._literal(each) for each in clauses]
        if self._check(literals):
            return None
        found = {str(each) for each in self._solver.unsat_core()}
        core = [place for place, each in enumerate(literals) if str(each) in found]
        for place in list(core):
            rest = [other for other in core if other != place]
            if not self._check([literals[other] for other in rest]):
                core = rest
        return core

    def atom(self, constraint: Constraint) -> "z3.BoolRef":
        """The constraint in z3's terms."""
        term, zero = self.term(constraint.form), 0
        match constraint.relation:
            case ">":
                return term > zero
            case ">=":
                return term >= zero
            case "=":
                return term == zero

    def any_of(self, clause: Clause) -> "z3.BoolRef":
        """The clause in z3's terms."""
        return self._z3.Or([self.atom(each) for each in clause], self._context)

    def term(self, form: AffineForm) -> "z3.ArithRef":
        """The form in z3's terms."""
        parts = [self._number(each) * self.unknown(name) for name, each in form.terms]
        return self._z3.Sum([self._number(form.constant), *parts])

    def unknown(self, name: str) -> "z3.ArithRef":
        """The unknown in z3's terms."""
        if name not in self._unknowns:
            self._unknowns[name] = self._z3.Real(name, self._context)
        return self._unknowns[name]

    def _number(self, value: Fraction) -> "z3.RatNumRef":
        return self._z3.RealVal(str(value), self._context)

    def _literal(self, clause: Clause) -> "z3.BoolRef":
        literal = self._literals.get(clause)
        if literal is None:
            literal = self._z3.Bool(f"[{len(self._literals)}]", self._context)
            self._solver.add(self._z3.Implies(literal, self.any_of(clause)))
            self._literals[clause] = literal
        return literal

    def _check(self, literals: list[Any]) -> bool:
        self._solver.set("timeout", self._deadline.milliseconds())
        found = self._solver.check(*literals)
        if found == self._z3.unknown:
            raise self._deadline.passed()
        return bool(found == self._z3.sat)


def _fraction(number: Any) -> Fraction:
    return Fraction(number.as_string())
