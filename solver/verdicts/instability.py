"""How an unstable network fails: at initialization, in its features, or in its logits alone.

If the logits alone blow up, the instability is *controlled* (arXiv 2505.22491): with a loss of
bounded slope, such as cross-entropy, the error signal stays Θ(1) and features move by n^{-r}.
"""

from fractions import Fraction
from typing import Final, Literal, NamedTuple

from solver.theory.conditions import Family
from solver.verdicts.evaluation import Evaluation


class Instability(NamedTuple):
    """Where and how fast: features grow by n^features, logits by n^logits; None where they do not.

    ``initialization`` is "explodes" if any condition there is violated from below.  ``attention``
    and ``decay`` are the same for attention logits and for the share of the weights that weight
    decay takes in a step.
    """

    initialization: Literal["explodes", "vanishes"] | None
    features: Fraction | None
    logits: Fraction | None
    attention: Fraction | None
    decay: Fraction | None

    @property
    def controlled(self) -> bool:
        """Whether the logits alone blow up."""
        others = (self.initialization, self.features, self.attention, self.decay)
        return all(each is None for each in others)


CONTROLLED: Final = (
    "Only the logits blow up, which a loss of bounded slope (cross-entropy, logistic) keeps under "
    "control: the error signal stays Θ(1). With squared error it grows, and features blow up from "
    "the second step on (arXiv 2505.22491)."
)


def instability(evaluation: Evaluation) -> Instability | None:
    """How it fails; None if it is stable."""
    if evaluation.stable:
        return None
    worst: dict[Family, Fraction] = {}
    vanishes = explodes = False
    for part in (*evaluation.layers, evaluation.readout):
        for each in part.violated:
            family = each.condition.family
            if family == "init":
                vanishes |= each.twice_slack > 0
                explodes |= each.twice_slack < 0
            else:
                worst[family] = max(worst.get(family, Fraction()), -each.slack)
    initialization: Literal["explodes", "vanishes"] | None = None
    if explodes or vanishes:
        initialization = "explodes" if explodes else "vanishes"
    return Instability(
        initialization,
        worst.get("features"),
        worst.get("logits"),
        worst.get("attention"),
        worst.get("decay"),
    )
