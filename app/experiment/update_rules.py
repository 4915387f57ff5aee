"""What an experiment can run: the update rules, each a row.  Knows no torch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from solver import Optimizer, Parametrization
from solver.theory import OPTIMIZERS

UpdateRule = Literal["sgd", "adam", "signsgd", "muon", "polar", "normalized_sgd", "lamb", "lars"]


@dataclass(frozen=True, slots=True)
class Rule:
    """An update rule, which puts the theory of the law named ``law`` to the test.

    It runs the optimizers of ``default_of`` unless another rule is asked for; the first rule of a
    law runs those that no rule lists.  ``low_rank`` tells that updates of hidden matrices are sums
    of a few outer products, so that a matrix-free simulation is exact; ``passes`` and ``state``
    count how often a dense step goes over the weights, and numbers kept for each weight from step
    to step; ``products`` counts products of two n×n matrices that take as long as what a dense step
    does to an n×n matrix as a whole.  ``linear``: steps are sums of gradients; ``takes_epsilon``:
    it has an ε like Adam's; ``in_conventions``: it runs several optimizers, which multiply its
    steps in ways of their own.
    """

    name: UpdateRule
    law: str
    default_of: tuple[Optimizer, ...]
    low_rank: bool
    takes_momentum: bool
    learning_rate: float
    passes: int
    state: int
    products: int = 0
    linear: bool = False
    takes_epsilon: bool = False
    in_conventions: bool = False


# fmt: off
#: Every update rule by name.
RULES: Final[Mapping[UpdateRule, Rule]] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            Rule("sgd", "gradient", ("sgd",), True, True, 0.5, passes=1, state=0, linear=True),
            # Steps of other laws do not shrink with the gradient.
            Rule(
                "adam", "entrywise", ("adam",), False, False, 0.1, passes=2, state=3,
                takes_epsilon=True,
            ),
            Rule("signsgd", "entrywise", (), False, False, 0.1, passes=1, state=0),
            Rule(
                "muon", "spectral", (), True, True, 0.1, passes=2, state=2, products=15,
                in_conventions=True,
            ),
            Rule("polar", "spectral", ("shampoo", "soap"), True, True, 0.1, 2, 2, products=15),
            Rule("normalized_sgd", "spectral", ("normalized_sgd",), True, True, 0.1, 2, 0),
            Rule("lamb", "relative", ("lamb",), False, False, 0.1, passes=3, state=3),
            Rule("lars", "relative", ("lars",), False, True, 0.1, passes=2, state=0),
        )
    }
)
# fmt: on
UPDATE_RULES: Final[tuple[UpdateRule, ...]] = get_args(UpdateRule)

#: Those that take momentum, as they are listed.
WITH_MOMENTUM: Final = ", ".join(rule.name for rule in RULES.values() if rule.takes_momentum)


def default_rules(optimizers: Iterable[Optimizer]) -> tuple[UpdateRule, ...]:
    """What runs these unless something else is asked for."""
    return tuple(rules_for(each)[0] for each in optimizers)


def of_full_rank(given: Parametrization, rules: Sequence[UpdateRule]) -> list[Optimizer]:
    """The optimizers of hidden matrices whose updates only a dense simulation can follow."""
    hidden = list(zip(given.layers, given.optimizers, rules, strict=True))[1:-1]
    return [
        optimizer
        for exponents, optimizer, rule in hidden
        if not (RULES[rule].low_rank or exponents.frozen)
    ]


def rules_for(optimizer: Optimizer | None) -> tuple[UpdateRule, ...]:
    """What can be run for an optimizer, the default first; all where it is not known (None)."""
    if optimizer is None:
        return tuple(RULES)
    law = OPTIMIZERS[optimizer].name
    rules = [rule for rule in RULES.values() if rule.law == law]
    rules.sort(key=lambda rule: optimizer not in rule.default_of)
    return tuple(rule.name for rule in rules)
