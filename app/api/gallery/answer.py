"""What the gallery answers, and its entries written out in that shape."""

from typing import Annotated, Literal, cast

from pydantic import Field
from typing_extensions import TypedDict

from app.api.classify.answer import AnyDepthClassification, Classification
from app.api.parametrization.answer import (
    AttendingOut,
    BiasOut,
    Exponent,
    OptimizerName,
    TensorOut,
)
from app.api.parametrization.writing import parametrization
from solver import GalleryEntry, GalleryNetwork
from solver.theory import SPELLINGS, plain_exponent, plain_names


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


_BY_TENSORS = "null for a network by tensors."


class GalleryEntryOut(TypedDict):
    """A named parametrization, by role or by tensors."""

    name: str
    title: str
    optimizer: OptimizerName
    a: Annotated[GalleryRolesOut | None, Field(description=_BY_TENSORS)]
    b: Annotated[GalleryRolesOut | None, Field(description=_BY_TENSORS)]
    c: Annotated[GalleryRolesOut | None, Field(description=_BY_TENSORS)]
    bias: Annotated[BiasOut | None, Field(description="Its biases; null where it has none.")]
    tensors: Annotated[
        list[TensorOut] | None, Field(description="The network; null where it is given by role.")
    ]
    attention: Annotated[
        list[AttendingOut] | None, Field(description="Where attention is; null for none.")
    ]
    parameter: ParameterOut | None
    depths: Annotated[Literal["any", "1"] | None, Field(description=_BY_TENSORS)]
    alignment: Annotated[
        Literal["theorem", "full", "none"],
        Field(description="What its exponents were derived from; verdicts are the theorem's."),
    ]
    same_as: Annotated[
        str | None,
        Field(description="The entry of which it is another gauge, at every depth; null for none."),
    ]
    source: str
    description: str
    used_by: Annotated[str, Field(description="Who uses it.")]


class GalleryOut(TypedDict):
    """Every named parametrization."""

    parametrizations: list[GalleryEntryOut]


class ClassifiedEntryOut(GalleryEntryOut):
    """A named parametrization with its verdict (null for a family without its parameter)."""

    classification: Classification | AnyDepthClassification | None


def gallery_entry_out(entry: GalleryEntry | GalleryNetwork) -> GalleryEntryOut:
    """An entry of the gallery as it is listed."""
    return _network(entry) if isinstance(entry, GalleryNetwork) else _perceptron(entry)


def _network(entry: GalleryNetwork) -> GalleryEntryOut:
    written = parametrization(entry.network)
    return {
        "name": entry.name,
        "title": entry.title,
        "optimizer": cast(OptimizerName, plain_names(entry.network.optimizers, True)),
        "a": None,
        "b": None,
        "c": None,
        "bias": None,
        "tensors": written["tensors"],
        "attention": written.get("attention"),
        "parameter": None,
        "depths": None,
        "alignment": "theorem",
        "same_as": None,
        "source": entry.source,
        "description": entry.description,
        "used_by": entry.used_by,
    }


def _perceptron(entry: GalleryEntry) -> GalleryEntryOut:
    def roles(symbol: str) -> GalleryRolesOut:
        first, hidden, last = getattr(entry, symbol)
        return {
            "input": first.text(),
            "hidden": None if hidden is None else hidden.text(),
            "readout": last.text(),
        }

    biases = None if entry.bias is None else parametrization(entry.roles()).get("bias")
    return {
        "name": entry.name,
        "title": entry.title,
        "optimizer": cast(OptimizerName, plain_names(entry.optimizers, False)),
        "a": roles("a"),
        "b": roles("b"),
        "c": roles("c"),
        "bias": biases,
        "tensors": None,
        "attention": None,
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
        "alignment": entry.alignment,
        "same_as": SPELLINGS.get(entry.name),
        "source": entry.source,
        "description": entry.description,
        "used_by": entry.used_by,
    }
