"""What each verdict requires, as clauses on the slacks of the conditions.

The theorems say by the signs of slacks what a verdict means (see ``conditions``).  On a family
each part of that is a clause: constraints of which at least one must hold.  The clauses of a
target together describe exactly the points with that verdict.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from solver.errors import ParametrizationError
from solver.exact.affine import AffineForm, constant
from solver.exact.arithmetic import Arithmetic, Clause, Constraint
from solver.exact.infinite import INFINITE
from solver.families.family import Family, Slack
from solver.theory.conditions import READOUT_UPDATE, Condition
from solver.theory.conditions import stability as forms_of_stability
from solver.theory.dichotomy import Kind
from solver.theory.exponents import ZERO
from solver.theory.layers import describe_layers, single_layer
from solver.theory.wording import readout_move, stated

Target = Literal[
    "stable",
    "nontrivial",
    "unstable",
    "trivial",
    "kernel",
    "operator",
    "feature_learning",
    "feature_learning_in_every_layer",
    "maximal",
]
#: What a target is called in a sentence.
NAMES: Final[dict[Target, str]] = {
    "stable": "stability",
    "nontrivial": "nontriviality",
    "unstable": "instability",
    "trivial": "triviality",
    "kernel": "the kernel regime",
    "operator": "the operator regime",
    "feature_learning": "feature learning",
    "feature_learning_in_every_layer": "feature learning in every layer",
    "maximal": "maximality",
}


class Requirement(NamedTuple):
    """Clauses that all must hold; ``statement`` says so in the paper's symbols.

    ``also`` is what the statement says besides, and what the conditions of stability say too: in
    "r = 0", that no branch of r is negative.  A conflict, which may spare those conditions,
    needs it.
    """

    identifier: str
    statement: str
    clauses: tuple[Clause, ...]
    also: tuple[Clause, ...] = ()


def kinds(family: Family) -> tuple[Kind, ...]:
    """The verdicts that a member of the family can have."""
    return (Kind.FEATURE_LEARNING, family.regime, Kind.TRIVIAL, Kind.UNSTABLE)


def understood(target: Target, regime: Kind) -> Target:
    """The target where networks that learn no features train in this regime.

    Kernel stands for the operator regime too.  Raises ``ParametrizationError`` (without a path)
    for the operator regime where all layers are trained by the gradient itself.
    """
    if target == Kind.KERNEL.value and regime is Kind.OPERATOR:
        return "operator"
    if target == Kind.OPERATOR.value and regime is Kind.KERNEL:
        raise ParametrizationError.at(
            (),
            f'the operator regime is that of adaptive optimizers; for sgd it is "{regime}"',
        )
    return target


def stability(family: Family) -> tuple[Constraint, ...]:
    """The constraints under which members of the family are stable."""
    return tuple(_satisfied(each) for each in family.slacks())


def r_branches(family: Family) -> tuple[AffineForm, ...]:
    """Forms of which r is the least; of those that differ by a number, the least one."""
    least: dict[object, AffineForm] = {}
    for slack in _of("features", family.slacks()):
        form = slack.form
        if form.terms not in least or form.constant < least[form.terms].constant:
            least[form.terms] = form
    return tuple(least.values()) or (constant(INFINITE),)  # where nothing moves features


def requirements(
    family: Family, target: Target, margin: Fraction | None = None
) -> tuple[Requirement, ...]:
    """The clauses of a target.

    With ``margin``, the kernel and the operator regime ask for r to be at least that, instead
    of positive.
    """
    slacks, readout = list(family.slacks()), family.readout_index
    stable = [_holding(each, readout) for each in slacks]
    features, logits = list(_of("features", slacks)), list(_of("logits", slacks))
    size = readout_move(readout)
    update = stated(_readout_update(family), (), readout).form
    own = [Constraint(each.form, "=") for each in _of_readout_update(slacks)]
    nontrivial = _some("nontrivial", f"{update} = 1 or {size} = 1", logits)._replace(
        also=tuple((*own, Constraint(each.form, ">=")) for each in logits if each.spans)
    )
    match target:
        case "stable":
            return (*stable,)
        case "unstable":
            violations = tuple(way for each in slacks for way in _satisfied(each).negated())
            return (Requirement("unstable", NAMES["unstable"], (violations,)),)
        case "trivial":
            return (*stable, _above("trivial", f"{update} > 1 and {size} > 1", logits))
        case "nontrivial":
            return (*stable, nontrivial)
        case "kernel" | "operator" if margin is None:
            return (*stable, nontrivial, _above(target, "r > 0", features))
        case "kernel" | "operator":
            return (*stable, nontrivial, _above(target, f"r >= {margin}", features, margin))
        case "feature_learning":
            return (*stable, nontrivial, _some(target, "r = 0", features))
        case "feature_learning_in_every_layer":
            first = [each for each in features if each.spans[0].first == 1]
            return (*stable, nontrivial, _some(target, "r_1 = 0", first))
        case "maximal":
            return (*stable, *_maximal(family, slacks, update, f"{size} = 1"))


def faithfulness(family: Family) -> list[Requirement]:
    """The conditions of faithfulness (TP4b Lemma 2.8.11), where d is given."""
    return [_holding(each, family.readout_index) for each in family.faithfulness()]


def clauses(asked: Sequence[Requirement]) -> tuple[Clause, ...]:
    """All that is required, once."""
    return tuple(dict.fromkeys(clause for each in asked for clause in each.clauses))


def conflict(
    asked: Sequence[Requirement], beyond: Sequence[Constraint], arithmetic: Arithmetic
) -> tuple[Requirement, ...]:
    """Requirements that cannot hold together where all of ``beyond`` holds, none to be spared.

    Of several such sets it is one of simple requirements.  Raises ``TimeLimitError``.
    """
    simple_first = sorted(asked, key=lambda each: (_choices(each), len(each.statement)))
    groups: list[Sequence[Clause]] = [((each,),) for each in beyond]
    groups += [(*each.clauses, *each.also) for each in simple_first]
    core = arithmetic.conflict(groups)
    assert core is not None, "they exclude each other"
    return tuple(simple_first[place - len(beyond)] for place in core if place >= len(beyond))


def _choices(requirement: Requirement) -> int:
    return max(len(each) for each in requirement.clauses)


def _above(
    identifier: str, statement: str, slacks: Sequence[Slack], margin: Fraction | None = None
) -> Requirement:
    """All slacks are positive, or at least the margin."""
    return Requirement(
        identifier,
        statement,
        tuple(
            (
                Constraint(each.form, ">")
                if margin is None
                else Constraint(each.form.minus(margin), ">="),
            )
            for each in slacks
        ),
    )


def _maximal(
    family: Family, slacks: Sequence[Slack], update: str, size: str
) -> Iterator[Requirement]:
    """Every layer is updated maximally, the readout initialized maximally (TP4 Theorem 5.6).

    What is frozen cannot be; a readout that starts at zero need not be initialized maximally.
    """
    for spans in (block.spans for block in family.body):
        own = [each for each in _of("features", slacks) if each.spans == spans]
        one = single_layer(spans)
        where = f"r_{spans[0]} = 0" if one else f"r_l = 0 for l = {describe_layers(spans)}"
        name = spans[0] if spans[0].tensor else spans[0].first
        yield _some(f"maximal.{name}", where, own)
    yield _some("maximal.readout_update", f"{update} = 1", _of_readout_update(slacks))
    if family.readout.infinite & ZERO:
        return
    body = [each for each in _of("logits", slacks) if each.spans]
    yield _some("maximal.readout_initialization", size, body)


def _some(identifier: str, statement: str, slacks: Sequence[Slack]) -> Requirement:
    """One of the conditions is tight: the least of the slacks is 0."""
    tight = dict.fromkeys(Constraint(each.form, "=") for each in slacks)
    also = tuple((Constraint(each.form, ">="),) for each in slacks)
    return Requirement(identifier, statement, (tuple(tight),), also)


def _holding(slack: Slack, readout: str) -> Requirement:
    """A condition holds."""
    name, _, text = stated(slack.condition, slack.spans, readout)
    return Requirement(name, text, ((_satisfied(slack),),))


def _satisfied(slack: Slack) -> Constraint:
    return Constraint(slack.form, slack.condition.relation)


def _of(
    family: Literal["features", "logits"], slacks: Sequence[Slack] | Iterator[Slack]
) -> Iterator[Slack]:
    return (each for each in slacks if each.condition.family == family)


def _of_readout_update(slacks: Sequence[Slack]) -> list[Slack]:
    """Of ``u >= 1``; none where the readout is frozen."""
    return [each for each in slacks if each.condition.name == READOUT_UPDATE]


def _readout_update(family: Family) -> Condition:
    conditions = forms_of_stability(family.layers[-1].shape, family.readout_law, family.alignment)
    return next(each for each in conditions if each.name == READOUT_UPDATE)
