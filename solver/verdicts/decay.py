"""Weight decay: by which share it shrinks the weights in a step, n^{-(c+w)}.

Decoupled decay multiplies weights by 1 - ηλ n^{-(c+w)}: with learning rate ∝ n^{-c} and λ ∝ n^{-w}.
At c + w = 0 it acts alike at every width; above, it fades; below, it blows up.
"""

from fractions import Fraction
from typing import NamedTuple

from solver.theory.layers import LayerSpan, merged
from solver.verdicts.evaluation import Evaluation, LayerEvaluation


class Decay(NamedTuple):
    """Tensors whose decay takes a share n^{-exponent} in a step; the readout without ``spans``."""

    spans: tuple[LayerSpan, ...]
    exponent: Fraction


def decays(evaluation: Evaluation) -> tuple[Decay, ...]:
    """The decay of every tensor that has some, input first."""
    spans: dict[Fraction, list[LayerSpan]] = {}
    for block, layer, _ in evaluation.blocks:
        if block.exponents.w is not None:
            spans.setdefault(_exponent(layer), []).extend(block.spans)
    found = [Decay(merged(where), exponent) for exponent, where in spans.items()]
    if evaluation.network.readout.w is not None:
        found.append(Decay((), _exponent(evaluation.readout)))
    return tuple(found)


def _exponent(layer: LayerEvaluation) -> Fraction:
    return next(each.slack for each in layer.conditions if each.condition.family == "decay")
