"""A network of which only what matters in the limit is left."""

from dataclasses import replace

from solver.exact import INFINITE
from solver.limits.kernel import bias_starts, moves_by_layer, starts, trained_layers
from solver.theory import OPTIMIZERS, Bias, Exponents, Kind, Law, Parametrization, Role, roles_at
from solver.verdicts import Verdict


def essential(verdict: Verdict) -> Parametrization:
    """The network with the same limit that approaches it fastest.

    Tensors whose updates vanish with width (r_l > 0; for the readout u > 1) are frozen.  What
    vanishes at initialization starts at zero: a readout that adds nothing to moved features, a
    residual branch, a bias.  What is left out would add terms n^{-e} with small e, which no
    extrapolation in 1/n removes.
    """
    given = verdict.parametrization
    assert isinstance(given, Parametrization), "limits are for networks with a depth"
    assert verdict.kind is Kind.FEATURE_LEARNING, "others have a limit in closed form"
    features = moves_by_layer(verdict, lambda layer: layer.moves_features, vectors=False)
    trained = (*features, trained_layers(verdict)[-1])
    adds = verdict.judgement.evaluation.readout_initialized_maximally
    start = (*(starts(given, place) for place in range(given.depth)), adds)
    layers = [
        _left(exponents, here, size or _grows(law, role))
        for exponents, here, size, law, role in zip(
            given.layers, trained, start, given.laws, roles_at(given.depth), strict=True
        )
    ]
    wiring = given.wiring
    if wiring.biases:
        moved = moves_by_layer(verdict, lambda layer: layer.moves_features, vectors=True)
        biases = (
            each._replace(exponents=_left(each.exponents, here, _stays(each)))
            for each, here in zip(wiring.biases, moved, strict=True)
        )
        wiring = wiring._replace(biases=tuple(biases))
    return replace(given, layers=tuple(layers), wiring=wiring)


def _stays(bias: Bias) -> bool:
    """Whether a bias is of size Θ(1) at initialization, or trains in proportion to its size."""
    return bias_starts(bias) or _grows(OPTIMIZERS[bias.optimizer], Role.VECTOR)


def _grows(law: Law, role: Role) -> bool:
    """Whether updates are in proportion to the weights, so that zero would stay zero."""
    return bool(law.updates[role].form.b)


def _left(exponents: Exponents, trains: bool, starts: bool) -> Exponents:
    frozen = exponents if trains else exponents._replace(c=INFINITE)
    return frozen if starts else frozen._replace(b=INFINITE)
