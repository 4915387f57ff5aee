"""Conditions at a point: their values and slacks, in integers.

Every form touches one layer and the readout only, so it is evaluated over the common denominator
of those two: at most eight bounded denominators, however deep the network.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from solver.theory.conditions import Condition
from solver.theory.exponents import Integers, ratio


class Evaluated(NamedTuple):
    """A condition at a point.

    The form's value is ``numerator / denominator`` in lowest terms, its slack
    ``twice_slack / (2 * denominator)``.
    """

    condition: Condition
    numerator: int
    denominator: int
    twice_slack: int

    @property
    def value(self) -> Fraction:
        """The form's value at the point."""
        return ratio(self.numerator, self.denominator)

    @property
    def slack(self) -> Fraction:
        """Value minus bound."""
        return ratio(self.twice_slack, 2 * self.denominator)

    @property
    def tight(self) -> bool:
        """Whether the slack is exactly zero."""
        return self.twice_slack == 0

    @property
    def holds(self) -> bool:
        """Whether the point satisfies the condition."""
        return self.twice_slack == 0 or (self.condition.relation == ">=" and self.twice_slack > 0)


def least(found: Sequence[Evaluated]) -> Evaluated:
    """That of least slack, the first of several; there must be one."""
    chosen = found[0]
    for each in found[1:]:
        if each.twice_slack * chosen.denominator < chosen.twice_slack * each.denominator:
            chosen = each
    return chosen


def evaluated(
    conditions: Iterable[Condition], own: Integers, readout: Integers
) -> tuple[Evaluated, ...]:
    """The conditions at the exponents of one layer and of the readout."""
    a, b, c, d, denominator = own
    a_end, b_end, c_end, d_end, end_denominator = readout
    if denominator != end_denominator:
        common = lcm(denominator, end_denominator)
        scale, end_scale, denominator = common // denominator, common // end_denominator, common
        a, b, c, d = scale * a, scale * b, scale * c, scale * d
        a_end, b_end = end_scale * a_end, end_scale * b_end
        c_end, d_end = end_scale * c_end, end_scale * d_end
    result: list[Evaluated] = []
    for condition in conditions:
        of_a, of_b, of_c, of_d = condition.layer
        of_a_end, of_b_end, of_c_end, of_d_end = condition.readout
        numerator = of_a * a + of_b * b + of_c * c + of_d * d
        numerator += of_a_end * a_end + of_b_end * b_end + of_c_end * c_end + of_d_end * d_end
        common = gcd(numerator, denominator)
        lowest = denominator // common
        numerator //= common
        twice_slack = 2 * numerator - condition.twice_bound * lowest
        result.append(Evaluated(condition, numerator, lowest, twice_slack))
    return tuple(result)
