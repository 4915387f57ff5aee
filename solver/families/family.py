"""Families of networks whose exponents are affine in named unknowns.

What ``Network`` is for numbers, a ``Family`` is for expressions: the distinct layers and the
readout.  The conditions of the theorems are linear in the exponents, so on a family the slack
of each is an affine form in the unknowns.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from solver.exact.affine import AffineForm, affine, constant
from solver.exact.infinite import INFINITE
from solver.theory.alignment import THEOREM, Alignment
from solver.theory.conditions import Attention, Condition, Shape, faithfulness, stability
from solver.theory.dichotomy import Kind
from solver.theory.exponents import FROZEN, ZERO, Exponents, shared
from solver.theory.law import Coefficients, Law
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.layers import LayerSpan, merged
from solver.theory.network import Block, Network
from solver.theory.roles import Role
from solver.theory.slacks import reaches
from solver.theory.tensors import Described, described_by


class Forms(NamedTuple):
    """The exponents of one tensor; ``d`` and ``w`` are None where they are not given."""

    a: AffineForm
    b: AffineForm
    c: AffineForm
    d: AffineForm | None = None
    w: AffineForm | None = None

    def at(self, point: Mapping[str, Fraction]) -> Exponents:
        """Their values."""
        a, b, c, *others = self
        d, w = (None if each is None else each.at(point) for each in others)
        return shared(a.at(point), b.at(point), c.at(point), d, w)

    @property
    def infinite(self) -> int:
        """Which of them are infinite: see ``Integers``."""
        zero = self.b.constant == INFINITE
        frozen = self.c.constant == INFINITE
        return (ZERO if zero else 0) | (FROZEN if frozen else 0)


class FamilyBlock(NamedTuple):
    """All tensors that share their role, exponents, optimizer and wiring: see ``Block``."""

    role: Role
    spans: tuple[LayerSpan, ...]
    exponents: Forms
    optimizer: Optimizer
    residual: bool = False
    normalized: bool = False
    attended: tuple[Attention, ...] = ()
    tied: bool = False
    below_epsilon: bool = False

    @property
    def law(self) -> Law:
        """The law under which these tensors are trained, that of ε where it exceeds gradients."""
        return _law(self.optimizer, self.below_epsilon)

    @property
    def shape(self) -> Shape:
        """What decides which conditions there are on them."""
        decays = self.exponents.w is not None
        return Shape(
            self.role, self.law, self.residual, self.normalized, self.tied, decays, self.attended
        )


class Slack(NamedTuple):
    """A condition's value minus its bound; ``spans`` is empty for one on the readout."""

    condition: Condition
    spans: tuple[LayerSpan, ...]
    form: AffineForm


