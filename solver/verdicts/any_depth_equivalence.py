"""Equivalence where depth is open: at L = 1, and at every L >= 2."""

from dataclasses import dataclass, replace
from html import escape
from typing import Any

from solver.theory.by_depth import plain_by_depth, summary_by_depth
from solver.theory.parametrization import RoleParametrization
from solver.verdicts.equivalence import Equivalence, compare


@dataclass(frozen=True, slots=True, repr=False)
class AnyDepthEquivalence:
    """Answers for one hidden layer and for every deeper network.

    ``deeper`` is None where either parametrization is defined for one hidden layer only.
    """

    depth_one: Equivalence
    deeper: Equivalence | None

    @property
    def any_depth(self) -> bool:
        """Whether they are equivalent at every L >= 1."""
        return bool(self.depth_one.equivalent and self.deeper and self.deeper.equivalent)

    @property
    def summary(self) -> str:
        """The answers, each in a sentence."""
        deeper = None if self.deeper is None else self.deeper.summary
        return summary_by_depth(self.depth_one.summary, deeper, "One of them")

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<AnyDepthEquivalence: {self.summary}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.summary)}</p>"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        deeper = self.deeper
        return plain_by_depth(
            self.summary,
            self.any_depth,
            self.depth_one.to_dict(),
            None if deeper is None else deeper.to_dict(),
        )


def compare_any_depth(
    first: RoleParametrization, second: RoleParametrization
) -> AnyDepthEquivalence:
    """Decide whether a gauge transformation takes ``first`` to ``second``, at every depth."""
    one = compare(first.at_depth(1), second.at_depth(1))
    if first.hidden is None or second.hidden is None:
        return AnyDepthEquivalence(one, None)
    # Depth enters only through hidden layers, which are all alike: L = 2 stands for all.
    deeper = compare(first.at_depth(2), second.at_depth(2))
    return AnyDepthEquivalence(one, replace(deeper, depth=None))
