"""What is assumed of alignment: whether sums of n terms add up in phase.

Training aligns an update ΔW with the features that it acts on, and the initial readout with their
changes, so that n terms add up to n and not to n^{1/2}: that is what the theorems prove.  Everett
et al. (arXiv 2407.05872) make it an assumption, with exponents α (updates) and ω (the readout): the
bound 1 of conditions on hidden matrices and on u becomes α, that of a_{L+1} + b_{L+1} + r
becomes ω.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NamedTuple

from solver.exact.hashed import HashedOnce


class _Fields(NamedTuple):
    updates: Fraction = Fraction(1)
    readout: Fraction = Fraction(1)


class Alignment(HashedOnce, _Fields):
    """The exponents α of updates and ω of the readout: 1 for sums in phase, 1/2 for random ones."""

    @property
    def twice_less_in_updates(self) -> int | Fraction:
        """Twice by how much bounds on updates are below the theorem's."""
        return _whole(2 - 2 * self.updates)

    @property
    def twice_less_in_readout(self) -> int | Fraction:
        """Twice by how much bounds through the initial readout are below the theorem's."""
        return _whole(2 - 2 * self.readout)


def _whole(value: Fraction) -> int | Fraction:
    """As an integer where it is one: the system is then evaluated in integers."""
    return value.numerator if value.denominator == 1 else value


#: What training produces.
THEOREM: Final = Alignment()

_HALF: Final = Fraction(1, 2)

#: The assumptions that have a name.
ALIGNMENTS: Final[Mapping[str, Alignment]] = MappingProxyType(
    {
        "theorem": THEOREM,
        "full": Alignment(Fraction(1), _HALF),
        "none": Alignment(_HALF, _HALF),
    }
)
