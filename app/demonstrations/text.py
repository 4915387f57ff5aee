"""Co-occurrences of words in a real text: The Adventures of Sherlock Holmes (1892).

Arthur Conan Doyle's book is in the public domain.
"""

import re
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import numpy as np

from app.demonstrations.corpora import Corpus

#: Frequent words of six kinds: pronouns, modal verbs, prepositions, determiners, nouns, and verbs
#: of the past.
WORDS: Final[tuple[tuple[str, ...], ...]] = (
    ("i", "you", "he", "she", "we", "they"),
    ("would", "could", "should", "may", "can", "must", "might", "will", "shall"),
    ("of", "in", "to", "with", "at", "from", "upon", "on", "by", "into", "for"),
    ("the", "a", "my", "his", "your", "our", "this", "their"),
    ("man", "room", "door", "face", "house", "hand", "night", "case", "matter", "morning", "time",
     "side"),
    ("said", "heard", "found", "came", "saw", "took", "asked", "left", "made"),
)  # fmt: skip

# Of the words before and after; all others count as one.
_CONTEXTS: Final = 100


@cache
def from_a_text() -> Corpus:
    """The words before and after each of ``WORDS``; the class of a word is its kind."""
    text = files("app.demonstrations").joinpath("sherlock_holmes.txt").read_text("utf-8")
    found = re.findall(r"[a-z]+", text.lower())
    words = [word for kind in WORDS for word in kind]
    place = {word: number for number, word in enumerate(words)}
    common = [word for word, _ in Counter(found).most_common(_CONTEXTS)]
    context = {word: number for number, word in enumerate(common)}
    before, after = (np.zeros((len(words), _CONTEXTS + 1)) for _ in range(2))
    for one, next_one in pairwise(found):
        if one in place:
            after[place[one], context.get(next_one, _CONTEXTS)] += 1
        if next_one in place:
            before[place[next_one], context.get(one, _CONTEXTS)] += 1
    counts = np.hstack((before, after))
    kinds = tuple(number for number, kind in enumerate(WORDS) for _ in kind)
    return Corpus(counts / counts.sum(axis=1, keepdims=True), kinds, tuple(words))
