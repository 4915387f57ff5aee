"""Predicted exponents against THEORY section 5, evaluated from a, b, c as its table reads.

Nothing here goes through the solver's conditions.  0-based lists as in ``oracle``: ``a[0]`` is
the input layer's exponent, ``a[-1]`` the readout's, "layer l" is index ``l - 1``.
"""

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import pytest

from solver import Activation, Exponents, Optimizer, Parametrization
from solver.exact import INFINITE
from solver.theory.predicted_exponents import Place, Prediction, places, predictions
from tests.app.experiment.experiments import described, listed, named
from tests.solver.oracle import HALF, ZERO, Point, judge_adaptive, judge_sgd, sample

STEPS = 3
Table = dict[Place, Fraction]
Draw = tuple[Optimizer, int, bool, int]
DRAWS: list[Draw] = [
    (optimizer, depth, per_layer, seed)
    for optimizer in ("sgd", "adam")
    for depth in (1, 2, 3, 5)
    for per_layer in (False, True)
    for seed in range(40)
]


def parametrization(point: Point, optimizer: Optimizer) -> Parametrization:
    layers = tuple(Exponents(*each) for each in zip(*point, strict=True))
    return Parametrization(len(layers) - 1, layers, optimizer)


def initial(point: Point, bounded: bool) -> Table:
    """Step 0: h^1 ~ n^{-(a_1+b_1)}, h^l ~ n^{1/2-(a_l+b_l)} |x^{l-1}|, f_0 likewise."""
    a, b, _ = point
    sizes: Table = {}
    x = ZERO
    for layer in range(1, len(a)):
        h = x + a[layer - 1] + b[layer - 1] - (HALF if layer > 1 else 0)
        x = max(h, ZERO) if bounded else h
        sizes |= {Place("h", layer, 0): h, Place("x", layer, 0): x}
    return sizes | {Place("f", len(a), 0): x + a[-1] + b[-1] - HALF}


def trained(point: Point, optimizer: str, t: int) -> Table:
    """The table's rows at a step t >= 1, as if nothing had blown up before."""
    a, b, c = point
    output, ab = len(a), a[-1] + b[-1]

    def r(layer: int, step: int) -> Fraction:
        al, cl, first = a[layer - 1], c[layer - 1], int(layer == 1)
        if optimizer == "adam":
            return cl + al - (1 - first)
        g = ab if step == 1 else min(ab, 2 * a[-1] + c[-1])
        return g + cl - 1 + 2 * al + first

    def r_up_to(layer: int, step: int) -> Fraction:
        return min(r(m, step) for m in range(1, layer + 1))

    sizes: Table = {}
    for layer in range(1, output):
        moved = r_up_to(layer, t)
        sizes |= {
            Place("update", layer, t): r(layer, t),
            Place("delta_h", layer, t): moved,
            Place("delta_x", layer, t): moved,
            Place("h", layer, t): min(moved, ZERO),
            Place("x", layer, t): min(moved, ZERO),
        }
    last = output - 1
    if optimizer == "adam":
        through_update = a[-1] + c[-1] - 1
        through_initial = ab + r_up_to(last, t) - 1
    else:
        through_update = 2 * a[-1] + c[-1] - 1
        through_initial = min(ab + r_up_to(last, 1) - 1, ab + r_up_to(last, t) - HALF)
    change = min(through_update, through_initial)
    return sizes | {
        Place("readout_update", output, t): through_update,
        Place("readout_init", output, t): through_initial,
        Place("delta_f", output, t): change,
        Place("f", output, t): min(change, ab - HALF),
    }


def in_order(place: Place, depth: int) -> tuple[int, int, int]:
    """When it comes about: by step, then by layer; in a layer, what φ bounds comes last."""
    return place.step, min(place.layer, depth + 1), int(place.quantity in ("x", "delta_x"))


def table(point: Point, optimizer: str, bounded: bool) -> dict[Place, Fraction | None]:
    """Everything, up to the first blow-up and None from there on."""
    depth = len(point[0]) - 1
    sizes = initial(point, bounded)
    sound = (
        all(size == 0 for place, size in sizes.items() if place.quantity == "h")
        and sizes[Place("f", depth + 1, 0)] >= 0
    )
    blown: list[tuple[int, int, int]] = [] if sound else [(1, 0, 0)]
    for t in range(1, STEPS + 1):
        rows = trained(point, optimizer, t)
        sizes |= rows
        # The layer that explodes is still seen in its h, and in its x where φ is unbounded.
        for place, size in rows.items():
            if size < 0:
                step, layer, _ = in_order(place, depth)
                body = layer <= depth
                blown.append((step, layer, 1) if body and bounded else (step, layer + 1, 0))
    first = min(blown, default=(STEPS + 1, 0, 0))
    return {
        place: sizes[place] if in_order(place, depth) < first or place.step == 0 else None
        for place in places(depth, STEPS)
    }


