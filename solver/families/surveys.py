"""A family of networks surveyed: its cells, their summary, its named members, an optimum."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from solver.errors import ParametrizationError
from solver.exact.affine import constant
from solver.exact.arithmetic import Arithmetic, Constraint, Deadline
from solver.exact.polyhedra import Polyhedra, Polyhedron
from solver.families.cells import Cell, Piece, cells, merged
from solver.families.family import Family
from solver.families.gallery_members import Landmark, landmarks
from solver.families.optimum import Goal, Optimum, optimum
from solver.families.reading import Families
from solver.families.targets import Requirement, clauses, faithfulness
from solver.families.words import constraint_text, where_text
from solver.theory.activations import Activation
from solver.theory.dichotomy import Kind
from solver.theory.wording import joined
from solver.verdicts.consequences import limits_by_activation, limits_by_law


class Survey(NamedTuple):
    """All that is found out about a family; ``depth`` is None for "every L >= 2".

    ``summary`` divides the same points by verdict alone, without regard to r; for one unknown
    it is a list of intervals in order.
    """

    depth: int | None
    family: Family
    unknowns: tuple[str, ...]
    cells: tuple[Cell, ...]
    summary: tuple[tuple[Kind, Polyhedron], ...]
    landmarks: tuple[Landmark, ...]
    optimum: Optimum | None
    warnings: tuple[str, ...]


def survey(
    families: Families,
    goal: Goal | None = None,
    deadline: Deadline | None = None,
    activation: Activation = "tanh",
) -> tuple[Survey, Survey | None]:
    """Survey the family at its depth; or, where that is open, at L = 1 and at every L >= 2.

    Exact.  ``activation`` changes the warnings only.  Raises ``ParametrizationError`` where no
    point satisfies the bounds, and ``TimeLimitError`` (after ten seconds, unless another deadline
    is given).
    """
    deadline = deadline or Deadline()
    members = [families.first, *([families.deeper] if families.deeper else [])]
    laws = dict.fromkeys(block.law for family in members for block in family.layers)
    general = [*limits_by_activation(activation), *limits_by_law(laws)]
    if families.range_note is not None:
        general.append(f"{families.range_note}: no other points are considered.")

    def surveyed(family: Family) -> Survey:
        return _survey(family, families, goal, deadline, general)

    deeper = families.deeper
    return surveyed(families.first), None if deeper is None else surveyed(deeper)


def same_verdicts(first: Survey, second: Survey, deadline: Deadline | None = None) -> bool:
    """Whether every point has the same verdict in two surveys of the same unknowns and domain.

    Raises ``TimeLimitError``.
    """
    arithmetic = Arithmetic(deadline or Deadline())
    return not any(
        kind != other and arithmetic.possible((*where.constraints, *there.constraints))
        for kind, where in first.summary
        for other, there in second.summary
    )


def _survey(
    family: Family,
    families: Families,
    goal: Goal | None,
    deadline: Deadline,
    general: Sequence[str],
) -> Survey:
    unknowns, domain = families.unknowns, families.domain
    arithmetic = Arithmetic(deadline)
    sets = Polyhedra(unknowns, arithmetic)
    if not sets.possible(domain):
        rules = ", ".join(map(constraint_text, domain))
        why = "" if families.range_note is None else f" ({families.range_note})"
        raise ParametrizationError.at(
            ("bounds",), f"no point satisfies {rules}{why}; widen the bounds"
        )
    found = cells(family, unknowns, domain, arithmetic)
    return Survey(
        family.depth,
        family,
        unknowns,
        found,
        _summary(found, sets),
        tuple(landmarks(family, domain, sets)),
        None if goal is None else optimum(goal, family, unknowns, _labelled(domain), arithmetic),
        (*general, *_absent(family, unknowns), *_unfaithful(family, domain, sets)),
    )


def _absent(family: Family, unknowns: Sequence[str]) -> Iterator[str]:
    """A warning where unknowns are those of layers that the family has not."""
    occurring = {name for form in family.forms() for name in form.unknowns}
    absent = [each for each in unknowns if each not in occurring]
    if absent:
        do = "do" if len(absent) > 1 else "does"
        yield f"{joined(absent)} {do} not occur at {_depth(family)}: any value will do there."


def _depth(family: Family) -> str:
    return "L >= 2" if family.depth is None else f"L = {family.depth}"


def _unfaithful(family: Family, domain: Sequence[Constraint], sets: Polyhedra) -> Iterator[str]:
    """A warning where not every point is faithful."""
    asked = [clause[0] for clause in clauses(faithfulness(family))]
    if not sets.outside(tuple(domain), asked):
        return
    ground = "the theorem speaks of faithful parametrizations only (TP4b Lemma 2.8.11)"
    if not sets.possible((*domain, *asked)):
        yield f"No point of this family is faithful, and {ground}."
        return
    where = where_text(sets.irredundant((*domain, *asked)), sets.unknowns)
    yield f"Elsewhere than at {where} the verdicts are formal: {ground}."


def _summary(found: Sequence[Cell], sets: Polyhedra) -> tuple[tuple[Kind, Polyhedron], ...]:
    joined = merged([Piece(cell.kind, constant(0), cell.where) for cell in found], sets)
    witnesses = {piece.where: sets.witness(piece.where) for piece in joined}
    order = list(dict.fromkeys(cell.kind for cell in found))
    if len(sets.unknowns) == 1:
        joined.sort(key=lambda piece: witnesses[piece.where][sets.unknowns[0]])
    else:
        joined.sort(key=lambda piece: (order.index(piece.kind), len(piece.where.equations)))
    return tuple((piece.kind, piece.where) for piece in joined)


def _labelled(domain: Sequence[Constraint]) -> tuple[Requirement, ...]:
    return tuple(Requirement("bounds", constraint_text(each), ((each,),)) for each in domain)
