"""Every law of updates, one file each, and the optimizers that they cover.

A file of this folder that defines ``LAW`` is a law: nothing else has to be told of it.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from solver.theory.law import Law


def _found() -> tuple[Law, ...]:
    modules = (import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__))
    laws: list[Law] = [module.LAW for module in modules]
    # The order of the papers' tables: the heavier c weighs in the gauge, the earlier.
    return tuple(sorted(laws, key=lambda law: (-law.gauge_weight, law.name)))


#: Every law, the gradient law first.
LAWS: Final = _found()

#: The law of each optimizer, by the optimizer's name.
OPTIMIZERS: Final[Mapping[str, Law]] = MappingProxyType(
    {optimizer: law.of(optimizer) for law in LAWS for optimizer in law.optimizers}
)

if TYPE_CHECKING:
    #: The name of an optimizer, a key of ``OPTIMIZERS``.
    Optimizer = str
else:
    Optimizer = Literal[tuple(OPTIMIZERS)]

#: The optimizer where none is named.
DEFAULT_OPTIMIZER: Final[Optimizer] = LAWS[0].optimizers[0]
