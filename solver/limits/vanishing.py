"""A network of which only what matters in the limit is left."""

from fractions import Fraction
from typing import Final

from solver.limits.kernel import trained_layers
from solver.theory import Exponents, Kind, Parametrization
from solver.verdicts import Verdict

#: An exponent under which n^{-e} is zero in floating point at every width.
VANISHING: Final = Fraction(10_000)


def essential(verdict: Verdict) -> Parametrization:
    """The network with the same limit that approaches it fastest.

    Layers whose updates vanish with width (r_l > 0; for the readout u > 1) are frozen, and so is a
    readout set to zero at initialization that adds nothing to moved features.  What is left out
    would add terms n^{-e} with small e, which no extrapolation in 1/n removes.
    """
    given, evaluation = verdict.parametrization, verdict.judgement.evaluation
    assert isinstance(given, Parametrization), "limits are for networks with a depth"
    assert verdict.kind is Kind.FEATURE_LEARNING, "others have a limit in closed form"
    trained = [False] * given.depth
    for block, _, r in evaluation.blocks:
        for span in block.spans:
            assert span.last is not None, "the depth is known"
            trained[span.first - 1 : span.last] = [not r] * (span.last - span.first + 1)
    layers = [
        each if here else _frozen(each)
        for each, here in zip(given.layers, (*trained, trained_layers(verdict)[-1]), strict=True)
    ]
    if not evaluation.readout_initialized_maximally:
        layers[-1] = layers[-1]._replace(b=VANISHING)
    return Parametrization(given.depth, tuple(layers), given.optimizer)


def _frozen(exponents: Exponents) -> Exponents:
    return exponents._replace(c=VANISHING)
