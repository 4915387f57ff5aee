"""A family of networks surveyed: its cells, their summary, its named members, an optimum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from solver.errors import ParametrizationError
from solver.exact.affine import constant
from solver.exact.arithmetic import Arithmetic, Constraint, Deadline
from solver.exact.polyhedra import Polyhedra, Polyhedron
from solver.families.cells import Cell, Piece, cells, merged
from solver.families.family import Family
from solver.families.gallery_members import Landmark, landmarks
from solver.families.optimum import Goal, Optimum, optimum
from solver.families.plain import plain_any_depth_survey, plain_survey
from solver.families.reading import Families
from solver.families.targets import Requirement, clauses, faithfulness
from solver.families.words import constraint_text, optimum_text, summary_lines, where_text
from solver.theory.activations import Activation
from solver.theory.by_depth import summary_by_depth
from solver.theory.dichotomy import Kind
from solver.theory.wording import joined
from solver.verdicts.consequences import limits_by_activation, limits_by_law


class Survey(NamedTuple):
    """All that is found out about a family; ``depth`` is None for "every L >= 2".

    ``pieces`` divides the same points by verdict alone, without regard to r; for one unknown
    it is a list of intervals in order.
    """

    depth: int | None
    family: Family
    unknowns: tuple[str, ...]
    cells: tuple[Cell, ...]
    pieces: tuple[tuple[Kind, Polyhedron], ...]
    landmarks: tuple[Landmark, ...]
    optimum: Optimum | None
    warnings: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The pieces in a line, and the optimum in a sentence where one was asked for."""
        text = f"{'; '.join(summary_lines(self.pieces, self.unknowns))}."
        return text if self.optimum is None else f"{text} {optimum_text(self.optimum)}"

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<Survey: {self.summary}>"

    def _repr_html_(self) -> str:
        lines = summary_lines(self.pieces, self.unknowns)
        listed = "".join(f"<li>{escape(each)}</li>" for each in lines)
        best = "" if self.optimum is None else f"<p>{escape(optimum_text(self.optimum))}</p>"
        return f"{best}<ul>{listed}</ul>"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        return plain_survey(self)


@dataclass(frozen=True, slots=True, repr=False)
class AnyDepthSurvey:
    """Surveys for one hidden layer and for every deeper network.

    ``any_depth`` tells whether every point has the same verdict at all L; r may differ.
    ``deeper`` is None for a family that is defined for one hidden layer only.
    """

    depth_one: Survey
    deeper: Survey | None
    any_depth: bool

    @classmethod
    def of(
        cls, depth_one: Survey, deeper: Survey | None, deadline: Deadline | None = None
    ) -> "AnyDepthSurvey":
        """Both of what ``survey`` found.  Raises ``TimeLimitError``."""
        same = deeper is not None and same_verdicts(depth_one, deeper, deadline)
        return cls(depth_one, deeper, same)

    @property
    def summary(self) -> str:
        """The pieces in a line for each, and the optimum where one was asked for."""
        deeper = None if self.deeper is None else self.deeper.summary
        return summary_by_depth(self.depth_one.summary, deeper, "The family")

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<AnyDepthSurvey: {self.summary}>"

    def _repr_html_(self) -> str:
        one = f"<p>L = 1:</p>{self.depth_one._repr_html_()}"
        if self.deeper is None:
            return one
        return f"{one}<p>L &gt;= 2:</p>{self.deeper._repr_html_()}"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        return plain_any_depth_survey(self)


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
        for kind, where in first.pieces
        for other, there in second.pieces
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
    scope = "the theorem covers only faithful parametrizations (TP4b Lemma 2.8.11)"
    if not sets.possible((*domain, *asked)):
        yield f"No point of this family is faithful, and {scope}."
        return
    where = where_text(sets.irredundant((*domain, *asked)), sets.unknowns)
    yield f"Elsewhere than at {where} the verdicts are formal: {scope}."


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
