"""Repairs: what they must reproduce, and whether each is what it says it is.

Every repair is judged by the oracle, and its distance is added up again, from the locks and the
weights as they were written.
"""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import pytest

from solver import (
    DEFAULT_LIMITS,
    Deadline,
    Description,
    Exponents,
    Optimizer,
    Options,
    OptionsReader,
    Parametrization,
    Proposal,
    Repair,
    RoleParametrization,
    Target,
    TimeLimitError,
    gallery_entry,
    read,
)
from solver.repairs import repair
from solver.repairs.least_change import meets
from tests.solver.oracle import (
    ADAPTIVE_GALLERY,
    SGD_GALLERY,
    faithful,
    judge_adaptive,
    judge_sgd,
    sample,
)

F = Fraction
HALF = F(1, 2)
Given = Parametrization | RoleParametrization

CLOSED: Final[tuple[Target, ...]] = (
    "stable", "nontrivial", "feature_learning", "feature_learning_in_every_layer", "maximal"
)  # fmt: skip
ASKED: Final[tuple[Target, ...]] = (*CLOSED, "kernel", "operator")
EVERY: Final[tuple[Target, ...]] = (*ASKED, "trivial", "unstable")


# ------------------------------------------------------------------------------- questions


class Ask(NamedTuple):
    """A question; ``one_c`` says that ``given`` is written with one c for all layers."""

    given: Given
    target: Target
    locked: Sequence[str] = ()
    weights: Mapping[str, Fraction] = {}
    tie: bool = True
    one_c: bool = False
    margin: Fraction = F(1, 8)

    @property
    def layers(self) -> Sequence[Exponents]:
        """One entry per layer; of a network by role, those at L = 2."""
        by_role = isinstance(self.given, RoleParametrization)
        return (self.given.at_depth(2) if by_role else self.given).layers  # type: ignore[union-attr]

    def description(self) -> Description:
        """The exponents as somebody would write them."""
        places = {"input": 0, "hidden": 1, "readout": 2}
        columns: dict[str, object] = {
            symbol: {role: getattr(self.layers[place], symbol) for role, place in places.items()}
            if isinstance(self.given, RoleParametrization)
            else [getattr(each, symbol) for each in self.layers]
            for symbol in ("abc" if self.layers[0].d is None else "abcd")
        }
        if self.one_c:
            columns["c"] = self.layers[0].c
        depth = self.given.depth if isinstance(self.given, Parametrization) else None
        return Description(depth=depth, optimizer=self.given.optimizer, **columns)  # type: ignore[arg-type]

    def options(self) -> Options:
        """The options, by way of their reader."""
        written = self.description()
        assert read(written) == self.given
        reader = OptionsReader(written, self.given, DEFAULT_LIMITS)
        return reader.read(list(self.locked), dict(self.weights), self.tie)


def solve(ask: Ask) -> Repair:
    return repair(ask.given, ask.target, ask.options(), ask.margin)


def preset(name: str, depth: int | None, parameter: Fraction | None = None) -> Given:
    roles = gallery_entry(name).roles(parameter)
    return roles if depth is None else roles.at_depth(depth)


def random_ask(
    rng: random.Random, target: Target, size: str, optimizer: Optimizer, step: int = 4
) -> Ask:
    """A question about a start near the gallery, off by multiples of 1/step.

    ``size`` is a depth or "roles"; adaptive questions give d now and then, and every second
    question has locks or weights.
    """
    gallery = list((SGD_GALLERY if optimizer == "sgd" else ADAPTIVE_GALLERY).values())
    row, one_c = rng.choice(gallery), rng.random() < 0.5
    c = row[2] if not one_c else (rng.choice(row[2]),) * 3

    def off() -> Fraction:
        return F(rng.choice((0, 0, 0, 1, -1, 2, -2)), step)

    with_d = optimizer == "adam" and rng.random() < 0.25
    roles = [
        Exponents(a + off(), b + off(), c_l if one_c else c_l + off(), off() if with_d else None)
        for a, b, c_l in zip(row[0], row[1], c, strict=True)
    ]
    given: Given = RoleParametrization(*roles, optimizer)
    if size != "roles":
        given = given.at_depth(int(size))
        if given.depth > 2 and rng.random() < 0.5:
            first, odd, *others = given.layers
            layers = (first, odd._replace(a=odd.a + off()), *others)
            given = Parametrization(given.depth, layers, optimizer)
    places = ["input", "readout"] if size == "1" else ["input", "hidden", "readout"]
    numbers = [] if size == "roles" else range(1, int(size) + 2)
    symbols = "abcd" if with_d else "abc"
    selectors = [
        *symbols,
        *(f"{symbol}.{place}" for symbol in symbols for place in (*places, *numbers)
          if symbol != "c" or not one_c),
    ]  # fmt: skip
    locked, weights = [], {}
    if rng.random() < 0.5:
        locked = rng.sample(selectors, rng.choice((0, 1, 1, 2, 3)))
        costs = (HALF, F(2), F(3), F(3, 2))
        weights = {each: rng.choice(costs) for each in rng.sample(selectors, rng.randint(0, 3))}
    tie = size in ("roles", "1") or rng.random() < 0.7
    return Ask(given, target, locked, weights, tie, one_c)


