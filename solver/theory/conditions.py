"""The inequality system of the Dynamical Dichotomy: every condition, written once.

Each condition compares one linear form in the exponents of a single layer l and of the
readout L+1 with a constant.  Its *slack* is value minus bound.  Four statements turn the
slacks into a verdict; everything else in the package reads them from here:

* **stable**: every condition holds;
* **nontrivial**, if stable: some ``logits`` condition is tight (slack 0);
* **feature learning**, if stable and nontrivial: some ``features`` condition is tight;
* the **kernel regime** (for adaptive optimizers the **operator regime**) otherwise.

The slacks of the ``features`` conditions of layer l are the branches of the paper's r_l:
r_l is the least of them, and r = min_l r_l.

SGD (TP4, arXiv 2011.14522: Theorem 3.3, Proposition 5.3), with I the indicator:

    r_l = min(a_{L+1} + b_{L+1}, 2a_{L+1} + c_{L+1}) + c_l - 1 + 2a_l + I(l=1)

so r_l has two branches: the gradient reaches layer l through the readout as initialized,
or through the readout as updated.

Entrywise adaptive optimizers (TP4b, arXiv 2308.01814: Definition 2.8.5, Theorem 2.8.12):

    r_l = c_l + a_l - I(l>1) for l <= L,    r_{L+1} = c_{L+1} + a_{L+1} - 1
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Final, Literal, NamedTuple

Optimizer = Literal["sgd", "adam"]
Relation = Literal[">=", "="]
Family = Literal["init", "features", "logits", "faithful"]


class Role(StrEnum):
    """What a weight matrix does: layer 1, layers 2..L, layer L+1."""

    INPUT = "input"
    HIDDEN = "hidden"
    READOUT = "readout"


_BOUNDS: Final = tuple(Fraction(twice, 2) for twice in range(5))


class Coefficients(NamedTuple):
    """Integer coefficients of one layer's exponents."""

    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0

    def plus(self, other: "Coefficients") -> "Coefficients":
        """The coefficientwise sum."""
        return Coefficients(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)  # each condition exists once: compare by identity
