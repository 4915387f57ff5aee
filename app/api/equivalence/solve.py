"""The question of ``POST /v1/equivalence``, answered."""

from typing import cast

from app.api.equivalence.answer import AnyDepthEquivalenceOut, EquivalenceOut
from app.api.equivalence.request import EquivalenceIn
from solver import (
    Limits,
    Parametrization,
    ParametrizationError,
    RoleParametrization,
    TensorParametrization,
    compare,
    compare_any_depth,
)


def compared(body: EquivalenceIn, limits: Limits) -> EquivalenceOut | AnyDepthEquivalenceOut:
    """The answer.  Raises ``ParametrizationError``."""
    first = body.first.resolve(limits, "first")
    second = body.second.resolve(limits, "second")
    if isinstance(first, RoleParametrization) and isinstance(second, RoleParametrization):
        return cast(AnyDepthEquivalenceOut, compare_any_depth(first, second).to_dict())
    if isinstance(first, TensorParametrization) and isinstance(second, TensorParametrization):
        return cast(EquivalenceOut, compare(first, second).to_dict())
    for name, each in (("second", second), ("first", first)):
        if isinstance(each, TensorParametrization):
            raise ParametrizationError.at(
                (name,), "one is given by tensors and the other is not; give both by tensors"
            )
    assert not isinstance(first, TensorParametrization)
    assert not isinstance(second, TensorParametrization)
    found = compare(_at(first, second, "first"), _at(second, first, "second"))
    return cast(EquivalenceOut, found.to_dict())


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
