"""What a resource hands over: its routes, and what the documentation says beyond them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import APIRouter

#: Example answers by method, path and status: ``{"example": …}``, or ``{"examples": …}`` by name.
#: The framework would drop what is null from them.
Answers = Mapping[tuple[str, str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Resource:
    """One folder of the API.

    ``answers`` are worked out when the documentation is first asked for.  ``about`` describes the
    tag of the routes; where several resources share a tag, one of them does.
    """

    routers: tuple[APIRouter, ...]
    answers: Callable[[], Answers] = dict
    about: str | None = None


def example(value: object) -> dict[str, Any]:
    """An answer as it is sent."""
    return {"example": _as_sent(value)}


def named_examples(
    questions: Mapping[str, Mapping[str, Any]],
    shown: tuple[str, ...],
    answered: Callable[[Any], object],
) -> dict[str, Any]:
    """The answers to some of the documented questions, by the question's name."""
    return {
        "examples": {
            name: {
                "summary": questions[name]["summary"],
                "value": _as_sent(answered(questions[name]["value"])),
            }
            for name in shown
        }
    }


def _as_sent(value: object) -> Any:
    """In plain JSON values, of which an answer may hold some encoded already."""
    return msgspec.json.decode(msgspec.json.encode(value))
