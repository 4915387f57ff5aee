"""The spectral law: the singular values of an update are of size Θ(1).

    r_l = c_l + a_l + I(l=1)/2,    u = c_{L+1} + a_{L+1} + 1/2

An update with the singular values of a partial isometry moves a hidden layer by as much as its
input: ΔW x is of the size of x.  Between n and d coordinates, entries of size n^{-1/2} make up a
singular value of size Θ(1).  Derived from the spectral condition (arXiv 2310.17813); the tables of
arXiv 2603.00541 and 2407.05872 agree.

Muon's conventions multiply the step by a factor of the shape (fan_out, fan_in) = (n, d), (n, n),
(d, n) of input, hidden and readout: none (``muon_raw``), max(1, fan_out / fan_in)^{1/2} (``muon``,
the original), (fan_out / fan_in)^{1/2} (``muon_unit_rms``) and 0.2 max(fan_out, fan_in)^{1/2}
(``muon_match_rms``, which matches the root mean square of Adam's steps).
"""

from types import MappingProxyType
from typing import Final

from solver.theory.dichotomy import Kind
from solver.theory.law import DIRECT, Coefficients, Convention, Law, Sources, Update
from solver.theory.roles import Role

_SOURCE: Final = "derived from the spectral condition (arXiv 2310.17813)"
_FORM: Final = Coefficients(a=1, c=1)

LAW: Final = Law(
    name="spectral",
    optimizers=(
        *("muon", "muon_raw", "muon_unit_rms", "muon_match_rms"),
        *("shampoo", "soap", "normalized_sgd"),
    ),
    updates=MappingProxyType(
        {
            Role.INPUT: Update(_FORM, twice_bound=-1),
            Role.HIDDEN: Update(_FORM, twice_bound=0),
            Role.READOUT: Update(_FORM, twice_bound=1),
            Role.VECTOR: Update(_FORM, twice_bound=-1),
        }
    ),
    paths=(DIRECT,),
    gauge_weight=1,
    canonical_zero="a",
    regime=Kind.OPERATOR,
    status="derived",
    sources=Sources(
        initialization="TP4b Theorem 2.8.12(1)",
        features=_SOURCE,
        logits=_SOURCE,
        readout_update=_SOURCE,
    ),
    adds_up=False,
    matrices_only=("muon", "muon_raw", "muon_unit_rms", "muon_match_rms", "shampoo"),
    conventions=MappingProxyType(
        {
            "muon": Convention(1, 0, 0),
            "muon_unit_rms": Convention(1, 0, -1),
            "muon_match_rms": Convention(1, 1, 1),
        }
    ),
)
