"""The system of conditions at one point, exactly, and the dichotomy it decides.

Every form touches one layer and the readout only, so it is evaluated in integers over the
common denominator of those two: at most eight bounded denominators, however deep the
network.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from operator import mul
from typing import NamedTuple

from solver.theory.conditions import Condition, Optimizer, Role, system
from solver.theory.layers import LayerSpan, merged
from solver.theory.parametrization import Block, Exponents, Network


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
    """A condition at a point.

    The form's value is ``numerator / denominator`` in lowest terms, its slack
    ``twice_slack / (2 * denominator)``.
    """

    condition: Condition
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


@dataclass(frozen=True, slots=True, eq=False)  # one for each layer and readout: see below
class LayerEvaluation:
    """The conditions on one layer, or on the readout alone.

    ``r`` is r_l, None for the readout.  If the parametrization is stable, updates of the layer
    move features (r_l = 0) or logits (a tight condition on them) by Θ(1).
    """

    conditions: tuple[Evaluated, ...]
    r: Fraction | None
    holds: bool
    moves_features: bool
    moves_logits: bool


class Evaluation(NamedTuple):
    """A network's conditions at a point, and what follows from their slacks.

    ``layers`` holds the evaluation of each block of ``network.body``; r is the least r_l.
    """

    network: Network
    layers: tuple[LayerEvaluation, ...]
    readout: LayerEvaluation
    r: Fraction
    stable: bool
    nontrivial: bool
    kind: Kind

    @property
    def blocks(self) -> Iterator[tuple[Block, LayerEvaluation, Fraction]]:
        """Each block of body layers with its evaluation and its r_l."""
        for block, layer in zip(self.network.body, self.layers, strict=True):
            assert layer.r is not None, "every body layer has features"
            yield block, layer, layer.r

    @property
    def readout_updated_maximally(self) -> bool:
        """Whether the readout's own update moves the logits by Θ(1) (TP4 Definition 5.4)."""
        return self.readout.moves_logits

    @property
    def readout_initialized_maximally(self) -> bool:
        """Whether the initial readout turns moved features into Θ(1) (TP4 Definition 5.4)."""
        return any(layer.moves_logits for layer in self.layers)

    @property
    def maximal(self) -> bool:
        """Whether this is µP up to gauge (TP4 Theorem 5.6)."""
        return (
            self.stable
            and not any(layer.r for layer in self.layers)
            and self.readout_updated_maximally
            and self.readout_initialized_maximally
        )

    @property
    def trained_layers(self) -> tuple[LayerSpan, ...]:
        """The body layers whose updates move features or logits by Θ(1), in order."""
        return merged(
            span
            for block, layer, _ in self.blocks
            if layer.moves_features or layer.moves_logits
            for span in block.spans
        )


def evaluate(network: Network) -> Evaluation:
    """Evaluate every stability condition and decide the verdict.  Exact; no floats."""
    optimizer, end = network.optimizer, network.readout
    layers = tuple(
        _evaluate_layer(optimizer, block.role, block.exponents, end) for block in network.body
    )
    return _conclude(network, layers)


def revise(evaluation: Evaluation, network: Network) -> Evaluation:
    """The evaluation of a network that differs in the exponents of some layers only.

    Layers that are the same objects, under the same readout, are not evaluated again.
    """
    old, end = evaluation.network, network.readout
    if end is not old.readout:
        return evaluate(network)
    layers = tuple(
        known
        if block is before
        else _evaluate_layer(network.optimizer, block.role, block.exponents, end)
        for block, before, known in zip(network.body, old.body, evaluation.layers, strict=True)
    )
    return _conclude(network, layers)


def _conclude(network: Network, layers: tuple[LayerEvaluation, ...]) -> Evaluation:
    end = network.readout
    readout = _evaluate_layer(network.optimizer, Role.READOUT, end, end)
    stable = readout.holds and all(layer.holds for layer in layers)
    nontrivial = stable and (readout.moves_logits or any(layer.moves_logits for layer in layers))
    feature_learning = nontrivial and any(layer.moves_features for layer in layers)
    kind = _kind(network.optimizer, stable, nontrivial, feature_learning)
    r = min([layer.r for layer in layers if layer.r is not None])
    return Evaluation(network, layers, readout, r, stable, nontrivial, kind)


def unfaithful(network: Network) -> list[tuple[Evaluated, Block | None]] | None:
    """The violated conditions of faithfulness (TP4b Lemma 2.8.11), each with its layers.

    None where the question does not arise: for SGD, and where d is not given (then the
    update function is scale-invariant and d is redundant).
    """
    end = network.readout
    if end.d is None:
        return None
    faithful = system(network.optimizer).faithful
    places: list[tuple[Block | None, Role, Exponents]] = [
        *((block, block.role, block.exponents) for block in network.body),
        (None, Role.READOUT, end),
    ]
    return [
        (each, block)
        for block, role, own in places
        for each in _at([c for c in faithful if c.role is role], own, end)
        if not each.holds
    ]


# Layers with simple exponents come back in request after request, so what was found out
# about one is kept.
@lru_cache(maxsize=1 << 12)
def _evaluate_layer(
    optimizer: Optimizer, role: Role, own: Exponents, readout: Exponents
) -> LayerEvaluation:
    conditions = _at(system(optimizer).of(role), own, readout)
    features = [each for each in conditions if each.condition.family == "features"]
    logits = [each for each in conditions if each.condition.family == "logits"]
    return LayerEvaluation(
        conditions=tuple(conditions),
        r=min((each.slack for each in features), default=None),
        holds=all(each.holds for each in conditions),
        moves_features=any(each.tight for each in features),
        moves_logits=any(each.tight for each in logits),
    )


def _at(conditions: Iterable[Condition], own: Exponents, readout: Exponents) -> list[Evaluated]:
    """The conditions at the exponents of one layer and of the readout."""
    own_entries, own_denominator = own.integers
    end_entries, end_denominator = readout.integers
    denominator = lcm(own_denominator, end_denominator)
    own_scale, end_scale = denominator // own_denominator, denominator // end_denominator
    result: list[Evaluated] = []
    for condition in conditions:
        mine = sum(map(mul, condition.layer, own_entries))
        theirs = sum(map(mul, condition.readout, end_entries))
        numerator = own_scale * mine + end_scale * theirs
        common = gcd(numerator, denominator)
        numerator, lowest = numerator // common, denominator // common
        twice_slack = 2 * numerator - condition.twice_bound * lowest
        result.append(Evaluated(condition, numerator, lowest, twice_slack))
    return result


def _kind(optimizer: Optimizer, stable: bool, nontrivial: bool, feature_learning: bool) -> Kind:
    if not stable:
        return Kind.UNSTABLE
    if not nontrivial:
        return Kind.TRIVIAL
    if feature_learning:
        return Kind.FEATURE_LEARNING
    return Kind.KERNEL if optimizer == "sgd" else Kind.OPERATOR
