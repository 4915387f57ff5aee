"""Experiments for tests: a parametrization and what differs from the usual choices."""

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from app.experiment.conclude import Sizes, conclude
from app.experiment.further import further
from app.experiment.plan import Experiment, Measurement, measurements, stated
from app.experiment.report import CheckResult
from app.experiment.run import measure
from app.experiment.update_rules import RULES, rules_for
from solver import Description, Parametrization, gallery_entry, read

SMALL = tuple(2**k for k in range(7, 13))


def named(name: str, depth: int, parameter: str | None = None) -> Parametrization:
    value = None if parameter is None else Fraction(parameter)
    return gallery_entry(name).roles(value).at_depth(depth)


def listed(a: str, b: str, c: str, optimizer: str = "sgd") -> Parametrization:
    """From exponents separated by spaces, ``listed("0 1/2 1/2", "0 0 0", "0")``."""
    rates = c.split()
    description = Description(
        depth=len(a.split()) - 1,
        a=a.split(),
        b=b.split(),
        c=rates if len(rates) > 1 else rates[0],
        optimizer=optimizer,
    )
    parametrization = read(description)
    assert isinstance(parametrization, Parametrization)
    return parametrization


def described(**fields: Any) -> Parametrization:
    """From the fields of a request."""
    parametrization = read(Description(**fields))
    assert isinstance(parametrization, Parametrization)
    return parametrization


def experiment(parametrization: Parametrization, **changes: Any) -> Experiment:
    rules = tuple(rules_for(each)[0] for each in parametrization.optimizers)
    vectors = parametrization.wiring.biases
    usual = Experiment(
        **stated(parametrization),
        update_rule=rules[0] if len(set(rules)) == 1 else rules,
        bias_rules=tuple(rules_for(each.optimizer)[0] for each in vectors),
        momentum=0.0,
        method="matrix_free" if all(RULES[each].low_rank for each in rules[1:-1]) else "dense",
        device="cpu",
        widths=SMALL,
        steps=4,
        seeds=8,
        seed=0,
        batch_size=4,
        input_dim=8,
        inputs=None,
        targets=None,
        activation="tanh",
        loss="mse",
        learning_rate=min(RULES[each].learning_rate for each in rules),
        tolerance=0.05,
        most_seconds=4.0,
        most_bytes=2**30,
    )
    return replace(usual, **changes)


def measured(each: Experiment) -> list[tuple[Measurement, Sizes]]:
    return [(work, _sizes(each, work)) for work in measurements(each)]


# Tests judge the same networks by several theories.
@lru_cache(maxsize=512)
def _sizes(each: Experiment, work: Measurement) -> Sizes:
    return measure(each, work)


def checked(each: Experiment, claimed: Parametrization | None = None) -> CheckResult:
    """As a worker does it, judged by the theory of another parametrization if one is given."""
    judged = each if claimed is None else replace(each, **stated(claimed))
    known = measured(each)
    while more := further(judged, known):
        known += [(work, _sizes(each, work)) for work in more]
    return conclude(judged, known, "cpu", 0.0)
