"""What does not train although the network learns features: weights whose updates fade with width.

A network learns features as soon as one layer moves them by Θ(1).  The update of another layer may
contribute n^{-r_l}, and that of the readout n^{-(u-1)}: in the limit such weights stay as they were
initialized.  (TP4, arXiv 2011.14522, Propositions 5.3 and 5.5: such a layer is not updated
maximally.)
"""

from fractions import Fraction
from typing import NamedTuple

from solver.theory.conditions import READOUT_UPDATE
from solver.theory.dichotomy import Kind
from solver.theory.layers import LayerSpan, merged, single_layer
from solver.theory.wording import extent, layers, power
from solver.verdicts.evaluation import Evaluation


class Untrained(NamedTuple):
    """Layers whose updates contribute n^{-exponent}; without ``spans`` it is the readout."""

    spans: tuple[LayerSpan, ...]
    exponent: Fraction

    @property
    def words(self) -> str:
        """What happens, and what to do about it."""
        remedy = f"multiply {{}} learning rate by {power(self.exponent)} to train {{}}"
        if not self.spans:
            return (
                "The readout's own weights do not train as width grows: their update contributes "
                f"{extent(self.exponent)}; {remedy.format('its', 'them')}."
            )
        updates = "its update contributes"
        if single_layer(self.spans) is None:
            updates = "their updates contribute"
        return (
            f"The weights of {layers(self.spans)} do not train as width grows: {updates} "
            f"{extent(self.exponent)}; {remedy.format(updates.split()[0], 'them')}."
        )


def untrained(evaluation: Evaluation) -> tuple[Untrained, ...]:
    """Weights whose updates vanish with width, input first; none unless features are learned."""
    if evaluation.kind is not Kind.FEATURE_LEARNING:
        return ()
    spans: dict[Fraction, list[LayerSpan]] = {}
    for block, _, r in evaluation.blocks:
        if r > 0:
            spans.setdefault(r, []).extend(block.spans)
    found = [Untrained(merged(each), r) for r, each in spans.items()]
    conditions = evaluation.readout.conditions
    (update,) = (each for each in conditions if each.condition.name == READOUT_UPDATE)
    if update.slack > 0:
        found.append(Untrained((), update.slack))
    return tuple(found)
