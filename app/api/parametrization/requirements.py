"""Conditions, bounds and locks that an answer names."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from solver import Requirement


class StatementOut(TypedDict):
    """A condition, a bound or a lock."""

    id: Annotated[str, Field(examples=["logits.readout_update"])]
    statement: Annotated[str, Field(examples=["2a_4 + c_4 >= 1"])]


def statements(requirements: Sequence[Requirement]) -> list[StatementOut]:
    """As they are documented."""
    return [{"id": each.identifier, "statement": each.statement} for each in requirements]
