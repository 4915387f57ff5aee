"""How far one unknown can go while a verdict lasts: "the largest stable learning rate"."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from solver.exact.affine import constant, unknown
from solver.exact.arithmetic import Arithmetic, Constraint, Extent
from solver.exact.polyhedra import Constraints, Polyhedra, Polyhedron
from solver.families.cells import satisfying
from solver.families.family import Family
from solver.families.targets import Requirement, Target, clauses, conflict, requirements

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
    point where it is attained, or else one on the border, and ``unique`` tells whether it is the
    only one.  ``binding`` holds the requirements that, together, allow no better value (or, where
    nothing is possible, that exclude each other); without any one of them there would be.
    ``here`` tells where in the family each of these holds: on these disjoint sets; None where
    that has too many cases.  ``occurs`` is False where the unknown is of no layer at this depth.
    """

    goal: Goal
    unknowns: tuple[str, ...]
    possible: bool
    value: Fraction | None
    attained: bool
    at: dict[str, Fraction] | None
    unique: bool
    binding: tuple[Requirement, ...]
    here: tuple[tuple[Polyhedron, ...] | None, ...]
    occurs: bool = True


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
    found = [(arithmetic.infimum(each, form), each) for each in satisfying(target, within, sets)]
    if not found:
        binding = conflict(asked, (), arithmetic)
        here = tuple(_here(each, sets) for each in binding)
        return Optimum(goal, sets.unknowns, False, None, False, None, False, binding, here)
    if any(extent.infimum is None for extent, _ in found):
        occurs = any(goal.unknown in each.unknowns for each in family.forms())
        return Optimum(goal, sets.unknowns, True, None, False, None, False, (), (), occurs)
    best = min((extent for extent, _ in found), key=_rank)
    value, attained = best
    assert value is not None, "it is bounded"
    level = Constraint(form.minus(value), "=")
    places = [
        sets.irredundant((*(piece if attained else _closure(piece)), level))
        for extent, piece in found
        if extent == best
    ]
    at = _corner(places[0], sets)
    unique = all(sets.dimension(each) == 0 and sets.witness(each) == at for each in places)
    better = Constraint(constant(value).minus(form), ">" if attained else ">=")
    shown = value if goal.sense == "minimize" else -value
    binding = conflict(asked, (better,), arithmetic)
    here = tuple(_here(each, sets) for each in binding)
    return Optimum(goal, sets.unknowns, True, shown, attained, at, unique, binding, here)


def _here(requirement: Requirement, sets: Polyhedra) -> tuple[Polyhedron, ...] | None:
    """Where it holds; None for a choice in several unknowns, which has too many cases to read."""
    choice = any(len(each) > 1 for each in requirement.clauses)
    if choice and len(sets.unknowns) > 1:
        return None
    whole = requirement._replace(clauses=(*requirement.clauses, *requirement.also))
    return tuple(map(sets.irredundant, satisfying([whole], (), sets)))


def _corner(where: Polyhedron, sets: Polyhedra) -> dict[str, Fraction]:
    """A point at which as many bounds as possible are tight: others are harder to recognise."""
    for facet in where.facets:
        tight = (*where.constraints, Constraint(facet.form, "="))
        if facet.relation == ">=" and sets.possible(tight):
            where = sets.irredundant(tight)
    return sets.witness(where)


def _rank(extent: Extent) -> tuple[Fraction, bool]:
    """Least where it is best: a value that is attained before the same one that is not."""
    assert extent.infimum is not None, "it is bounded"
    return extent.infimum, not extent.attained


def _closure(piece: Constraints) -> Constraints:
    return tuple(Constraint(each.form, "=" if each.relation == "=" else ">=") for each in piece)
