"""Conditions at a point: their values and slacks, in integers.

Every form touches one layer and the readout only, so it is evaluated over the common denominator
of those two: at most eight bounded denominators, however deep the network.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from solver.exact.infinite import INFINITE
from solver.theory.conditions import Condition
from solver.theory.exponents import FROZEN, ZERO, Integers, ratio
from solver.theory.law import Coefficients


class Evaluated(NamedTuple):
    """A condition at a point.

    The form's value is ``numerator / denominator`` in lowest terms, its slack
    ``twice_slack / (2 * denominator)``.  Where an exponent in it is infinite it is 1/0.
    """

    condition: Condition
    numerator: int
    denominator: int
    twice_slack: int | Fraction

    @property
    def value(self) -> Fraction:
        """The form's value at the point."""
        return ratio(self.numerator, self.denominator) if self.denominator else INFINITE

    @property
    def slack(self) -> Fraction:
        """Value minus bound."""
        return ratio(self.twice_slack, 2 * self.denominator) if self.denominator else INFINITE

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
    """The conditions at the exponents of one tensor and of the readout."""
    a, b, c, d, w, denominator, infinite = own
    a_end, b_end, c_end, d_end, w_end, end_denominator, infinite_end = readout
    if denominator != end_denominator:
        common = lcm(denominator, end_denominator)
        scale, end_scale, denominator = common // denominator, common // end_denominator, common
        a, b, c, d, w = scale * a, scale * b, scale * c, scale * d, scale * w
        a_end, b_end = end_scale * a_end, end_scale * b_end
        c_end, d_end, w_end = end_scale * c_end, end_scale * d_end, end_scale * w_end
    result: list[Evaluated] = []
    for condition in conditions:
        if (infinite or infinite_end) and (
            reaches(condition.layer, infinite) or reaches(condition.readout, infinite_end)
        ):
            result.append(Evaluated(condition, 1, 0, 1))
            continue
        of_a, of_b, of_c, of_d, of_w = condition.layer
        of_a_end, of_b_end, of_c_end, of_d_end, of_w_end = condition.readout
        numerator = of_a * a + of_b * b + of_c * c + of_d * d + of_w * w
        numerator += of_a_end * a_end + of_b_end * b_end + of_c_end * c_end
        numerator += of_d_end * d_end + of_w_end * w_end
        lowest = denominator
        if condition.scale is not None:
            over = condition.scale.denominator
            numerator = numerator * over + condition.scale.numerator * denominator
            lowest *= over
        common = gcd(numerator, lowest)
        numerator //= common
        lowest //= common
        twice_slack = 2 * numerator - condition.twice_bound * lowest
        result.append(Evaluated(condition, numerator, lowest, twice_slack))
    return tuple(result)


def reaches(coefficients: Coefficients, infinite: int) -> bool:
    """Whether an infinite exponent makes the form infinite.

    Where one counts negatively the condition is about what does not exist (a faithful readout that
    is zero), and it holds.
    """
    return bool((infinite & ZERO and coefficients.b) or (infinite & FROZEN and coefficients.c))
