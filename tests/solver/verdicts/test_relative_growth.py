"""Where steps are in proportion to the weights and larger, they grow: a verdict says so."""

from typing import Any

import pytest

from solver import classify

ADAFACTOR: dict[str, Any] = {
    "depth": 2, "a": [0, 0, 1], "b": [0, "1/2", "1/2"], "optimizer": "adafactor",
}  # fmt: skip


def warned(**changes: Any) -> bool:
    verdict = classify(**{**ADAFACTOR, **changes})
    assert verdict.stable
    return any("grow from step to step" in each for each in verdict.warnings)


@pytest.mark.parametrize(
    ("c", "grows"), [([0, "1/2", "-1/2"], True), ([0, "1/2", 0], False), ([0, "1/2", "inf"], False)]
)
def test_a_readout_that_outgrows_itself_is_told(c: list[object], grows: bool) -> None:
    assert warned(c=c) is grows


def test_biases_are_told_too() -> None:
    bias = {"a": 1, "b": 0, "c": "-1/2", "optimizer": "lamb"}
    assert warned(c=[0, "1/2", 0], bias=bias)
    assert not warned(c=[0, "1/2", 0], bias={**bias, "b": "inf"})
    assert not warned(c=[0, "1/2", 0], bias={**bias, "optimizer": "adam", "c": 0})
