"""Locks and weights as people write them, which layers change together, and changes in words."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

from solver import (
    DEFAULT_LIMITS,
    Description,
    Exponents,
    Flaw,
    Options,
    OptionsReader,
    Parametrization,
    ParametrizationError,
    Role,
    RoleParametrization,
    gallery_entry,
    read,
)
from solver.repairs import repair
from solver.repairs.words import change_text
from tests.solver.repairs.test_least_change import Ask, checked, preset

F = Fraction
HALF = F(1, 2)
ROLES = (Role.INPUT, Role.HIDDEN, Role.READOUT)


def options(
    description: Description,
    locked: object = None,
    weights: object = None,
    tie_hidden: bool = True,
) -> Options:
    reader = OptionsReader(description, read(description), DEFAULT_LIMITS)
    return reader.read(locked, weights, tie_hidden)


def flaws(
    description: Description,
    locked: object = None,
    weights: object = None,
    tie_hidden: bool = True,
) -> tuple[Flaw, ...]:
    with pytest.raises(ParametrizationError) as caught:
        options(description, locked, weights, tie_hidden)
    return caught.value.flaws


def per_layer(depth: int, d: object = None) -> Description:
    """muP for Adam, or for SGD without d, with a learning rate for each layer."""
    roles = gallery_entry("mup" if d is None else "mup_adam").roles().at_depth(depth).layers
    columns = {symbol: [getattr(each, symbol) for each in roles] for symbol in "abc"}
    return Description(depth=depth, d=d, optimizer=None if d is None else "adam", **columns)  # type: ignore[arg-type]


MUP = Description(preset="mup", depth=3)
MUP_BY_ROLE = Description(preset="mup")


# ---------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    "written", ["x", "", "e", "A", "a.", "a.0", "a.01", "a.-1", "a.1.5", "a.output", "a.input.1",
                "a .1", " a", "a_1", "a.١", "ab", "a.1\n", None, 1, True, ["a"], {"a": 1}]
)  # fmt: skip
def test_what_names_no_exponents(written: object) -> None:
    (flaw,) = flaws(MUP, ["c", written])
    assert flaw.path == ("locked", 1)
    assert flaw.message.endswith(
        'names no exponents; write "a" for all layers, "a.input", "a.hidden", "a.readout", "a.1" '
        'for layer 1, "a.bias" for biases, or "a." and the name of a tensor'
    )
    if isinstance(written, str):
        assert flaw.message.startswith(f'"{written}" ')
        (same,) = flaws(MUP, None, {written: 1})
        assert same == Flaw(("weights", written), flaw.message)


@pytest.mark.parametrize(
    ("description", "selector", "message"),
    [
        (MUP, "a.5", "names no layer: depth 3 has layers 1 to 4"),
        (MUP, "b.1000000", "names no layer: depth 3 has layers 1 to 4"),
        (Description(preset="mup", depth=1), "a.3", "names no layer: depth 1 has layers 1 to 2"),
        (
            Description(preset="mup", depth=1),
            "a.hidden",
            "names hidden layers 2..L, but depth 1 has none",
        ),
        (
            MUP_BY_ROLE,
            "a.1",
            "names a layer by number, but no depth is given; name its role",
        ),
        (
            MUP,
            "c.1",
            ('names one layer, but one c was given for all; write "c", or set "tie_c" to false'),
        ),
        (
            MUP_BY_ROLE,
            "c.hidden",
            ('names one layer, but one c was given for all; write "c", or set "tie_c" to false'),
        ),
        (MUP, "d", "names exponents that were not given; leave it out"),
        (per_layer(2), "d.1", "names exponents that were not given; leave it out"),
        (
            Description(preset="mup_adam", depth=2),
            "d.readout",
            "names exponents that were not given; leave it out",
        ),
    ],
)
def test_what_names_none_of_these_exponents(
    description: Description, selector: str, message: str
) -> None:
    expected = f'"{selector}" {message}'
    assert flaws(description, [selector]) == (Flaw(("locked", 0), expected),)
    assert flaws(description, None, {selector: 2}) == (Flaw(("weights", selector), expected),)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (0, "the weight of c is 0; a weight is positive"),
        ("0/3", "the weight of c is 0; a weight is positive"),
        (-2, "the weight of c is -2; a weight is positive"),
        ("-1/2", "the weight of c is -1/2; a weight is positive"),
        ("much", '"much" is not'),
        (None, "null is not a number; write an integer, a decimal or a string"),
        (True, "true is not a number"),
        ([2], "a list is not a number"),
        (float("nan"), "NaN is not finite"),
        (float("inf"), "Infinity is not finite"),
        (10**7, "10000000 is above 1000000"),
        ("1/10000000", '"1/10000000" has a numerator or denominator above 1000000'),
        (10**30, "an integer of about 30 digits is above 1000000"),
    ],
)
def test_weights_that_are_none(weight: object, said: str) -> None:
    """One thing is wrong, and nothing is said of a number that nobody wrote."""
    (flaw,) = flaws(MUP, None, {"a": 1, "c": weight})
    assert flaw.path == ("weights", "c")
    assert said in flaw.message
    assert flaw.message.startswith("the weight of c ")
    assert len(flaw.message) < 200


@pytest.mark.parametrize("written", ["c", {"c": 1}, 3, True, 0, {}, ""])
def test_locks_are_a_list(written: object) -> None:
    (flaw,) = flaws(MUP, written)
    assert flaw.path == ("locked",)
    assert flaw.message.startswith("locked is ")
    assert flaw.message.endswith('; give a list such as ["c", "b.readout"]')


@pytest.mark.parametrize("written", ["c", ["c"], [], 3, False, ""])
def test_weights_are_an_object(written: object) -> None:
    (flaw,) = flaws(MUP, None, written)
    assert flaw.path == ("weights",)
    assert flaw.message.startswith("weights is ")
    assert flaw.message.endswith('; give an object such as {"c": 2, "a.input": "1/2"}')


def test_hidden_layers_are_told_apart_only_where_there_is_a_depth() -> None:
    assert flaws(MUP_BY_ROLE, tie_hidden=False) == (
        Flaw(
            ("tie_hidden",),
            "hidden layers can be changed one by one only where depth is given; give it",
        ),
    )
    assert options(MUP, tie_hidden=False).tie_hidden is False
    assert options(MUP_BY_ROLE).tie_hidden is True


def test_everything_wrong_is_told_at_once_but_not_without_end() -> None:
    found = flaws(MUP, ["x", "a", "a.9"], {"c": 0, "y": 1})
    assert [each.path for each in found] == [
        ("locked", 0), ("locked", 2), ("weights", "c"), ("weights", "y")
    ]  # fmt: skip
    endless = flaws(MUP, ["x" * 1000] * 100_000, {f"y{n}": 0 for n in range(100_000)})
    assert len(endless) <= 20
    assert max(len(each.message) for each in endless) < 250


def test_no_lock_is_dropped() -> None:
    """A list that is too long is refused; one that is not, counts to its end."""
    written = [*["b.1"] * 1200, "a"]
    try:
        found: Options | tuple[Flaw, ...] = options(MUP, written)
    except ParametrizationError as error:
        found = error.flaws
    if isinstance(found, Options):
        assert found.lock("a", ("1", Role.INPUT)) == "a"
    else:
        (flaw,) = found
        assert flaw.path == ("locked",)
        assert "1201" in flaw.message


def test_too_many_exponents_to_decide_on_are_refused() -> None:
    description = Description(preset="mup", depth=150)
    given = read(description)
    with pytest.raises(ParametrizationError, match="exponents to decide on, 200 at most; tie"):
        repair(given, "kernel", options(description, tie_hidden=False))
    assert repair(given, "feature_learning", options(description)).distance == 0


# ------------------------------------------------------------------------- what is selected


@pytest.mark.parametrize("symbol", "abcd")
@pytest.mark.parametrize(
    ("place", "layers"),
    [
        ("", {1, 2, 3, 4}), (".input", {1}), (".hidden", {2, 3}), (".readout", {4}),
        (".1", {1}), (".2", {2}), (".3", {3}), (".4", {4}),
    ],
)  # fmt: skip
def test_what_a_selector_covers(symbol: str, place: str, layers: set[int]) -> None:
    selector = f"{symbol}{place}"
    found = options(per_layer(3, d=0), [selector], {selector: "5/2"})
    for layer, role in enumerate((ROLES[0], ROLES[1], ROLES[1], ROLES[2]), start=1):
        for other in "abcd":
            covered = other == symbol and layer in layers
            assert found.lock(other, (str(layer), role)) == (selector if covered else None)
            assert found.weight(other, (str(layer), role)) == (F(5, 2) if covered else 1)


@pytest.mark.parametrize(("place", "role"), [("input", 0), ("hidden", 1), ("readout", 2)])
def test_what_a_role_covers_at_any_depth(place: str, role: int) -> None:
    found = options(MUP_BY_ROLE, [f"a.{place}"], {"b": 2, f"b.{place}": 3})
    for other in ROLES:
        assert found.lock("a", (other,)) == (f"a.{place}" if other is ROLES[role] else None)
        assert found.weight("b", (other,)) == (3 if other is ROLES[role] else 2)


@pytest.mark.parametrize(
    ("weights", "cost"),
    [
        ({"a": 5, "a.hidden": 3, "a.2": 2}, {1: 5, 2: 2, 3: 3, 4: 5}),
        ({"a.2": 2, "a.hidden": 3, "a": 5}, {1: 5, 2: 2, 3: 3, 4: 5}),
        ({"a": 1, "a.hidden": 3, "a.2": 9}, {1: 1, 2: 9, 3: 3, 4: 1}),
        ({"a.readout": 4, "a.4": 3, "a.1": 2, "b": 7}, {1: 2, 2: 1, 3: 1, 4: 3}),
        ({"a.4": 3, "a.readout": 4}, {1: 1, 2: 1, 3: 1, 4: 3}),
        ({"a.input": "1/2", "a.1": "0.25"}, {1: F(1, 4), 2: 1, 3: 1, 4: 1}),
    ],
)
def test_the_most_special_weight_wins(
    weights: Mapping[str, object], cost: dict[int, Fraction]
) -> None:
    found = options(MUP, None, weights)
    for layer, role in enumerate((ROLES[0], ROLES[1], ROLES[1], ROLES[2]), start=1):
        assert found.weight("a", (str(layer), role)) == cost[layer]


@pytest.mark.parametrize(
    ("description", "one"),
    [
        (Description(depth=2, a=[0] * 3, b=[0] * 3, c=0), True),
        (Description(depth=2, a=[0] * 3, b=[0] * 3, c="1/2"), True),
        (Description(depth=2, a=[0] * 3, b=[0] * 3, c=[0] * 3), False),
        (Description(depth=2, abc=[0] * 7), True),
        (Description(depth=2, abc=[0] * 9), False),
        (Description(depth=1, abc=[0] * 5), True),
        (Description(depth=1, abc=[0] * 6), False),
        (Description(preset="mup"), True),
        (Description(preset="mup", depth=4), True),
        (Description(preset="uniform", s="1/4"), True),
        (Description(preset="mean_field", depth=1), True),
        (Description(preset="mean_field"), True),
        (Description(preset="standard_adam", c="3/2", depth=2), True),
        (Description(preset="mup_adam"), False),
        (Description(preset="mup_adam", depth=3), False),
        (Description(preset="ntk_adam", depth=2), False),
        (Description(a={"input": 0, "hidden": 0, "readout": 0},
                     b={"input": 0, "hidden": 0, "readout": 0}, c=0), True),
        (Description(a={"input": 0, "hidden": 0, "readout": 0},
                     b={"input": 0, "hidden": 0, "readout": 0},
                     c={"input": 0, "hidden": 0, "readout": 0}), False),
    ],
)  # fmt: skip
def test_one_c_is_one_decision_where_one_was_given(description: Description, one: bool) -> None:
    assert options(description).one_c is one
    if one:
        assert options(description, ["c"]).lock("c", ("1", Role.INPUT)) == "c"
        assert "one c was given for all" in flaws(description, ["c.input"])[0].message
    else:
        assert options(description, ["c.input"]).lock("c", ("1", Role.INPUT)) == "c.input"


# ---------------------------------------------------------------------- what changes together


def layers_changed(ask: Ask) -> dict[str, list[str]]:
    """For each symbol the layers of its changes, as they are written."""
    found = checked(ask)
    assert found.best is not None
    result: dict[str, list[str]] = {}
    for decision, _ in found.best.changes:
        result.setdefault(decision.symbol, []).append(decision.layers)
    return result


def far_from_mup(*hidden: Fraction) -> Parametrization:
    """muP but for the hidden a_l, and b_l = 1/2 - a_l, which must both go back."""
    first, _, last = gallery_entry("mup").roles().at_depth(2).layers
    middle = (Exponents(a, HALF - a, F(0)) for a in hidden)
    return Parametrization(len(hidden) + 1, (first, *middle, last))


TO_MUP = ("a.input", "b.input", "a.readout", "b.readout", "c")


@pytest.mark.parametrize(
    ("hidden", "locked", "weights", "layers", "length"),
    [
        ((HALF,) * 3, (), {}, ["2..4"], F(1)),
        ((HALF, F(1), HALF), (), {}, ["2, 4", "3"], F(3)),
        ((HALF, HALF, F(1)), (), {}, ["2..3", "4"], F(3)),
        ((HALF,) * 3, ("c.3",), {}, ["2, 4", "3"], F(2)),
        ((HALF,) * 3, (), {"b.4": F(2)}, ["2..3", "4"], F(5, 2)),
        ((HALF,) * 3, (), {"a": F(2), "b.hidden": F(3)}, ["2..4"], F(5, 2)),
        ((HALF,) * 3, (), {"a.3": F(1)}, ["2..4"], F(1)),
        ((HALF,) * 3, ("c.2", "c.3", "c.4"), {}, ["2..4"], F(1)),
        ((HALF,) * 3, ("c.hidden", "c.3"), {}, ["2..4"], F(1)),
        ((HALF,) * 3, ("c.3", "c.hidden"), {}, ["2..4"], F(1)),
    ],
)
def test_layers_that_are_alike_change_together(
    hidden: Sequence[Fraction],
    locked: Sequence[str],
    weights: Mapping[str, Fraction],
    layers: list[str],
    length: Fraction,
) -> None:
    """Which are those with the same exponents, the same of them locked, and the same weights."""
    fixed = [*TO_MUP[:-1], "c.input", "c.readout", *locked]
    ask = Ask(far_from_mup(*hidden), "maximal", fixed, {"c": F(10), **weights})
    assert layers_changed(ask) == {"a": layers, "b": layers}
    assert checked(ask).distance == length
    alone = {"a": ["2", "3", "4"], "b": ["2", "3", "4"]}
    assert layers_changed(ask._replace(tie=False)) == alone


def test_tied_layers_and_one_c_count_once() -> None:
    ask = Ask(far_from_mup(*[HALF] * 4), "maximal", TO_MUP, {"b.hidden": F(3)}, one_c=True)
    assert checked(ask).distance == 2
    assert checked(ask._replace(tie=False)).distance == 8
    slow = gallery_entry("mup").roles().at_depth(5).layers
    given = Parametrization(5, tuple(each._replace(c=F(1)) for each in slow))
    fast = Ask(given, "maximal", ["a", "b"])
    assert checked(fast._replace(one_c=True)).distance == 1
    assert checked(fast).distance == 3
    assert checked(fast._replace(tie=False)).distance == 6


# ---------------------------------------------------------------------------------- in words


def told(ask: Ask) -> list[str]:
    found = checked(ask)
    assert found.best is not None
    return [change_text(each) for each in found.best.changes]


def moved(symbol: str, place: str, by: Fraction, depth: int | None, adam: bool = False) -> Ask:
    """A question whose only answer takes one exponent back to muP: all others are locked."""
    roles = gallery_entry("mup_adam" if adam else "mup").roles()
    assert roles.hidden is not None
    columns = {"input": roles.input, "hidden": roles.hidden, "readout": roles.readout}
    if adam:
        sizes = {"input": F(1), "hidden": F(1), "readout": F(1)}
        columns = {role: each._replace(d=sizes[role]) for role, each in columns.items()}
    one_c = place == "everywhere"
    for role in columns if one_c else (place,):
        off = getattr(columns[role], symbol) + by
        columns[role] = columns[role]._replace(**{symbol: off})
    given = RoleParametrization(*columns.values(), roles.optimizer)
    others = [f"{x}.{role}" for x in ("abcd" if adam else "abc") for role in columns]
    locked = [each for each in others if each != f"{symbol}.{place}"]
    if depth == 1:
        locked = [each for each in locked if "hidden" not in each]
    if one_c:
        locked = ["a", "b"]
    return Ask(given if depth is None else given.at_depth(depth), "maximal", locked, one_c=one_c)


UPDATE = " before the update function"


@pytest.mark.parametrize(
    ("ask", "setting", "words"),
    [
        (moved("a", "input", -HALF, 3), "a_1 from -1 to -1/2", "divide h^1 by √n"),
        (moved("a", "input", F(1, 3), 1), "a_1 from -1/6 to -1/2", "multiply h^1 by n^(1/3)"),
        (moved("a", "hidden", F(1), 3),
         "a_l from 1 to 0 for l = 2..3", "multiply h^l (l = 2..3) by n"),
        (moved("a", "hidden", F(-2), 2), "a_2 from -2 to 0", "divide h^2 by n^2"),
        (moved("a", "hidden", F(-1), None),
         "a_l from -1 to 0 for l = 2..L", "divide h^l (l = 2..L) by n"),
        (moved("a", "readout", -HALF, 3), "a_4 from 0 to 1/2", "divide the logits by √n"),
        (moved("a", "readout", F(3, 2), None),
         "a_{L+1} from 2 to 1/2", "multiply the logits by n^(3/2)"),
        (moved("b", "input", -HALF, 2),
         "b_1 from 0 to 1/2", "initialize the weights of layer 1 √n times smaller"),
        (moved("b", "hidden", F(1), 4), "b_l from 3/2 to 1/2 for l = 2..4",
         "initialize the weights of layers 2..4 n times larger"),
        (moved("b", "readout", F(-1, 4), 2),
         "b_3 from 1/4 to 1/2", "initialize the weights of the readout n^(1/4) times smaller"),
        (moved("c", "everywhere", F(1), 3), "c from 1 to 0", "multiply the learning rate by n"),
        (moved("c", "everywhere", -HALF, None),
         "c from -1/2 to 0", "divide the learning rate by √n"),
        (moved("c", "input", F(-1), 2),
         "c_1 from -1 to 0", "divide the learning rate of layer 1 by n"),
        (moved("c", "hidden", F(1), None),
         "c_l from 1 to 0 for l = 2..L", "multiply the learning rate of layers 2..L by n"),
        (moved("c", "readout", HALF, 1),
         "c_2 from 1/2 to 0", "multiply the learning rate of the readout by √n"),
        (moved("d", "input", F(-1), 2, adam=True),
         "d_1 from 0 to 1", f"multiply the gradients of layer 1 by n{UPDATE}"),
        (moved("d", "hidden", F(1), 3, adam=True),
         "d_l from 2 to 1 for l = 2..3", f"divide the gradients of layers 2..3 by n{UPDATE}"),
        (moved("d", "readout", HALF, None, adam=True),
         "d_{L+1} from 3/2 to 1", f"divide the gradients of the readout by √n{UPDATE}"),
    ],
)  # fmt: skip
def test_changes_in_words(ask: Ask, setting: str, words: str) -> None:
    assert told(ask) == [f"set {setting}: {words}"]


def test_layers_that_are_not_neighbours_in_words() -> None:
    ask = Ask(far_from_mup(F(1), F(0), F(1)), "maximal", [*TO_MUP, "b.3"], one_c=True)
    first, second = told(ask)
    assert first == "set a_l from 1 to 0 for l = 2, 4: multiply h^l (l = 2, 4) by n"
    assert second.endswith("initialize the weights of layers 2, 4 n times smaller")


def test_the_words_of_the_default_of_frameworks() -> None:
    standard = preset("standard", 3)
    found = repair(standard, "feature_learning", options(Description(preset="standard", depth=3)))
    assert found.best is not None
    assert [*map(change_text, found.best.changes)] == [
        "set a_4 from 0 to 1/2: divide the logits by √n"
    ]