# -------------------------------------------------------------------- an independent opinion


class Decided(NamedTuple):
    """Exponents that change together, by the numbers of their layers, and what that costs."""

    symbol: str
    layers: list[int]
    locked: bool
    weight: Fraction
    start: Fraction


def decided(ask: Ask) -> list[Decided]:
    """What may change, from the selectors as they are written."""
    found: dict[object, Decided] = {}
    for number, exponents in enumerate(ask.layers, start=1):
        role = "input" if number == 1 else "readout" if number == len(ask.layers) else "hidden"
        traits: dict[str, tuple[bool, Fraction]] = {}
        for symbol in "abcd":
            # From the most special to the least.
            names = (f"{symbol}.{number}", f"{symbol}.{role}", symbol)
            weight = next((ask.weights[each] for each in names if each in ask.weights), F(1))
            traits[symbol] = (any(each in ask.locked for each in names), weight)
        alike = (exponents, tuple(traits.values())) if role == "hidden" and ask.tie else number
        for symbol, start in zip("abcd", exponents[:4], strict=True):
            if start is not None:
                key = "c" if symbol == "c" and ask.one_c else (symbol, alike)
                new = Decided(symbol, [], *traits[symbol], start)
                found.setdefault(key, new).layers.append(number)
    return list(found.values())


def has(target: Target, optimizer: Optimizer, layers: Sequence[Exponents]) -> bool:
    """Whether a network has the target, by the oracle; where d is given, faithfully."""
    a, b, c, d, _ = zip(*layers, strict=True)
    verdict = (judge_sgd if optimizer == "sgd" else judge_adaptive)(a, b, c)
    if d[0] is not None and not faithful(a, b, c, d):
        return False
    match target:
        case "stable":
            return verdict.stable
        case "nontrivial":
            return verdict.nontrivial is True
        case "kernel" | "operator":
            return verdict.kernel_regime is True
        case "feature_learning_in_every_layer":
            return verdict.feature_learning is True and all(verdict.learns_features or ())
        case "maximal":
            return verdict.maximal
        case _:
            return verdict.verdict == target


def expanded(proposal: Proposal, depth: int) -> list[Exponents]:
    """The layers of a proposal; one by role stands for every depth."""
    network = proposal.network
    layers = {depth + 1: network.readout}
    for block in network.body:
        for first, last, _ in block.spans:
            layers |= dict.fromkeys(range(first, (last or depth) + 1), block.exponents)
    assert network.depth in (None, depth)
    return [layers[number] for number in range(1, depth + 2)]


def distance(ask: Ask, proposal: Proposal) -> Fraction:
    """The weighted distance of a proposal, after checking that it changes what it may and says."""
    after = expanded(proposal, len(ask.layers) - 1)
    total, changes = F(0), set()
    for each in decided(ask):
        values = {getattr(after[number - 1], each.symbol) for number in each.layers}
        assert len(values) == 1, "tied layers change together"
        value = values.pop()
        assert value == each.start or not each.locked
        total += each.weight * abs(value - each.start)
        if value != each.start:
            changes.add((each.symbol, tuple(each.layers), each.start, value))
    said = set()
    for decision, value in proposal.changes:
        if decision.role is None:
            numbers = list(range(1, len(ask.layers) + 1))
        elif decision.spans:
            numbers = [
                n for first, last, _ in decision.spans for n in range(first, (last or 2) + 1)
            ]
        else:
            numbers = [len(ask.layers)]
        said.add((decision.symbol, tuple(numbers), decision.current, value))
    assert said == changes
    assert len(said) == len(proposal.changes)
    return total


def complexity(proposal: Proposal) -> tuple[int, int]:
    """Fewer changes go first; of as many, those with shorter new values and steps to them."""
    steps = [(each.value, each.value - each.decision.current) for each in proposal.changes]
    return len(steps), sum(abs(x.numerator) + x.denominator for step in steps for x in step)


def least_r(ask: Ask, proposal: Proposal) -> Fraction:
    a, b, c, *_ = zip(*expanded(proposal, len(ask.layers) - 1), strict=True)
    return (judge_sgd if ask.given.optimizer == "sgd" else judge_adaptive)(a, b, c).r


