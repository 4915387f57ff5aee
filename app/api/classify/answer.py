"""What classifying answers: the documented shapes."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from app.api.parametrization.answer import (
    Exponent,
    Kind,
    OptimizerName,
    ParametrizationOut,
    VerdictName,
)


class LayerOut(TypedDict):
    """A body layer; in deep networks, consecutive layers that behave alike."""

    layer: Annotated[int, Field(description="The (first) layer.")]
    layers: Annotated[
        str, Field(description='All of them: "2", "2..9", "2..L"; "bias.2" for a bias.')
    ]
    role: Literal["input", "hidden", "vector"]
    r: Annotated[Exponent, Field(description="r_l: updates move h^l by n^(-r_l).")]
    updated_maximally: Annotated[bool | None, Field(description="r_l = 0; null if unstable.")]
    learns_features: Annotated[
        bool | None, Field(description="Features of this layer move by Θ(1); null if unstable.")
    ]


class ReadoutOut(TypedDict):
    """The readout layer; null if unstable."""

    updated_maximally: bool | None
    initialized_maximally: bool | None


class TensorVerdictOut(TypedDict):
    """What becomes of a tensor, where the network is given by tensors."""

    name: str
    kind: Kind
    law: str
    r: Annotated[
        Exponent, Field(description="Its update moves features by n^(-r); of a readout, u - 1.")
    ]
    updated_maximally: Annotated[bool | None, Field(description="r = 0; null if unstable.")]
    learns_features: Annotated[
        bool | None,
        Field(description="Features here move by Θ(1); null if unstable, and of the readout."),
    ]


class DecayOut(TypedDict):
    """The share n^(-exponent) of the weights that weight decay takes in a step."""

    role: Literal["body", "readout"]
    layers: Annotated[str | None, Field(description='Such as "2..3"; null for the readout.')]
    exponent: Annotated[Exponent, Field(description="c + w: 0 acts alike at every width.")]


class AlignmentOut(TypedDict):
    """The bounds on sums of n terms; 1 and 1 are the theorem's."""

    updates: Exponent
    readout: Exponent


class AssumptionsOut(TypedDict):
    """What the verdict assumes beside the parametrization."""

    alignment: AlignmentOut
    loss: Literal["mse", "cross_entropy"]
    theorem: Annotated[
        VerdictName | None,
        Field(description="The theorem's own verdict, where another alignment is assumed."),
    ]


class ConditionOut(TypedDict):
    """One line of the certificate: value relation bound, with slack = value - bound."""

    id: Annotated[str, Field(examples=["init.1"])]
    statement: Annotated[str, Field(examples=["a_1 + b_1 = 0"])]
    layers: Annotated[str | None, Field(description="Where it has this value; null: the readout.")]
    value: Exponent
    relation: Literal["=", ">="]
    bound: Exponent
    slack: Exponent
    holds: bool
    source: Annotated[str, Field(examples=["TP4 Theorem 3.3(1)"])]
    meaning: str


class UntrainedOut(TypedDict):
    """Weights that stay as they were initialized although features are learned."""

    role: Literal["body", "readout"]
    layers: Annotated[
        str | None,
        Field(description='Such as "2..3", "bias.1" or names of tensors; null for the readout.'),
    ]
    exponent: Annotated[Exponent, Field(description="Their update contributes n^(-exponent).")]


class InstabilityOut(TypedDict):
    """How an unstable network fails; null for what does not."""

    initialization: Annotated[
        Literal["explodes", "vanishes"] | None, Field(description="Signals before training.")
    ]
    features: Annotated[
        Exponent | None, Field(description="Features blow up in training like n^features.")
    ]
    logits: Annotated[
        Exponent | None, Field(description="Logits blow up in training like n^logits.")
    ]
    controlled: Annotated[
        bool,
        Field(
            description="The logits alone blow up: with a loss of bounded slope, such as "
            "cross-entropy, features stay under control."
        ),
    ]


class Classification(TypedDict):
    """The verdict on one depth (or, with depth null, on every L >= 2)."""

    verdict: Annotated[VerdictName, Field(description="How such networks behave as width grows.")]
    summary: Annotated[str, Field(description="The verdict in one sentence.")]
    reasons: Annotated[list[str], Field(description="Most important first.")]
    warnings: Annotated[
        list[str], Field(description="What the theorem does not cover in this question.")
    ]
    r: Annotated[
        str,
        Field(
            description="Features move by n^(-r) in training: 0 where they are learned, positive "
            "where they stand still, negative where they blow up.",
            examples=["1/2"],
        ),
    ]
    stable: Annotated[bool, Field(description="Neither features nor logits blow up or vanish.")]
    nontrivial: Annotated[bool | None, Field(description="null if unstable.")]
    feature_learning: Annotated[bool | None, Field(description="null if unstable or trivial.")]
    kernel_regime: Annotated[
        bool | None,
        Field(
            description="The operator regime unless all layers are trained by the gradient itself; "
            "null if unstable or trivial."
        ),
    ]
    maximal: Annotated[bool, Field(description="µP, up to gauge.")]
    faithful: Annotated[bool | None, Field(description="Adaptive with d given; otherwise null.")]
    instability: Annotated[InstabilityOut | None, Field(description="null if stable.")]
    untrained: Annotated[
        list[UntrainedOut],
        Field(description="What does not train although features are learned."),
    ]
    decay: Annotated[list[DecayOut], Field(description="Empty without weight decay.")]
    assumptions: AssumptionsOut
    consequences: Annotated[list[str], Field(description="What the theorems say follows.")]
    equivalent_to: Annotated[list[str], Field(description="Gallery entries equal up to gauge.")]
    depth: int | None
    optimizer: OptimizerName
    laws: Annotated[
        dict[str, str] | list[str],
        Field(
            description="The law of updates of each role, or of each weight matrix: gradient, "
            "entrywise, spectral or relative."
        ),
    ]
    status: Annotated[
        Literal["theorem", "derived"],
        Field(description="Whether a theorem covers it, or some conditions are derived from one."),
    ]
    sources: Annotated[list[str], Field(description="Where the conditions on updates are from.")]
    parametrization: ParametrizationOut
    canonical: Annotated[
        ParametrizationOut,
        Field(description="The equivalent one with c = 0 (gradient law) or a = 0 (other laws)."),
    ]
    layers: Annotated[list[LayerOut], Field(description="Empty where tensors are given.")]
    tensors: Annotated[list[TensorVerdictOut], Field(description="Empty unless tensors are given.")]
    readout: ReadoutOut
    conditions: Annotated[list[ConditionOut], Field(description="Violated ones first.")]


AnyDepthVerdicts = TypedDict(
    "AnyDepthVerdicts", {"1": Classification, ">=2": Classification | None}
)


class AnyDepthClassification(TypedDict):
    """The verdicts on L = 1 and on every L >= 2 (null where it is defined for L = 1 only)."""

    summary: Annotated[str, Field(description="The verdicts in one sentence, or in two.")]
    depth: None
    any_depth: Annotated[bool, Field(description="Whether the verdict is the same for all L.")]
    verdicts: AnyDepthVerdicts


class BatchOut(TypedDict):
    """Columns with one entry per row."""

    depth: int
    count: int
    verdict: list[VerdictName]
    r: list[Exponent]
    stable: list[bool]
    nontrivial: list[bool | None]
    theorem: NotRequired[
        Annotated[
            list[VerdictName],
            Field(description="The theorem's own verdicts; only where another alignment is given."),
        ]
    ]
