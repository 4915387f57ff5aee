"""The demonstrations by name, run."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from app.api.demonstrations.request import DemonstrationIn, FewShotIn, WordsIn
from app.demonstrations import Demonstration, analogies, few_shot, transfer, words
from app.problems import ProblemError
from solver import Deadline, ParametrizationError, TimeLimitError


class Known(NamedTuple):
    """A demonstration: its function, what it takes, its usual widths, and words on it."""

    run: Callable[..., Demonstration]
    model: type[DemonstrationIn]
    widths: tuple[int, ...]
    summary: str
    about: str


DEMONSTRATIONS: Final[dict[str, Known]] = {
    "words": Known(
        words,
        WordsIn,
        (64, 512, 4096),
        "Word embeddings",
        "Skip-gram on two classes of words, or on a book. `separation` is the mean cosine within "
        "classes less that between them; `same_class` the share of words whose nearest neighbour "
        "is of their class.",
    ),
    "analogies": Known(
        analogies,
        DemonstrationIn,
        (64, 1024),
        "Analogies",
        "Skip-gram on words with two crossed attributes. `accuracy` is the share of questions "
        "a : b :: c : ? that are answered rightly.",
    ),
    "few-shot": Known(
        few_shot,
        FewShotIn,
        (16, 256),
        "Few-shot learning (MAML)",
        "Tasks that share a plane of twenty dimensions. `test_error` is what is left of the "
        "variance of a new task after three steps on eight examples.",
    ),
    "transfer": Known(
        transfer,
        DemonstrationIn,
        (64, 256, 1024, 4096),
        "Pretraining and transfer",
        "Pretrain, discard the readout, train a new one. `kernel_index` is how far the kernel of "
        "the embedding has moved, relative to its size; `test_error` what a new readout leaves of "
        "the variance, and `untrained_error` the same without pretraining.",
    ),
}


def shown(known: Known, body: DemonstrationIn, deadline: Deadline) -> Demonstration:
    """What the demonstration shows.

    Raises ``ParametrizationError`` for what does not validate or diverges, and ``ProblemError``
    past the deadline.
    """
    options: dict[str, Any] = {"widths": known.widths, "seed": 0, **body.options()}
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            found = known.run(deadline=deadline, **options)
    except TimeLimitError:
        raise ProblemError(
            "over-time",
            f"the demonstration did not end in {deadline.seconds:g} seconds "
            "(ABC_SOLVE_MAX_SECONDS); ask for fewer widths, or fewer steps",
        ) from None
    except np.linalg.LinAlgError:
        raise _diverged() from None
    if not all(np.isfinite(value) for row in found.rows for value in row.measures.values()):
        raise _diverged()
    return found


def _diverged() -> ParametrizationError:
    return ParametrizationError.at(
        ("learning_rate",), "the training diverges; lower learning_rate or steps"
    )
