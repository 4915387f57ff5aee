"""Skip-gram on the frequencies themselves, and what embeddings have to say."""

from typing import Final

import numpy as np

from app.demonstrations.corpora import Corpus
from app.demonstrations.linear_network import (
    Array,
    LinearNetwork,
    Scaling,
    linear_network,
    trained,
)
from solver import Deadline


def skip_gram(
    corpus: Corpus, scaling: Scaling, width: int | None, rate: float, steps: int, seed: int,
    deadline: Deadline,
) -> LinearNetwork:  # fmt: skip
    """Full-batch gradient descent on the mean over words of the cross-entropy of their contexts.

    Words enter one-hot; the embedding of a word is its column of the first layer.
    """
    count, contexts = corpus.frequencies.shape
    network = linear_network(scaling, width, count, contexts, seed)

    def signal(outputs: Array) -> Array:
        shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        predicted = shifted / shifted.sum(axis=1, keepdims=True)
        return np.asarray((predicted - corpus.frequencies) / count)

    return trained(network, np.eye(count), signal, rate, steps, deadline)


def cosines(network: LinearNetwork) -> Array:
    """Between embeddings, (words, words)."""
    unit = network.first / np.linalg.norm(network.first, axis=0)
    return np.asarray(unit.T @ unit)


def separation(network: LinearNetwork, classes: tuple[int, ...]) -> float:
    """The mean cosine between words of one class, less that between words of different ones."""
    same = np.equal.outer(classes, classes)
    others = ~np.eye(len(classes), dtype=bool)
    found = cosines(network)
    return float(found[same & others].mean() - found[~same].mean())


def neighbours_of_the_same_class(network: LinearNetwork, classes: tuple[int, ...]) -> float:
    """The share of words of which the nearest other word is of their class."""
    pairs = zip(classes, nearest(network), strict=True)
    return float(np.mean([classes[each] == own for own, each in pairs]))


def nearest(network: LinearNetwork) -> tuple[int, ...]:
    """For each word the nearest other one, by number."""
    found = cosines(network)
    np.fill_diagonal(found, -2)
    return tuple(found.argmax(axis=1).tolist())


def answered_rightly(network: LinearNetwork, asked: list[tuple[int, int, int, int]]) -> float:
    """The share of a : b :: c : ? whose nearest word to b - a + c, of all others, is d."""
    unit = network.first / np.linalg.norm(network.first, axis=0)
    a, b, c, d = np.array(asked).T
    aim = unit[:, b] - unit[:, a] + unit[:, c]
    near = (unit.T @ aim).T
    rows = np.arange(len(asked))
    for known in (a, b, c):
        near[rows, known] = -np.inf
    return float(np.mean(near.argmax(axis=1) == d))


def principal_axes(network: LinearNetwork) -> Array:
    """Embeddings along their two principal axes, (words, 2)."""
    centred = network.first - network.first.mean(axis=1, keepdims=True)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    return np.asarray((sizes[:_AXES, None] * axes[:_AXES]).T)


_AXES: Final = 2
