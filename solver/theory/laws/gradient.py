"""The gradient law: updates are proportional to the gradient.

    r_l = min(a_{L+1} + b_{L+1}, u) + c_l - 1 + 2a_l + I(l=1),    u = 2a_{L+1} + c_{L+1}

TP4 (arXiv 2011.14522) Theorem 3.3 and Proposition 5.3.  The gradient reaches layer l through the
readout as initialized, or through the readout as updated, whose law may be another: u is its.
"""

from typing import Final

from solver.theory.dichotomy import Kind
from solver.theory.law import (
    THROUGH_INITIAL_READOUT,
    THROUGH_UPDATED_READOUT,
    Coefficients,
    Law,
    Sources,
    Update,
    updates,
)

_THEOREM: Final = "TP4 Theorem 3.3"
_FORM: Final = Coefficients(a=2, c=1)

LAW: Final = Law(
    name="gradient",
    optimizers=("sgd",),
    updates=updates(_FORM, readout=Update(_FORM, twice_bound=2)),
    paths=(THROUGH_INITIAL_READOUT, THROUGH_UPDATED_READOUT),
    gauge_weight=2,
    canonical_zero="c",
    regime=Kind.KERNEL,
    status="theorem",
    sources=Sources(
        initialization=f"{_THEOREM}(1)",
        features=f"{_THEOREM}(2), Proposition 5.3",
        logits=f"{_THEOREM}(3)",
        readout_update=f"{_THEOREM}(3)",
    ),
)
