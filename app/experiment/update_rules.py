"""What an experiment can run: the update rules, each a row.  Knows no torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from solver import Optimizer
from solver.theory import OPTIMIZERS

UpdateRule = Literal["sgd", "adam", "signsgd"]


@dataclass(frozen=True, slots=True)
class Rule:
    """An update rule: ``optimizer`` is the one whose theory it puts to the test.

    ``low_rank`` tells that updates of hidden matrices are sums of a few outer products, so that a
    matrix-free simulation is exact; ``passes`` and ``state`` count how often a dense step goes
    over the weights, and numbers kept for each weight from step to step.
    """

    name: UpdateRule
    optimizer: Optimizer
    low_rank: bool
    takes_momentum: bool
    learning_rate: float
    passes: int
    state: int


#: Every update rule by name; of those for one optimizer, its default first.
RULES: Final[Mapping[UpdateRule, Rule]] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            Rule("sgd", "sgd", True, True, learning_rate=0.5, passes=1, state=0),
            # Steps of adaptive optimizers do not shrink with the gradient.
            Rule("adam", "adam", False, False, learning_rate=0.1, passes=2, state=3),
            Rule("signsgd", "adam", False, False, learning_rate=0.1, passes=1, state=0),
        )
    }
)
UPDATE_RULES: Final[tuple[UpdateRule, ...]] = get_args(UpdateRule)


def rules_for(optimizer: Optimizer | None) -> tuple[UpdateRule, ...]:
    """What can be run for an optimizer, the default first; all where it is not known (None)."""
    if optimizer is None:
        return tuple(RULES)
    law = OPTIMIZERS[optimizer]
    rules = [rule.name for rule in RULES.values() if OPTIMIZERS[rule.optimizer] is law]
    return tuple(sorted(rules, key=lambda name: name != optimizer))
