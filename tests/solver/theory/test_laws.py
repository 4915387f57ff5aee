"""Laws of updates as rows: their symmetry, and networks of which each layer has its own."""

import ast
import random
from fractions import Fraction
from itertools import product

import pytest

from solver import LayerSpan, Role
from solver.theory.conditions import Shape, faithfulness, stability
from solver.theory.exponents import Exponents
from solver.theory.law import Coefficients, Law
from solver.theory.laws import DEFAULT_OPTIMIZER, LAWS, OPTIMIZERS
from solver.theory.network import Block, Network
from solver.theory.predicted_exponents import predictions
from solver.verdicts.evaluation import evaluate
from tests import ROOT
from tests.solver.theory.published_laws import LAW, body_exponent, readout_exponent

HALF = Fraction(1, 2)
PAIRS = list(product(LAWS, LAWS))


def ids(value: object) -> str:
    return value.name if isinstance(value, Law) else str(value)


def test_the_rows() -> None:
    """THEORY sections 2 and 4, and what people call the optimizers."""
    assert [(law.name, law.gauge_weight, law.regime, law.status) for law in LAWS] == [
        ("gradient", 2, "kernel", "theorem"),
        ("entrywise", 1, "operator", "theorem"),
        ("spectral", 1, "operator", "derived"),
        ("relative", 0, "operator", "derived"),
    ]
    assert {name: law.name for name, law in OPTIMIZERS.items()} == LAW
    assert DEFAULT_OPTIMIZER == "sgd"


@pytest.mark.parametrize(("own", "readout"), PAIRS, ids=ids)
def test_every_form_is_invariant_under_the_gauge_of_each_layer(own: Law, readout: Law) -> None:
    """A gauge transformation of one layer, with the weight of its own law, changes no slack."""

    def moved(coefficients: Coefficients, law: Law) -> int:
        gauge = (1, -1, -law.gauge_weight, 1, law.gauge_weight)
        return sum(c * g for c, g in zip(coefficients, gauge, strict=True))

    wirings = [dict(zip(("residual", "normalized", "decays"), each, strict=True))
               for each in product((False, True), repeat=3)]  # fmt: skip
    for role, wiring in product((Role.INPUT, Role.HIDDEN, Role.VECTOR), wirings):
        shape = Shape(role, own, **wiring)
        for condition in (*stability(shape, readout), *faithfulness(role, own)):
            assert moved(condition.layer, own) == moved(condition.readout, readout) == 0, condition


def random_network(rng: random.Random, depth: int) -> Network:
    """On half of the draws a layer's exponents make some condition tight."""
    optimizers = [rng.choice(list(OPTIMIZERS)) for _ in range(depth + 1)]
    if rng.random() < 0.4:
        optimizers = optimizers[:1] * (depth + 1)
    quarter = [Fraction(n, 4) for n in range(-4, 7)]
    a = [rng.choice(quarter) for _ in range(depth + 1)]
    c = [rng.choice(quarter) for _ in range(depth + 1)]
    targets = [Fraction(0), *[HALF] * (depth - 1), rng.choice([HALF, Fraction(1), Fraction(3, 2)])]
    b = [
        target - each if rng.random() < 0.95 else rng.choice(quarter)
        for target, each in zip(targets, a, strict=True)
    ]
    size = a[-1] + b[-1]
    if rng.random() < 0.8:  # the readout's update at its bound, or above
        c[-1] += 1 - readout_exponent(optimizers[-1], a[-1], b[-1], c[-1])
        c[-1] += rng.choice([Fraction(0), Fraction(0), HALF, Fraction(1)])
    g = min(size, readout_exponent(optimizers[-1], a[-1], b[-1], c[-1]))
    for layer in range(depth):
        if rng.random() < 0.8:
            r = rng.choice([Fraction(0), Fraction(0), HALF, 1 - size, Fraction(1, 4)])
            exponents = (a[layer], b[layer], c[layer])
            c[layer] += r - body_exponent(optimizers[layer], layer > 0, *exponents, g)
    layers = [Exponents(*each) for each in zip(a, b, c, strict=True)]
    body = tuple(
        Block(
            Role.HIDDEN if place else Role.INPUT,
            (LayerSpan(place + 1, place + 1),),
            layers[place],
            optimizers[place],
        )
        for place in range(depth)
    )
    return Network(depth, body, layers[-1], optimizers[-1])


def shifted(network: Network, rng: random.Random) -> Network:
    """Another gauge in each layer."""
    thetas = iter([Fraction(rng.randint(-6, 6), 6) for _ in range(4)])
    body = tuple(
        block._replace(exponents=block.exponents.shifted(next(thetas), block.law))
        for block in network.body
    )
    readout = network.readout.shifted(next(thetas), network.readout_law)
    return network._replace(body=body, readout=readout)


