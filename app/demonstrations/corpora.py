"""Generated corpora: how often each context is seen beside each word."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Corpus:
    """``frequencies`` (words, contexts) are P(context | word); ``classes`` holds one per word.

    ``words`` are the words themselves, where they are real.
    """

    frequencies: Array
    classes: tuple[int, ...]
    words: tuple[str, ...] = ()


def two_classes(words: int, seed: int) -> Corpus:
    """Two classes of words, such as cities and countries.

    Of the contexts of a word 0.3 are among 20 of its class, and 0.7 among 60 that all words share;
    each word draws its own from Dirichlet distributions.
    """
    generator = np.random.default_rng([seed, 1])
    rows, classes = [], []
    for word in range(2 * words):
        kind = word // words
        own, shared = _drawn(generator, 20), _drawn(generator, 60)
        parts = [np.zeros(20), np.zeros(20), 0.7 * shared]
        parts[kind] = 0.3 * own
        rows.append(np.concatenate(parts))
        classes.append(kind)
    return Corpus(np.array(rows), tuple(classes))


def crossed_attributes(stems: int, seed: int) -> Corpus:
    """Every stem in four forms, such as king, queen, prince, princess of many countries.

    0.35 of the contexts tell the stem, 0.35 the form (two attributes, 0.175 each), and 0.3 are
    shared by all.  The class of a word is its form.
    """
    generator = np.random.default_rng([seed, 2])
    of_stem = [_drawn(generator, 60) for _ in range(stems)]
    of_value = [[_drawn(generator, 20) for _ in range(2)] for _ in range(2)]
    rows, classes = [], []
    for stem in range(stems):
        for form in range(4):
            first, second = divmod(form, 2)
            attributes = np.concatenate((of_value[0][first], of_value[1][second]))
            shared = _drawn(generator, 60)
            rows.append(np.concatenate((0.35 * of_stem[stem], 0.175 * attributes, 0.3 * shared)))
            classes.append(form)
    return Corpus(np.array(rows), tuple(classes))


def questions(stems: int, most: int, seed: int) -> list[tuple[int, int, int, int]]:
    """a : b :: c : d, words by number: two stems, each in the same two forms."""
    every = [
        (4 * one + first, 4 * one + second, 4 * other + first, 4 * other + second)
        for one, other in permutations(range(stems), 2)
        for first, second in permutations(range(4), 2)
    ]
    chosen = np.random.default_rng([seed, 3]).permutation(len(every))[:most]
    return [every[each] for each in chosen]


def _drawn(generator: np.random.Generator, contexts: int) -> Array:
    return generator.dirichlet(np.full(contexts, 0.3))