def exponents(predicted: tuple[Prediction, ...]) -> dict[Place, Fraction | None]:
    return {Place(*each[:3]): each.exponent for each in predicted}


def some_seeds(draws: Sequence[Draw]) -> list[tuple[Optimizer, int, bool, list[int]]]:
    """The draws of one kind together: one test for each kind."""
    kinds: dict[tuple[Optimizer, int, bool], list[int]] = {}
    for *kind, seed in draws:
        kinds.setdefault(tuple(kind), []).append(seed)  # type: ignore[arg-type]
    return [(*kind, seeds) for kind, seeds in kinds.items()]


def kinds_of(draws: Sequence[Draw]) -> pytest.MarkDecorator:
    names = ("optimizer", "depth", "per_layer", "seeds")
    kinds = some_seeds(draws)
    return pytest.mark.parametrize(names, kinds, ids=["-".join(map(str, k[:3])) for k in kinds])


@pytest.mark.exhaustive
@kinds_of(DRAWS)
@pytest.mark.parametrize(
    ("activation", "bounded"),
    [("tanh", True), ("erf", True), ("relu", False), ("gelu", False), ("linear", False)],
)
def test_predictions_are_the_table_s(
    optimizer: Optimizer,
    depth: int,
    per_layer: bool,
    seeds: list[int],
    activation: Activation,
    bounded: bool,
) -> None:
    wrong = []
    for seed in seeds:
        rng = random.Random(f"{optimizer} {depth} {per_layer} {seed}")
        point = sample(rng, depth=depth, optimizer=optimizer, per_layer_c=per_layer)
        predicted = predictions(parametrization(point, optimizer), STEPS, activation)
        if exponents(predicted) != table(point, optimizer, bounded):
            wrong.append((seed, point))
    assert not wrong


def stable_points() -> Iterator[tuple[Optimizer, Point, str]]:
    for optimizer, depth, per_layer, seed in DRAWS:
        rng = random.Random(seed)
        point = sample(rng, depth=depth, optimizer=optimizer, per_layer_c=per_layer)
        judged = (judge_sgd if optimizer == "sgd" else judge_adaptive)(*point)
        if judged.stable:
            yield optimizer, point, judged.verdict  # type: ignore[misc]


def test_what_stays_in_late_steps_is_the_theorems_verdict() -> None:
    """Δf fades: trivial; Δf stays and Δx^L fades: kernel; Δx^L stays: feature learning."""
    seen = set()
    for optimizer, point, verdict in stable_points():
        depth = len(point[0]) - 1
        predicted = exponents(predictions(parametrization(point, optimizer), STEPS))
        f = predicted[Place("delta_f", depth + 1, STEPS)]
        x = predicted[Place("delta_x", depth, STEPS)]
        assert f is not None
        assert x is not None
        lazy = "kernel" if optimizer == "sgd" else "operator"
        assert verdict == ("trivial" if f > 0 else lazy if x > 0 else "feature_learning")
        assert all(each is not None and each >= 0 for each in predicted.values())
        seen.add(verdict)
    assert seen == {"trivial", "kernel", "operator", "feature_learning"}


@kinds_of(DRAWS[::7])
def test_the_gauge_changes_nothing(
    optimizer: Optimizer, depth: int, per_layer: bool, seeds: list[int]
) -> None:
    wrong = []
    for seed, activation in product(seeds, ("tanh", "relu")):
        rng = random.Random(seed)
        point = sample(rng, depth=depth, optimizer=optimizer, per_layer_c=per_layer)
        one = parametrization(point, optimizer)
        other = one.shifted([Fraction(rng.randint(-12, 12), 6) for _ in range(depth + 1)])
        if predictions(one, STEPS, activation) != predictions(other, STEPS, activation):
            wrong.append((seed, activation, point))
    assert not wrong


def test_a_tiny_initial_readout_moves_the_features_one_step_late() -> None:
    """µP with b_{L+1} = 1: checked on networks when THEORY was written."""
    predicted = exponents(predictions(listed("-1/2 0 1/2", "1/2 1/2 1", "0"), STEPS))
    for layer in (1, 2):
        of = [predicted[Place("delta_x", layer, step)] for step in range(1, STEPS + 1)]
        assert of == [HALF, 0, 0]
    assert [predicted[Place("readout_init", 3, step)] for step in (1, 2)] == [1, HALF * 2]


def test_biases_move_what_weights_do_not() -> None:
    """By hand: weights frozen, the readout µP's; r of a bias is that of an input: g + c + 2a."""
    given = described(depth=2, a=[0, 0, 1], b=[0, HALF, 0], c=["inf"] * 3,
                      bias={"a": 0, "b": 1, "c": [0, -1]})  # fmt: skip
    predicted = exponents(predictions(given, 1))
    for place, exponent in {
        ("h", 1, 0): 0, ("update", 1, 1): INFINITE, ("delta_h", 1, 1): 1, ("delta_h", 2, 1): 0,
        ("readout_update", 3, 1): INFINITE, ("readout_init", 3, 1): 0,
    }.items():  # fmt: skip
        assert predicted[Place(*place)] == exponent, place


