"""What callers post to have a demonstration run; a field that is null counts as left out."""

from typing import Annotated, Any, Final, get_args

from pydantic import StrictBool

from app.api.http.json_object import JsonObject
from app.api.parametrization.schemas import one_of
from app.demonstrations import CorpusName
from app.experiment.reading.plain_values import PlainReader, Real, Whole

WIDTHS: Final = Whole("a demonstration takes different widths, their number", 1, 6)
WIDTH: Final = Whole("a width counts neurons", 4, 2**24)
STEPS: Final = Whole("it counts training steps", 1, 1000)
LEARNING_RATE: Final = Real("it is η, the learning rate at n^0", 1e-3, 20)
CORPORA: Final[tuple[CorpusName, ...]] = get_args(CorpusName)
SEED: Final = Whole("it fixes all randomness", 0, 2**32 - 1, default=0)


#: Schemas that the document names once; clients' generators name types by them.
COMPONENTS: Final[dict[str, Any]] = {"DemonstrationWidth": WIDTH.schema()}


class DemonstrationIn(JsonObject):
    """Where to look, and how long to train; every field may be left out."""

    widths: Annotated[
        Any,
        one_of(
            "Widths of the finite networks. They cost nothing: a linear network of any width is "
            "trained as a small one.",
            {
                "type": "array",
                "minItems": WIDTHS.least,
                "maxItems": WIDTHS.most,
                "items": WIDTH.schema(),
                "uniqueItems": True,
            },
        ),
    ] = None
    steps: Annotated[Any, one_of("How many training steps.", STEPS.schema())] = None
    learning_rate: Annotated[Any, one_of("η.", LEARNING_RATE.schema())] = None
    seed: Annotated[Any, one_of("Fixes all randomness.", SEED.schema())] = None

    def options(self) -> dict[str, Any]:
        """The arguments of the demonstration that were given.

        Raises ``ParametrizationError`` with everything that is wrong.
        """
        reader = PlainReader()
        found: dict[str, Any] = {}
        if self.widths is not None:
            found["widths"] = _widths(self.widths, reader)
        for name, bound in (("steps", STEPS), ("seed", SEED)):
            if getattr(self, name) is not None:
                counted = Whole(bound.meaning, bound.least, bound.most, default=bound.least)
                found[name] = reader.whole(name, getattr(self, name), counted)
        if self.learning_rate is not None:
            rate = Real(LEARNING_RATE.meaning, LEARNING_RATE.least, LEARNING_RATE.most, default=1.0)
            found["learning_rate"] = reader.real("learning_rate", self.learning_rate, rate)
        reader.stop_if_flawed()
        return found


class WordsIn(DemonstrationIn):
    """The same, and the corpus."""

    corpus: Annotated[
        Any,
        one_of(
            "Two generated classes of words, or six kinds of words in a book.",
            {"type": "string", "enum": list(CORPORA), "default": CORPORA[0]},
        ),
    ] = None

    def options(self) -> dict[str, Any]:
        """As above."""
        reader = PlainReader()
        corpus = reader.choice("corpus", self.corpus, CORPORA)
        reader.stop_if_flawed()
        return {**super().options(), "corpus": corpus}


class FewShotIn(DemonstrationIn):
    """The same, and the order of MAML."""

    first_order: Annotated[
        StrictBool | None,
        one_of(
            "Do not differentiate through the inner loop; false unless given.", {"type": "boolean"}
        ),
    ] = None

    def options(self) -> dict[str, Any]:
        """As above."""
        return {**super().options(), "first_order": self.first_order is True}


def _widths(value: object, reader: PlainReader) -> list[int]:
    widths = reader.wholes(("widths",), value, WIDTHS, WIDTH) or []
    for index, width in enumerate(widths):
        if width in widths[:index]:
            reader.flaw(
                ("widths", index), f"widths[{index}] is {width}, as another is; give each once"
            )
    return sorted(widths)
