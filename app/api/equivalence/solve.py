"""The question of ``POST /v1/equivalence``, answered."""

from typing import cast

from app.api.equivalence.answer import EquivalenceOut
from app.api.equivalence.request import EquivalenceIn
from app.api.parametrization.depths import AnyDepth, by_depth
from solver import (
    Limits,
    Parametrization,
    ParametrizationError,
    RoleParametrization,
    TensorParametrization,
    compare,
)
from solver.verdicts import plain_equivalence


def compared(body: EquivalenceIn, limits: Limits) -> EquivalenceOut | AnyDepth[EquivalenceOut]:
    """The answer.  Raises ``ParametrizationError``."""
    first = body.first.resolve(limits, "first")
    second = body.second.resolve(limits, "second")
    if isinstance(first, RoleParametrization) and isinstance(second, RoleParametrization):
        deeper = first.hidden is not None and second.hidden is not None
        one = _comparison(first.at_depth(1), second.at_depth(1))
        # Depth enters only through hidden layers, which are all alike: L = 2 stands for all.
        more = _comparison(first.at_depth(2), second.at_depth(2)) if deeper else None
        if more is not None:
            more["depth"] = None
        everywhere = bool(one["equivalent"] and more and more["equivalent"])
        return by_depth(everywhere, one, more)
    if isinstance(first, TensorParametrization) and isinstance(second, TensorParametrization):
        return cast(EquivalenceOut, plain_equivalence(compare(first, second)))
    for name, each in (("second", second), ("first", first)):
        if isinstance(each, TensorParametrization):
            raise ParametrizationError.at(
                (name,), "one is given by tensors and the other is not; give both by tensors"
            )
    assert not isinstance(first, TensorParametrization)
    assert not isinstance(second, TensorParametrization)
    return _comparison(_at(first, second, "first"), _at(second, first, "second"))


def _at(
    which: Parametrization | RoleParametrization,
    other: Parametrization | RoleParametrization,
    name: str,
) -> Parametrization:
    """It, at the other's depth where it has none of its own."""
    if isinstance(which, Parametrization):
        return which
    assert isinstance(other, Parametrization), "the case of no depth at all is handled before"
    if other.depth > 1 and which.hidden is None:
        raise ParametrizationError.at(
            (name,),
            f"the {name} parametrization is defined for one hidden layer only and the other has "
            f"depth {other.depth}; compare at depth 1",
        )
    return which.at_depth(other.depth)


def _comparison(first: Parametrization, second: Parametrization) -> EquivalenceOut:
    return cast(EquivalenceOut, plain_equivalence(compare(first, second)))
