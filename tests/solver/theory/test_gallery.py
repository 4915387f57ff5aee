"""The paper's table, row by row, at several depths."""

from fractions import Fraction

import pytest

from solver import GALLERY, classify, classify_any_depth, gallery_entry
from solver.errors import ParametrizationError, UnknownParametrizationError

HALF, ONE = Fraction(1, 2), Fraction(1)

# name, parameter, depth -> verdict, r, maximal.  From THEORY of the papers: TP4 Table 1,
# Section 5; TP4b Section 2.  None: not defined at that depth.
TABLE = [
    (
        "ntk",
        None,
        {1: ("kernel", HALF), 2: ("kernel", HALF), 3: ("kernel", HALF), 10: ("kernel", HALF)},
    ),
    (
        "standard",
        None,
        {1: ("unstable", 0), 2: ("unstable", -1), 3: ("unstable", -1), 10: ("unstable", -1)},
    ),
    (
        "standard_1_over_n",
        None,
        {
            1: ("kernel", Fraction(3, 2)),
            2: ("kernel", HALF),
            3: ("kernel", HALF),
            10: ("kernel", HALF),
        },
    ),
    ("mean_field", None, {1: ("feature_learning", 0), 2: None, 3: None, 10: None}),
    ("mup", None, dict.fromkeys((1, 2, 3, 10), ("feature_learning", 0))),
    ("uniform", Fraction(0), dict.fromkeys((1, 2, 3, 10), ("feature_learning", 0))),
    ("uniform", Fraction(1, 7), dict.fromkeys((1, 2, 3, 10), ("kernel", Fraction(1, 7)))),
    ("uniform", HALF, dict.fromkeys((1, 2, 3, 10), ("kernel", HALF))),
    (
        "standard_divided_logits",
        None,
        {1: ("kernel", ONE), **dict.fromkeys((2, 3, 10), ("feature_learning", 0))},
    ),
    ("mup_adam", None, dict.fromkeys((1, 2, 3, 10), ("feature_learning", 0))),
    ("ntk_adam", None, dict.fromkeys((1, 2, 3, 10), ("operator", HALF))),
    ("standard_adam", ONE, {1: ("operator", 1), **dict.fromkeys((2, 3, 10), ("unstable", 0))}),
    (
        "standard_adam",
        Fraction(3, 2),
        {1: ("trivial", Fraction(3, 2)), **dict.fromkeys((2, 3, 10), ("operator", HALF))},
    ),
]
MAXIMAL = {"mean_field", "mup", "mup_adam", "uniform(0)"}


@pytest.mark.parametrize(
    ("name", "parameter", "depth", "expected"),
    [(name, s, depth, row) for name, s, rows in TABLE for depth, row in rows.items()],
)
def test_every_row_of_the_table_at_every_depth(
    name: str, parameter: Fraction | None, depth: int, expected: tuple[str, Fraction] | None
) -> None:
    entry = gallery_entry(name)
    if expected is None:
        with pytest.raises(ValueError, match="one hidden layer only"):
            entry.roles(parameter).at_depth(depth)
        return
    verdict = classify(entry.roles(parameter).at_depth(depth))
    assert (verdict.kind, verdict.r) == expected
    assert verdict.stable is (expected[0] != "unstable")
    assert verdict.nontrivial is {"unstable": None, "trivial": False}.get(expected[0], True)
    assert verdict.maximal is (entry.label(parameter) in MAXIMAL)


@pytest.mark.parametrize(
    ("name", "parameter", "any_depth"),
    [
        ("ntk", None, True),
        ("standard", None, True),
        ("standard_1_over_n", None, True),
        ("mean_field", None, False),
        ("mup", None, True),
        ("uniform", Fraction(1, 3), True),
        ("standard_divided_logits", None, False),  # at L = 1 it is in the kernel regime
        ("mup_adam", None, True),
        ("standard_adam", ONE, False),
    ],
)
def test_any_depth(name: str, parameter: Fraction | None, any_depth: bool) -> None:
    roles = gallery_entry(name).roles(parameter)
    verdict = classify_any_depth(roles)
    assert verdict.any_depth is any_depth
    assert verdict.depth_one == classify(roles.at_depth(1))
    if verdict.deeper is not None:
        for depth in (2, 3, 10):
            single = classify(roles.at_depth(depth))
            assert (verdict.deeper.kind, verdict.deeper.r) == (single.kind, single.r)


def test_divided_logits_learn_features_but_not_in_the_first_layer() -> None:
    verdict = classify(gallery_entry("standard_divided_logits").roles().at_depth(4))
    assert [(layer.r, layer.learns_features) for layer in verdict.layers] == [(1, False), (0, True)]


def test_standard_1_over_n_lacks_the_first_layer_in_its_kernel() -> None:
    consequences = classify(gallery_entry("standard_1_over_n").roles().at_depth(3)).consequences
    assert "K is the sum of the contributions of layers 2..3 and the readout." in consequences


@pytest.mark.parametrize(
    ("name", "parameter", "depth", "equivalent"),
    [
        ("mup", None, 1, ("mean_field", "mup")),
        ("mup", None, 2, ("mup",)),
        ("mean_field", None, 1, ("mean_field", "mup")),
        ("uniform", Fraction(0), 3, ("mup",)),
        ("uniform", HALF, 3, ("ntk",)),
        ("uniform", Fraction(1, 4), 3, ("uniform(1/4)",)),
        ("standard_adam", ONE, 3, ("standard_adam(1)",)),
        ("standard", None, 5, ("standard",)),
    ],
)
def test_entries_know_their_equivalents(
    name: str, parameter: Fraction | None, depth: int, equivalent: tuple[str, ...]
) -> None:
    parametrization = gallery_entry(name).roles(parameter).at_depth(depth)
    shifted = parametrization.shifted([Fraction(k, 3) for k in range(depth + 1)])
    assert classify(parametrization).equivalent_to == equivalent
    assert classify(shifted).equivalent_to == equivalent


def test_families_are_written_in_canonical_form() -> None:
    """Recognising a member solves for the parameter in canonical form."""
    for entry in GALLERY.values():
        if entry.parameter is not None:
            roles = entry.roles(Fraction(1, 3))
            assert roles == roles.canonical()


def test_unknown_names_and_wrong_parameters_are_refused() -> None:
    with pytest.raises(UnknownParametrizationError, match="its names are ntk, standard"):
        gallery_entry("nkt")
    with pytest.raises(ParametrizationError, match="outside 0 <= s <= 1/2"):
        gallery_entry("uniform").roles(ONE)
    with pytest.raises(ParametrizationError, match="family in s"):
        gallery_entry("uniform").roles()
    with pytest.raises(ParametrizationError, match="has no parameter"):
        gallery_entry("ntk").roles(ONE)
