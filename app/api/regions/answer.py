"""What is answered about unknowns: the documented shapes."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.api.parametrization.answer import Exponent, OptimizerName, VerdictName
from app.api.parametrization.requirements import StatementOut
from solver import Target

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
    constraints: Annotated[list[ConstraintOut], Field(description="Each one is needed.")]
    witness: Point


class LandmarkOut(TypedDict):
    """A named parametrization in the family, up to gauge."""

    name: str
    where: Annotated[str, Field(examples=["s = 0"])]
    at: Annotated[Point | None, Field(description="null where it is more than one point.")]


class BindingOut(StatementOut):
    """A condition or a bound, and what it says in this family."""

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
        Field(
            description="approached: points come arbitrarily close to the value, but none has it."
        ),
    ]
    value: Annotated[
        Exponent | None, Field(description="null where it is unbounded or impossible.")
    ]
    attained: Annotated[bool, Field(description="Whether some point has the value.")]
    at: Annotated[
        Point | None,
        Field(description="A point with the value; on the border if it is only approached."),
    ]
    unique: Annotated[bool, Field(description="Whether there is no other such point.")]
    binding: Annotated[
        list[BindingOut], Field(description="Without any one of them, a better value is possible.")
    ]
    summary: str


class RegionsOut(TypedDict):
    """The cells at one depth (or, with depth null, at every L >= 2)."""

    summary: Annotated[
        list[str],
        Field(description="One line for each verdict; for one unknown, the intervals in order."),
    ]
    optimum: Annotated[
        OptimumOut | None, Field(description="null unless minimize or maximize was given.")
    ]
    warnings: Annotated[
        list[str], Field(description="What the theorem does not cover in this family.")
    ]
    depth: int | None
    optimizer: OptimizerName
    unknowns: Annotated[list[str], Field(description="The names that occur, in order.")]
    gallery: Annotated[
        list[LandmarkOut], Field(description="Named parametrizations in the family, up to gauge.")
    ]
    cells: Annotated[
        list[CellOut], Field(description="Every point within bounds lies in exactly one.")
    ]
    summary_latex: Annotated[list[str], Field(description="The same in LaTeX, for math mode.")]


AnyDepthRegions = TypedDict("AnyDepthRegions", {"1": RegionsOut, ">=2": RegionsOut | None})


class AnyDepthRegionsOut(TypedDict):
    """The cells at L = 1 and at every L >= 2, where depth is open."""

    summary: Annotated[
        list[str],
        Field(
            description="One line for each verdict; it begins with the depth where the two differ."
        ),
    ]
    depth: None
    any_depth: Annotated[
        bool,
        Field(description="Whether every point has the same verdict at all L; r may differ."),
    ]
    verdicts: AnyDepthRegions
