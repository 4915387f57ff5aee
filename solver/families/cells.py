"""Which exponents have which verdict: the theorems with unknowns.

The points of a family are divided into cells: convex sets of one verdict, on each of which r is
an affine form.  Everything is decided exactly, from the same conditions as a single verdict.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from solver.exact.affine import AffineForm, constant
from solver.exact.arithmetic import Arithmetic, Constraint
from solver.exact.polyhedra import Constraints, Polyhedra, Polyhedron
from solver.families.epsilon import divided
from solver.families.family import Family
from solver.families.targets import Requirement, clauses, kinds, r_branches, requirements, stability
from solver.theory.dichotomy import Kind


class Cell(NamedTuple):
    """A convex set of points with one verdict.

    ``r`` is its affine form on the cell; ``dimension`` is 0 for a point; ``witness`` lies inside.
    """

    kind: Kind
    r: AffineForm
    where: Polyhedron
    dimension: int
    witness: dict[str, Fraction]


class Piece(NamedTuple):
    """A convex set of one verdict, on which r is this form."""

    kind: Kind
    r: AffineForm
    where: Polyhedron


def cells(
    family: Family,
    unknowns: Sequence[str],
    domain: Constraints,
    arithmetic: Arithmetic,
) -> tuple[Cell, ...]:
    """The cells of a family; they partition the domain, which must not be empty.

    For one unknown they come in order, otherwise by verdict, the largest first.  Raises
    ``TimeLimitError``.
    """
    sets = Polyhedra(unknowns, arithmetic)
    pieces = [
        Piece(kind, r, sets.irredundant(constraints))
        for kind, r, constraints in _pieces(family, domain, sets)
    ]
    found = [
        Cell(kind, where.reduced(r), where, sets.dimension(where), sets.witness(where))
        for kind, r, where in merged(pieces, sets)
    ]
    if len(unknowns) == 1:
        return tuple(sorted(found, key=lambda cell: cell.witness[unknowns[0]]))
    order = kinds(family)
    return tuple(sorted(found, key=lambda cell: (order.index(cell.kind), -cell.dimension)))


def _pieces(
    family: Family, domain: Constraints, sets: Polyhedra
) -> Iterator[tuple[Kind, AffineForm, Constraints]]:
    """A partition of the domain, finer than need be."""
    for member, within in divided(family, domain, sets):
        yield from _pieces_of(member, within, sets)


def _pieces_of(
    family: Family, domain: Constraints, sets: Polyhedra
) -> Iterator[tuple[Kind, AffineForm, Constraints]]:
    """The same where one law holds for each tensor."""
    *stable_kinds, unstable = kinds(family)
    wanted = {kind: requirements(family, kind.value) for kind in stable_kinds}
    stable = stability(family)
    branches = r_branches(family)
    branches = tuple(
        each
        for place, each in enumerate(branches)
        if sets.possible((*domain, *_least(branches, place)))
    )
    for place, r in enumerate(branches):
        within = sets.needed((), (*domain, *_least(branches, place)))
        for kind, asked in wanted.items():
            for constraints in satisfying(asked, within, sets):
                yield kind, constant(0) if kind is Kind.FEATURE_LEARNING else r, constraints
        for constraints in sets.outside(within, stable):
            yield unstable, r, constraints


def _least(branches: Sequence[AffineForm], place: int) -> Constraints:
    """Where this branch is the least, the first of several that are."""
    own = branches[place]
    return tuple(
        Constraint(other.minus(own), ">" if before < place else ">=")
        for before, other in enumerate(branches)
        if before != place
    )


def satisfying(
    asked: Sequence[Requirement], within: Constraints, sets: Polyhedra
) -> list[Constraints]:
    """A partition of the points of a set that meet every requirement."""
    rules = clauses(asked)
    whole = (*within, *sets.needed(within, [each[0] for each in rules if len(each) == 1]))
    pieces = [whole] if sets.possible(whole) else []
    for options in rules:
        if len(options) != 1:
            pieces = [part for piece in pieces for part in sets.either(piece, options)]
    return pieces


def merged(pieces: Sequence[Piece], sets: Polyhedra) -> list[Piece]:
    """The same points in fewer pieces: two that are alike are joined where the union is convex."""
    done: list[Piece] = []
    waiting = list(pieces)
    while waiting:
        piece = waiting.pop()
        for other in done:
            union = _union(piece, other, sets)
            if union is not None:
                # The larger one may join with what did not fit before.
                done.remove(other)
                waiting.append(union)
                break
        else:
            done.append(piece)
    return done


def _union(one: Piece, other: Piece, sets: Polyhedra) -> Piece | None:
    if one.kind != other.kind:
        return None
    r = _common(one, other)
    where = None if r is None else sets.union(one.where, other.where)
    return None if r is None or where is None else Piece(one.kind, r, where)


def _common(one: Piece, other: Piece) -> AffineForm | None:
    """A form that is r on both."""
    if other.where.reduced(one.r) == other.where.reduced(other.r):
        return one.r
    return other.r if one.where.reduced(other.r) == one.where.reduced(one.r) else None
