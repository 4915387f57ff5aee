"""Word embeddings: words of one class come together under µP, and stay where they are under NTK."""

from collections.abc import Sequence

from app.demonstrations.corpora import two_classes
from app.demonstrations.embeddings import (
    neighbours_of_the_same_class,
    principal_axes,
    separation,
    skip_gram,
)
from app.demonstrations.networks import every
from app.demonstrations.report import Demonstration, Picture, Row
from solver import Deadline


def words(
    widths: Sequence[int],
    seed: int,
    deadline: Deadline,
    steps: int = 200,
    learning_rate: float = 4.0,
    words_in_class: int = 20,
) -> Demonstration:
    """Skip-gram on two classes of words.  Raises ``TimeLimitError`` past the deadline."""
    corpus = two_classes(words_in_class, seed)
    rows, pictures = [], []
    for scaling, width in every(widths):
        network = skip_gram(corpus, scaling, width, learning_rate, steps, seed, deadline)
        measures = {
            "separation": separation(network, corpus.classes),
            "same_class": neighbours_of_the_same_class(network, corpus.classes),
        }
        rows.append(Row(scaling, width, measures))
        if width is None or width == max(widths):
            points = principal_axes(network)
            pictures.append(Picture(scaling, width, points, corpus.classes))
    others = 2 * words_in_class - 1
    limit, ntk = rows[len(widths)], rows[-1]
    return Demonstration(
        title="Word embeddings",
        summary=f"Under µP the separation of the classes converges to "
        f"{limit.measures['separation']:.3f}, and in the limit the nearest neighbour of "
        f"{limit.measures['same_class']:.0%} of the words is of their class. Under NTK the "
        f"separation is {ntk.measures['separation']:.3f} at width {ntk.width}, and "
        f"{ntk.measures['same_class']:.0%} of the neighbours are: embeddings stay where they are.",
        rows=tuple(rows),
        chance={"same_class": (words_in_class - 1) / others, "separation": 0.0},
        pictures=tuple(pictures),
    )
