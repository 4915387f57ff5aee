"""What a row of the theory of optimizers says: how large one update of a tensor is.

In the first O(1) steps nothing else about an optimizer matters for the exponents: momentum, bias
correction and schedules change constants.  A law is written once, as linear forms, and verdicts,
batches, families, repairs and predictions all read it from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from solver.theory.dichotomy import Kind
from solver.theory.roles import Relation, Role


class Coefficients(NamedTuple):
    """Integer coefficients of one tensor's exponents."""

    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0
    w: int = 0

    def plus(self, other: "Coefficients") -> "Coefficients":
        """The coefficientwise sum."""
        return Coefficients(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class Update(NamedTuple):
    """How large the update of a matrix is: an exponent is ``form - bound``, counted in halves.

    For a body layer l it is that of the update term ΔW^l x^{l-1}, r_l, as far as the layer itself
    determines it; for the readout that of ΔW^{L+1} x^L, u - 1.
    """

    form: Coefficients
    twice_bound: int


class Path(NamedTuple):
    """A way in which the readout enters the size of an update of the body.

    ``readout`` says by what the update is multiplied: by the readout as initialized (a+b of layer
    L+1) or as updated (u of layer L+1), or None where its size does not matter.  It is open from
    step ``from_step`` on.  The rest names and explains the conditions that it leads to.
    """

    readout: Literal["initial", "updated"] | None
    from_step: int
    features_name: str
    features_meaning: str
    logits_name: str
    logits_meaning: str


#: The update is scale-free: it does not depend on how large the gradient is.
DIRECT: Final = Path(
    readout=None,
    from_step=1,
    features_name="update",
    features_meaning="Requires that updates of this layer do not make its features grow with "
    "width.",
    logits_name="initial_readout",
    logits_meaning="Requires that the initial readout, acting on moved features, does not make "
    "the logits grow with width.",
)
#: The gradient reaches the layer through the readout as initialized.
THROUGH_INITIAL_READOUT: Final = Path(
    readout="initial",
    from_step=1,
    features_name="initial_readout",
    features_meaning="Requires that updates driven through the readout as initialized do not make "
    "the features of this layer grow with width.",
    logits_name="initial_readout",
    logits_meaning="Requires that the initial readout, acting on features moved through it, does "
    "not make the logits grow with width.",
)
#: The gradient reaches the layer through the readout as updated.  The condition on logits that it
#: leads to follows from the others of a stable parametrization: with u of the readout, u >= 1 and
#: the condition on features through the initial readout imply it.  It stays, because the theorem
#: states it and "initialized maximally" reads it.
THROUGH_UPDATED_READOUT: Final = Path(
    readout="updated",
    from_step=2,
    features_name="updated_readout",
    features_meaning="Requires that updates driven through the readout as updated (from the second "
    "step on) do not make the features of this layer grow with width.",
    logits_name="updated_readout",
    logits_meaning="Requires that the initial readout, acting on features moved through the "
    "updated readout, does not make the logits grow with width.",
)


class Sources(NamedTuple):
    """Where the conditions are from: at initialization, on features, on logits, on the readout."""

    initialization: str
    features: str
    logits: str
    readout_update: str


class Faithfulness(NamedTuple):
    """A condition under which the theorem covers a matrix, where d is given."""

    name: str
    role: Role
    layer: Coefficients
    readout: Coefficients
    relation: Relation
    meaning: str
    source: str


class Convention(NamedTuple):
    """By which powers of n an optimizer multiplies the step of a matrix, counted in halves.

    They come from factors that depend on the shape alone, such as sqrt(fan_out / fan_in).
    """

    input: int
    hidden: int
    readout: int

    def twice_power(self, role: Role) -> int:
        """Twice the exponent of n by which the step of a matrix of this role is multiplied."""
        match role:
            case Role.INPUT | Role.VECTOR:  # a vector is a matrix whose input is the constant 1
                return self.input
            case Role.HIDDEN:
                return self.hidden
            case Role.READOUT:
                return self.readout


@dataclass(frozen=True, slots=True, eq=False)  # each law exists once: compare by identity
class Law:
    """A law of updates: one row of the theory.

    ``updates`` has a form for each role and ``paths`` the ways to the body.  A gauge
    transformation by θ takes (a, b, c, d) to (a + θ, b - θ, c - ``gauge_weight`` θ, d + θ); in
    canonical form the exponent ``canonical_zero`` is 0.  ``regime`` is the verdict on networks that
    train without learning features.  ``optimizers`` are the names under which people know it;
    ``conventions`` says of some of them by which power of n they multiply the step (see
    ``Convention``).
    ``faithfulness`` is empty where gradients are not scaled by n^d before the update.  ``status``
    tells whether a theorem covers the law or its forms are derived from one.
    ``below_epsilon`` is the law that takes over where Adam's ε exceeds the gradients: then updates
    are smaller than under this law, and the larger exponent of the two is that of the update.
    ``matrices_only`` names optimizers that take no vectors.  ``adds_up`` says whether the update
    of a hidden matrix adds n entries in phase, so that their alignment matters.
    """

    name: str
    optimizers: tuple[str, ...]
    updates: Mapping[Role, Update]
    paths: tuple[Path, ...]
    gauge_weight: int
    canonical_zero: Literal["a", "c"]
    regime: Kind
    status: Literal["theorem", "derived"]
    sources: Sources
    faithfulness: tuple[Faithfulness, ...] = ()
    conventions: Mapping[str, Convention] = field(default_factory=dict)
    below_epsilon: "Law | None" = None
    matrices_only: tuple[str, ...] = ()
    adds_up: bool = True

    def of(self, optimizer: str) -> "Law":
        """The law as this optimizer follows it: itself, or with the steps that it multiplies."""
        convention = self.conventions.get(optimizer)
        if convention is None:
            return self
        shifted = {
            role: Update(form, twice_bound + convention.twice_power(role))
            for role, (form, twice_bound) in self.updates.items()
        }
        return replace(self, updates=MappingProxyType(shifted))

    @property
    def scales_gradients(self) -> bool:
        """Whether gradients may be multiplied by n^d before the update function."""
        return bool(self.faithfulness)


def updates(body: Coefficients, readout: Update) -> Mapping[Role, Update]:
    """The forms of a law whose update of a hidden matrix adds up n entries in phase.

    ``body`` is common to input and hidden layers, whose exponents are ``body`` and ``body - 1``; a
    vector is an input layer whose input is the constant 1.
    """
    return MappingProxyType(
        {
            Role.INPUT: Update(body, 0),
            Role.HIDDEN: Update(body, 2),
            Role.READOUT: readout,
            Role.VECTOR: Update(body, 0),
        }
    )
