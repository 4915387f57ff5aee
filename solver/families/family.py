"""Families of networks whose exponents are affine in named unknowns.

What ``Network`` is for numbers, a ``Family`` is for expressions: the distinct layers and the
readout.  The conditions of the theorems are linear in the exponents, so on a family the slack
of each is an affine form in the unknowns.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from solver.exact.affine import AffineForm, affine, constant
from solver.theory.conditions import Coefficients, Condition, Optimizer, Role, system
from solver.theory.layers import LayerSpan, grouped
from solver.theory.parametrization import Block, Exponents, Network, shared


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
    """All body layers of one role that share their exponents."""

    role: Role
    spans: tuple[LayerSpan, ...]
    exponents: Forms


class Slack(NamedTuple):
    """A condition's value minus its bound; ``spans`` is empty for one on the readout."""

    condition: Condition
    spans: tuple[LayerSpan, ...]
    form: AffineForm


class Family(NamedTuple):
    """The distinct layers of a family of networks; ``depth`` is None for "every L >= 2"."""

    depth: int | None
    optimizer: Optimizer
    body: tuple[FamilyBlock, ...]
    readout: Forms

    def at(self, point: Mapping[str, Fraction]) -> Network:
        """The member at which the unknowns have these values."""
        return Network(
            self.depth,
            self.optimizer,
            tuple(Block(role, spans, forms.at(point)) for role, spans, forms in self.body),
            self.readout.at(point),
        )

    def forms(self) -> Iterator[AffineForm]:
        """All exponents."""
        for each in (*(block.exponents for block in self.body), self.readout):
            yield from (form for form in each if form is not None)

    def slacks(self) -> Iterator[Slack]:
        """That of every condition of stability."""
        conditions = system(self.optimizer)
        for block in self.body:
            for condition in conditions.of(block.role):
                form = slack_form(condition, block.exponents, self.readout)
                yield Slack(condition, block.spans, form)
        for condition in conditions.readout:
            yield Slack(condition, (), slack_form(condition, self.readout, self.readout))


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


def canonical(forms: Forms, unknowns: Sequence[str], optimizer: Optimizer) -> Forms:
    """The canonical form of the exponents, which is linear in them."""
    zero = dict.fromkeys(unknowns, Fraction())
    points = [zero, *({**zero, name: Fraction(1)} for name in unknowns)]
    return interpolated([forms.at(point).canonical(optimizer) for point in points], unknowns)


def family(depth: int, layers: Sequence[Forms], optimizer: Optimizer) -> Family:
    """The family whose L+1 layers, input first, have these exponents."""
    hidden = grouped(layers[1:-1], first=2)
    return Family(
        depth,
        optimizer,
        (
            FamilyBlock(Role.INPUT, (LayerSpan(1, 1),), layers[0]),
            *(FamilyBlock(Role.HIDDEN, spans, forms) for forms, spans in hidden.items()),
        ),
        layers[-1],
    )


def deeper_family(roles: Sequence[Forms], optimizer: Optimizer) -> Family:
    """The family of all networks with L >= 2, from exponents by role (input, hidden, readout)."""
    first, hidden, last = roles
    return Family(
        None,
        optimizer,
        (
            FamilyBlock(Role.INPUT, (LayerSpan(1, 1),), first),
            FamilyBlock(Role.HIDDEN, (LayerSpan(2, None),), hidden),
        ),
        last,
    )
