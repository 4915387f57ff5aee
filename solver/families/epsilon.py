"""Where Adam's ε exceeds gradients in a family: the domain divided, with the law of each part.

Of a tensor with ε the exponent of the update is the larger of that without ε and that with ε alone
(see the entrywise law).  Which is larger may depend on the unknowns.
"""

from collections.abc import Iterator

from solver.exact.affine import AffineForm
from solver.exact.arithmetic import Constraint
from solver.exact.polyhedra import Constraints, Polyhedra
from solver.families.family import Family, FamilyBlock, slack_form
from solver.theory.conditions import READOUT_UPDATE, stability
from solver.theory.roles import Role


def divided(
    family: Family, domain: Constraints, sets: Polyhedra
) -> list[tuple[Family, Constraints]]:
    """Parts of the domain, each with the family as it is there; one part where no ε is given.

    Raises ``TimeLimitError``.
    """
    found = [(family, domain)]
    for place in (None, *range(len(family.body))):
        found = [
            (member, (*within, *constraints))
            for known, within in found
            for member, constraints in _ways(known, place)
            if not constraints or sets.possible((*within, *constraints))
        ]
    return found


def _ways(family: Family, place: int | None) -> Iterator[tuple[Family, Constraints]]:
    """The family where ε matters to the tensor at this place, and where not, with where that is.

    ``place`` is None for the readout.
    """
    block = family.layers[-1] if place is None else family.body[place]
    if block.law.below_epsilon is None or block.exponents.d is None:
        yield family, ()
        return
    below = block._replace(below_epsilon=True)
    if place is None:
        slowed = family._replace(readout_below_epsilon=True)
    else:
        body = family.body
        slowed = family._replace(body=(*body[:place], below, *body[place + 1 :]))
    usual, others = list(_updates(block, family)), list(_updates(below, slowed))
    if not usual or not others:  # frozen
        yield family, ()
        return
    (least,) = usual
    gains = [each.minus(least) for each in others]
    yield slowed, tuple(Constraint(each, ">") for each in gains)
    for number, gain in enumerate(gains):
        before = [Constraint(each, ">") for each in gains[:number]]
        yield family, (*before, Constraint(gain.times(-1), ">="))


def _updates(block: FamilyBlock, family: Family) -> Iterator[AffineForm]:
    """The exponents of an update, as forms: the branches of r_l, or u - 1 of the readout."""
    for condition in stability(block.shape, family.readout_law, family.alignment):
        at_readout = block.role is Role.READOUT
        if condition.name == READOUT_UPDATE if at_readout else condition.family == "features":
            form = slack_form(condition, block.exponents, family.readout)
            if form is not None:
                yield form
