"""What a repair answers: the documented shapes."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.api.classify.answer import Classification
from app.api.parametrization.answer import Exponent, OptimizerName, ParametrizationOut
from app.api.parametrization.requirements import StatementOut
from solver import Wanted

# "from" is a word of the language.
ChangeOut = TypedDict(
    "ChangeOut",
    {
        "exponent": Annotated[str, Field(examples=["a_4"])],
        "symbol": Literal["a", "b", "c", "d", "w"],
        "layers": Annotated[str, Field(description='"2", "2..9", "L+1"; "all" for one c.')],
        "from": Exponent,
        "to": Exponent,
        "words": Annotated[str, Field(examples=["set a_4 from 0 to 1/2: divide the logits by √n"])],
    },
)


class AlternativeOut(TypedDict):
    """Another repair, equally near."""

    changes: list[ChangeOut]
    parametrization: ParametrizationOut


class RepairOut(TypedDict):
    """The nearest parametrization that meets the target, or why there is none."""

    possible: Annotated[
        bool, Field(description="false where the locks (or the margin) exclude the target.")
    ]
    summary: Annotated[str, Field(description="The answer in a sentence or two.")]
    depth: int | None
    optimizer: OptimizerName
    target: Wanted
    distance: Annotated[
        Exponent | None,
        Field(description="Weighted L1; what is tied counts once.", examples=["1/2"]),
    ]
    infimum: Annotated[
        Exponent | None,
        Field(description="The greatest lower bound; distance, if attained.", examples=["1/2"]),
    ]
    attained: Annotated[bool, Field(description="Whether a parametrization has the infimum.")]
    margin: Annotated[
        Exponent | None,
        Field(description="The least r of the answer, if the infimum is not attained."),
    ]
    unique: Annotated[
        bool | None,
        Field(description="Whether no other is equally near; null if not decided in time."),
    ]
    changes: Annotated[list[ChangeOut], Field(description="Empty if nothing needs to change.")]
    parametrization: Annotated[
        ParametrizationOut | None, Field(description="The repaired one; null if impossible.")
    ]
    classification: Annotated[
        Classification | None, Field(description="What classify says of the repaired one.")
    ]
    alternatives: Annotated[
        list[AlternativeOut],
        Field(
            description="Up to five others, equally near: first those with fewest changes; "
            "mixtures of others are left out."
        ),
    ]
    conflict: Annotated[
        list[StatementOut],
        Field(description="These cannot hold together; without any one of them, the others can."),
    ]


AnyDepthRepairs = TypedDict("AnyDepthRepairs", {"1": RepairOut, ">=2": RepairOut | None})


class AnyDepthRepairOut(TypedDict):
    """Repairs at L = 1 and at every L >= 2, where depth is open."""

    summary: Annotated[str, Field(description="The answers, each in a sentence or two.")]
    depth: None
    any_depth: Annotated[
        bool,
        Field(
            description="Whether the repair for L >= 2 does at L = 1 too, where another one may be "
            "nearer."
        ),
    ]
    verdicts: AnyDepthRepairs
