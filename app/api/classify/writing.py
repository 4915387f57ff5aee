"""Verdicts, written out in the documented shapes.  What comes back often is kept encoded."""

from functools import lru_cache
from typing import Any, Final, cast

import msgspec

from app.api.classify.answer import AnyDepthClassification, BatchOut, Classification
from app.api.parametrization.answer import VerdictName
from solver import (
    Activation,
    BatchVerdict,
    ConditionReport,
    Described,
    Judgement,
    Kind,
    RoleParametrization,
    Verdict,
    classify,
    classify_any_depth,
)
from solver.verdicts import (
    Loss,
    plain_any_depth,
    plain_condition,
    plain_judgement,
    plain_verdict,
)


def classification(verdict: Verdict) -> Classification:
    """A verdict as ``POST /v1/classify`` answers it."""
    write = _written_once if verdict.judgement.few_layers else _written
    return cast(Classification, plain_verdict(verdict, write))


def _written(judgement: Judgement, loss: Loss) -> dict[str, Any]:
    """What all members of a gauge class are answered, the long parts encoded."""
    return _long_encoded(plain_judgement(judgement, loss))


# The same judgements come back in answer after answer, in many gauges.
@lru_cache(maxsize=1 << 11)
def _written_once(judgement: Judgement, loss: Loss) -> dict[str, Any]:
    return _long_encoded(plain_judgement(judgement, loss, _condition))


def _long_encoded(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, **{name: _encoded(said[name]) for name in _LONG}}


_LONG: Final = ("reasons", "consequences", "canonical", "layers", "tensors", "conditions")


def classified(
    given: Described, activation: Activation = "tanh", loss: Loss = "mse"
) -> tuple[Kind, Classification | AnyDepthClassification]:
    """The verdict (without depth, that on L >= 2 if there is one), and the whole answer."""
    if not isinstance(given, RoleParametrization):
        verdict = classify(given, activation, loss)
        return verdict.kind, classification(verdict)
    verdicts = classify_any_depth(given, activation, loss)
    leading = verdicts.deeper or verdicts.depth_one
    return leading.kind, cast(AnyDepthClassification, plain_any_depth(verdicts, classification))


def answered(given: Described, activation: Activation, loss: Loss) -> tuple[Kind, bytes]:
    """The same, the answer as JSON."""
    small = len(given.optimizers) <= _MOST_TENSORS_KEPT
    return (_answered_again if small else _answered)(given, activation, loss)


def _answered(given: Described, activation: Activation, loss: Loss) -> tuple[Kind, bytes]:
    kind, result = classified(given, activation, loss)
    return kind, msgspec.json.encode(result)


# The very same question comes back too.  Answers about small networks are small.
_answered_again = lru_cache(maxsize=1 << 11)(_answered)
_MOST_TENSORS_KEPT: Final = 16


def columns(depth: int, result: BatchVerdict, theorem: BatchVerdict | None = None) -> BatchOut:
    """Verdicts as ``POST /v1/classify/batch`` answers them; ``theorem`` holds its own, if asked."""
    answered: BatchOut = {
        "depth": depth,
        "count": len(result.stable),
        "verdict": cast(list[VerdictName], result.verdicts()),
        "r": result.r(),
        "stable": result.stable.tolist(),
        "nontrivial": result.nontrivial(),
    }
    if theorem is not None:
        answered["theorem"] = cast(list[VerdictName], theorem.verdicts())
    return answered


# The same lines come back in other networks.
@lru_cache(maxsize=1 << 13)
def _condition(report: ConditionReport) -> msgspec.Raw:
    return _encoded(plain_condition(report))


def _encoded(line: Any) -> msgspec.Raw:
    """The line as JSON that goes into an answer as it is.

    Lines come back in answer after answer, and encoding a hundred small strings costs more
    than everything else in an answer.
    """
    return msgspec.Raw(msgspec.json.encode(line))
