"""The solver's values, written out in the documented shapes."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar, cast

import msgspec
from fastapi import Response

from app.api.classify.answer import (
    AnyDepthClassification,
    Classification,
    ConditionOut,
    GalleryEntryOut,
    GalleryRolesOut,
    LayerOut,
    ParametrizationOut,
    RolesOut,
)
from solver import (
    AnyDepthVerdict,
    ConditionReport,
    Exponents,
    GalleryEntry,
    LayerReport,
    LayerSpan,
    Parametrization,
    RoleParametrization,
    Verdict,
    describe_layers,
    format_exponent,
    kept_for_lines,
)

# Up to this depth every layer is listed; beyond, layers that behave alike share an entry.
_LISTED_DEPTH = 64


def answer(payload: object) -> Response:
    """The payload as a JSON response."""
    return Response(msgspec.json.encode(payload), media_type="application/json")


def classification(verdict: Verdict) -> Classification:
    """A verdict as ``POST /v1/classify`` answers it."""
    given = parametrization(verdict.parametrization)
    canonical = verdict.canonical
    shallow = verdict.depth is None or verdict.depth <= _LISTED_DEPTH
    return {
        "depth": verdict.depth,
        "optimizer": verdict.optimizer,
        "verdict": verdict.kind.value,
        "stable": verdict.stable,
        "nontrivial": verdict.nontrivial,
        "feature_learning": verdict.feature_learning,
        "kernel_regime": verdict.kernel_regime,
        "maximal": verdict.maximal,
        "faithful": verdict.faithful,
        "r": format_exponent(verdict.r),
        "parametrization": given,
        "layers": _layer_list(verdict.layers, verdict.depth),
        "readout": {
            "updated_maximally": verdict.readout_updated_maximally,
            "initialized_maximally": verdict.readout_initialized_maximally,
        },
        "conditions": (_kept_certificate if shallow else _certificate)(verdict.conditions),
        "reasons": _texts(verdict.reasons),
        "consequences": _texts(verdict.consequences),
        "warnings": list(verdict.warnings),
        "canonical": given if canonical == verdict.parametrization else parametrization(canonical),
        "equivalent_to": list(verdict.equivalent_to),
    }


def any_depth_classification(verdict: AnyDepthVerdict) -> AnyDepthClassification:
    """The answer to a question without depth."""
    return {
        "depth": None,
        "any_depth": verdict.any_depth,
        "verdicts": {
            "1": classification(verdict.depth_one),
            ">=2": None if verdict.deeper is None else classification(verdict.deeper),
        },
    }


def parametrization(value: Parametrization | RoleParametrization) -> ParametrizationOut:
    """Exponents as lists; by role where depth is open, or large and all hidden layers equal."""
    if isinstance(value, Parametrization):
        layers = value.layers
        if value.depth <= _LISTED_DEPTH or any(layer != layers[1] for layer in layers[2:-1]):
            return _columns(layers)
        value = RoleParametrization(layers[0], layers[1], layers[-1], value.optimizer)
    result: ParametrizationOut = {
        "a": _roles(value, 0),
        "b": _roles(value, 1),
        "c": _roles(value, 2),
    }
    if value.readout.d is not None:
        result["d"] = _roles(value, 3)
    return result


def gallery_entry_out(entry: GalleryEntry) -> GalleryEntryOut:
    """An entry of the gallery as it is listed."""

    def roles(symbol: str) -> GalleryRolesOut:
        first, hidden, last = getattr(entry, symbol)
        return {
            "input": first.text(),
            "hidden": None if hidden is None else hidden.text(),
            "readout": last.text(),
        }

    return {
        "name": entry.name,
        "title": entry.title,
        "optimizer": entry.optimizer,
        "a": roles("a"),
        "b": roles("b"),
        "c": roles("c"),
        "parameter": None
        if entry.parameter is None
        else {
            "name": entry.parameter.name,
            "meaning": entry.parameter.meaning,
            "example": entry.parameter.example,
            "minimum": optional_exponent(entry.parameter.minimum),
            "maximum": optional_exponent(entry.parameter.maximum),
        },
        "depths": "1" if entry.depth_one_only else "any",
        "source": entry.source,
        "description": entry.description,
    }


# Layers come back in request after request: write each once.
@lru_cache(maxsize=1 << 12)
def _spelled(exponents: Exponents) -> tuple[str, ...]:
    return tuple(format_exponent(each) for each in exponents if each is not None)


def _columns(layers: Sequence[Exponents]) -> ParametrizationOut:
    spelled = [_spelled(layer) for layer in layers]
    result: ParametrizationOut = {
        "a": [layer[0] for layer in spelled],
        "b": [layer[1] for layer in spelled],
        "c": [layer[2] for layer in spelled],
    }
    if layers[0].d is not None:
        result["d"] = [layer[3] for layer in spelled]
    return result


def _roles(value: RoleParametrization, symbol: int) -> RolesOut:
    first, last = _spelled(value.input)[symbol], _spelled(value.readout)[symbol]
    if value.hidden is None:
        return {"input": first, "readout": last}
    return {"input": first, "hidden": _spelled(value.hidden)[symbol], "readout": last}


def _certificate(conditions: tuple[ConditionReport, ...]) -> list[ConditionOut]:
    return _encoded([_condition(report) for report in conditions])


# A certificate comes back whole, in every gauge of the same parametrization.
_kept_certificate = lru_cache(maxsize=1 << 11)(_certificate)


@lru_cache(maxsize=1 << 11)
def _texts(sentences: tuple[str, ...]) -> list[str]:
    return _encoded(list(sentences))


def _layer_list(reports: tuple[LayerReport, ...], depth: int | None) -> list[LayerOut]:
    return [each for report in reports for each in _layers(report, depth)]


def _layers(report: LayerReport, depth: int | None) -> list[LayerOut]:
    span, _, r, updated, learns = report
    if depth is None or depth > _LISTED_DEPTH or span.last is None:
        return [_layer(span, r, updated, learns)]
    each = range(span.first, span.last + 1)
    return [_layer(LayerSpan(layer, layer), r, updated, learns) for layer in each]


@lru_cache(maxsize=1 << 12)
def _layer(span: LayerSpan, r: Fraction, updated: bool | None, learns: bool | None) -> LayerOut:
    return _encoded(
        LayerOut(
            layer=span.first,
            layers=str(span),
            role="input" if span.first == 1 else "hidden",
            r=format_exponent(r),
            updated_maximally=updated,
            learns_features=learns,
        )
    )


@kept_for_lines
def _condition(report: ConditionReport) -> ConditionOut:
    condition = report.condition
    return _encoded(
        ConditionOut(
            id=report.identifier,
            statement=report.statement,
            layers=describe_layers(report.spans) if report.spans else None,
            value=format_exponent(report.value),
            relation=condition.relation,
            bound=format_exponent(condition.bound),
            slack=format_exponent(report.slack),
            holds=report.holds,
            source=condition.source,
            meaning=condition.meaning,
        )
    )


_T = TypeVar("_T")


def _encoded(line: _T) -> _T:
    """The line as JSON that goes into an answer as it is.

    Lines come back in answer after answer, and encoding a hundred small strings costs more
    than everything else in an answer.
    """
    return cast(_T, msgspec.Raw(msgspec.json.encode(line)))


def optional_exponent(value: Fraction | None) -> str | None:
    """In canonical spelling; None stays None."""
    return None if value is None else format_exponent(value)
