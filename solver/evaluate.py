"""The system of conditions at one point, exactly, and the dichotomy it decides.

Every form touches one layer and the readout only, so it is evaluated in integers over the
common denominator of those two: at most eight bounded denominators, however deep the
network.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import NamedTuple

from solver.conditions import READOUT_UPDATE, Condition, Optimizer, Role, system
from solver.parametrization import Block, Exponents, Network
from solver.spans import LayerSpan, merged


class Kind(StrEnum):
    """The verdict: exactly one of these (TP4 Corollary 3.9; TP4b Corollary 2.8.20)."""

    UNSTABLE = "unstable"
    TRIVIAL = "trivial"
    KERNEL = "kernel"
    FEATURE_LEARNING = "feature_learning"
    OPERATOR = "operator"


# Slacks are small numbers seen over and over; reducing a fraction costs ten look-ups.
_ratio = lru_cache(maxsize=1 << 14)(Fraction)


class Evaluated(NamedTuple):
    """A condition on one block of layers (None: on the readout alone) at a point.

    The form's value is ``numerator / denominator``, its slack
    ``twice_slack / (2 * denominator)``.
    """

    condition: Condition
    block: Block | None
    numerator: int
    denominator: int
    twice_slack: int

    @property
    def value(self) -> Fraction:
        """The form's value at the point."""
        return _ratio(self.numerator, self.denominator)

    @property
    def slack(self) -> Fraction:
        """Value minus bound."""
        return _ratio(self.twice_slack, 2 * self.denominator)

    @property
    def tight(self) -> bool:
        """Whether the slack is exactly zero."""
        return self.twice_slack == 0

    @property
    def holds(self) -> bool:
        """Whether the point satisfies the condition."""
        return self.twice_slack == 0 or (self.condition.relation == ">=" and self.twice_slack > 0)


@dataclass(frozen=True)
class Evaluation:
    """A network's conditions at a point, and what follows from their slacks.

    ``block_r`` holds r_l for each block of ``network.body``; ``r`` is their minimum.
    """

    network: Network
    conditions: tuple[Evaluated, ...]
    block_r: tuple[Fraction, ...]
    r: Fraction
    stable: bool
    nontrivial: bool
    kind: Kind

    @cached_property
    def readout_updated_maximally(self) -> bool:
        """Whether the readout's own update moves the logits by Θ(1) (TP4 Definition 5.4)."""
        return any(each.tight for each in self.conditions if each.condition.name == READOUT_UPDATE)

    @cached_property
    def readout_initialized_maximally(self) -> bool:
        """Whether the initial readout turns moved features into Θ(1) (TP4 Definition 5.4)."""
        return any(
            each.tight
            for each in self.conditions
            if each.condition.family == "logits" and each.condition.name != READOUT_UPDATE
        )

    @cached_property
    def trained_layers(self) -> tuple[LayerSpan, ...]:
        """The body layers whose updates move features or logits by Θ(1), in order.

        That is r_l = 0, or a tight condition on the initial readout acting on features that
        layer l moves.
        """
        spans = {
            span
            for each in self.conditions
            if each.twice_slack == 0 and each.block is not None and each.condition.family != "init"
            for span in each.block.spans
        }
        return merged(spans)

    @property
    def maximal(self) -> bool:
        """Whether this is µP up to gauge (TP4 Theorem 5.6)."""
        return (
            self.stable
            and not any(self.block_r)
            and self.readout_updated_maximally
            and self.readout_initialized_maximally
        )


def evaluate(network: Network) -> Evaluation:
    """Evaluate every stability condition and decide the verdict.  Exact; no floats."""
    conditions: list[Evaluated] = []
    block_r: list[Fraction] = []
    for block, found in _evaluated(network, system(network.optimizer).of):
        conditions.extend(found)
        if block is not None:
            branches = [each for each in found if each.condition.family == "features"]
            least = min(each.twice_slack for each in branches)
            block_r.append(_ratio(least, 2 * branches[0].denominator))
    stable = all(each.holds for each in conditions)
    nontrivial = stable and any(
        each.twice_slack == 0 and each.condition.family == "logits" for each in conditions
    )
    r = min(block_r)
    kind = _kind(network.optimizer, stable, nontrivial, r)
    return Evaluation(network, tuple(conditions), tuple(block_r), r, stable, nontrivial, kind)


def unfaithful(network: Network) -> list[Evaluated] | None:
    """The violated conditions of faithfulness (TP4b Lemma 2.8.11): the theorem needs none.

    None where the question does not arise: for SGD, and where d is not given (then the
    update function is scale-invariant and d is redundant).
    """
    if network.readout.d is None:
        return None
    faithful = system(network.optimizer).faithful

    def of(role: Role) -> tuple[Condition, ...]:
        return tuple(condition for condition in faithful if condition.role is role)

    return [each for _, found in _evaluated(network, of) for each in found if not each.holds]


def _evaluated(
    network: Network, of: Callable[[Role], tuple[Condition, ...]]
) -> Iterator[tuple[Block | None, list[Evaluated]]]:
    """The conditions ``of`` each role at the network's exponents: block by block, readout last."""
    readout, readout_denominator = _integers(network.readout, 1)
    for block in network.body:
        own, denominator = _integers(block.exponents, readout_denominator)
        scale = denominator // readout_denominator
        ours = readout if scale == 1 else [scale * entry for entry in readout]
        yield (
            block,
            [_at(condition, block, own, ours, denominator) for condition in of(block.role)],
        )
    yield (
        None,
        [
            _at(condition, None, _NONE, readout, readout_denominator)
            for condition in of(Role.READOUT)
        ],
    )


_NONE = [0, 0, 0, 0]


def _at(
    condition: Condition, block: Block | None, own: list[int], readout: list[int], denominator: int
) -> Evaluated:
    a, b, c, d = condition.layer
    ra, rb, rc, rd = condition.readout
    numerator = (
        a * own[0] + b * own[1] + c * own[2] + d * own[3]
        + ra * readout[0] + rb * readout[1] + rc * readout[2] + rd * readout[3]
    )  # fmt: skip
    twice_slack = 2 * numerator - condition.twice_bound * denominator
    return Evaluated(condition, block, numerator, denominator, twice_slack)


def _integers(exponents: Exponents, multiple_of: int) -> tuple[list[int], int]:
    """One layer's exponents (a missing d as 0) over a denominator that ``multiple_of`` divides."""
    given = [Fraction() if each is None else each for each in exponents]
    denominator = lcm(multiple_of, *(each.denominator for each in given))
    return [each.numerator * (denominator // each.denominator) for each in given], denominator


def _kind(optimizer: Optimizer, stable: bool, nontrivial: bool, r: Fraction) -> Kind:
    if not stable:
        return Kind.UNSTABLE
    if not nontrivial:
        return Kind.TRIVIAL
    if r == 0:
        return Kind.FEATURE_LEARNING
    return Kind.KERNEL if optimizer == "sgd" else Kind.OPERATOR
