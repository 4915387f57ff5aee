"""Decisions about affine constraints on real unknowns, by z3: exact, and within a time limit.

A question has a context of its own, so that questions may be asked in several threads.  z3 is
imported on first use.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from solver.errors import TimeLimitError
from solver.exact.affine import AffineForm

if TYPE_CHECKING:
    import z3

Relation = Literal[">", ">=", "="]


class Constraint(NamedTuple):
    """``form relation 0``."""

    form: AffineForm
    relation: Relation

    def negated(self) -> tuple["Constraint", ...]:
        """What holds where this does not: one of these, and never two."""
        return _negated(self)

    def holds_at(self, point: Mapping[str, Fraction]) -> bool:
        """Whether the point satisfies it."""
        value = self.form.at(point)
        return (
            value == 0
            if self.relation == "="
            else value > 0 or (value == 0 and self.relation == ">=")
        )


# The same are asked about again and again, and found again fastest as the same objects.
@lru_cache(maxsize=1 << 12)
def _negated(constraint: Constraint) -> tuple[Constraint, ...]:
    form, relation = constraint
    match relation:
        case ">":
            return (Constraint(form.times(-1), ">="),)
        case ">=":
            return (Constraint(form.times(-1), ">"),)
        case "=":
            return (Constraint(form.times(-1), ">"), Constraint(form, ">"))


def between(form: AffineForm, low: Fraction | None, high: Fraction | None) -> list[Constraint]:
    """That a form lies between two numbers, where they are given."""
    return [
        *([] if low is None else [Constraint(form.minus(low), ">=")]),
        *([] if high is None else [Constraint(form.times(-1).plus(high), ">=")]),
    ]


# Fewer constraints in few unknowns take less time than a timer does.
_TIMED = 16

#: At least one of these holds.
Clause = tuple[Constraint, ...]


class Extent(NamedTuple):
    """The greatest lower bound of a form; None where it is unbounded below."""

    infimum: Fraction | None
    attained: bool


class Deadline:
    """A point in time by which an answer must be there; it ends with that it is ``within``."""

    def __init__(self, seconds: float = 10.0, within: "Deadline | None" = None) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds
        self._within = within

    def sooner(self) -> "Deadline":
        """One at half the time that is left."""
        return Deadline(self.milliseconds() / 2000, self)

    def give_up(self) -> None:
        """Leave no time from now on, since nobody waits any more; any thread may say so."""
        self._end = -inf

    def milliseconds(self) -> int:
        """What is left.  Raises ``TimeLimitError`` when nothing is."""
        if self._within is not None:
            self._within.milliseconds()
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
    """Satisfiability and minima under clauses of affine constraints.

    Every method raises ``TimeLimitError`` past the deadline.
    """

    def __init__(self, deadline: Deadline) -> None:
        import z3

        self.deadline = deadline
        self.z3 = z3
        self.context = z3.Context()
        self._solver = z3.SimpleSolver(ctx=self.context)
        self._unknowns: dict[str, z3.ArithRef] = {}
        self._atoms: dict[Constraint, z3.BoolRef] = {}
        # What ``add`` comes to: it looks first, each time, whether an atom is of the right kind.
        self._assert = partial(z3.Z3_solver_assert, self.context.ref(), self._solver.solver)
        self._known: dict[frozenset[Constraint], bool] = {}

    def possible(self, constraints: Iterable[Constraint]) -> bool:
        """Whether some point satisfies all."""
        key = frozenset(constraints)
        found = self._known.get(key)
        if found is None:
            # Only what is asked about is in the solver, which is what keeps it fast.
            self._solver.push()
            for each in key:
                self._assert(self.atom(each).ast)
            if len(key) < _TIMED:
                self.deadline.milliseconds()
                answer = self._solver.check()
                if answer == self.z3.unknown:
                    raise self.deadline.passed()
                found = bool(answer == self.z3.sat)
            else:
                found = self.satisfiable(self._solver)
            self._known[key] = found
            self._solver.pop()
        return found

    def implies(self, constraints: Sequence[Constraint], consequence: Constraint) -> bool:
        """Whether every point that satisfies the constraints satisfies the consequence."""
        return not any(self.possible((*constraints, each)) for each in consequence.negated())

    def infimum(self, constraints: Iterable[Constraint], form: AffineForm) -> Extent:
        """The infimum of a form where all constraints hold, which must be somewhere."""
        found = self.least(self.term(form), [self.atom(each) for each in constraints])
        assert found is not None, "some point satisfies them"
        return found

    def conflict(self, groups: Sequence[Sequence[Clause]]) -> list[int] | None:
        """The indices of groups of clauses that cannot hold together; None where all can.

        It is minimal: without any one of them, the others can.  Of several such sets it is one
        with groups early in the list.
        """
        solver = self.solver()
        names = [self.z3.Bool(f"[{place}]", self.context) for place in range(len(groups))]
        for name, clauses in zip(names, groups, strict=True):
            solver.add(*(self.z3.Implies(name, self.any_of(each)) for each in clauses))
        if self.satisfiable(solver, *names):
            return None
        core = list(range(len(names)))
        for place in reversed(core):
            rest = [other for other in core if other != place]
            if not self.satisfiable(solver, *(names[other] for other in rest)):
                core = rest
        return core

    # What follows speaks z3's language, for questions that need more of it.

    def solver(self, logic: str = "QF_LRA") -> "z3.Solver":
        """A solver without facts."""
        return self.z3.SolverFor(logic, ctx=self.context)

    def satisfiable(self, solver: "z3.Solver", *assumptions: "z3.BoolRef") -> bool:
        """Whether the solver's facts and the assumptions can hold together."""
        solver.set("timeout", self.deadline.milliseconds())
        found = solver.check(*assumptions)
        if found == self.z3.unknown:
            raise self.deadline.passed()
        return bool(found == self.z3.sat)

    def least(self, term: "z3.ArithRef", facts: Iterable["z3.BoolRef"]) -> Extent | None:
        """The infimum of a term; None where the facts cannot hold together."""
        optimize = self.z3.Optimize(ctx=self.context)
        optimize.set("timeout", self.deadline.milliseconds())
        optimize.add(*facts)
        objective = optimize.minimize(term)
        found = optimize.check()
        if found == self.z3.unknown:
            raise self.deadline.passed()
        if found == self.z3.unsat:
            return None
        infinite, value, epsilon = map(fraction, optimize.lower_values(objective))
        return Extent(None, False) if infinite else Extent(value, not epsilon)

    def atom(self, constraint: Constraint) -> "z3.BoolRef":
        """The constraint in z3's terms."""
        found = self._atoms.get(constraint)
        if found is None:
            found = self._atoms[constraint] = self._new_atom(constraint)
        return found

    def _new_atom(self, constraint: Constraint) -> "z3.BoolRef":
        term = self.term(constraint.form)
        match constraint.relation:
            case ">":
                return term > 0
            case ">=":
                return term >= 0
            case "=":
                return term == 0

    def any_of(self, clause: Clause) -> "z3.BoolRef":
        """The clause in z3's terms."""
        return self.z3.Or([self.atom(each) for each in clause], self.context)

    def term(self, form: AffineForm) -> "z3.ArithRef":
        """The form in z3's terms."""
        parts = [self.number(each) * self.unknown(name) for name, each in form.terms]
        return self.z3.Sum([self.number(form.constant), *parts])

    def unknown(self, name: str) -> "z3.ArithRef":
        """The unknown in z3's terms."""
        if name not in self._unknowns:
            self._unknowns[name] = self.z3.Real(name, self.context)
        return self._unknowns[name]

    def number(self, value: Fraction) -> "z3.RatNumRef":
        """The number in z3's terms."""
        return self.z3.RealVal(str(value), self.context)


def fraction(number: Any) -> Fraction:
    """A number of z3's."""
    return Fraction(number.as_string())
