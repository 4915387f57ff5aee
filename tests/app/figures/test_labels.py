"""Where labels stand: free places, the cheapest of them, and lines to what is far away."""

from collections.abc import Sequence
from itertools import combinations

import pytest

from app.figures.labels.layout import Layout, Obstacle, extent
from app.figures.labels.places import around, beside, upon, within
from app.figures.labels.polygons import centre, doubled_area, inside
from app.figures.labels.rectangles import Rect, Spot, square
from app.figures.labels.text import Words, wrapped

PANEL = Rect(0, 0, 300, 200)
NAME = (Words("a name"),)


def test_the_first_place_around_a_mark_is_to_its_right() -> None:
    found = Layout(PANEL, [square((100, 100), 3)]).place(NAME, around((100, 100), NAME, 9))
    assert found is not None
    assert found.middle == (109 + NAME[0].width / 2, 100)
    assert found.lead is None


def test_labels_of_marks_at_one_place_do_not_overlap_and_the_far_ones_have_a_line() -> None:
    layout = Layout(PANEL, [square((150, 100), 3)])
    found = [layout.place(NAME, around((150, 100), NAME, 9)) for _ in range(30)]
    placed = [each for each in found if each is not None]
    assert len(placed) > 4  # lines to labels do not cross others
    assert any(each.lead is None for each in placed)
    assert any(each.lead == (150, 100) for each in placed)
    rects = [extent(NAME, each.middle) for each in placed]
    assert not any(one.overlaps(other) for one, other in combinations(rects, 2))
    assert all(each.within(PANEL) for each in rects)


def test_where_nothing_is_free_there_is_no_place() -> None:
    layout = Layout(PANEL, labels=[PANEL])
    assert layout.place(NAME, around((100, 100), NAME, 9)) is None


def test_a_line_is_crossed_only_if_going_elsewhere_costs_more() -> None:
    for cost, crosses in ((0.1, True), (50.0, False)):
        layout = Layout(PANEL, lines=[Obstacle((115, 0), (115, 200), cost)])
        found = layout.place(NAME, around((100, 100), NAME, 9))
        assert found is not None
        assert extent(NAME, found.middle).crossed_by((115, 0), (115, 200)) is crosses


def test_names_upon_a_line_are_in_its_middle_and_beside_it_on_both_sides() -> None:
    line = ((20.0, 50.0), (220.0, 50.0))
    assert min(upon([line]), key=lambda each: each.cost).middle == (120, 50)
    sides = {each.middle[1] > 50 for each in beside([line], NAME)}
    assert sides == {True, False}
    assert not any(extent(NAME, each.middle).crossed_by(*line) for each in beside([line], NAME))


def test_words_in_a_shape_keep_from_its_edges() -> None:
    triangle = [(0.0, 0.0), (200.0, 0.0), (0.0, 150.0)]
    places = list(within(triangle, NAME))
    assert places[0].middle == pytest.approx(centre(triangle))
    assert all(inside(triangle, extent(NAME, each.middle).corners) for each in places)
    assert not list(within([(0.0, 0.0), (9.0, 0.0), (0.0, 9.0)], NAME))


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize(
    ("shape", "area", "middle"),
    [
        ([(0, 0), (4, 0), (4, 2), (0, 2)], 8, (2, 1)),
        ([(1, 1), (4, 1), (1, 7)], 9, (2, 3)),
        ([(0, 0), (2, -1), (4, 0), (4, 3), (0, 3)], 14, (2, 26 / 21)),
    ],
)
def test_the_area_and_the_middle_of_polygons(
    shape: Sequence[Spot], area: float, middle: Spot, turn: int
) -> None:
    shape = shape[::turn]
    assert doubled_area(shape) == turn * 2 * area
    assert centre(shape) == pytest.approx(middle)
    assert inside(shape, [centre(shape)])
    assert not inside(shape, [(9, 9)])


@pytest.mark.parametrize(
    ("start", "end", "crossed"),
    [
        ((-1, 5), (11, 5), True),
        ((5, 5), (6, 6), True),
        ((-1, 12), (12, -1), True),
        ((-1, 9.5), (3, 13.5), False),
        ((0, -5), (0, 15), False),  # along an edge
        ((11, 0), (11, 10), False),
    ],
)
def test_segments_that_pass_through_a_rectangle(start: Spot, end: Spot, crossed: bool) -> None:
    assert Rect(0, 0, 10, 10).crossed_by(start, end) is crossed


def test_text_in_lines() -> None:
    words = Words("one two three four five six")
    assert wrapped(words, 1000, 3) == [words.text]
    lines = wrapped(words, 60, 9)
    assert " ".join(lines) == words.text
    assert all(Words(each).width <= 60 for each in lines)
    assert wrapped(words, 60, 1) == [f"{lines[0]} …"]