def checked(ask: Ask) -> Repair:
    """The repair, after checking all that can be seen without looking for better ones."""
    found, optimizer = solve(ask), ask.given.optimizer
    ready = has(ask.target, optimizer, ask.layers)
    if found.best is None:
        assert found.conflict
        assert not ready
        assert not found.alternatives
        assert (found.distance, found.unique, found.attained) == (None, False, False)
        return found
    proposals = (found.best, *found.alternatives)
    depths = (2, 3, 6) if isinstance(ask.given, RoleParametrization) else (len(ask.layers) - 1,)
    for proposal in proposals:
        assert proposal.network.optimizers == {optimizer}
        assert all(has(ask.target, optimizer, expanded(proposal, depth)) for depth in depths)
        assert distance(ask, proposal) == found.distance
        assert complexity(proposal) >= complexity(found.best)
        if not found.attained:
            assert least_r(ask, proposal) >= ask.margin
    assert len({proposal.network for proposal in proposals}) == len(proposals) <= 6
    assert found.unique is (not found.alternatives)
    assert found.conflict == ()
    assert found.infimum is not None
    assert found.distance is not None
    if found.attained:
        assert (found.infimum, found.margin) == (found.distance, None)
    else:
        assert found.infimum < found.distance
        assert found.margin == ask.margin
    assert (found.distance == 0) is ready
    if ready:
        assert (found.attained, found.unique, found.best.changes) == (True, True, ())
    return found


# ------------------------------------------------------------------------------------- facts


def changes(found: Repair) -> dict[str, tuple[Fraction, Fraction]]:
    assert found.best is not None
    return {
        each.decision.written: (each.decision.current, each.value) for each in found.best.changes
    }


def one_change_at_readout(depth: int | None) -> dict[str, tuple[Fraction, Fraction]]:
    return {"a_{L+1}" if depth is None else f"a_{depth + 1}": (F(0), HALF)}


@pytest.mark.parametrize("depth", [2, 3, 10, None])
@pytest.mark.parametrize("locked", [[], ["c"]])
def test_standard_learns_features_once_the_logits_are_divided(
    depth: int | None, locked: list[str]
) -> None:
    given = preset("standard", depth)
    found = checked(Ask(given, "feature_learning", locked, one_c=True))
    assert (found.distance, found.unique) == (HALF, True)
    assert changes(found) == one_change_at_readout(depth)


@pytest.mark.parametrize("depth", [1, 2, 3, 10, None])
def test_standard_learns_features_everywhere_as_mup(depth: int | None) -> None:
    ask = Ask(preset("standard", depth), "feature_learning_in_every_layer", one_c=True)
    found = checked(ask)
    assert (found.distance, found.unique) == (F(3, 2), True)
    to_mup = {"a_1": (F(0), -HALF), "b_1": (F(0), HALF)}
    assert changes(found) == to_mup | one_change_at_readout(depth)
    assert found.best is not None
    layers = len(ask.layers) - 1
    assert (
        tuple(expanded(found.best, layers)) == gallery_entry("mup").roles().at_depth(layers).layers
    )


def test_standard_with_one_hidden_layer_needs_mup_to_learn_features() -> None:
    ask = Ask(preset("standard", 1), "feature_learning", one_c=True)
    found = checked(ask)
    assert found.distance == F(3, 2)
    assert changes(found) == {"a_1": (F(0), -HALF), "b_1": (F(0), HALF), "a_2": (F(0), HALF)}


@pytest.mark.parametrize("depth", [3, None])
def test_ntk_learns_features_at_three_halves(depth: int | None) -> None:
    found = checked(Ask(preset("ntk", depth), "feature_learning", one_c=True))
    assert found.distance == F(3, 2)
    out = "a_{L+1}" if depth is None else "a_4"
    # One learning rate and one multiplier: two changes, where the other ways need three.
    assert changes(found) == {"c": (F(0), F(-1)), out: (HALF, F(1))}
    assert not found.unique
    assert {len(each.changes) for each in found.alternatives} == {3}
    per_layer = checked(Ask(preset("ntk", depth), "feature_learning"))
    assert per_layer.distance == F(3, 2)


# ----------------------------------------------------------------------------- any question


@pytest.mark.exhaustive
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("size", ["1", "2", "3", "roles"])
@pytest.mark.parametrize("target", ASKED)
def test_repairs_have_their_target_and_their_distance(
    target: Target, size: str, optimizer: Optimizer
) -> None:
    generator = random.Random(f"{target} {size} {optimizer}")
    found = [checked(random_ask(generator, target, size, optimizer)) for _ in range(3)]
    assert any(each.distance for each in found)


