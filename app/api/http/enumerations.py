"""Names for the choices that occur in the document, so that generated clients have a type for each.

A test fails where a choice of the document has no name here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from app.demonstrations import CorpusName, Scaling
from app.experiment.update_rules import UPDATE_RULES
from solver import ALIGNMENTS, Activation, Kind, Optimizer, Target, Wanted
from solver.limits import LOSSES, Method

ENUMERATIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Activation": get_args(Activation),
        "Optimizer": get_args(Optimizer),
        "VerdictName": tuple(Kind),
        "Target": get_args(Target),
        "Wanted": get_args(Wanted),
        "BodyRole": ("input", "hidden", "vector"),
        "TensorKind": ("input", "hidden", "readout", "vector"),
        "AlignmentName": tuple(ALIGNMENTS),
        "VerdictLoss": ("mse", "cross_entropy"),
        "GrowingSize": ("head_size", "heads"),
        "UntrainedRole": ("body", "readout"),
        "LawStatus": ("theorem", "derived"),
        "InitializationFailure": ("explodes", "vanishes"),
        "ConditionRelation": ("=", ">="),
        "ConstraintRelation": (">", ">=", "="),
        "Symbol": ("a", "b", "c", "d", "w"),
        "ParameterName": ("s", "c"),
        "Depths": ("any", "1"),
        "Sense": ("minimize", "maximize"),
        "OptimumStatus": ("attained", "approached", "unbounded", "impossible"),
        "FigureFormat": ("svg", "png"),
        "CheckStatus": ("queued", "running", "succeeded", "failed", "cancelled"),
        "SlopeOutcome": ("agrees", "explained", "undetermined", "off"),
        "TrueOrFalse": ("true", "false"),
        "CheckVerdict": ("confirmed", "contradicted", "inconclusive"),
        "Quantity": (
            *("h", "x", "f", "delta_h", "delta_x", "delta_f"),
            *("update", "readout_update", "readout_init"),
        ),
        "Loss": LOSSES,
        "Scaling": get_args(Scaling),
        "CorpusName": get_args(CorpusName),
        "LimitMethod": get_args(Method),
        "UpdateRule": UPDATE_RULES,
        "AskedMethod": ("auto", "matrix_free", "dense"),
        "Method": ("matrix_free", "dense"),
        "Device": ("auto", "cpu", "cuda"),
        "QueueState": ("ok", "unavailable", "unwritable", "no_worker"),
    }
)
