"""The Dynamical Dichotomy: which verdicts there are, and what decides between them.

TP4 (arXiv 2011.14522) Theorems 3.3, 3.4, 3.6, 3.8 and Corollary 3.9; TP4b (arXiv 2308.01814)
Theorems 2.8.12, 2.8.15, 2.8.19 and Corollary 2.8.20.
"""

from collections.abc import Iterable
from enum import StrEnum


class Kind(StrEnum):
    """The verdict: exactly one of these (TP4 Corollary 3.9; TP4b Corollary 2.8.20)."""

    UNSTABLE = "unstable"
    TRIVIAL = "trivial"
    KERNEL = "kernel"
    FEATURE_LEARNING = "feature_learning"
    OPERATOR = "operator"


def regime_of(regimes: Iterable[Kind]) -> Kind:
    """Where a network trains without learning features, from the regimes of its tensors' laws.

    The kernel regime needs every tensor to be trained by the gradient itself.  One whose update
    is another function of it makes the limit a nonlinear operator.
    """
    return Kind.KERNEL if all(each is Kind.KERNEL for each in regimes) else Kind.OPERATOR


def verdict_of(stable: bool, nontrivial: bool, feature_learning: bool, regime: Kind) -> Kind:
    """The verdict.  Each question arises only where the one before it is answered yes."""
    if not stable:
        return Kind.UNSTABLE
    if not nontrivial:
        return Kind.TRIVIAL
    return Kind.FEATURE_LEARNING if feature_learning else regime