class Family(NamedTuple):
    """The distinct tensors of a family of networks: see ``Network``."""

    depth: int | None
    body: tuple[FamilyBlock, ...]
    readout: Forms
    readout_optimizer: Optimizer
    tied: bool = False
    alignment: Alignment = THEOREM
    readout_name: str = ""
    readout_below_epsilon: bool = False

    @property
    def readout_law(self) -> Law:
        """The law under which the readout is trained."""
        return _law(self.readout_optimizer, self.readout_below_epsilon)

    @property
    def layers(self) -> tuple[FamilyBlock, ...]:
        """The distinct tensors of the body, then the readout, of which no spans are told."""
        end = FamilyBlock(
            Role.READOUT,
            (),
            self.readout,
            self.readout_optimizer,
            tied=self.tied,
            below_epsilon=self.readout_below_epsilon,
        )
        return (*self.body, end)

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizers that occur, from the input to the readout."""
        return tuple(dict.fromkeys(block.optimizer for block in self.layers))

    @property
    def regime(self) -> Kind:
        """The regime in which members train if they do not learn features."""
        return self.at(dict.fromkeys(self.unknowns, Fraction())).regime

    @property
    def unknowns(self) -> set[str]:
        """The unknowns that occur."""
        return {name for form in self.forms() for name in form.unknowns}

    @property
    def readout_index(self) -> str:
        """The index L+1 as it is shown, or the name of the readout."""
        if self.readout_name:
            return self.readout_name
        return "{L+1}" if self.depth is None else str(self.depth + 1)

    def at(self, point: Mapping[str, Fraction]) -> Network:
        """The member at which the unknowns have these values."""
        return Network(
            self.depth,
            tuple(
                Block(
                    block.role,
                    block.spans,
                    block.exponents.at(point),
                    block.optimizer,
                    block.residual,
                    block.normalized,
                    block.attended,
                )
                for block in self.body
            ),
            self.readout.at(point),
            *self[3:7],
        )

    def described(self) -> Described:
        """The member at which all unknowns are 0."""
        return described_by(self.at(dict.fromkeys(self.unknowns, Fraction())))

    def forms(self) -> Iterator[AffineForm]:
        """All exponents."""
        for block in self.layers:
            yield from (form for form in block.exponents if form is not None)

    def slacks(self) -> Iterator[Slack]:
        """That of every condition of stability that an infinite exponent does not settle."""
        for block in self.layers:
            for condition in stability(block.shape, self.readout_law, self.alignment):
                form = slack_form(condition, block.exponents, self.readout)
                if form is not None:
                    yield Slack(condition, block.spans, form)

    def faithfulness(self) -> Iterator[Slack]:
        """That of every condition under which the theorem covers layers whose d is given."""
        if self.readout.d is None:
            return
        for block in self.layers:
            for condition in faithfulness(block.role, block.law):
                form = slack_form(condition, block.exponents, self.readout)
                if form is not None:
                    yield Slack(condition, block.spans, form)


def _law(optimizer: Optimizer, below_epsilon: bool) -> Law:
    law = OPTIMIZERS[optimizer]
    if not below_epsilon:
        return law
    assert law.below_epsilon is not None, "its gradients are compared with an ε"
    return law.below_epsilon


def slack_form(condition: Condition, own: Forms, readout: Forms) -> AffineForm | None:
    """The slack of a condition at the exponents of one tensor and of the readout.

    None where an infinite exponent meets the condition, whatever the others are; where one
    violates it (an equality), the slack is a number other than zero.
    """
    if reaches(condition.layer, own.infinite) or reaches(condition.readout, readout.infinite):
        return None if condition.relation == ">=" else constant(1)
    value = _combined(condition.layer, own).plus(_combined(condition.readout, readout))
    return value.plus(condition.scale or 0).minus(condition.bound)


def _combined(coefficients: Coefficients, forms: Forms) -> AffineForm:
    total = constant(0)
    for coefficient, form in zip(coefficients, forms, strict=True):
        if coefficient and form is not None:
            total = total.plus(form.times(coefficient))
    return total


def interpolated(values: Sequence[Exponents], unknowns: Sequence[str]) -> Forms:
    """The affine forms that take these values with all unknowns 0, then with each of them 1."""

    def form(at_zero: Fraction, *at_units: Fraction) -> AffineForm:
        if at_zero == INFINITE:
            return constant(INFINITE)
        return affine(
            at_zero, {name: each - at_zero for name, each in zip(unknowns, at_units, strict=True)}
        )

    a, b, c, *others = zip(*values, strict=True)
    d, w = (None if each[0] is None else form(*each) for each in others)
    return Forms(form(*a), form(*b), form(*c), d, w)


def canonical(forms: Forms, unknowns: Sequence[str], law: Law) -> Forms:
    """The canonical form of the exponents, which is linear in them."""
    zero = dict.fromkeys(unknowns, Fraction())
    points = [zero, *({**zero, name: Fraction(1)} for name in unknowns)]
    return interpolated([forms.at(point).canonical(law) for point in points], unknowns)


def grouped_blocks(tensors: Sequence[FamilyBlock]) -> tuple[FamilyBlock, ...]:
    """Those that differ in their spans alone, as one."""
    spans: dict[FamilyBlock, list[LayerSpan]] = {}
    for each in tensors:
        spans.setdefault(each._replace(spans=()), []).extend(each.spans)
    return tuple(block._replace(spans=merged(where)) for block, where in spans.items())
