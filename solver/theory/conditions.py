"""The inequality system of the Dynamical Dichotomy: every condition, written once.

Each condition compares one linear form in the exponents of a single layer l and of the
readout L+1 with a constant.  Its *slack* is value minus bound.  Four statements turn the
slacks into a verdict; everything else in the package reads them from here:

* **stable**: every condition holds;
* **nontrivial**, if stable: some ``logits`` condition is tight (slack 0);
* **feature learning**, if stable and nontrivial: some ``features`` condition is tight;
* the **kernel regime** (for adaptive optimizers the **operator regime**) otherwise.

The slacks of the ``features`` conditions of layer l are the branches of the paper's r_l:
r_l is the least of them, and r = min_l r_l.  The forms are those of the laws under which the
layer and the readout are trained (see ``laws``), which may differ from layer to layer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Final, Literal

from solver.theory.law import Coefficients, Law, Path
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.roles import INITIALIZATION, Relation, Role

Family = Literal["init", "features", "logits", "faithful"]


@dataclass(frozen=True, slots=True, eq=False)  # each condition exists once: compare by identity
class Condition:
    """``layer · (a_l, b_l, c_l, d_l) + readout · (a, b, c, d)_{L+1}  relation  bound``.

    A condition with role ``readout`` is about layer L+1 alone and has ``layer`` zero.
    Every bound of the theorems is a multiple of 1/2, so ``twice_bound`` is an integer and
    the whole system can be evaluated in integers.  ``path`` is the way by which updates of the
    body come to depend on the readout; None where the condition is not about them.
    """

    family: Family
    name: str
    role: Role
    layer: Coefficients
    readout: Coefficients
    relation: Relation
    twice_bound: int
    meaning: str
    source: str
    path: Path | None = None

    @property
    def bound(self) -> Fraction:
        """The right-hand side."""
        return _half(self.twice_bound)

    def identifier(self, layer: int | str) -> str:
        """A stable name: ``init.1``, ``features.initial_readout.2``, ``logits.readout_update``."""
        if self.role is Role.READOUT:
            return f"{self.family}.{self.name or Role.READOUT}"
        return ".".join(part for part in (self.family, self.name, str(layer)) if part)

    def form(self, layer: int | str, readout: int | str) -> str:
        """The left-hand side in the paper's symbols, such as ``2a_1 + c_1 + a_4 + b_4``.

        ``layer`` and ``readout`` are the subscripts to show: numbers, ``l`` or ``{L+1}``.
        """
        text = ""
        for coefficients, index in ((self.layer, layer), (self.readout, readout)):
            for symbol, coefficient in zip("abcd", coefficients, strict=True):
                if coefficient:
                    sign = "-" if coefficient < 0 else "+"
                    text += f" {sign} " if text else sign.strip("+")
                    text += f"{abs(coefficient) if abs(coefficient) > 1 else ''}{symbol}_{index}"
        return text


@cache
def _half(twice: int) -> Fraction:
    return Fraction(twice, 2)


@dataclass(frozen=True, slots=True)
class System:
    """The conditions of stability by role, and those under which the theorem applies."""

    input: tuple[Condition, ...]
    hidden: tuple[Condition, ...]
    readout: tuple[Condition, ...]
    faithful: tuple[Condition, ...]

    def of(self, role: Role) -> tuple[Condition, ...]:
        """The stability conditions on one layer of the given role."""
        match role:
            case Role.INPUT:
                return self.input
            case Role.HIDDEN:
                return self.hidden
            case Role.READOUT:
                return self.readout

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
    return System(
        stability(Role.INPUT, law, law),
        stability(Role.HIDDEN, law, law),
        stability(Role.READOUT, law, law),
        tuple(each for role in Role for each in faithfulness(role, law)),
    )


@cache
def stability(role: Role, law: Law, readout: Law) -> tuple[Condition, ...]:
    """The stability conditions on one layer, trained under ``law``.

    ``readout`` is the law under which layer L+1 is trained: that of the layer itself, if it is it.
    """
    if role is Role.READOUT:
        return (_initialization(role, law), _readout_update(law))
    features = [_features(role, law, path, readout) for path in law.paths]
    logits = [_logits_from(each, path, law) for each, path in zip(features, law.paths, strict=True)]
    return (_initialization(role, law), *features, *logits)


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


def _initialization(role: Role, law: Law) -> Condition:
    relation, twice_bound, meaning = INITIALIZATION[role]
    at_readout = role is Role.READOUT
    return Condition(
        family="init",
        name="",
        role=role,
        layer=Coefficients() if at_readout else _READOUT_SIZE,
        readout=_READOUT_SIZE if at_readout else Coefficients(),
        relation=relation,
        twice_bound=twice_bound,
        meaning=meaning,
        source=law.sources.initialization,
    )


def _readout_update(law: Law) -> Condition:
    """``u >= 1``."""
    form, twice_bound = law.updates[Role.READOUT]
    return Condition(
        family="logits",
        name=READOUT_UPDATE,
        role=Role.READOUT,
        layer=Coefficients(),
        readout=form,
        relation=">=",
        twice_bound=twice_bound,
        meaning="Requires that the readout's own updates do not make the logits grow with width.",
        source=law.sources.readout_update,
    )


def _features(role: Role, law: Law, path: Path, readout: Law) -> Condition:
    """A branch of ``r_l >= 0``."""
    form, twice_bound = law.updates[role]
    through, twice_more = _factor(path, readout)
    return Condition(
        family="features",
        name=path.features_name,
        role=role,
        layer=form,
        readout=through,
        relation=">=",
        twice_bound=twice_bound + twice_more,
        meaning=path.features_meaning,
        source=law.sources.features,
        path=path,
    )


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


def _logits_from(features: Condition, path: Path, law: Law) -> Condition:
    """``a_{L+1} + b_{L+1} + (a branch of r_l) >= 1``, from that branch of ``r_l >= 0``."""
    return replace(
        features,
        family="logits",
        name=path.logits_name,
        readout=features.readout.plus(_READOUT_SIZE),
        twice_bound=features.twice_bound + 2,
        meaning=path.logits_meaning,
        source=law.sources.logits,
    )
