"""From descriptions to parametrizations: four forms, one meaning; every flaw at once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver import (
    Description,
    Limits,
    Parametrization,
    ParametrizationError,
    RoleParametrization,
    classify,
    compare,
    gallery_entry,
    read,
)

exponents = st.sampled_from([Fraction(n, d) for n in range(-4, 5) for d in (1, 2, 3, 5)])


def spellings(value: Fraction) -> st.SearchStrategy[object]:
    """Every way in which somebody may write the value."""
    ways: list[object] = [str(value), f"{3 * value.numerator}/{3 * value.denominator}", value]
    if 10 % value.denominator == 0:
        ways += [float(value), str(float(value))]
    if value.denominator == 1:
        ways.append(int(value))
    return st.sampled_from(ways)


@given(st.data(), st.integers(1, 6), st.sampled_from(["sgd", "adam"]), st.booleans())
def test_all_forms_and_spellings_mean_the_same(
    data: st.DataObject, depth: int, optimizer: str, one_c: bool
) -> None:
    roles = {
        symbol: {role: data.draw(exponents) for role in ("input", "hidden", "readout")}
        for symbol in "abc"
    }
    if one_c:
        roles["c"] = dict.fromkeys(roles["c"], roles["c"]["input"])

    def spelled(value: Fraction) -> object:
        return data.draw(spellings(value))

    def column(symbol: str) -> list[object]:
        inner = [roles[symbol]["hidden"]] * (depth - 1)
        return [spelled(e) for e in (roles[symbol]["input"], *inner, roles[symbol]["readout"])]

    def by_role(symbol: str) -> dict[str, object]:
        return {role: spelled(value) for role, value in roles[symbol].items()}

    c = spelled(roles["c"]["input"])
    descriptions = [
        Description(depth=depth, a=column("a"), b=column("b"), c=c if one_c else column("c")),
        Description(depth=depth, a=by_role("a"), b=by_role("b"), c=c if one_c else by_role("c")),
        Description(
            depth=depth,
            abc=[*column("a"), *column("b"), *([c] if one_c else column("c"))],
        ),
    ]
    read_all = [
        read(Description(**{n: getattr(each, n) for n in ("depth", "abc", "a", "b", "c")},
                         optimizer=optimizer))  # type: ignore[arg-type]
        for each in descriptions
    ]  # fmt: skip
    first = read_all[0]
    assert isinstance(first, Parametrization)
    assert all(each == first for each in read_all)
    assert first.layers[0].a == roles["a"]["input"]
    assert first.layers[-1].c == roles["c"]["readout"]
    open_depth = read(
        Description(a=by_role("a"), b=by_role("b"), c=by_role("c"), optimizer=optimizer)  # type: ignore[arg-type]
    )
    assert isinstance(open_depth, RoleParametrization)
    assert open_depth.at_depth(depth) == first
    assert classify(open_depth.at_depth(depth)) == classify(first)


def test_presets_with_and_without_depth() -> None:
    assert read(Description(preset="mup", depth=3)) == gallery_entry("mup").roles().at_depth(3)
    assert read(Description(preset="mup")) == gallery_entry("mup").roles()
    uniform = read(Description(preset="uniform", s=0.25, depth=2))
    assert uniform == gallery_entry("uniform").roles(Fraction(1, 4)).at_depth(2)
    adam = read(Description(preset="standard_adam", c="3/2", optimizer="adam"))
    assert adam == gallery_entry("standard_adam").roles(Fraction(3, 2))


def test_one_number_stands_for_all_layers_in_c_and_d() -> None:
    point = read(
        Description(depth=2, a=[0, 0, 1], b=[0, 0.5, 0], c=1, d=[1, 1, 1], optimizer="adam")
    )
    same = read(Description(depth=2, abc=[0, 0, 1, 0, "1/2", 0, 1, 1, 1], d=1, optimizer="adam"))
    assert point == same
    roles = {"input": 0, "hidden": 0, "readout": 1}
    open_depth = read(Description(a=roles, b=roles, c=1, d=2, optimizer="adam"))
    assert isinstance(open_depth, RoleParametrization)
    assert open_depth.hidden == (0, 0, 1, 2, None)


def test_without_hidden_it_is_for_one_hidden_layer() -> None:
    ends = {"input": 0, "readout": 1}
    point = read(Description(a=ends, b={"input": 0, "readout": 0}, c=-1))
    assert isinstance(point, RoleParametrization)
    assert point.hidden is None
    assert classify(point.at_depth(1)).equivalent_to == ("mean_field", "mup")


ROLES = {"input": 0, "hidden": 0, "readout": 0}
ENDS = {"input": 0, "readout": 0}


@pytest.mark.parametrize(
    ("given", "flaws"),
    [
        ({}, [((), "no parametrization is given; give either")]),
        ({"depth": 3}, [((), "no parametrization is given")]),
        ({"abc": [0] * 7}, [(("depth",), "depth is missing")]),
        (
            {"depth": 2, "abc": [0] * 6},
            [(("abc",), "abc has 6 entries; depth 2 needs 7 (3 a's, 3 b's, c) or 9")],
        ),
        ({"depth": 2, "abc": 5}, [(("abc",), "abc is 5; it must be a list")]),
        ({"depth": 2, "abc": [0] * 7, "a": [0]}, [(("a",), '"abc" and "a" describe it twice')]),
        ({"depth": 2, "abc": [0] * 7, "c": 1}, [(("c",), '"abc" and "c" describe it twice')]),
        ({"preset": "mup", "abc": [0]}, [(("abc",), '"preset" and "abc" describe it twice')]),
        ({"preset": "mup", "b": [0]}, [(("b",), '"preset" and "b" describe it twice')]),
        (
            {"preset": "mup", "c": 0},
            [(("c",), "mup takes no c; leave it out, or give a, b and c instead")],
        ),
        ({"preset": "mup", "s": 0}, [(("s",), "mup takes no s")]),
        (
            {"preset": "standard_adam", "c": [1, 1]},
            [(("c",), "standard_adam takes one c, not a list; write one exponent, or give a, b")],
        ),
        ({"preset": "mup", "d": 0}, [(("d",), "a preset fixes d")]),
        ({"preset": "nope"}, [(("preset",), '"nope" is not in the gallery')]),
        ({"preset": "mup", "optimizer": "adam"}, [(("optimizer",), "take one of mup_adam")]),
        ({"preset": "uniform"}, [(("s",), "uniform is a family in s")]),
        ({"preset": "uniform", "s": 2}, [(("s",), "s = 2 is outside 0 <= s <= 1/2")]),
        ({"preset": "uniform", "s": "x"}, [(("s",), "not an exponent")]),
        ({"preset": "mean_field", "depth": 2}, [(("depth",), "one hidden layer only")]),
        ({"depth": 0, "preset": "mup"}, [(("depth",), "between 1 and 10000")]),
        ({"depth": 10**9, "preset": "mup"}, [(("depth",), "depth is 1000000000")]),
        ({"depth": True, "preset": "mup"}, [(("depth",), "depth is true")]),
        ({"depth": "3", "preset": "mup"}, [(("depth",), 'depth is "3"')]),
        ({"a": [0, 0], "b": [0, 0], "c": 0}, [(("depth",), "lists of exponents need it")]),
        ({"depth": 1, "a": [0, 0]}, [(("b",), "b is missing"), (("c",), "c is missing")]),
        (
            {"depth": 1, "a": [0], "b": [0] * 3, "c": 0},
            [(("a",), "a has 1 entry; depth 1 needs 2"), (("b",), "b has 3 entries")],
        ),
        (
            {"depth": 1, "a": 1, "b": "x", "c": 0},
            [(("b",), '"x" is not an exponent')],
        ),
        (
            {"depth": 1, "a": [0, "y"], "b": [None, 0], "c": "z"},
            [(("a", 1), '"y"'), (("b", 0), "null"), (("c",), '"z"')],
        ),
        (
            {"depth": 1, "a": [0, 0], "b": [0, 0], "c": 0, "d": 1},
            [(("d",), "d scales the gradients")],
        ),
        (
            {"depth": 1, "a": [0, 0], "b": [0, 0], "c": 0, "s": 1},
            [(("s",), 's is the parameter of the preset "uniform"')],
        ),
        ({"a": ROLES, "b": [0, 0], "c": 0}, [(("depth",), "lists of exponents need it")]),
        ({"depth": 2, "a": [0] * 3, "b": ENDS, "c": 0}, [(("b", "hidden"), "has hidden layers")]),
        (
            {"depth": 2, "a": ENDS, "b": ENDS, "c": 0},
            [(("a", "hidden"), "depth 2 has hidden layers"), (("b", "hidden"), "depth 2")],
        ),
        ({"a": ROLES, "b": ENDS, "c": 0}, [(("b", "hidden"), "for every symbol, or for none")]),
        ({"a": {"input": 0}, "b": ROLES, "c": 0}, [(("a", "readout"), "which every network has")]),
        ({"a": {**ROLES, "out": 1}, "b": ROLES, "c": 0}, [(("a", "out"), '"out" is no role')]),
        (
            {"a": {**ROLES, "hidden": []}, "b": ROLES, "c": 0},
            [(("a", "hidden"), "a list is not a number")],
        ),
    ],
)
def test_what_is_wrong_is_said_all_at_once_with_its_place(
    given: dict[str, object], flaws: list[tuple[tuple[str | int, ...], str]]
) -> None:
    with pytest.raises(ParametrizationError) as caught:
        read(Description(**given))  # type: ignore[arg-type]
    assert [flaw.path for flaw in caught.value.flaws] == [path for path, _ in flaws]
    for flaw, (_, says) in zip(caught.value.flaws, flaws, strict=True):
        assert says in flaw.message


def test_depth_bound_can_be_set() -> None:
    with pytest.raises(ParametrizationError, match="between 1 and 5"):
        read(Description(preset="mup", depth=6), Limits(max_depth=5))


def test_mean_field_is_mup_in_another_gauge() -> None:
    """TP4 Section 3: θ = -1/2 takes one to the other at L = 1."""
    first = gallery_entry("mean_field").roles().at_depth(1)
    second = gallery_entry("mup").roles().at_depth(1)
    result = compare(first, second)
    assert result.equivalent
    assert result.theta == (Fraction(-1, 2), Fraction(-1, 2))
    assert first.shifted(list(result.theta)) == second


@given(st.data(), st.integers(1, 4), st.sampled_from(["sgd", "adam"]))
def test_theta_takes_the_first_to_the_second(
    data: st.DataObject, depth: int, optimizer: str
) -> None:
    row = data.draw(st.lists(exponents, min_size=3 * depth + 3, max_size=3 * depth + 3))
    point = read(Description(depth=depth, abc=row, optimizer=optimizer))  # type: ignore[arg-type]
    assert isinstance(point, Parametrization)
    shift = data.draw(st.lists(exponents, min_size=depth + 1, max_size=depth + 1))
    result = compare(point, point.shifted(shift))
    assert result.equivalent
    assert list(result.theta or ()) == shift


def test_what_is_not_equivalent_says_where_it_differs() -> None:
    ntk, mup = (gallery_entry(name).roles().at_depth(9) for name in ("ntk", "mup"))
    result = compare(ntk, mup)
    assert (result.equivalent, result.theta) == (False, None)
    assert result.differences[0] == (
        "in canonical form a_1 is 0 in the first and -1/2 in the second"
    )
    assert result.differences[-1] == "and 11 more exponents differ"
    shallow = gallery_entry("mup").roles().at_depth(3)
    assert "depths differ" in compare(mup, shallow).differences[0]
    adam = gallery_entry("mup_adam").roles().at_depth(9)
    assert "optimizers differ" in compare(mup, adam).differences[0]


def test_a_faithful_d_is_what_leaving_it_out_means() -> None:
    plain = gallery_entry("mup_adam").roles().at_depth(2)
    columns = {s: [getattr(layer, s) for layer in plain.layers] for s in "abc"}

    def with_d(d: list[object]) -> Parametrization:
        point = read(Description(depth=2, **columns, d=d, optimizer="adam"))
        assert isinstance(point, Parametrization)
        return point

    faithful, other = with_d([1, 1, 1]), with_d([1, 0, 1])
    assert compare(plain, faithful).equivalent
    assert classify(faithful).equivalent_to == ("mup_adam",)
    assert not compare(plain, other).equivalent
    assert classify(other).equivalent_to == ()
