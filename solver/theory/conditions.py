"""The inequality system of the Dynamical Dichotomy: every condition, written once.

Each condition compares one linear form in the exponents of a single tensor and of the
readout L+1 with a constant.  Its *slack* is value minus bound.  Four statements turn the
slacks into a verdict; everything else in the package reads them from here:

* **stable**: every condition holds;
* **nontrivial**, if stable: some ``logits`` condition is tight (slack 0);
* **feature learning**, if stable and nontrivial: some ``features`` condition is tight;
* the **kernel regime** (for adaptive optimizers the **operator regime**) otherwise.

The slacks of the ``features`` conditions of layer l are the branches of the paper's r_l:
r_l is the least of them, and r = min_l r_l.  The forms are those of the laws under which the
tensor and the readout are trained (see ``laws``), which may differ from tensor to tensor, and
those of its wiring (see ``Shape``).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Final, Literal, NamedTuple

from solver.theory.alignment import THEOREM, Alignment
from solver.theory.exponents import SYMBOLS
from solver.theory.law import Coefficients, Law, Path
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.roles import (
    INITIALIZATION,
    MATRICES,
    RESIDUAL_MEANING,
    TIED_TWICE_BOUND,
    Relation,
    Role,
)

Family = Literal["init", "features", "logits", "attention", "decay", "faithful"]


class Shape(NamedTuple):
    """What decides which conditions there are on a tensor: all but its exponents.

    ``residual``: it is a branch that adds to its input.  ``normalized``: its output is divided by
    its root mean square over coordinates.  ``tied``: it is the readout, and the embedding too.
    ``decays``: its weights decay.  ``attended`` holds the logits of attention whose size it
    changes: names and scales s of n^{-s} q·k.
    """

    role: Role
    law: Law
    residual: bool = False
    normalized: bool = False
    tied: bool = False
    decays: bool = False
    attended: tuple["Attention", ...] = ()


class Attention(NamedTuple):
    """Attention logits n^{-scale} q·k; ``scores`` on the last of the tensors that make them."""

    name: str
    scale: Fraction
    scores: bool


@dataclass(frozen=True, slots=True, eq=False)  # each condition exists once: compare by identity
class Condition:
    """``layer · (a_l, b_l, c_l, …) + readout · (a, b, c, …)_{L+1}  relation  bound``.

    A condition with role ``readout`` is about layer L+1 alone and has ``layer`` zero.
    Every bound of the theorems is a multiple of 1/2, so ``twice_bound`` is an integer and
    the whole system can be evaluated in integers; under other assumptions (see ``alignment``) it
    may be any rational.  ``path`` is the way by which updates of the body come to depend on the
    readout; None where the condition is not about them.  ``scale`` is what attention adds to the
    value, and ``attention`` its name.
    """

    family: Family
    name: str
    role: Role
    layer: Coefficients
    readout: Coefficients
    relation: Relation
    twice_bound: int | Fraction
    meaning: str
    source: str
    path: Path | None = None
    attention: str = ""
    scale: Fraction | None = None

    @property
    def bound(self) -> Fraction:
        """The right-hand side."""
        return _half(self.twice_bound)

    def identifier(self, layer: int | str) -> str:
        """A stable name: ``init.1``, ``features.initial_readout.2``, ``logits.readout_update``."""
        if self.role is Role.READOUT:
            return f"{self.family}.{self.name or Role.READOUT}"
        parts = (self.family, self.attention, self.name, str(layer))
        return ".".join(part for part in parts if part)

    def form(self, layer: int | str, readout: int | str) -> str:
        """The left-hand side in the paper's symbols, such as ``2a_1 + c_1 + a_4 + b_4``.

        ``layer`` and ``readout`` are the subscripts to show: numbers, ``l`` or ``{L+1}``.
        """
        text = f"s_{self.attention}" if self.attention else ""
        for coefficients, index in ((self.layer, layer), (self.readout, readout)):
            for symbol, coefficient in zip(SYMBOLS, coefficients, strict=True):
                if coefficient:
                    sign = "-" if coefficient < 0 else "+"
                    text += f" {sign} " if text else sign.strip("+")
                    text += f"{abs(coefficient) if abs(coefficient) > 1 else ''}{symbol}_{index}"
        return text


@cache
def _half(twice: int | Fraction) -> Fraction:
    return Fraction(twice) / 2


@dataclass(frozen=True, slots=True)
class System:
    """The conditions of stability by role, and those under which the theorem applies."""

    input: tuple[Condition, ...]
    hidden: tuple[Condition, ...]
    readout: tuple[Condition, ...]
    faithful: tuple[Condition, ...]

    def of(self, role: Role) -> tuple[Condition, ...]:
        """The stability conditions on one layer of the given role.  ``ValueError`` for vectors."""
        match role:
            case Role.INPUT:
                return self.input
            case Role.HIDDEN:
                return self.hidden
            case Role.READOUT:
                return self.readout
            case Role.VECTOR:
                raise ValueError("the perceptrons of the papers have no vectors")

    def layers(self, depth: int) -> Iterator[tuple[int, Condition]]:
        """Every stability condition of a network with ``depth`` hidden layers, with its l."""
        for layer in range(1, depth + 1):
            for condition in self.input if layer == 1 else self.hidden:
                yield layer, condition
        for condition in self.readout:
            yield depth + 1, condition


#: The condition on the readout's own update.
READOUT_UPDATE: Final = "readout_update"

# The readout's size at initialization, a_{L+1} + b_{L+1}: it enters most conditions.
_READOUT_SIZE: Final = Coefficients(a=1, b=1)


def system(optimizer: Optimizer) -> System:
    """The conditions where every layer is trained by the same optimizer."""
    law = OPTIMIZERS[optimizer]
    inner, hidden, end = (Shape(role, law) for role in MATRICES)
    return System(
        stability(inner, law),
        stability(hidden, law),
        stability(end, law),
        tuple(each for role in MATRICES for each in faithfulness(role, law)),
    )


@cache
def stability(shape: Shape, readout: Law, alignment: Alignment = THEOREM) -> tuple[Condition, ...]:
    """The stability conditions on one tensor.

    ``readout`` is the law under which layer L+1 is trained: that of the tensor itself, if it is it.
    """
    start = [] if shape.normalized else [_initialization(shape)]
    decay = [_decay(shape)] if shape.decays else []
    if shape.role is Role.READOUT:
        return (*start, _readout_update(shape.law, alignment), *decay)
    law = shape.law
    features = [_features(shape, path, readout, alignment) for path in law.paths]
    logits = [
        _logits_from(each, path, law, alignment)
        for each, path in zip(features, law.paths, strict=True)
    ]
    scores = [
        condition for each in shape.attended for condition in _attention(each, features, shape)
    ]
    return (*start, *features, *logits, *scores, *decay)


@cache
def faithfulness(role: Role, law: Law) -> tuple[Condition, ...]:
    """The conditions under which the theorem covers a layer whose d is given."""
    return tuple(
        Condition(
            family="faithful",
            name=each.name,
            role=role,
            layer=each.layer,
            readout=each.readout,
            relation=each.relation,
            twice_bound=0,
            meaning=each.meaning,
            source=each.source,
        )
        for each in law.faithfulness
        if each.role is role
    )


def _initialization(shape: Shape) -> Condition:
    relation, twice_bound, meaning = INITIALIZATION[shape.role]
    at_readout = shape.role is Role.READOUT
    if shape.residual:
        relation, meaning = ">=", RESIDUAL_MEANING
    return Condition(
        family="init",
        name="",
        role=shape.role,
        layer=Coefficients() if at_readout else _READOUT_SIZE,
        readout=_READOUT_SIZE if at_readout else Coefficients(),
        relation=relation,
        twice_bound=TIED_TWICE_BOUND if shape.tied else twice_bound,
        meaning=meaning,
        source=shape.law.sources.initialization,
    )


def _decay(shape: Shape) -> Condition:
    """``c + w >= 0``: each step multiplies the weights by 1 - ηλ n^{-(c+w)}."""
    form, at_readout = Coefficients(c=1, w=1), shape.role is Role.READOUT
    return Condition(
        family="decay",
        name="readout_weights" if at_readout else "",
        role=shape.role,
        layer=Coefficients() if at_readout else form,
        readout=form if at_readout else Coefficients(),
        relation=">=",
        twice_bound=0,
        meaning="Requires that weight decay, ηλ n^(-(c+w)) in a step, does not grow with width.",
        source="derived: decoupled weight decay multiplies weights by 1 - ηλ n^(-(c+w))",
    )


def _readout_update(law: Law, alignment: Alignment) -> Condition:
    """``u >= 1``."""
    form, twice_bound = law.updates[Role.READOUT]
    return Condition(
        family="logits",
        name=READOUT_UPDATE,
        role=Role.READOUT,
        layer=Coefficients(),
        readout=form,
        relation=">=",
        twice_bound=twice_bound - alignment.twice_less_in_updates,
        meaning="Requires that the readout's own updates do not make the logits grow with width.",
        source=law.sources.readout_update,
    )


def _features(shape: Shape, path: Path, readout: Law, alignment: Alignment) -> Condition:
    """A branch of ``r_l >= 0``."""
    form, whole = shape.law.updates[shape.role]
    twice_bound: int | Fraction = whole
    through, twice_more = _factor(path, readout)
    if shape.role is Role.HIDDEN and shape.law.adds_up:
        twice_bound = whole - alignment.twice_less_in_updates
    if shape.normalized:
        form, twice_bound = _relative_to_size(form, twice_bound, shape.role, path)
    return Condition(
        family="features",
        name=path.features_name,
        role=shape.role,
        layer=form,
        readout=through,
        relation=">=",
        twice_bound=twice_bound + twice_more,
        meaning=path.features_meaning,
        source=shape.law.sources.features,
        path=path,
    )


def _relative_to_size(
    form: Coefficients, twice_bound: int | Fraction, role: Role, path: Path
) -> tuple[Coefficients, int | Fraction]:
    """The exponent of an update relative to an output of size n^{-e}, e = a + b - I/2.

    It is less by e; and by e again where the update grows with the gradient, which is divided by
    that size on its way back.
    """
    times = 1 if path.readout is None else 2
    halves = 1 if role is Role.HIDDEN else 0
    return form.plus(Coefficients(a=-times, b=-times)), twice_bound - times * halves


def _factor(path: Path, readout: Law) -> tuple[Coefficients, int]:
    """What the readout adds to an exponent of the body, as a form and twice a bound."""
    match path.readout:
        case None:
            return Coefficients(), 0
        case "initial":
            return _READOUT_SIZE, 0
        case "updated":
            form, twice_bound = readout.updates[Role.READOUT]
            return form, twice_bound - 2  # the form's slack is u - 1


def _logits_from(features: Condition, path: Path, law: Law, alignment: Alignment) -> Condition:
    """``a_{L+1} + b_{L+1} + (a branch of r_l) >= 1``, from that branch of ``r_l >= 0``."""
    return replace(
        features,
        family="logits",
        name=path.logits_name,
        readout=features.readout.plus(_READOUT_SIZE),
        twice_bound=features.twice_bound + 2 - alignment.twice_less_in_readout,
        meaning=path.logits_meaning,
        source=law.sources.logits,
    )


_ATTENTION: Final = "derived: head size ∝ n, logits n^(-s) q·k"


def _attention(
    attention: Attention, features: list[Condition], shape: Shape
) -> Iterator[Condition]:
    """``s >= 1/2`` at initialization and ``s + (a branch of r_l) >= 1`` in training."""
    if attention.scores:
        yield Condition(
            family="attention",
            name="init",
            role=shape.role,
            layer=Coefficients(),
            readout=Coefficients(),
            relation=">=",
            twice_bound=1,
            meaning="Requires that attention logits at initialization do not grow with width.",
            source=_ATTENTION,
            attention=attention.name,
            scale=attention.scale,
        )
    for each in features:
        yield replace(
            each,
            family="attention",
            twice_bound=each.twice_bound + 2,
            meaning="Requires that updates of this tensor, which align queries with keys, do not "
            "make attention logits grow with width.",
            source=_ATTENTION,
            attention=attention.name,
            scale=attention.scale,
        )
