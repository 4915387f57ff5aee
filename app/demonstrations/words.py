"""Word embeddings: words of one class come together under µP, and stay where they are under NTK."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from app.demonstrations.corpora import two_classes
from app.demonstrations.embeddings import (
    nearest,
    neighbours_of_the_same_class,
    principal_axes,
    separation,
    skip_gram,
)
from app.demonstrations.networks import every
from app.demonstrations.report import Demonstration, Picture, Row
from app.demonstrations.text import from_a_text
from solver import Deadline

CorpusName = Literal["generated", "text"]


def words(
    widths: Sequence[int],
    seed: int,
    deadline: Deadline,
    steps: int = 200,
    learning_rate: float = 4.0,
    corpus: CorpusName = "generated",
    words_in_class: int = 20,
) -> Demonstration:
    """Skip-gram on two classes of words, or on six kinds of words in a text.

    Raises ``TimeLimitError`` past the deadline.
    """
    known = two_classes(words_in_class, seed) if corpus == "generated" else from_a_text()
    rows, pictures = [], []
    for scaling, width in every(widths):
        network = skip_gram(known, scaling, width, learning_rate, steps, seed, deadline)
        measures = {
            "separation": separation(network, known.classes),
            "same_class": neighbours_of_the_same_class(network, known.classes),
        }
        rows.append(Row(scaling, width, measures))
        if width is None or width == max(widths):
            points = principal_axes(network)
            near = nearest(network)
            pictures.append(Picture(scaling, width, points, known.classes, known.words, near))
    limit, ntk = rows[len(widths)], rows[-1]
    return Demonstration(
        title="Word embeddings",
        summary=f"Under µP the separation of the classes converges to "
        f"{limit.measures['separation']:.3f}, and in the limit the nearest neighbour of "
        f"{limit.measures['same_class']:.0%} of the words is of their class. Under NTK the "
        f"separation is {ntk.measures['separation']:.3f} at width {ntk.width}, and "
        f"{ntk.measures['same_class']:.0%} of the neighbours are: embeddings stay where they are.",
        rows=tuple(rows),
        chance={"same_class": _chance(known.classes), "separation": 0.0},
        pictures=tuple(pictures),
    )


def _chance(classes: tuple[int, ...]) -> float:
    """How often another word, drawn at random, is of the same class."""
    same = np.equal.outer(classes, classes).sum(axis=1) - 1
    return float(same.mean() / (len(classes) - 1))
