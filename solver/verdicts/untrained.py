"""What does not train although the network learns features: weights whose updates fade with width.

A network learns features as soon as one layer moves them by Θ(1).  The update of another layer may
contribute n^{-r_l}, and that of the readout n^{-(u-1)}: in the limit such weights stay as they were
initialized.  (TP4, arXiv 2011.14522, Propositions 5.3 and 5.5: such a layer is not updated
maximally.)  Frozen tensors, which nobody meant to train, are not among them.
"""

from fractions import Fraction
from typing import NamedTuple

from solver.exact.infinite import INFINITE
from solver.theory.dichotomy import Kind
from solver.theory.exponents import Exponents
from solver.theory.layers import LayerSpan, is_named, merged, single_layer
from solver.theory.wording import extent, power, tensors
from solver.verdicts.evaluation import Evaluation, LayerEvaluation


class Untrained(NamedTuple):
    """Tensors whose updates contribute n^{-exponent}; without ``spans`` it is the readout.

    Where Adam's ε, n^{-epsilon}, exceeds their gradients, these are n^{-gradient}.
    """

    spans: tuple[LayerSpan, ...]
    exponent: Fraction
    gradient: Fraction | None = None
    epsilon: Fraction | None = None

    @property
    def words(self) -> str:
        """What happens, and what to do about it."""
        subject, many = self._subject
        still = f"{subject[0].upper() if not is_named(self.spans) else subject[0]}{subject[1:]}"
        do, their, them = ("do", "their", "them") if many else ("does", "its", "it")
        if self.exponent == INFINITE:
            start = "start" if many else "starts"
            return (
                f"{still} {do} not train: {their} updates are in proportion to {their} size, and "
                f"{'they' if many else 'it'} {start} at zero."
            )
        update = "their updates contribute" if many else "its update contributes"
        text = f"{still} {do} not train as width grows: {update} {extent(self.exponent)}"
        if self.gradient is not None and self.epsilon is not None:
            epsilon = extent(self.epsilon) if self.epsilon else "which is constant"
            return (
                f"{text}, because {their} gradients, {extent(self.gradient)}, fall below ε, "
                f"{epsilon}; let ε shrink like {extent(self.gradient)} or faster to "
                f"train {them}."
            )
        factor = power(self.exponent)
        return f"{text}; multiply {their} learning rate by {factor} to train {them}."

    @property
    def _subject(self) -> tuple[str, bool]:
        """Who does not train, and whether it is several."""
        if not self.spans:
            return "the readout's own weights", True
        text = tensors(self.spans)
        one = single_layer(self.spans) is not None
        weights = not is_named(self.spans) and any(not span.tensor for span in self.spans)
        return text, weights or not one


def untrained(evaluation: Evaluation) -> tuple[Untrained, ...]:
    """Weights whose updates vanish with width, input first; none unless features are learned."""
    if evaluation.kind is not Kind.FEATURE_LEARNING:
        return ()
    spans: dict[Untrained, list[LayerSpan]] = {}
    for block, layer, r in evaluation.blocks:
        if r > 0 and not block.exponents.frozen:
            spans.setdefault(_found(layer, block.exponents), []).extend(block.spans)
    found = [each._replace(spans=merged(where)) for each, where in spans.items()]
    readout = evaluation.network.readout
    if evaluation.readout.r > 0 and not readout.frozen:
        found.append(_found(evaluation.readout, readout))
    return tuple(found)


def _found(layer: LayerEvaluation, exponents: Exponents) -> Untrained:
    if layer.below_epsilon is None or exponents.d is None:
        return Untrained((), layer.r)
    return Untrained((), layer.r, exponents.d + layer.below_epsilon, exponents.d)
