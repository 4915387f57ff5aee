"""Independent test oracle: the theorems of THEORY.md sections 1, 2 and 4, straight from the page.

TP4 is arXiv 2011.14522, TP4b is arXiv 2308.01814. Everything is exact: ``Fraction``s, sums and
``min``. Nothing here shares code, or a way of organising the inequalities, with the solver.

Python lists are 0-based: ``a[0]`` is the input layer's exponent, ``a[-1]`` the readout's, and
"layer l" of the page is index ``l - 1``.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)

Point = tuple[list[Fraction], list[Fraction], list[Fraction]]


@dataclass(frozen=True)
class OracleVerdict:
    """What the theorems say of one parametrization; ``None`` where they say nothing."""

    verdict: str
    """'unstable', 'trivial', 'kernel' (SGD) or 'operator' (adaptive), or 'feature_learning'."""
    r: Fraction
    """min of ``layer_r``."""
    layer_r: tuple[Fraction, ...]
    """r_1..r_L: the body layers only."""
    stable: bool
    nontrivial: bool | None
    """None if unstable."""
    feature_learning: bool | None
    """None unless stable and nontrivial."""
    kernel_regime: bool | None
    """None unless stable and nontrivial; for adaptive optimizers, the operator regime."""
    maximal: bool
    """muP up to gauge: everything updated maximally, readout initialized maximally."""
    updated_maximally: tuple[bool, ...] | None
    """Per body layer, r_l = 0; None if unstable."""
    learns_features: tuple[bool, ...] | None
    """Per body layer, min of r_1..r_l is 0; None if unstable."""
    readout_updated_maximally: bool | None
    """None if unstable."""
    readout_initialized_maximally: bool | None
    """None if unstable."""


def judge_sgd(a: Sequence[Fraction], b: Sequence[Fraction], c: Sequence[Fraction]) -> OracleVerdict:
    """Judge a parametrization under SGD, per-layer learning rates allowed (TP4)."""
    depth = _depth(a, b, c)
    ab_out = a[-1] + b[-1]
    update_out = 2 * a[-1] + c[-1]
    # TP4 Prop. 5.3, and r from Def. 3.2.
    layer_r = tuple(
        min(ab_out, update_out) + c[i] - 1 + 2 * a[i] + (1 if i == 0 else 0) for i in range(depth)
    )
    r = min(layer_r)
    # TP4 Thm 3.3: initialization, features, logits.
    stable = _stable_at_init(a, b) and r >= 0 and update_out >= 1 and ab_out + r >= 1
    return _verdict(
        layer_r,
        stable=stable,
        readout_updated=update_out == 1,
        readout_initialized=ab_out + r == 1,
        lazy="kernel",
    )


def judge_adaptive(
    a: Sequence[Fraction], b: Sequence[Fraction], c: Sequence[Fraction]
) -> OracleVerdict:
    """Judge a (faithful) parametrization under an entrywise adaptive optimizer (TP4b)."""
    depth = _depth(a, b, c)
    ab_out = a[-1] + b[-1]
    # TP4b Def. 2.8.5.
    layer_r = tuple(c[i] + a[i] - (1 if i > 0 else 0) for i in range(depth))
    r = min(layer_r)
    readout_r = c[-1] + a[-1] - 1
    # TP4b Thm 2.8.12.
    stable = (
        _stable_at_init(a, b)
        and all(r_l >= 0 for r_l in layer_r)
        and readout_r >= 0
        and ab_out + r >= 1
    )
    return _verdict(
        layer_r,
        stable=stable,
        readout_updated=readout_r == 0,
        readout_initialized=ab_out + r == 1,
        lazy="operator",
    )


def faithful(
    a: Sequence[Fraction], b: Sequence[Fraction], c: Sequence[Fraction], d: Sequence[Fraction]
) -> bool:
    """Whether the gradient exponents d are faithful, and b_{L+1} <= c_{L+1} (TP4b Lemma 2.8.11)."""
    depth = _depth(a, b, c)
    if len(d) != depth + 1:
        raise ValueError("d must have one entry per weight matrix")
    body = all(d[i] == a[i] + a[-1] + b[-1] for i in range(depth))
    return body and d[-1] == a[-1] and b[-1] <= c[-1]


def _depth(a: Sequence[Fraction], b: Sequence[Fraction], c: Sequence[Fraction]) -> int:
    """L, from sequences of L + 1 entries each."""
    if not len(a) == len(b) == len(c) >= 2:
        raise ValueError("a, b and c must have the same length, L + 1 >= 2")
    return len(a) - 1


def _stable_at_init(a: Sequence[Fraction], b: Sequence[Fraction]) -> bool:
    """TP4 Thm 3.3 item 1; TP4b Thm 2.8.12 has the same conditions."""
    hidden = all(a_l + b_l == HALF for a_l, b_l in zip(a[1:-1], b[1:-1], strict=True))
    return a[0] + b[0] == 0 and hidden and a[-1] + b[-1] >= HALF


def _verdict(
    layer_r: tuple[Fraction, ...],
    *,
    stable: bool,
    readout_updated: bool,
    readout_initialized: bool,
    lazy: str,
) -> OracleVerdict:
    """Draw the conclusions common to both theories.

    Nontriviality: TP4 Thm 3.4, TP4b Thm 2.8.15. Regime: TP4 Thms 3.6, 3.8 and Cor. 3.9, TP4b
    Thm 2.8.19 and Cor. 2.8.20. Layers: TP4 Props. 5.3, 5.5, Thm H.13. Maximality: TP4 Thm 5.6.
    """
    r = min(layer_r)
    if not stable:
        return OracleVerdict(
            "unstable", r, layer_r, False, None, None, None, False, None, None, None, None
        )
    nontrivial = readout_initialized or readout_updated
    if not nontrivial:
        verdict = "trivial"
    elif r == 0:
        verdict = "feature_learning"
    else:
        verdict = lazy
    updated = tuple(r_l == 0 for r_l in layer_r)
    return OracleVerdict(
        verdict=verdict,
        r=r,
        layer_r=layer_r,
        stable=True,
        nontrivial=nontrivial,
        feature_learning=r == 0 if nontrivial else None,
        kernel_regime=r > 0 if nontrivial else None,
        maximal=all(updated) and readout_updated and readout_initialized,
        updated_maximally=updated,
        learns_features=tuple(smallest == 0 for smallest in accumulate(layer_r, min)),
        readout_updated_maximally=readout_updated,
        readout_initialized_maximally=readout_initialized,
    )


# ------------------------------------------------------------------------------ test points

_NUDGES = (HALF, Fraction(1, 1000), Fraction(1, 6))
_AWKWARD = (Fraction(3333, 10000), Fraction(1, 3), Fraction(4999, 10000), Fraction(1, 1000))

# A gallery row: name -> exponents (a, b, c), each for (input, hidden, readout). THEORY section 3.
_Row = tuple[tuple[Fraction, ...], tuple[Fraction, ...], tuple[Fraction, ...]]


def _row(text: str) -> _Row:
    """Read 'a a a | b b b | c c c'."""
    a, b, c = (tuple(Fraction(word) for word in part.split()) for part in text.split("|"))
    return a, b, c


SGD_GALLERY: dict[str, _Row] = {
    "ntk": _row("0 1/2 1/2 | 0 0 0 | 0 0 0"),
    "standard": _row("0 0 0 | 0 1/2 1/2 | 0 0 0"),
    "standard_1_over_n": _row("0 0 0 | 0 1/2 1/2 | 1 1 1"),
    "mup": _row("-1/2 0 1/2 | 1/2 1/2 1/2 | 0 0 0"),
    "uniform(1/4)": _row("-1/4 1/4 1/2 | 1/4 1/4 1/4 | 0 0 0"),
    "standard_divided_logits": _row("0 0 1/2 | 0 1/2 1/2 | 0 0 0"),
}
# No hidden exponents: L = 1 only (the middle column is never read).
MEAN_FIELD: _Row = _row("0 0 1 | 0 0 0 | -1 -1 -1")
# THEORY section 4.
ADAPTIVE_GALLERY: dict[str, _Row] = {
    "mup_adam": _row("0 0 1 | 0 1/2 0 | 0 1 0"),
    "ntk_adam": _row("0 1/2 1/2 | 0 0 0 | 1/2 1 1/2"),
    "sp_adam(1)": _row("0 0 0 | 0 1/2 1/2 | 1 1 1"),
    "sp_adam(3/2)": _row("0 0 0 | 0 1/2 1/2 | 3/2 3/2 3/2"),
}


def at_depth(row: _Row, depth: int) -> Point:
    """Spell out a gallery row at L = ``depth``."""
    a, b, c = ([v[0], *[v[1]] * (depth - 1), v[2]] for v in row)
    return a, b, c


def sample(rng: random.Random, *, depth: int, optimizer: str, per_layer_c: bool) -> Point:
    """Draw a parametrization (a, b, c) on, near or off the boundaries between verdicts.

    ``optimizer`` is 'sgd' or 'adam'. Each list has ``depth + 1`` entries; without
    ``per_layer_c`` all entries of c are equal. The draw depends on ``rng`` alone.
    """
    if optimizer not in ("sgd", "adam"):
        raise ValueError(f"optimizer must be 'sgd' or 'adam', not {optimizer!r}")
    if depth < 1:
        raise ValueError("depth must be at least 1")
    kind = rng.choices(("random", "stable", "broken", "nudged", "gallery"), (10, 45, 10, 15, 20))[0]
    if kind == "random":
        return _random_point(rng, depth, per_layer_c)
    if kind == "gallery":
        rows = list((SGD_GALLERY if optimizer == "sgd" else ADAPTIVE_GALLERY).values())
        if optimizer == "sgd" and depth == 1:
            rows.append(MEAN_FIELD)
        point = at_depth(rng.choice(rows), depth)
    else:
        point = _solved_point(rng, depth, optimizer, broken=kind == "broken")
    point = _shift_gauge(rng, point, optimizer, per_layer_c)
    return _nudge(rng, point, per_layer_c) if kind == "nudged" else point


def _rational(rng: random.Random) -> Fraction:
    """Draw a rational in [-2, 2], usually of a small denominator."""
    if rng.random() < 0.1:
        return rng.choice((-1, 1)) * rng.choice(_AWKWARD)
    q = rng.randint(1, 12)
    return Fraction(rng.randint(-2 * q, 2 * q), q)


def _slack(rng: random.Random, p_tight: float) -> Fraction:
    """Exactly 0 with probability ``p_tight``, else a positive number, often small."""
    if rng.random() < p_tight:
        return ZERO
    return abs(rng.choice((*_NUDGES, *_AWKWARD, _rational(rng)))) or ONE


def _random_point(rng: random.Random, depth: int, per_layer_c: bool) -> Point:
    """Draw anything; half of the time on the grid of half-integers, to hit equalities."""
    coarse = rng.random() < 0.5

    def draw() -> Fraction:
        return Fraction(rng.randint(-2, 3), 2) if coarse else _rational(rng)

    a = [draw() for _ in range(depth + 1)]
    b = [draw() for _ in range(depth + 1)]
    c = [draw() for _ in range(depth + 1)] if per_layer_c else [draw()] * (depth + 1)
    return a, b, c


def _solved_point(rng: random.Random, depth: int, optimizer: str, *, broken: bool) -> Point:
    """Choose the slack of every stability condition, tight or not, then solve for the exponents.

    The slacks are drawn independently, so features may be tight with logits slack and conversely,
    and which body layers attain r = min r_l varies. The point is stable, or if ``broken`` it
    violates exactly one condition of TP4 Thm 3.3 or TP4b Thm 2.8.12.
    """
    conditions = ("input", "hidden", "readout", "features", "update", "logits")
    fault = rng.choice(conditions) if broken else None
    by = rng.choice(_NUDGES)

    r = -by if fault == "features" else _slack(rng, 0.45)
    if fault == "readout":
        r += HALF + by
    elif fault == "logits":
        r = min(r, HALF - by)
    layer_r = [r + _slack(rng, 0.5) for _ in range(depth)]
    layer_r[rng.randrange(depth)] = r
    # 2a+c (SGD) or a+c (adaptive) of the readout, at least 1.
    update_out = 1 - by if fault == "update" else 1 + _slack(rng, 0.4)
    # a+b of the readout, at least 1/2 and at least 1 - r; sometimes tie the branches of SGD's min.
    if fault == "readout":
        ab_out = HALF - by
    elif fault == "logits":
        ab_out = 1 - r - by
    else:
        ab_out = max(HALF, 1 - r) + _slack(rng, 0.45)
        if rng.random() < 0.1:
            ab_out = max(ab_out, update_out)

    a = [_rational(rng) for _ in range(depth + 1)]
    b = [-a[0], *(HALF - a_l for a_l in a[1:-1]), ab_out - a[-1]]
    if fault in ("input", "hidden"):
        # With no hidden layer to spoil, spoil the input layer.
        layer = rng.randrange(1, depth) if fault == "hidden" and depth > 1 else 0
        b[layer] += rng.choice((-by, by))
    if optimizer == "sgd":
        body = [r_l + 1 - min(ab_out, update_out) for r_l in layer_r]
        body[0] -= 1
        c = [rest - 2 * a_l for rest, a_l in zip([*body, update_out], a, strict=True)]
    else:
        body = [r_l + 1 for r_l in layer_r]
        body[0] -= 1
        c = [rest - a_l for rest, a_l in zip([*body, update_out], a, strict=True)]
    return a, b, c


def _shift_gauge(rng: random.Random, point: Point, optimizer: str, per_layer_c: bool) -> Point:
    """Move each layer along its gauge: (a+t, b-t, c-2t) for SGD, (a+t, b-t, c-t) for adaptive.

    Without ``per_layer_c`` the shifts are those that take every c_l to one random value: a common
    shift where c is global already, and where it is not, the only kind that makes it so.
    """
    a, b, c = point
    weight = 2 if optimizer == "sgd" else 1
    if per_layer_c:
        shifts = [rng.choice((ZERO, _rational(rng))) for _ in a]
    else:
        target = rng.choice((c[-1], _rational(rng)))
        shifts = [(c_l - target) / weight for c_l in c]
    return (
        [a_l + t for a_l, t in zip(a, shifts, strict=True)],
        [b_l - t for b_l, t in zip(b, shifts, strict=True)],
        [c_l - weight * t for c_l, t in zip(c, shifts, strict=True)],
    )


def _nudge(rng: random.Random, point: Point, per_layer_c: bool) -> Point:
    """Perturb one entry; of a and b, half of the time with a_l + b_l held fixed."""
    a, b, c = (list(v) for v in point)
    step = rng.choice((-1, 1)) * rng.choice(_NUDGES)
    layer = rng.randrange(len(a))
    which = rng.choice("abc")
    if which == "c":
        for i in range(len(c)) if not per_layer_c else (layer,):
            c[i] += step
        return a, b, c
    first, second = (a, b) if which == "a" else (b, a)
    first[layer] += step
    if rng.random() < 0.5:
        second[layer] -= step
    return a, b, c
