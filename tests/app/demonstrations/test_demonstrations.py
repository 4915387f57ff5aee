"""What the demonstrations are there to show, at short trainings."""

import re
from collections import Counter

import numpy as np
import pytest

from app.demonstrations import analogies, few_shot, transfer, words
from app.demonstrations.corpora import crossed_attributes, questions, two_classes
from app.demonstrations.few_shot import _curvature, _gradient, _Weights
from app.demonstrations.text import from_a_text
from solver import Deadline, TimeLimitError
from tests import ROOT

BOOK = ROOT / "app" / "demonstrations" / "sherlock_holmes.txt"


def deadline() -> Deadline:
    return Deadline(120)


def test_words_of_a_class_come_together_under_mup_alone() -> None:
    found = words((64, 2**20), 0, deadline(), steps=150)
    mup, ntk = found.of("mup", "separation"), found.of("ntk", "separation")
    assert mup[None] > 0.05
    assert mup[2**20] == pytest.approx(mup[None], rel=0.01)
    assert abs(ntk[2**20]) < 0.01
    assert min(found.of("mup", "same_class").values()) > 0.9
    assert found.of("ntk", "same_class")[2**20] < 0.75
    assert [each.width for each in found.pictures] == [2**20, None, 2**20]


def test_analogies_are_answered_under_mup_alone() -> None:
    found = analogies((1024,), 0, deadline())
    assert found.of("mup", "accuracy")[None] > 0.85
    assert found.of("ntk", "accuracy")[1024] < 0.15


@pytest.mark.parametrize("first_order", [False, True])
def test_few_shot_learning_needs_features(first_order: bool) -> None:
    found = few_shot((256,), 0, deadline(), steps=100, first_order=first_order)
    mup, ntk = found.of("mup", "test_error"), found.of("ntk", "test_error")
    assert mup[256] == pytest.approx(mup[None], abs=0.1)
    assert mup[None] < 0.75 * ntk[256]


def test_pretraining_helps_where_the_kernel_of_the_embedding_moves() -> None:
    found = transfer((2**16,), 0, deadline())
    (limit,) = (row for row in found.rows if row.width is None)
    (ntk,) = (row for row in found.rows if row.scaling == "ntk")
    assert limit.measures["kernel_index"] > 0.2
    assert limit.measures["test_error"] < 0.7 * limit.measures["untrained_error"]
    assert ntk.measures["kernel_index"] < 1e-2
    assert ntk.measures["test_error"] == pytest.approx(ntk.measures["untrained_error"], rel=0.02)


def test_the_curvature_is_the_derivative_of_the_gradient() -> None:
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((2, 5, 3)), generator.standard_normal((2, 5))
    at, by = (
        _Weights(generator.standard_normal((2, 4, 3)), generator.standard_normal((2, 4)))
        for _ in "ab"
    )
    ahead, behind = (
        _gradient(_Weights(at.first + h * by.first, at.readout + h * by.readout), x, y)
        for h in (1e-5, -1e-5)
    )
    for found, one, other in zip(_curvature(at, x, y, by), ahead, behind, strict=True):
        assert found == pytest.approx((one - other) / 2e-5, abs=1e-7)


def test_corpora_are_distributions() -> None:
    for corpus in (two_classes(5, 0), crossed_attributes(3, 0)):
        assert corpus.frequencies.sum(axis=1) == pytest.approx(np.ones(len(corpus.classes)))
        assert corpus.frequencies.min() >= 0


def test_questions_are_about_two_stems_in_the_same_two_forms() -> None:
    asked = questions(3, 10, 0)
    assert len(set(asked)) == 10
    for a, b, c, d in asked:
        assert (a // 4, c // 4) == (b // 4, d // 4)
        assert (a % 4, b % 4) == (c % 4, d % 4)
        assert a // 4 != c // 4
        assert a != b


def test_a_demonstration_ends_with_its_time() -> None:
    with pytest.raises(TimeLimitError):
        transfer((64,), 0, Deadline(0.0))


def test_kinds_of_words_in_a_book_come_together_under_mup_alone() -> None:
    found = words((2**16,), 0, deadline(), corpus="text")
    assert found.of("mup", "same_class") == {2**16: 1, None: 1}
    assert found.of("ntk", "same_class")[2**16] < 0.4
    assert abs(found.of("ntk", "separation")[2**16]) < 0.01
    picture = next(each for each in found.pictures if each.width is None)
    neighbour = dict(
        zip(picture.words, (picture.words[each] for each in picture.nearest), strict=True)
    )
    assert (neighbour["he"], neighbour["she"]) == ("she", "he")


def test_counts_are_those_of_the_book() -> None:
    """Against searches in the text as it stands."""
    text = " ".join(re.findall("[a-z]+", BOOK.read_text("utf-8").lower()))
    corpus = from_a_text()
    said = corpus.words.index("said")
    after = re.findall(r"(?<= said )(?=([a-z]+))", f" {text} ")
    assert len(after) == sum(word == "said" for word in text.split())
    common = [word for word, _ in Counter(text.split()).most_common(100)]
    share = after.count("he") / len(after) / 2
    assert corpus.frequencies[said, 101 + common.index("he")] == pytest.approx(share)
    others = sum(word not in common for word in after) / len(after) / 2
    assert corpus.frequencies[said, -1] == pytest.approx(others)
