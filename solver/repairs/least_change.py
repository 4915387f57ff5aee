"""The least change to a parametrization that gives it a wanted behaviour.

The exponents are unknowns of the same conditions that decide a verdict; the nearest point in
weighted L1 distance that meets the target is found exactly.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from html import escape
from typing import Any, Final, Literal, NamedTuple, get_args

from solver.errors import ParametrizationError, TimeLimitError
from solver.exact.affine import unknown
from solver.exact.arithmetic import Arithmetic, Constraint, Deadline
from solver.families.family import Family
from solver.families.targets import (
    Requirement,
    Target,
    clauses,
    conflict,
    faithfulness,
    requirements,
)
from solver.repairs.decisions import Decision, Options, pose
from solver.repairs.nearest import Nearest, Origin, Point
from solver.theory.activations import Activation
from solver.theory.network import Network
from solver.theory.tensors import Described

#: What a parametrization may be made.
Wanted = Literal[
    "stable",
    "nontrivial",
    "kernel",
    "operator",
    "feature_learning",
    "feature_learning_in_every_layer",
    "maximal",
]
#: How many other repairs are listed where several are equally near.
MOST_ALTERNATIVES: Final = 5
#: More exponents to decide on would take too long.
MOST_DECISIONS: Final = 200
#: How far inside an open target a repair lies, where the nearest point is on its border.
DEFAULT_MARGIN: Final = Fraction(1, 8)
DEFAULT_OPTIONS: Final = Options()


class Change(NamedTuple):
    """A decision and its new value."""

    decision: Decision
    value: Fraction


class Proposal(NamedTuple):
    """A parametrization that meets the target, and how it differs from the one given."""

    network: Network
    changes: tuple[Change, ...]


class Repair(NamedTuple):
    """The answer.

    ``infimum`` is the greatest lower bound of the distance and ``attained`` tells whether a
    parametrization has it.  Where none does (the target is open), ``best`` keeps the ``margin``,
    and is the nearest one that does so.  ``distance`` is that of ``best``, ``unique`` whether no
    other is equally near; ``alternatives`` are others, if there are.  ``unique`` is None where
    there was no time to compare: then others may have fewer changes.  Where the target is
    impossible, ``best`` is None and ``conflict`` a minimal set of requirements and locks that
    exclude each other; likewise, with an ``infimum``, where only the margin is impossible.
    ``untied`` is what a learning rate for each layer makes possible, where only one for all does
    not.  ``activation`` is that of the networks, for the warnings of a verdict.
    """

    infimum: Fraction | None
    attained: bool
    margin: Fraction | None
    distance: Fraction | None
    unique: bool | None
    best: Proposal | None
    alternatives: tuple[Proposal, ...]
    conflict: tuple[Requirement, ...]
    target: Target
    given: Described
    activation: Activation = "tanh"
    untied: "Repair | None" = None

    @property
    def summary(self) -> str:
        """The answer in a sentence or two."""
        from solver.repairs.words import repair_text  # which speaks of repairs

        return repair_text(self)

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<Repair: {self.summary}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.summary)}</p>"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        from solver.repairs.plain import plain_repair  # which writes repairs

        return plain_repair(self)


def repair(
    given: Described,
    target: Target,
    options: Options = DEFAULT_OPTIONS,
    margin: Fraction = DEFAULT_MARGIN,
    deadline: Deadline | None = None,
    activation: Activation = "tanh",
) -> Repair:
    """The nearest parametrization that meets the target.

    Exponents by role stand for every L >= 2.  Where d is given, the result is faithful, since
    the theorem covers no others.  Raises ``ValueError`` for a target that is not ``Wanted``,
    ``ParametrizationError`` where there is too much to decide, and ``TimeLimitError`` (after ten
    seconds, unless another deadline is given).
    """
    if target not in get_args(Wanted):
        raise ValueError(f"{target} is no target of repairs; choose {', '.join(get_args(Wanted))}")
    deadline = deadline or Deadline()
    found = _repaired(given, target, options, margin, deadline)
    if found.best is None and options.one_c:
        untied = _repaired(given, target, replace(options, one_c=False), margin, deadline)
        found = found._replace(untied=None if untied.best is None else untied)
    return found._replace(activation=activation)


def _repaired(
    given: Described,
    target: Target,
    options: Options,
    margin: Fraction,
    deadline: Deadline,
) -> Repair:
    arithmetic = Arithmetic(deadline)
    decisions, family = pose(given, options)
    if len(decisions) > MOST_DECISIONS:
        raise ParametrizationError.at(
            (),
            f"there are {len(decisions)} exponents to decide on, {MOST_DECISIONS} at most; tie "
            "hidden layers that are alike, or take a smaller depth",
        )
    search = _search(decisions, _asked(decisions, family, target), arithmetic)
    extent = search.infimum()
    if extent is None:
        return _impossible(given, target, _conflict(given, options, target, None, arithmetic))
    infimum, attained = extent
    assert infimum is not None, "distances are not negative"
    distance = infimum
    if not attained:
        search = _search(decisions, _asked(decisions, family, target, margin), arithmetic)
        beyond = search.infimum()
        if beyond is None:
            clash = _conflict(given, options, target, margin, arithmetic)
            return _impossible(given, target, clash)._replace(infimum=infimum, margin=margin)
        assert beyond.infimum is not None, "distances are not negative"
        distance = beyond.infimum
    best, alternatives, unique = _chosen(search, distance, decisions, family, arithmetic)
    return Repair(
        infimum,
        attained,
        None if attained else margin,
        distance,
        unique,
        best,
        alternatives,
        (),
        target,
        given,
    )


def meets(given: Described, target: Target) -> bool:
    """Whether a parametrization has the target already (by role: at every L >= 2)."""
    decisions, family = pose(given, DEFAULT_OPTIONS)
    point = {each.name: each.current for each in decisions}
    asked = requirements(family, target)
    return all(any(option.holds_at(point) for option in each) for each in clauses(asked))


def _asked(
    decisions: Sequence[Decision], family: Family, target: Target, margin: Fraction | None = None
) -> tuple[Requirement, ...]:
    locks = (_lock(each) for each in decisions if each.locked is not None)
    return (*requirements(family, target, margin), *faithfulness(family), *locks)


def _conflict(
    given: Described,
    options: Options,
    target: Target,
    margin: Fraction | None,
    arithmetic: Arithmetic,
) -> tuple[Requirement, ...]:
    """Requirements that exclude each other; that all layers share one c may be one of them."""
    decisions, family = pose(given, options)
    shared = [each for each in decisions if each.symbol == "c" and each.role is None]
    asked = _asked(decisions, family, target, margin)
    if any(each.locked is None for each in shared):
        decisions, family = pose(given, replace(options, one_c=False))
        rates = [each for each in decisions if each.symbol == "c"]
        asked = (*_asked(decisions, family, target, margin), _one_rate(rates))
    return conflict(asked, (), arithmetic)


def _one_rate(rates: Sequence[Decision]) -> Requirement:
    first, *others = (unknown(each.name) for each in rates)
    return Requirement(
        "one_c",
        f"c_1 = {'… = ' if len(rates) > 2 else ''}{rates[-1].written} (one c for all layers)",
        tuple((Constraint(each.minus(first), "="),) for each in others),
    )


def _search(
    decisions: Sequence[Decision], asked: Sequence[Requirement], arithmetic: Arithmetic
) -> Nearest:
    origin = {each.name: Origin(each.current, each.weight) for each in decisions}
    return Nearest(origin, clauses(asked), arithmetic)


def _chosen(
    search: Nearest,
    distance: Fraction,
    decisions: Sequence[Decision],
    family: Family,
    arithmetic: Arithmetic,
) -> tuple[Proposal, tuple[Proposal, ...], bool | None]:
    """The best repair at this distance, others, and whether there are none.

    Where many exponents can change, the comparison may take too long: then it is any one.
    """
    known = _proposal(search.one(distance), decisions, family)
    whole, arithmetic.deadline = arithmetic.deadline, arithmetic.deadline.sooner()
    try:
        proposals = _proposals(search, distance, decisions, family)
        point = {each.name: each.current for each in decisions}
        point |= {each.decision.name: each.value for each in proposals[0].changes}
        other = search.other(distance, point)
    except TimeLimitError:
        return known, (), None
    finally:
        arithmetic.deadline = whole
    if other is not None and len(proposals) == 1:
        proposals.append(_proposal(other, decisions, family))
        proposals.sort(key=lambda each: (len(each.changes), *_complexity(each)))
    return proposals[0], tuple(proposals[1 : MOST_ALTERNATIVES + 1]), other is None


def _proposals(
    search: Nearest, distance: Fraction, decisions: Sequence[Decision], family: Family
) -> list[Proposal]:
    """The best first: with fewest changes, then with the simplest of those that are looked at."""
    found: list[Proposal] = []
    for points in search.points(distance, most=4 * MOST_ALTERNATIVES):
        proposals = [_proposal(each, decisions, family) for each in points]
        found += sorted(proposals, key=_complexity)
        if len(found) > MOST_ALTERNATIVES:
            break
    return found


def _proposal(point: Point, decisions: Sequence[Decision], family: Family) -> Proposal:
    changes = (Change(each, point[each.name]) for each in decisions)
    return Proposal(
        family.at(point), tuple(each for each in changes if each.value != each.decision.current)
    )


def _complexity(proposal: Proposal) -> tuple[int, list[str]]:
    """Large denominators and numerators, of the values and of the steps to them."""
    heights = sum(
        abs(number.numerator) + number.denominator
        for decision, value in proposal.changes
        for number in (value, value - decision.current)
    )
    return heights, [each.decision.name for each in proposal.changes]


def _impossible(given: Described, target: Target, clash: tuple[Requirement, ...]) -> Repair:
    return Repair(None, False, None, None, False, None, (), clash, target, given)


def _lock(decision: Decision) -> Requirement:
    name, value = decision.name, decision.current
    return Requirement(
        f"lock.{decision.locked}",
        f"{decision.written} = {value}{decision.where} (locked)",
        ((Constraint(unknown(name).minus(value), "="),),),
    )
