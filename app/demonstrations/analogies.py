"""Analogies: a : b :: c : ? has an answer where embeddings are learned."""

from collections.abc import Sequence
from typing import Final

from app.demonstrations.corpora import crossed_attributes, questions
from app.demonstrations.embeddings import answered_rightly, principal_axes, skip_gram
from app.demonstrations.networks import every
from app.demonstrations.report import Demonstration, Picture, Row
from solver import Deadline

_QUESTIONS: Final = 800


def analogies(
    widths: Sequence[int],
    seed: int,
    deadline: Deadline,
    steps: int = 100,
    learning_rate: float = 4.0,
    stems: int = 10,
) -> Demonstration:
    """Skip-gram on stems in four forms.  Raises ``TimeLimitError`` past the deadline."""
    corpus, asked = crossed_attributes(stems, seed), questions(stems, _QUESTIONS, seed)
    rows, pictures = [], []
    for scaling, width in every(widths):
        network = skip_gram(corpus, scaling, width, learning_rate, steps, seed, deadline)
        rows.append(Row(scaling, width, {"accuracy": answered_rightly(network, asked)}))
        if width is None or width == max(widths):
            points = principal_axes(network)
            pictures.append(Picture(scaling, width, points, corpus.classes))
    limit, ntk = rows[len(widths)], rows[-1]
    return Demonstration(
        title="Analogies",
        summary=f"In the limit of µP {limit.measures['accuracy']:.0%} of {len(asked)} questions "
        f"a : b :: c : ? are answered rightly; under NTK {ntk.measures['accuracy']:.0%} at width "
        f"{ntk.width}.",
        rows=tuple(rows),
        chance={"accuracy": 1 / (4 * stems - 3)},
        pictures=tuple(pictures),
    )
