"""The relative law: an update is as large as the weights it changes, entry by entry.

    r_l = c_l + a_l + b_l - I(l>1),    u = a_{L+1} + b_{L+1} + c_{L+1}

Adafactor with parameter scaling, LAMB and LARS multiply the step by the root mean square of the
weights, n^{-b_l}.  Derived: the entrywise law (TP4b, arXiv 2308.01814) with c_l + b_l for c_l.
"""

from typing import Final

from solver.theory.dichotomy import Kind
from solver.theory.law import DIRECT, Coefficients, Law, Sources, Update, updates

_SOURCE: Final = "derived from TP4b Theorem 2.8.12, with c + b for c"
_FORM: Final = Coefficients(a=1, b=1, c=1)

LAW: Final = Law(
    name="relative",
    optimizers=("adafactor", "lamb", "lars"),
    updates=updates(_FORM, readout=Update(_FORM, twice_bound=2)),
    paths=(DIRECT,),
    gauge_weight=0,
    canonical_zero="a",
    regime=Kind.OPERATOR,
    status="derived",
    sources=Sources(
        initialization="TP4b Theorem 2.8.12(1)",
        features=_SOURCE,
        logits=_SOURCE,
        readout_update=_SOURCE,
    ),
)