@pytest.mark.exhaustive
@pytest.mark.parametrize("depth", [1, 2, None])
def test_what_has_its_target_stays(depth: int | None) -> None:
    sizes = depth or 2
    stayed = 0
    for entry, parameter in (
        ("ntk", None), ("standard", None), ("standard_1_over_n", None), ("mup", None),
        ("uniform", F(1, 16)), ("mup_adam", None), ("ntk_adam", None), ("standard_adam", F(3, 2)),
    ):  # fmt: skip
        given = preset(entry, depth, parameter)
        layers = gallery_entry(entry).roles(parameter).at_depth(sizes).layers
        for target in ASKED:
            if has(target, given.optimizer, layers):
                stayed += 1
                found = checked(Ask(given, target, ["a"], {"b": F(2)}))
                assert (found.distance, found.attained, found.unique) == (0, True, True)
    assert stayed >= 15


@pytest.mark.exhaustive
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("depth", [1, 2, 5, None])
def test_meets_is_what_the_theorems_say(optimizer: Optimizer, depth: int | None) -> None:
    generator = random.Random(f"{optimizer} {depth}")
    for _ in range(25):
        point = sample(generator, depth=depth or 2, optimizer=optimizer, per_layer_c=True)
        layers = [Exponents(*each) for each in zip(*point, strict=True)]
        given: Given = (
            Parametrization(depth, tuple(layers), optimizer)
            if depth
            else RoleParametrization(*layers, optimizer)
        )
        for target in EVERY:
            assert meets(given, target) is has(target, optimizer, layers)


@pytest.mark.exhaustive
def test_every_depth_is_repaired_as_its_roles_are() -> None:
    generator = random.Random(5)
    for target in ASKED:
        ask = random_ask(generator, target, "roles", "sgd")._replace(locked=["b.input"])
        assert isinstance(ask.given, RoleParametrization)
        by_role = checked(ask)
        for depth in (2, 7):
            at_depth = checked(ask._replace(given=ask.given.at_depth(depth)))
            assert (at_depth.infimum, at_depth.distance) == (by_role.infimum, by_role.distance)
            assert len(at_depth.conflict) == len(by_role.conflict)


def test_at_most_five_alternatives() -> None:
    """Any of six layers may learn features, each in several ways."""
    found = checked(Ask(preset("ntk", 6), "feature_learning", tie=False, one_c=True))
    assert not found.unique
    assert len(found.alternatives) == 5


def test_of_two_ways_to_change_the_same_the_simpler_is_the_best() -> None:
    adam = (Exponents(F(0), F(0), F(3, 2)), Exponents(F(1, 4), F(3, 4), F(2)))
    ask = Ask(
        Parametrization(1, adam, "adam"),
        "operator",
        ["a.readout", "c.readout"],
        {"c.readout": F(3, 2), "a.1": HALF},
    )
    assert not checked(ask).unique


# ------------------------------------------------------------------------ adaptive optimizers


@pytest.mark.parametrize("target", [*CLOSED, "operator"])
def test_given_d_the_repair_is_faithful(target: Target) -> None:
    """Also where the exponents other than d have the target."""
    roles = gallery_entry("mup_adam" if target != "operator" else "ntk_adam").roles()
    assert roles.hidden is not None
    unfaithful = RoleParametrization(
        *(each._replace(d=F(0)) for each in (roles.input, roles.hidden, roles.readout)), "adam"
    )
    assert meets(unfaithful, target)
    found = checked(Ask(unfaithful, target, ["a", "b", "c"]))
    assert found.best is not None
    assert {each.decision.symbol for each in found.best.changes} == {"d"}
    a, b, c, d, _ = zip(*expanded(found.best, 4), strict=True)
    assert faithful(a, b, c, d)
    without_d = checked(Ask(roles, target, ["a", "b", "c"]))
    assert without_d.distance == 0


def test_a_learning_rate_per_layer_is_repaired_in_its_layer() -> None:
    """SP-Adam with c = 1 is unstable; each layer asks for its own rate."""
    found = checked(Ask(preset("standard_adam", 3, F(1)), "maximal"))
    assert changes(found) == {"c_1": (F(1), F(0)), "b_4": (HALF, F(1))}
    one = checked(Ask(preset("standard_adam", 3, F(1)), "maximal", one_c=True))
    assert one.distance is not None
    assert found.distance is not None
    assert one.distance > found.distance


def test_no_time_is_told() -> None:
    given = preset("ntk", 3)
    with pytest.raises(TimeLimitError, match="no answer was found in 0 seconds; ask about fewer"):
        repair(given, "feature_learning", deadline=Deadline(0))
