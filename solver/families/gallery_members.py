"""Where a family of networks passes through the gallery: its members that have a name."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from solver.exact.affine import AffineForm, unknown
from solver.exact.arithmetic import Constraint, between
from solver.exact.polyhedra import Constraints, Polyhedra, Polyhedron
from solver.families.family import Family, FamilyBlock, Forms, canonical
from solver.families.targets import clauses, faithfulness
from solver.theory.gallery import GalleryEntry, RoleEntry, distinct_entries
from solver.theory.roles import Role

# Sorts behind every unknown, so that equations are solved for it first.
_PARAMETER = "~"


class Landmark(NamedTuple):
    """A gallery entry, and which members of the family are that parametrization up to gauge.

    ``at`` is the only one, or None where there are several.
    """

    name: str
    where: Polyhedron
    at: dict[str, Fraction] | None


def landmarks(family: Family, domain: Constraints, sets: Polyhedra) -> Iterator[Landmark]:
    """Every gallery entry that the family meets, first those without a parameter.

    A family of the gallery (``uniform(s)``) is left out where it is but an entry named before, and
    so is an entry that is another one in another gauge.
    """
    if family.readout_name or any(_beyond_the_gallery(block) for block in family.layers):
        return
    found: list[Polyhedron] = []
    entries = distinct_entries(family.depth == 1)
    for entry in sorted(entries, key=lambda each: each.parameter is not None):
        if all(block.law is entry.law_of(block.role) for block in family.layers):
            constraints = (*domain, *_meeting(family, entry, sets.unknowns))
            if sets.possible(constraints):
                landmark = _landmark(entry, constraints, sets)
                if entry.parameter is None or landmark.where not in found:
                    yield landmark
                found.append(landmark.where)


def _beyond_the_gallery(block: FamilyBlock) -> bool:
    """Whether a tensor has what no entry of the gallery has."""
    wired = block.role is Role.VECTOR or block.residual or block.normalized
    return wired or bool(block.exponents.infinite) or block.exponents.w is not None


def _landmark(entry: GalleryEntry, constraints: Constraints, sets: Polyhedra) -> Landmark:
    where = sets.irredundant(constraints)
    parameter = where.reduced(unknown(_PARAMETER))
    shadow = Polyhedron(
        tuple(each for each in where.equations if _PARAMETER not in each.form.coefficients),
        where.facets,
    )
    name = entry.name if entry.parameter is None else f"{entry.name}({parameter.text()})"
    at = None if sets.dimension(shadow) else sets.witness(shadow)
    return Landmark(name, shadow, at)


def _meeting(family: Family, entry: GalleryEntry, unknowns: Sequence[str]) -> Iterator[Constraint]:
    """A member is the entry if all canonical exponents are equal, layer by layer."""
    for block in family.layers:
        law = entry.law_of(block.role)
        mine = canonical(block.exponents, unknowns, law)
        theirs = canonical(_forms(entry, block.role), (_PARAMETER,), law)
        for one, other in zip(mine[:3], theirs[:3], strict=True):
            yield Constraint(one.minus(other), "=")
    for (each,) in clauses(faithfulness(family)):
        if each.relation == "=":  # what an entry leaves out is the faithful d
            yield each
    if entry.parameter is not None:
        *_, minimum, maximum = entry.parameter
        yield from between(unknown(_PARAMETER), minimum, maximum)


def _forms(entry: GalleryEntry, role: Role) -> Forms:
    def form(roles: RoleEntry) -> AffineForm:
        found: AffineForm | None = getattr(roles, role)
        assert found is not None, "entries for one hidden layer meet no deeper families"
        return (
            found.replaced(entry.parameter.name, unknown(_PARAMETER)) if entry.parameter else found
        )

    return Forms(form(entry.a), form(entry.b), form(entry.c))
