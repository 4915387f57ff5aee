"""Conditions, bounds and locks that an answer names: the documented shape."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class StatementOut(TypedDict):
    """A condition, a bound or a lock."""

    id: Annotated[str, Field(examples=["logits.readout_update"])]
    statement: Annotated[str, Field(examples=["2a_4 + c_4 >= 1"])]
