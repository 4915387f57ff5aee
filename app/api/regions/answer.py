"""What the service answers about unknowns and repairs: the documented shapes."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.api.classify.answer import (
    Classification,
    Exponent,
    OptimizerName,
    ParametrizationOut,
    VerdictName,
)
from solver import Target, Wanted

Point = Annotated[dict[str, str], Field(description="A value for each unknown.")]


class ConstraintOut(TypedDict):
    """``expression relation value``, with coprime integer coefficients."""

    expression: Annotated[str, Field(examples=["s"])]
    relation: Literal[">", ">=", "="]
    value: Exponent


class CellOut(TypedDict):
    """A convex set of points with one verdict, on which r is affine."""

    verdict: VerdictName
    r: Annotated[
        str,
        Field(
            description="How far features move, by n^(-r), in terms of the unknowns. It tells the "
            "regime only where the verdict is neither unstable nor trivial.",
            examples=["s"],
        ),
    ]
    where: Annotated[str, Field(description="The constraints in short.", examples=["0 < s <= 1/2"])]
    dimension: Annotated[int, Field(description="0 for a point, 1 for a line, …")]
    constraints: Annotated[list[ConstraintOut], Field(description="None can be spared.")]
    witness: Point


class LandmarkOut(TypedDict):
    """A gallery entry that the family meets, up to gauge."""

    name: str
    where: Annotated[str, Field(examples=["s = 0"])]
    at: Annotated[Point | None, Field(description="null where it is more than one point.")]


class StatementOut(TypedDict):
    """A condition, a bound or a lock."""

    id: Annotated[str, Field(examples=["logits.readout_update"])]
    statement: Annotated[str, Field(examples=["2a_4 + c_4 >= 1"])]


class BindingOut(StatementOut):
    """A condition or a bound, and what it comes to in this family."""

    here: Annotated[
        str | None,
        Field(
            description="The same in terms of the unknowns; null for a choice in several of them.",
            examples=["c >= 1"],
        ),
    ]


class OptimumOut(TypedDict):
    """The least or greatest value of an unknown while the target holds."""

    sense: Literal["minimize", "maximize"]
    unknown: str
    subject_to: Target
    status: Annotated[
        Literal["attained", "approached", "unbounded", "impossible"],
        Field(description="approached: an open end, reached by no point of the target."),
    ]
    value: Annotated[
        Exponent | None, Field(description="null where it is unbounded or impossible.")
    ]
    attained: Annotated[bool, Field(description="Whether some point has the value.")]
    at: Annotated[Point | None, Field(description="Where; on the border if only approached.")]
    unique: Annotated[bool, Field(description="Whether there is no other such point.")]
    binding: Annotated[
        list[BindingOut], Field(description="Without any one of them, better is possible.")
    ]
    summary: str


class RegionsOut(TypedDict):
    """The cells at one depth (or, with depth null, at every L >= 2)."""

    depth: int | None
    optimizer: OptimizerName
    unknowns: Annotated[list[str], Field(description="The names that occur, in order.")]
    cells: Annotated[
        list[CellOut], Field(description="Every point within bounds lies in exactly one.")
    ]
    summary: Annotated[
        list[str],
        Field(description="By verdict alone; intervals in order, for one unknown."),
    ]
    summary_latex: Annotated[list[str], Field(description="The same in LaTeX, for math mode.")]
    gallery: Annotated[
        list[LandmarkOut], Field(description="Named parametrizations in the family, up to gauge.")
    ]
    optimum: Annotated[
        OptimumOut | None, Field(description="null unless minimize or maximize was given.")
    ]
    warnings: Annotated[
        list[str], Field(description="Where the family leaves the ground of the theorem.")
    ]


AnyDepthRegions = TypedDict("AnyDepthRegions", {"1": RegionsOut, ">=2": RegionsOut | None})


class AnyDepthRegionsOut(TypedDict):
    """The cells at L = 1 and at every L >= 2, where depth is open."""

    depth: None
    any_depth: Annotated[
        bool,
        Field(description="Whether every point has the same verdict at all L; r may differ."),
    ]
    verdicts: AnyDepthRegions


# "from" is a word of the language.
ChangeOut = TypedDict(
    "ChangeOut",
    {
        "exponent": Annotated[str, Field(examples=["a_4"])],
        "symbol": Literal["a", "b", "c", "d"],
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

    depth: int | None
    optimizer: OptimizerName
    target: Wanted
    possible: Annotated[
        bool, Field(description="false where the locks (or the margin) exclude the target.")
    ]
    summary: Annotated[str, Field(description="The answer in a sentence or two.")]
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
        Exponent | None, Field(description="What r is kept at where the infimum is not attained.")
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
        Field(description="Cannot hold together; without any one of them, the others can."),
    ]


AnyDepthRepairs = TypedDict("AnyDepthRepairs", {"1": RepairOut, ">=2": RepairOut | None})


class AnyDepthRepairOut(TypedDict):
    """Repairs at L = 1 and at every L >= 2, where depth is open."""

    depth: None
    any_depth: Annotated[
        bool,
        Field(
            description="Whether the repair for L >= 2 does at L = 1 too, where another one may be "
            "nearer."
        ),
    ]
    verdicts: AnyDepthRepairs
