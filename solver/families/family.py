"""Families of networks whose exponents are affine in named unknowns.

What ``Network`` is for numbers, a ``Family`` is for expressions: the distinct layers and the
readout.  The conditions of the theorems are linear in the exponents, so on a family the slack
of each is an affine form in the unknowns.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from solver.exact.affine import AffineForm, affine, constant
from solver.theory.conditions import Condition, faithfulness, stability
from solver.theory.dichotomy import Kind, regime_of
from solver.theory.exponents import Exponents, shared
from solver.theory.law import Coefficients, Law
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.layers import LayerSpan, grouped
from solver.theory.network import Block, Network
from solver.theory.parametrization import Parametrization, RoleParametrization, described_by
from solver.theory.roles import Role


class Forms(NamedTuple):
    """The exponents of one weight matrix; ``d`` is None where it is not given."""

    a: AffineForm
    b: AffineForm
    c: AffineForm
    d: AffineForm | None = None

    def at(self, point: Mapping[str, Fraction]) -> Exponents:
        """Their values."""
        a, b, c, d = self
        return shared(a.at(point), b.at(point), c.at(point), None if d is None else d.at(point))


class FamilyBlock(NamedTuple):
    """All body layers of one role that share their exponents and optimizer."""

    role: Role
    spans: tuple[LayerSpan, ...]
    exponents: Forms
    optimizer: Optimizer

    @property
    def law(self) -> Law:
        """The law under which these layers are trained."""
        return OPTIMIZERS[self.optimizer]


class Slack(NamedTuple):
    """A condition's value minus its bound; ``spans`` is empty for one on the readout."""

    condition: Condition
    spans: tuple[LayerSpan, ...]
    form: AffineForm


class Family(NamedTuple):
    """The distinct layers of a family of networks; ``depth`` is None for "every L >= 2"."""

    depth: int | None
    body: tuple[FamilyBlock, ...]
    readout: Forms
    readout_optimizer: Optimizer

    @property
    def readout_law(self) -> Law:
        """The law under which the readout is trained."""
        return OPTIMIZERS[self.readout_optimizer]

    @property
    def layers(self) -> tuple[FamilyBlock, ...]:
        """The distinct layers of the body, then the readout, of which no spans are told."""
        end = FamilyBlock(Role.READOUT, (), self.readout, self.readout_optimizer)
        return (*self.body, end)

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizers that occur, from the input to the readout."""
        return tuple(dict.fromkeys(block.optimizer for block in self.layers))

    @property
    def regime(self) -> Kind:
        """The regime in which members train if they do not learn features."""
        return regime_of(block.law.regime for block in self.layers)

    def at(self, point: Mapping[str, Fraction]) -> Network:
        """The member at which the unknowns have these values."""
        return Network(
            self.depth,
            tuple(
                Block(role, spans, forms.at(point), optimizer)
                for role, spans, forms, optimizer in self.body
            ),
            self.readout.at(point),
            self.readout_optimizer,
        )

    def described(self) -> Parametrization | RoleParametrization:
        """The member at which all unknowns are 0."""
        unknowns = {name for form in self.forms() for name in form.unknowns}
        return described_by(self.at(dict.fromkeys(unknowns, Fraction())))

    def forms(self) -> Iterator[AffineForm]:
        """All exponents."""
        for block in self.layers:
            yield from (form for form in block.exponents if form is not None)

    def slacks(self) -> Iterator[Slack]:
        """That of every condition of stability."""
        for block in self.layers:
            for condition in stability(block.role, block.law, self.readout_law):
                form = slack_form(condition, block.exponents, self.readout)
                yield Slack(condition, block.spans, form)

    def faithfulness(self) -> Iterator[Slack]:
        """That of every condition under which the theorem covers layers whose d is given."""
        if self.readout.d is None:
            return
        for block in self.layers:
            for condition in faithfulness(block.role, block.law):
                form = slack_form(condition, block.exponents, self.readout)
                yield Slack(condition, block.spans, form)


def slack_form(condition: Condition, own: Forms, readout: Forms) -> AffineForm:
    """The slack of a condition at the exponents of one layer and of the readout."""
    value = _combined(condition.layer, own).plus(_combined(condition.readout, readout))
    return value.minus(condition.bound)


def _combined(coefficients: Coefficients, forms: Forms) -> AffineForm:
    total = constant(0)
    for coefficient, form in zip(coefficients, forms, strict=True):
        if coefficient and form is not None:
            total = total.plus(form.times(coefficient))
    return total


def interpolated(values: Sequence[Exponents], unknowns: Sequence[str]) -> Forms:
    """The affine forms that take these values with all unknowns 0, then with each of them 1."""

    def form(at_zero: Fraction, *at_units: Fraction) -> AffineForm:
        return affine(
            at_zero, {name: each - at_zero for name, each in zip(unknowns, at_units, strict=True)}
        )

    a, b, c, d = zip(*values, strict=True)
    return Forms(form(*a), form(*b), form(*c), None if d[0] is None else form(*d))


def canonical(forms: Forms, unknowns: Sequence[str], law: Law) -> Forms:
    """The canonical form of the exponents, which is linear in them."""
    zero = dict.fromkeys(unknowns, Fraction())
    points = [zero, *({**zero, name: Fraction(1)} for name in unknowns)]
    return interpolated([forms.at(point).canonical(law) for point in points], unknowns)


def family(depth: int, layers: Sequence[Forms], optimizers: Sequence[Optimizer]) -> Family:
    """The family whose L+1 layers, input first, have these exponents and optimizers."""
    hidden = grouped(list(zip(layers, optimizers, strict=True))[1:-1], first=2)
    return Family(
        depth,
        (
            FamilyBlock(Role.INPUT, (LayerSpan(1, 1),), layers[0], optimizers[0]),
            *(FamilyBlock(Role.HIDDEN, spans, *each) for each, spans in hidden.items()),
        ),
        layers[-1],
        optimizers[-1],
    )


def deeper_family(roles: Sequence[Forms], optimizers: Sequence[Optimizer]) -> Family:
    """The family of all networks with L >= 2, from exponents by role (input, hidden, readout)."""
    first, hidden, last = zip(roles, optimizers, strict=True)
    return Family(
        None,
        (
            FamilyBlock(Role.INPUT, (LayerSpan(1, 1),), *first),
            FamilyBlock(Role.HIDDEN, (LayerSpan(2, None),), *hidden),
        ),
        *last,
    )
