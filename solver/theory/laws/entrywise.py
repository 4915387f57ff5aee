"""The entrywise law: updates have entries of size Θ(1), however large the gradient is.

    r_l = c_l + a_l - I(l>1),    u = c_{L+1} + a_{L+1}

TP4b (arXiv 2308.01814) Definition 2.8.5 and Theorem 2.8.12.  The gradient may be multiplied by
n^{d_l} before the update function; the theorem covers faithful choices of d (Lemma 2.8.11).

Adam divides by sqrt(v) + ε, and d is the exponent of ε = ε_0 n^{-d}.  Where ε exceeds the gradient
g, of size n^{-γ} with γ > d, the update is g/ε: Adam has become gradient descent with c - d for c,
and the exponent of the update has grown by γ - d.
"""

from typing import Final

from solver.theory.dichotomy import Kind
from solver.theory.law import (
    DIRECT,
    THROUGH_INITIAL_READOUT,
    THROUGH_UPDATED_READOUT,
    Coefficients,
    Faithfulness,
    Law,
    Sources,
    Update,
    updates,
)
from solver.theory.roles import Role

_THEOREM: Final = "TP4b Theorem 2.8.12"
_FAITHFUL: Final = "TP4b Lemma 2.8.11"
_FORM: Final = Coefficients(a=1, c=1)


def _enters_at_size_one(role: Role, layer: Coefficients, readout: Coefficients) -> Faithfulness:
    return Faithfulness(
        name="",
        role=role,
        layer=layer,
        readout=readout,
        relation="=",
        meaning="Requires that the gradient enters the update function at size Θ(1).",
        source=_FAITHFUL,
    )


_BELOW: Final = Coefficients(a=2, c=1, d=-1)
_BELOW_SOURCE: Final = "derived from TP4 Theorem 3.3, with c - d for c, where ε exceeds gradients"

BELOW_EPSILON: Final = Law(
    name="entrywise",
    optimizers=(),
    updates=updates(_BELOW, readout=Update(_BELOW, twice_bound=2)),
    paths=(THROUGH_INITIAL_READOUT, THROUGH_UPDATED_READOUT),
    gauge_weight=1,
    canonical_zero="a",
    regime=Kind.OPERATOR,
    status="derived",
    sources=Sources(
        initialization=f"{_THEOREM}(1)",
        features=_BELOW_SOURCE,
        logits=_BELOW_SOURCE,
        readout_update=_BELOW_SOURCE,
    ),
)

_BODY: Final = {"layer": Coefficients(a=-1, d=1), "readout": Coefficients(a=-1, b=-1)}

LAW: Final = Law(
    name="entrywise",
    optimizers=("adam", "adamw", "signsgd", "lion", "rmsprop", "adagrad", "sophia"),
    updates=updates(_FORM, readout=Update(_FORM, twice_bound=2)),
    paths=(DIRECT,),
    gauge_weight=1,
    canonical_zero="a",
    regime=Kind.OPERATOR,
    status="theorem",
    sources=Sources(
        initialization=f"{_THEOREM}(1)",
        features=f"{_THEOREM}, r_l of Definition 2.8.5",
        logits=_THEOREM,
        readout_update=f"{_THEOREM}, r_{{L+1}} of Definition 2.8.5",
    ),
    below_epsilon=BELOW_EPSILON,
    faithfulness=(
        _enters_at_size_one(Role.INPUT, **_BODY),
        _enters_at_size_one(Role.HIDDEN, **_BODY),
        _enters_at_size_one(Role.VECTOR, **_BODY),
        _enters_at_size_one(Role.READOUT, Coefficients(), Coefficients(a=-1, d=1)),
        Faithfulness(
            name="readout_order",
            role=Role.READOUT,
            layer=Coefficients(),
            readout=Coefficients(b=-1, c=1),
            relation=">=",
            meaning="Requires that the readout's updates do not outgrow its initialization.",
            source=_FAITHFUL,
        ),
    ),
)
