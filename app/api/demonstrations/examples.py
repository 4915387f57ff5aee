"""Worked examples of demonstrations: each can be sent untouched from /docs."""

from functools import cache, partial
from typing import Any, Final

import msgspec

from app.api.demonstrations.answer import demonstration_out
from app.api.demonstrations.solve import DEMONSTRATIONS, shown
from app.api.http.resource import Answers, named_examples
from solver import Deadline

_SHORT: Final[dict[str, dict[str, Any]]] = {
    "words": {"widths": [64], "steps": 20, "learning_rate": 15},
    "analogies": {"widths": [256], "steps": 20, "learning_rate": 15},
    "few-shot": {"widths": [64], "steps": 20, "first_order": True},
    "transfer": {"widths": [64, 1024], "steps": 30},
}


_MORE: Final[dict[str, dict[str, Any]]] = {
    "words": {
        "text": {
            "summary": "Six kinds of words in a book",
            "description": "Pronouns, modal verbs, prepositions, determiners, nouns and verbs of "
            "the past in The Adventures of Sherlock Holmes.",
            "value": {"corpus": "text"},
        }
    }
}


def examples_of(name: str) -> dict[str, Any]:
    """The questions about one demonstration."""
    return {
        "short": {
            "summary": "Other widths, a short training",
            "description": "The infinite-width limit of µP is always there.",
            "value": _SHORT[name],
        },
        "usual": {"summary": "As it is", "value": {}},
        **_MORE.get(name, {}),
    }


def questions_of(name: str) -> dict[str, Any]:
    """The same as addresses."""
    return {
        key: {**each, "value": msgspec.json.encode(each["value"]).decode()}
        for key, each in examples_of(name).items()
    }


@cache
def answers() -> Answers:
    """What the short questions are answered."""
    return {
        ("post", f"/v1/demonstrations/{name}", "200"): named_examples(
            examples_of(name), ("short",), partial(_answered, name)
        )
        for name in DEMONSTRATIONS
    }


def _answered(name: str, body: Any) -> object:
    known = DEMONSTRATIONS[name]
    return demonstration_out(shown(known, known.model(**body), Deadline(60)))
