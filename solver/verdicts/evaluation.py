"""The system of conditions at one point, exactly, and the dichotomy it decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from solver.theory.alignment import Alignment
from solver.theory.conditions import READOUT_UPDATE, Shape, faithfulness, stability
from solver.theory.dichotomy import Kind, verdict_of
from solver.theory.exponents import Exponents, Integers, canonical_integers
from solver.theory.law import Law
from solver.theory.layers import LayerSpan, merged
from solver.theory.network import Block, Network
from solver.theory.roles import Role
from solver.theory.slacks import Evaluated, evaluated, least


@dataclass(frozen=True, slots=True, eq=False)  # one for each layer and readout: see below
class LayerEvaluation:
    """The conditions on one layer, or on the readout alone, and those of them that are violated.

    ``r`` is r_l, the slack of the condition ``update``; for the readout u - 1, the exponent of its
    update term.  If the parametrization is stable, updates of the layer move features (r_l = 0) or
    logits (a tight condition on them) by Θ(1).  ``law`` is the one that its updates follow; where
    Adam's ε has changed it, updates are n^{-below_epsilon} times what they would be without ε.
    """

    conditions: tuple[Evaluated, ...]
    violated: tuple[Evaluated, ...]
    update: Evaluated
    r: Fraction
    moves_features: bool
    moves_logits: bool
    law: Law
    below_epsilon: Fraction | None = None


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
        """Whether this is µP up to gauge (TP4 Theorem 5.6).

        A readout that starts at zero cannot be initialized maximally: there updates alone count.
        """
        return (
            self.stable
            and not any(layer.r for layer in self.layers)
            and self.readout_updated_maximally
            and (self.readout_initialized_maximally or self.network.readout.zero)
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
    readout = _evaluate_readout(network)
    evaluate_block = _evaluator(network, readout)
    return _conclude(network, [evaluate_block(block) for block in network.body], readout)


def revise(evaluation: Evaluation, network: Network) -> Evaluation:
    """The evaluation of a network that differs in the exponents of some layers only.

    Layers that are the same objects, under the same readout, are not evaluated again.
    """
    old = evaluation.network
    if network.readout is not old.readout:
        return evaluate(network)
    readout = evaluation.readout
    evaluate_block = _evaluator(network, readout)
    layers = [
        known if block is before else evaluate_block(block)
        for block, before, known in zip(network.body, old.body, evaluation.layers, strict=True)
    ]
    return _conclude(network, layers, readout)


def _conclude(
    network: Network, layers: list[LayerEvaluation], readout: LayerEvaluation
) -> Evaluation:
    stable = not (readout.violated or any(layer.violated for layer in layers))
    nontrivial = stable and (readout.moves_logits or any(each.moves_logits for each in layers))
    feature_learning = nontrivial and any(layer.moves_features for layer in layers)
    kind = verdict_of(stable, nontrivial, feature_learning, network.regime)
    r = least([layer.update for layer in layers]).slack
    return Evaluation(network, tuple(layers), readout, r, stable, nontrivial, kind)


def first_to_learn(evaluation: Evaluation) -> LayerSpan:
    """The first layer, or named tensor, from which on features move by Θ(1)."""
    first = min([block.spans[0] for block, _, r in evaluation.blocks if r == 0])
    return first._replace(last=first.first)


def unfaithful(network: Network) -> list[tuple[Evaluated, Block | None]] | None:
    """The violated conditions of faithfulness (TP4b Lemma 2.8.11), each with its layers.

    None where the question does not arise: where d is not given (then the update function is
    scale-invariant and d is redundant), as ever under the gradient law.
    """
    end = network.readout
    if end.d is None:
        return None
    places: list[tuple[Block | None, Role, Law, Exponents]] = [
        *(
            (block, block.role, block.law, block.exponents)
            for block in network.body
            if block.exponents.d is not None
        ),
        (None, Role.READOUT, network.readout_law, end),
    ]
    return [
        (each, block)
        for block, role, law, own in places
        for each in evaluated(faithfulness(role, law), own.integers, end.integers)
        if not each.holds
    ]


def _evaluate_readout(network: Network) -> LayerEvaluation:
    law = network.readout_law
    own = canonical_integers(network.readout, law)

    def under(each: Law) -> LayerEvaluation:
        return _evaluate_layer(network.readout_shape(each), each, network.alignment, own, own)

    return _slower(law, network.readout, under)


def _evaluator(network: Network, readout: LayerEvaluation) -> Callable[[Block], LayerEvaluation]:
    """What evaluates blocks of the body under this readout."""
    alignment, end_law = network.alignment, readout.law
    end = canonical_integers(network.readout, network.readout_law)

    def evaluate_block(block: Block) -> LayerEvaluation:
        law = block.law
        own = canonical_integers(block.exponents, law)

        def under(each: Law) -> LayerEvaluation:
            return _evaluate_layer(block.shape(each), end_law, alignment, own, end)

        return _slower(law, block.exponents, under)

    return evaluate_block


def _slower(
    law: Law, exponents: Exponents, under: Callable[[Law], LayerEvaluation]
) -> LayerEvaluation:
    """Under the law, or under that of ε alone where this makes updates smaller."""
    found = under(law)
    if law.below_epsilon is None or exponents.d is None:
        return found
    below = under(law.below_epsilon)
    return _below_epsilon(below, found.r) if below.r > found.r else found


@lru_cache(maxsize=1 << 10)
def _below_epsilon(found: LayerEvaluation, without: Fraction) -> LayerEvaluation:
    return replace(found, below_epsilon=found.r - without)


# Layers with simple exponents come back in request after request, in many gauges, so what was
# found out about one is kept by its canonical form.
@lru_cache(maxsize=1 << 12)
def _evaluate_layer(
    shape: Shape, readout_law: Law, alignment: Alignment, own: Integers, readout: Integers
) -> LayerEvaluation:
    conditions = evaluated(stability(shape, readout_law, alignment), own, readout)
    update = least(
        [each for each in conditions if each.condition.name == READOUT_UPDATE]
        if shape.role is Role.READOUT
        else [each for each in conditions if each.condition.family == "features"]
    )
    tight = [each.condition.family for each in conditions if each.twice_slack == 0]
    return LayerEvaluation(
        conditions=conditions,
        violated=tuple([each for each in conditions if each.twice_slack and not each.holds]),
        update=update,
        r=update.slack,
        moves_features="features" in tight,
        moves_logits="logits" in tight,
        law=shape.law,
    )
