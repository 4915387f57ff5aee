"""What a demonstration answers: the documented shapes."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.demonstrations import Demonstration, Scaling


class RowOut(TypedDict):
    """What one network showed."""

    parametrization: Scaling
    width: Annotated[int | None, Field(description="null for the infinite-width limit.")]
    measures: Annotated[
        dict[str, float], Field(description="Each measure by its name; the guide explains them.")
    ]


class PictureOut(TypedDict):
    """Embeddings along their two principal axes."""

    parametrization: Scaling
    width: int | None
    points: list[list[float]]
    classes: Annotated[list[int], Field(description="The class of each word.")]
    words: Annotated[list[str], Field(description="The words; empty where they are generated.")]
    nearest: Annotated[
        list[int],
        Field(description="The place of each word's nearest neighbour, from 0; empty if not told."),
    ]


class DemonstrationOut(TypedDict):
    """What networks of several widths, and the limit of µP, show."""

    title: str
    summary: str
    rows: Annotated[list[RowOut], Field(description="µP by width, its limit, then NTK by width.")]
    chance: Annotated[
        dict[str, float], Field(description="What a guess gives, by measure, where it matters.")
    ]
    pictures: Annotated[list[PictureOut], Field(description="Of embeddings; empty elsewhere.")]


def demonstration_out(found: Demonstration) -> DemonstrationOut:
    """As it is documented."""
    return {
        "title": found.title,
        "summary": found.summary,
        "rows": [
            {
                "parametrization": row.scaling,
                "width": row.width,
                "measures": dict(row.measures),
            }
            for row in found.rows
        ],
        "chance": dict(found.chance),
        "pictures": [
            {
                "parametrization": each.scaling,
                "width": each.width,
                "points": each.points.tolist(),
                "classes": list(each.classes),
                "words": list(each.words),
                "nearest": list(each.nearest),
            }
            for each in found.pictures
        ],
    }
