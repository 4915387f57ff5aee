"""How far one unknown can go while a verdict lasts: "the largest stable learning rate"."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from solver.affine import constant, unknown
from solver.arithmetic import Arithmetic, Constraint
from solver.family import Family
from solver.polyhedra import Constraints, Polyhedra
from solver.regions import satisfying
from solver.targets import Requirement, Target, clauses, conflict, requirements

Sense = Literal["minimize", "maximize"]


class Goal(NamedTuple):
    """What is asked: the least or the greatest value of an unknown, subject to a target."""

    sense: Sense
    unknown: str
    target: Target


class Optimum(NamedTuple):
    """The answer.

    ``value`` is None where it is unbounded; ``possible`` tells whether any point of the domain
    meets the target.  ``attained`` is False where the value is only approached; ``at`` is a
    point where it is attained, or else one on the border.  ``binding`` holds the requirements that,
    together, allow no better value (or, where nothing is possible, that exclude each other);
    without any one of them there would be.
    """

    goal: Goal
    possible: bool
    value: Fraction | None
    attained: bool
    at: dict[str, Fraction] | None
    binding: tuple[Requirement, ...]


def optimum(
    goal: Goal,
    family: Family,
    unknowns: Sequence[str],
    domain: Sequence[Requirement],
    arithmetic: Arithmetic,
) -> Optimum:
    """Optimise exactly over the points of the domain that meet the target.

    Raises ``TimeLimitError``.
    """
    sets = Polyhedra(unknowns, arithmetic)
    target = requirements(family, goal.target)
    asked = (*target, *domain)
    form = unknown(goal.unknown).times(1 if goal.sense == "minimize" else -1)
    within = tuple(each for clause in clauses(domain) for each in clause)
    best: tuple[Fraction, bool, Constraints] | None = None
    for piece in satisfying(target, within, sets):
        value, attained = arithmetic.infimum(piece, form)
        if value is None:
            return Optimum(goal, True, None, False, None, ())
        if best is None or (value, not attained) < (best[0], not best[1]):
            best = (value, attained, piece)
    if best is None:
        return Optimum(goal, False, None, False, None, conflict(asked, (), arithmetic))
    value, attained, piece = best
    level = Constraint(form.minus(value), "=")
    closure = tuple(Constraint(each.form, "=" if each.relation == "=" else ">=") for each in piece)
    at = sets.witness(sets.irredundant((*(piece if attained else closure), level)))
    better = Constraint(constant(value).minus(form), ">" if attained else ">=")
    found = value if goal.sense == "minimize" else -value
    return Optimum(goal, True, found, attained, at, conflict(asked, (better,), arithmetic))
