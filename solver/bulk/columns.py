"""The system of conditions evaluated on columns of integers: many points at once.

The integers are exponents over one common denominator, so every form is evaluated in int64
arithmetic and every comparison is exact.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, reduce
from math import ceil, lcm
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.reading.description import vector_lengths
from solver.theory.alignment import THEOREM, Alignment
from solver.theory.conditions import Condition, Shape, stability
from solver.theory.dichotomy import Kind, regime_of
from solver.theory.law import Coefficients, Law
from solver.theory.laws import OPTIMIZERS
from solver.theory.parametrization import Optimizers
from solver.theory.roles import MATRICES, Role

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: What the codes of verdicts stand for.
KINDS: Final = tuple(Kind)
KIND_CODE: Final = {kind: code for code, kind in enumerate(KINDS)}


#: The law of each role.
Laws = Mapping[Role, Law]


def laws_of(optimizers: Optimizers) -> Laws:
    """The laws of one optimizer for every layer, or of those of input, hidden and readout."""
    if isinstance(optimizers, tuple):
        first, *hidden, last = [OPTIMIZERS[each] for each in optimizers]
        return {Role.INPUT: first, Role.HIDDEN: hidden[0] if hidden else first, Role.READOUT: last}
    return dict.fromkeys(MATRICES, OPTIMIZERS[optimizers])


class System(NamedTuple):
    """The conditions under the laws of the roles.

    No form exceeds ``growth`` times the largest entry and denominator, and denominators that are
    multiples of ``finest`` make every bound an integer.
    """

    laws: Laws
    conditions: tuple[Condition, ...]
    growth: int
    finest: int

    @property
    def largest_safe(self) -> int:
        """The largest entry and denominator with which no form overflows int64."""
        return (2**63 - 1) // self.growth


@lru_cache(maxsize=1 << 10)
def system_of(optimizers: Optimizers, alignment: Alignment = THEOREM) -> System:
    """The system of one optimizer for every layer, or of those of input, hidden and readout."""
    laws = laws_of(optimizers)
    readout = laws[Role.READOUT]
    conditions = tuple(
        each
        for role, law in laws.items()
        for each in stability(Shape(role, law), readout, alignment)
    )
    bounds = [Fraction(each.twice_bound) for each in conditions]
    largest = max(
        int(2 * sum(map(abs, (*each.layer, *each.readout)))) + 2 * ceil(abs(bound))
        for each, bound in zip(conditions, bounds, strict=True)
    )
    finest = lcm(*(bound.denominator for bound in bounds))
    return System(laws, conditions, 1 + largest, finest)


class Columns:
    """Flat abc vectors as columns of shape (2L+3, N) or (3L+3, N), over a denominator.

    The columns hold int64 and the denominator is one number, neither beyond ``largest_safe``
    in absolute value; or they hold Python integers (dtype object) of any size, and the
    denominator may then be an array of shape (N,).

    An infinite b or c is held as the number ``infinite`` (None: there is none), which is more than
    the system's ``growth`` times every other entry: forms exceed it just where such a one enters.
    """

    def __init__(
        self,
        depth: int,
        columns: IntArray,
        denominator: int | IntArray,
        system: System,
        infinite: int | IntArray | None = None,
    ) -> None:
        self.depth = depth
        # Bounds are multiples of 1/2, so everything is counted in halves.
        self.columns = 2 * columns
        self.denominator = denominator
        self.laws = {role: law for role, law in system.laws.items() if self._layers(role)}
        self.conditions = [each for each in system.conditions if each.role in self.laws]
        self.infinite = infinite
        self.one_c = len(columns) == vector_lengths(depth)[0]
        self.known: dict[tuple[Role, Coefficients], IntArray] = {}

    def classify(self) -> tuple[npt.NDArray[np.int8], IntArray]:
        """Kind codes, and r as numerators over twice the denominator."""
        sound = np.ones(self.columns.shape[1], dtype=bool)
        least: dict[str, IntArray] = {}
        for condition in self.conditions:
            if condition.relation == "=":
                for layer in self._layers(condition.role):
                    sound &= self._slack(condition, self._form(condition.layer, layer)) == 0
                continue
            slack = self._slack(condition, self._least(condition))
            if condition.family == "init":
                sound &= slack >= 0
            elif condition.family in least:
                np.minimum(least[condition.family], slack, out=least[condition.family])
            else:
                least[condition.family] = slack
        r, logits = least["features"], least["logits"]
        sound &= (r >= 0) & (logits >= 0)
        moving = np.where(r == 0, KIND_CODE[Kind.FEATURE_LEARNING], self._regime())
        stable = np.where(logits == 0, moving, KIND_CODE[Kind.TRIVIAL])
        return np.where(sound, stable, KIND_CODE[Kind.UNSTABLE]).astype(np.int8), r

    def _regime(self) -> int | IntArray:
        """The code of the regime without feature learning: what is frozen does not count."""
        if self.infinite is None:
            return KIND_CODE[regime_of(law.regime for law in self.laws.values())]
        operator = np.zeros(self.columns.shape[1], dtype=bool)
        for role, law in self.laws.items():
            if regime_of([law.regime]) is Kind.OPERATOR:
                for layer in self._layers(role):
                    operator |= self.columns[self._places(layer)[2]] < 2 * self.infinite
        return np.where(operator, KIND_CODE[Kind.OPERATOR], KIND_CODE[Kind.KERNEL])

    def _slack(self, condition: Condition, form: IntArray) -> IntArray:
        """Slack times twice the denominator."""
        bound = condition.twice_bound
        if not bound:
            return form.copy()
        return form - bound.numerator * (self.denominator // bound.denominator)

    def _least(self, condition: Condition) -> IntArray:
        """The least value of the form over the layers of its role.

        The readout's part is common to all layers, so the minimum is over the layers' own
        parts, and conditions that share those share it.
        """
        readout = self._shared(Role.READOUT, condition.readout)
        if condition.role is Role.READOUT:
            return readout
        own = self._shared(condition.role, condition.layer)
        return own + readout if any(condition.readout) else own

    def _shared(self, role: Role, coefficients: Coefficients) -> IntArray:
        key = (role, coefficients)
        if key not in self.known:
            forms = (self._form(coefficients, layer) for layer in self._layers(role))
            self.known[key] = reduce(np.minimum, forms)
        return self.known[key]

    def _layers(self, role: Role) -> range:
        """Layer numbers from 0, as in the columns."""
        match role:
            case Role.INPUT:
                return range(1)
            case Role.HIDDEN:
                return range(1, self.depth)
            case Role.READOUT:
                return range(self.depth, self.depth + 1)
            case Role.VECTOR:
                raise ValueError("flat vectors hold no exponents of biases")

    def _places(self, layer: int) -> tuple[int, int, int]:
        """The columns of its a, b and c."""
        n = self.depth + 1
        return layer, n + layer, 2 * n if self.one_c else 2 * n + layer

    def _form(self, coefficients: Coefficients, layer: int) -> IntArray:
        terms = [
            self.columns[place] if coefficient == 1 else coefficient * self.columns[place]
            for coefficient, place in zip(coefficients, self._places(layer), strict=False)
            if coefficient
        ]
        return reduce(np.add, terms) if terms else np.zeros_like(self.columns[0])