def judged(network: Network) -> tuple[str, Fraction]:
    """Verdict and r by plain fractions from the table of laws (THEORY section 7)."""
    end = network.readout
    size = end.a + end.b
    u = readout_exponent(network.readout_optimizer, end.a, end.b, end.c)
    r = []
    sound = size >= HALF
    for block in network.body:
        a, b, c, *_ = block.exponents
        hidden = block.role is Role.HIDDEN
        sound = sound and a + b == Fraction(hidden, 2)
        r.append(body_exponent(block.optimizer, hidden, a, b, c, min(size, u)))
    least = min(r)
    if not (sound and least >= 0 and u >= 1 and size + least >= 1):
        return "unstable", least
    if u > 1 and size + least > 1:
        return "trivial", least
    if least == 0:
        return "feature_learning", least
    every = {network.readout_optimizer, *(block.optimizer for block in network.body)}
    return ("kernel" if {LAW[each] for each in every} == {"gradient"} else "operator"), least


@pytest.mark.exhaustive
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_mixed_networks_are_judged_by_each_layers_own_law(depth: int) -> None:
    rng = random.Random(f"mixed {depth}")
    seen: set[tuple[str, bool]] = set()
    for _ in range(1500):
        network = random_network(rng, depth)
        found = evaluate(network)
        assert (found.kind, found.r) == judged(network), network
        moved = shifted(network, rng)
        assert moved.gauge_class == network.gauge_class
        assert (evaluate(moved).kind, evaluate(moved).r) == (found.kind, found.r)
        seen.add((found.kind.value, len(network.optimizers) > 1))
    kinds = ("unstable", "trivial", "operator", "feature_learning")
    assert seen >= {(kind, mixed) for kind in (*kinds,) for mixed in (True, False)}
    assert ("kernel", True) not in seen


def test_a_law_of_another_layer_makes_a_difference() -> None:
    """SGD in the body under Adam's readout: neither law alone, nor the mixture turned round."""

    def network(body: str, readout: str) -> Network:
        half, zero, one = HALF, Fraction(0), Fraction(1)
        layers = (Exponents(zero, zero, -one), Exponents(zero, half, zero))
        return Network(
            2,
            (
                Block(Role.INPUT, (LayerSpan(1, 1),), layers[0], body),
                Block(Role.HIDDEN, (LayerSpan(2, 2),), layers[1], body),
            ),
            Exponents(one, zero, zero),
            readout,
        )

    kinds = {
        (body, readout): evaluate(network(body, readout)).kind.value
        for body in ("sgd", "adam")
        for readout in ("sgd", "adam")
    }
    assert kinds == {
        ("sgd", "adam"): "feature_learning",
        # Of µP's form but for the readout's rate, which under SGD is n times too small.
        ("sgd", "sgd"): "feature_learning",
        ("adam", "adam"): "unstable",
        ("adam", "sgd"): "unstable",
    }
    mixed, pure = evaluate(network("sgd", "adam")), evaluate(network("sgd", "sgd"))
    assert mixed.readout_updated_maximally
    assert not pure.readout_updated_maximally


def test_predictions_of_mixed_networks_read_the_same_forms() -> None:
    """THEORY sections 5 and 7: the gradient's first step goes through the initial readout only."""
    rng, compared = random.Random("mixed predictions"), 0
    while compared < 300:
        network = random_network(rng, 2)
        verdict, _ = judged(network)
        if verdict == "unstable":
            continue
        compared += 1
        found = {
            (each.quantity, each.layer, each.step): each.exponent
            for each in predictions(network, steps=3)
        }
        end = network.readout
        size = end.a + end.b
        u = readout_exponent(network.readout_optimizer, end.a, end.b, end.c)
        moved = {}
        for step in (1, 2, 3):
            g = size if step == 1 else min(size, u)
            moved[step] = [
                body_exponent(optimizer, role is Role.HIDDEN, each.a, each.b, each.c, g)
                for role, _, each, optimizer, *_ in network.body
            ]
            assert [found["update", layer, step] for layer in (1, 2)] == moved[step]
            assert found["delta_x", 2, step] == min(moved[step])
            assert found["readout_update", 3, step] == u - 1
            through = min(size + min(moved[1]) - 1, size + min(moved[step]) - HALF)
            assert found["readout_init", 3, step] == through
            assert found["delta_f", 3, step] == min(u - 1, through)


def test_no_code_asks_which_optimizer_it_is() -> None:
    """What differs between optimizers is written in their rows; nothing compares their names."""
    names = {*OPTIMIZERS, "signsgd"}
    asked = [
        f"{path.relative_to(ROOT)}:{each.lineno}"
        for room in ("solver", "app")
        for path in sorted((ROOT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare | ast.MatchValue)
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and each.value in names
    ]
    assert asked == []