@pytest.mark.parametrize(
    ("optimizer", "rate"), [("adam", "inf"), ("lars", 0)], ids=["frozen", "as large as itself"]
)
def test_behind_a_readout_that_stays_zero_nothing_ever_moves(optimizer: str, rate: object) -> None:
    given = described(depth=2, optimizer=["adam", "muon", optimizer], a=[0, 0, 1],
                      b=[0, HALF, "inf"], c=[0, 0, rate])  # fmt: skip
    for place, exponent in exponents(predictions(given, STEPS)).items():
        if place.quantity not in ("h", "x"):
            assert exponent == INFINITE, place


def test_a_vanishing_residual_branch_moves_through_the_stream() -> None:
    """By hand: h^2 = W^2 x^1 of size n^{1/2-3/4}, W_0^2 Δx^1 by as much smaller than Δx^1."""
    given = described(depth=2, a=[0, 0, 1], b=[0, "3/4", 0], c=[-1, 1, -1], residual=True)
    predicted = exponents(predictions(given, 1))
    for place, exponent in {
        ("h", 2, 0): HALF / 2, ("x", 2, 0): 0, ("f", 3, 0): HALF, ("delta_x", 1, 1): 0,
        ("update", 2, 1): 1, ("delta_h", 2, 1): HALF / 2, ("h", 2, 1): HALF / 2,
        ("delta_x", 2, 1): 0, ("x", 2, 1): 0,
    }.items():  # fmt: skip
        assert predicted[Place(*place)] == exponent, place


def test_weight_decay_shows_in_changes_and_in_no_update() -> None:
    """By hand, in NTK (f_0 of size 1, every r_l = 1/2): decay takes n^{-1/4} of layers 1 and 2."""
    given = described(preset="ntk", depth=2, weight_decay=["1/4", "1/4", HALF])
    predicted = exponents(predictions(given, 1))
    for place, exponent in {
        ("update", 1, 1): HALF, ("delta_h", 1, 1): HALF / 2, ("delta_x", 2, 1): HALF / 2,
        ("readout_update", 3, 1): 0, ("readout_init", 3, 1): 0, ("delta_f", 3, 1): 0,
    }.items():  # fmt: skip
        assert predicted[Place(*place)] == exponent, place
    still = described(depth=2, a=[0, HALF, HALF], b=[0, 0, 0], c=[5, "inf", "inf"],
                      weight_decay=["-19/4", None, None])  # fmt: skip
    changed = exponents(predictions(still, 1))
    # Decayed features are not aligned with the initial readout: n^{1/2} terms, a + b = 1/2.
    assert changed[Place("readout_init", 3, 1)] == HALF / 2
    exploding = exponents(predictions(described(preset="mup", depth=1, weight_decay=-1), 2))
    assert exploding[Place("delta_h", 1, 1)] == -1


def test_places_are_each_once_and_in_order() -> None:
    listed_places = list(places(3, 2))
    assert len(set(listed_places)) == len(listed_places) == 2 * (3 * 3) + 3 + 3 * (3 * 2) + 3 * 2
    assert [Place(*each[:3]) for each in predictions(named("mup", 3), 2)] == listed_places
    assert listed_places[:4] == [("h", 1, 0), ("h", 1, 1), ("h", 1, 2), ("h", 2, 0)]


def test_terms_that_fade_slowly_are_known() -> None:
    """Of µP by hand: a + b = 2a + c = 1 at the readout and every branch of r_l is 0."""
    mup = {Place(*each[:3]): each for each in predictions(named("mup", 2), 2)}
    # W_0 Δx: a+b+r-1 = 0, and through the updated readout a+b+r-1/2 = 1/2
    assert mup[Place("readout_init", 3, 1)][3:] == (0, 0)
    assert mup[Place("readout_init", 3, 2)][3:] == (0, HALF)
    assert mup[Place("delta_f", 3, 2)][3:] == (0, HALF)
    # f adds f_0, which has a+b-1/2 = 1/2
    assert mup[Place("f", 3, 0)][3:] == (HALF, HALF)
    assert mup[Place("f", 3, 1)][3:] == (0, HALF)
    for optimizer, depth, per_layer, seed in DRAWS[::5]:
        point = sample(random.Random(seed), depth=depth, optimizer=optimizer, per_layer_c=per_layer)
        for each in predictions(parametrization(point, optimizer), STEPS):  # type: ignore[arg-type]
            if each.exponent is None:
                assert each.lingering is None
            else:
                assert each.lingering is not None
                assert each.exponent <= each.lingering <= each.exponent + HALF
