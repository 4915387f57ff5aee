"""The nearest point that meets requirements, in weighted L1 distance, exactly.

z3 minimises the distance over all points that satisfy a set of clauses.  Among equally near
points, those are preferred that change fewer unknowns, and those with simpler values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from solver.exact.arithmetic import Arithmetic, Clause, Extent, fraction

if TYPE_CHECKING:
    import z3

# Among equally near points, those on coarser grids are simpler.
_GRIDS: Final = (1, 2, 4, 3, 6, 8, 12)

Point = dict[str, Fraction]


class Origin(NamedTuple):
    """Where an unknown starts, and the cost of moving it by 1."""

    value: Fraction
    weight: Fraction


class Nearest:
    """Points that satisfy the clauses, by their distance from an origin.

    Every method raises ``TimeLimitError`` past the deadline of the arithmetic.
    """

    def __init__(
        self, origin: Mapping[str, Origin], clauses: Sequence[Clause], arithmetic: Arithmetic
    ) -> None:
        self._origin = origin
        self._arithmetic = arithmetic
        self._z3 = arithmetic.z3
        starts = {name: arithmetic.number(each.value) for name, each in origin.items()}
        self._changed = {name: arithmetic.unknown(name) != starts[name] for name in origin}
        self._facts = [arithmetic.any_of(clause) for clause in clauses]
        costs = []
        for name, (_, weight) in origin.items():
            moved, change = arithmetic.unknown(f"|{name}|"), arithmetic.unknown(name) - starts[name]
            self._facts += [moved >= change, moved >= -change]
            costs.append(arithmetic.number(weight) * moved)
        self._distance = self._z3.Sum([arithmetic.number(Fraction()), *costs])

    def infimum(self) -> Extent | None:
        """The greatest lower bound of the distance; None where no point will do."""
        return self._arithmetic.least(self._distance, self._facts)

    def one(self, distance: Fraction) -> Point:
        """Some point at the least distance."""
        solver = self._within(distance)
        self._arithmetic.satisfiable(solver)
        return self._point(solver.model())

    def points(self, distance: Fraction, most: int) -> Iterator[list[Point]]:
        """Points up to that distance, the least: one for each set of unknowns that change.

        They come in lists of equally many changes, fewest first, ``most`` in a list at most; where
        there may be more, one on the coarsest grid is among them.
        Sets that hold an earlier one follow after all others, and only where they have an unknown
        that none before has: mixtures of others are left out.
        """
        solver, seen = self._within(distance), set[str]()
        for count in range(len(self._changed) + 1):
            few = self._at_most(count)
            found: list[Point] = []
            while len(found) < most and self._arithmetic.satisfiable(solver, few):
                moved = self._moved(solver.model())
                seen.update(moved)
                found.append(self._simplest(distance, moved))
                solver.add(self._any(self._z3.Not(self._changed[name]) for name in moved))
            if len(found) == most:  # the simplest may be among those not listed
                coarsest = self._coarsest(distance, few)
                found += [coarsest] if coarsest not in found else []
            if found:
                yield found
            if not self._arithmetic.satisfiable(solver):
                break
        yield from ([each] for each in self._changing_others(distance, seen))

    def _changing_others(self, distance: Fraction, seen: set[str]) -> Iterator[Point]:
        """Points that change an unknown not seen before, those with few changes first."""
        solver = self._within(distance)
        for count in range(len(self._changed) + 1):
            while True:
                new = self._any(self._changed[name] for name in self._changed if name not in seen)
                if not self._arithmetic.satisfiable(solver, new):
                    return
                if not self._arithmetic.satisfiable(solver, new, self._at_most(count)):
                    break
                moved = self._moved(solver.model())
                seen.update(moved)
                yield self._simplest(distance, moved, new)

    def other(self, distance: Fraction, point: Point) -> Point | None:
        """Another point up to that distance, if there is one."""
        elsewhere = self._any(
            self._arithmetic.unknown(name) != self._arithmetic.number(value)
            for name, value in point.items()
        )
        solver = self._within(distance, elsewhere)
        if not self._arithmetic.satisfiable(solver):
            return None
        return self._simplest(distance, self._moved(solver.model()), elsewhere)

    def _at_most(self, count: int) -> "z3.BoolRef":
        return self._z3.PbLe([(each, 1) for each in self._changed.values()], count)

    def _within(self, distance: Fraction, *facts: "z3.BoolRef") -> "z3.Solver":
        solver = self._arithmetic.solver("ALL")
        solver.add(*self._facts, self._distance <= self._arithmetic.number(distance), *facts)
        return solver

    def _coarsest(self, distance: Fraction, few: "z3.BoolRef") -> Point:
        """Of all points with few changes one whose changed values are on the coarsest grid."""
        return self._on_coarsest_grid(self._within(distance, few), self._changed)

    def _simplest(self, distance: Fraction, moved: Sequence[str], *facts: "z3.BoolRef") -> Point:
        """A point at which no other unknowns change, on the coarsest grid that has one."""
        kept = [self._z3.Not(each) for name, each in self._changed.items() if name not in moved]
        return self._on_coarsest_grid(self._within(distance, *kept, *facts), moved)

    def _on_coarsest_grid(self, solver: "z3.Solver", names: Iterable[str]) -> Point:
        """A solution with these, where they change, on the coarsest grid that has one."""
        for grid in _GRIDS:
            solver.push()
            for name in names:
                whole = self._z3.Int(f"{name}#", self._arithmetic.context)
                on = self._arithmetic.unknown(name) * grid == self._z3.ToReal(whole)
                solver.add(self._z3.Implies(self._changed[name], on))
            if self._arithmetic.satisfiable(solver):
                return self._point(solver.model())
            solver.pop()
        self._arithmetic.satisfiable(solver)
        return self._point(solver.model())

    def _moved(self, model: "z3.ModelRef") -> list[str]:
        point = self._point(model)
        return [name for name, (value, _) in self._origin.items() if point[name] != value]

    def _point(self, model: "z3.ModelRef") -> Point:
        return {
            name: fraction(model.eval(self._arithmetic.unknown(name), model_completion=True))
            for name in self._origin
        }

    def _any(self, options: Iterator["z3.BoolRef"]) -> "z3.BoolRef":
        return self._z3.Or(list(options), self._arithmetic.context)