class Condition:
    """``layer · (a_l, b_l, c_l, d_l) + readout · (a, b, c, d)_{L+1}  relation  bound``.

    A condition with role ``readout`` is about layer L+1 alone and has ``layer`` zero.
    Every bound of the theorems is a multiple of 1/2, so ``twice_bound`` is an integer and
    the whole system can be evaluated in integers.
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

    @property
    def bound(self) -> Fraction:
        """The right-hand side."""
        return _BOUNDS[self.twice_bound]

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


#: The condition on the readout's own update, in both systems.
READOUT_UPDATE: Final = "readout_update"

# The readout's size at initialization, a_{L+1} + b_{L+1}: it enters most conditions.
_READOUT_SIZE: Final = Coefficients(a=1, b=1)


def _initialization(theorem: str) -> dict[Role, Condition]:
    def condition(role: Role, twice_bound: int, meaning: str) -> Condition:
        at_readout = role is Role.READOUT
        return Condition(
            family="init",
            name="",
            role=role,
            layer=Coefficients() if at_readout else _READOUT_SIZE,
            readout=_READOUT_SIZE if at_readout else Coefficients(),
            relation=">=" if at_readout else "=",
            twice_bound=twice_bound,
            meaning=meaning,
            source=f"{theorem}(1)",
        )

    return {
        Role.INPUT: condition(
            Role.INPUT,
            0,
            "Requires that the coordinates of h^1 neither grow nor vanish at initialization.",
        ),
        Role.HIDDEN: condition(
            Role.HIDDEN,
            1,
            "Requires that at initialization a hidden layer passes coordinates on at their size.",
        ),
        Role.READOUT: condition(
            Role.READOUT,
            1,
            "Requires that the logits f_0 at initialization do not grow with width.",
        ),
    }


def _logits_from(features: Condition, name: str, source: str, meaning: str) -> Condition:
    """``a_{L+1} + b_{L+1} + (a branch of r_l) >= 1``, from that branch of ``r_l >= 0``."""
    return replace(
        features,
        family="logits",
        name=name,
        readout=features.readout.plus(_READOUT_SIZE),
        twice_bound=features.twice_bound + 2,
        source=source,
        meaning=meaning,
    )


def _sgd() -> System:
    theorem = "TP4 Theorem 3.3"
    init = _initialization(theorem)
    readout_update = Condition(
        family="logits",
        name=READOUT_UPDATE,
        role=Role.READOUT,
        layer=Coefficients(),
        readout=Coefficients(a=2, c=1),
        relation=">=",
        twice_bound=2,
        meaning="Requires that the readout's own updates do not make the logits grow with width.",
        source=f"{theorem}(3)",
    )

    def body(role: Role) -> tuple[Condition, ...]:
        first = replace(
            readout_update,
            family="features",
            name="initial_readout",
            role=role,
            layer=Coefficients(a=2, c=1),
            readout=_READOUT_SIZE,
            twice_bound=0 if role is Role.INPUT else 2,  # 1 - I(l=1)
            meaning="Requires that updates driven through the readout as initialized do not make "
            "the features of this layer grow with width.",
            source=f"{theorem}(2), Proposition 5.3",
        )
        later = replace(
            first,
            name="updated_readout",
            readout=readout_update.readout,
            meaning="Requires that updates driven through the readout as updated (from the second "
            "step on) do not make the features of this layer grow with width.",
        )
        # The second logits condition follows from the others of a stable parametrization:
        # with u = 2a+c of the readout, u >= 1 and the first features condition imply it.
        # It stays, because the theorem states it and "initialized maximally" reads it.
        return (
            init[role],
            first,
            later,
            _logits_from(
                first,
                "initial_readout",
                f"{theorem}(3)",
                "Requires that the initial readout, acting on features moved through it, does "
                "not make the logits grow with width.",
            ),
            _logits_from(
                later,
                "updated_readout",
                f"{theorem}(3)",
                "Requires that the initial readout, acting on features moved through the updated "
                "readout, does not make the logits grow with width.",
            ),
        )

    return System(
        input=body(Role.INPUT),
        hidden=body(Role.HIDDEN),
        readout=(init[Role.READOUT], readout_update),
        faithful=(),
    )


def _adaptive() -> System:
    theorem = "TP4b Theorem 2.8.12"
    init = _initialization(theorem)
    readout_update = Condition(
        family="logits",
        name=READOUT_UPDATE,
        role=Role.READOUT,
        layer=Coefficients(),
        readout=Coefficients(a=1, c=1),
        relation=">=",
        twice_bound=2,
        meaning="Requires that the readout's own updates do not make the logits grow with width.",
        source=f"{theorem}, r_{{L+1}} of Definition 2.8.5",
    )

    def body(role: Role) -> tuple[Condition, ...]:
        update = replace(
            readout_update,
            family="features",
            name="update",
            role=role,
            layer=Coefficients(a=1, c=1),
            readout=Coefficients(),
            twice_bound=0 if role is Role.INPUT else 2,  # I(l>1)
            meaning="Requires that updates of this layer do not make its features grow with width.",
            source=f"{theorem}, r_l of Definition 2.8.5",
        )
        return (
            init[role],
            update,
            _logits_from(
                update,
                "initial_readout",
                theorem,
                "Requires that the initial readout, acting on moved features, does not make the "
                "logits grow with width.",
            ),
        )

    return System(
        input=body(Role.INPUT),
        hidden=body(Role.HIDDEN),
        readout=(init[Role.READOUT], readout_update),
        faithful=_faithful(),
    )


def _faithful() -> tuple[Condition, ...]:
    body = Condition(
        family="faithful",
        name="",
        role=Role.HIDDEN,
        layer=Coefficients(a=-1, d=1),
        readout=Coefficients(a=-1, b=-1),
        relation="=",
        twice_bound=0,
        meaning="Requires that the gradient enters the update function at size Θ(1).",
        source="TP4b Lemma 2.8.11",
    )
    return (
        replace(body, role=Role.INPUT),
        body,
        replace(body, role=Role.READOUT, layer=Coefficients(), readout=Coefficients(a=-1, d=1)),
        Condition(
            family="faithful",
            name="readout_order",
            role=Role.READOUT,
            layer=Coefficients(),
            readout=Coefficients(b=-1, c=1),
            relation=">=",
            twice_bound=0,
            meaning="Requires that the readout's updates do not outgrow its initialization.",
            source="TP4b Lemma 2.8.11",
        ),
    )


@cache
def system(optimizer: Optimizer) -> System:
    """The conditions for SGD (with or without momentum) or for entrywise adaptive optimizers."""
    return _sgd() if optimizer == "sgd" else _adaptive()
