"""The outer shape of a body: a JSON object with known fields."""

from typing import Final

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

# More than any body has, so that slips still get an error each.
_MOST_FIELDS: Final = 50


class JsonObject(BaseModel):
    """A JSON object with known fields only."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _plain_object(cls, value: object) -> object:
        if not isinstance(value, dict):
            raise PydanticCustomError("dict_type", "must be a JSON object")
        if len(value) > _MOST_FIELDS:  # one error for all of them, not one for each
            raise PydanticCustomError(
                "too_many_fields",
                "an object of {count} fields; at most {most} are known here",
                {"count": len(value), "most": len(cls.model_fields)},
            )
        return value
