"""What the gallery answers, and its entries written out in that shape."""

from typing import Literal

from typing_extensions import TypedDict

from app.api.classify.answer import AnyDepthClassification, Classification
from app.api.parametrization.answer import Exponent, OptimizerName
from solver import GalleryEntry
from solver.theory import plain_exponent


class ParameterOut(TypedDict):
    """The free parameter of a family."""

    name: Literal["s", "c"]
    meaning: str
    example: str
    minimum: Exponent | None
    maximum: Exponent | None


class GalleryRolesOut(TypedDict):
    """One exponent by role; for a family, an affine expression in its parameter."""

    input: str
    hidden: str | None
    readout: str


class GalleryEntryOut(TypedDict):
    """A named parametrization."""

    name: str
    title: str
    optimizer: OptimizerName
    a: GalleryRolesOut
    b: GalleryRolesOut
    c: GalleryRolesOut
    parameter: ParameterOut | None
    depths: Literal["any", "1"]
    source: str
    description: str


class GalleryOut(TypedDict):
    """Every named parametrization."""

    parametrizations: list[GalleryEntryOut]


class ClassifiedEntryOut(GalleryEntryOut):
    """A named parametrization with its verdict (null for a family without its parameter)."""

    classification: Classification | AnyDepthClassification | None


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
            "minimum": plain_exponent(entry.parameter.minimum),
            "maximum": plain_exponent(entry.parameter.maximum),
        },
        "depths": "1" if entry.depth_one_only else "any",
        "source": entry.source,
        "description": entry.description,
    }
