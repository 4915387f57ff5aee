"""The named parametrizations of the literature, each with its source.

Exponents are given by role.  Some entries are families in one parameter (``s`` or ``c``),
in which their exponents are affine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from solver.errors import ParametrizationError, UnknownParametrizationError
from solver.exact.affine import AffineForm, constant, unknown
from solver.exact.exponents import format_exponent
from solver.theory.exponents import Exponents, shared
from solver.theory.law import Law
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.parametrization import RoleParametrization

_HALF: Final = Fraction(1, 2)


class Parameter(NamedTuple):
    """The free parameter of a family, and the range in which it is defined."""

    name: Literal["s", "c"]
    meaning: str
    example: str
    minimum: Fraction | None = None
    maximum: Fraction | None = None


class RoleEntry(NamedTuple):
    """One exponent by role; ``hidden`` is None where there are no hidden layers."""

    input: AffineForm
    hidden: AffineForm | None
    readout: AffineForm


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """A named parametrization, or a family of them in one parameter."""

    name: str
    title: str
    optimizer: Optimizer
    a: RoleEntry
    b: RoleEntry
    c: RoleEntry
    source: str
    description: str
    parameter: Parameter | None = None

    @property
    def law(self) -> Law:
        """The law under which it is trained."""
        return OPTIMIZERS[self.optimizer]

    @property
    def depth_one_only(self) -> bool:
        """Whether it is defined for one hidden layer only."""
        return self.a.hidden is None

    def roles(self, parameter: Fraction | None = None) -> RoleParametrization:
        """Its exponents by role.

        Raises ``ParametrizationError`` where a family lacks its parameter or gets one out of
        range, and where an entry that has none gets one.
        """
        self.check(parameter)

        point: dict[str, Fraction] = {}
        if self.parameter is not None and parameter is not None:
            point[self.parameter.name] = parameter

        def exponents(a: AffineForm, b: AffineForm, c: AffineForm) -> Exponents:
            return shared(a.at(point), b.at(point), c.at(point))

        a, b, c = self.a, self.b, self.c
        return RoleParametrization(
            exponents(a.input, b.input, c.input),
            exponents(a.hidden, b.hidden, c.hidden) if a.hidden and b.hidden and c.hidden else None,
            exponents(a.readout, b.readout, c.readout),
            self.optimizer,
        )

    def admits(self, parameter: Fraction) -> bool:
        """Whether a family is defined at this value of its parameter."""
        assert self.parameter is not None, f"{self.name} has no parameter"
        *_, minimum, maximum = self.parameter
        above = minimum is None or minimum <= parameter
        return above and (maximum is None or parameter <= maximum)

    def check(self, parameter: Fraction | None) -> None:
        """Raise ``ParametrizationError`` unless the entry takes this parameter (None: none)."""
        if self.parameter is None:
            if parameter is not None:
                raise ParametrizationError.at((), f"{self.name} has no parameter; leave it out")
            return
        name, _, example, minimum, maximum = self.parameter
        if parameter is None:
            raise ParametrizationError.at(
                (name,), f'{self.name} is a family in {name}; give {name}, for example "{example}"'
            )
        if not self.admits(parameter):
            raise ParametrizationError.at(
                (name,),
                f"{name} = {format_exponent(parameter)} is outside {minimum} <= {name} <= "
                f"{maximum}, where {self.name} is defined",
            )

    def label(self, parameter: Fraction | None = None) -> str:
        """Its name, with the parameter's value for a family: ``"uniform(1/4)"``."""
        return self.name if parameter is None else f"{self.name}({format_exponent(parameter)})"


def _roles(*values: AffineForm | Fraction | int | None) -> RoleEntry:
    """(input, hidden, readout) from numbers or affine forms."""
    first, hidden, last = (
        value if isinstance(value, AffineForm) or value is None else constant(value)
        for value in values
    )
    assert first is not None
    assert last is not None
    return RoleEntry(first, hidden, last)


_S: Final = unknown("s")
_C: Final = unknown("c")
_S_MINUS_HALF: Final = _S.minus(_HALF)
_HALF_MINUS_S: Final = constant(_HALF).minus(_S)

_ENTRIES: Final = (
    GalleryEntry(
        name="ntk",
        title="NTK parametrization",
        optimizer="sgd",
        a=_roles(0, _HALF, _HALF),
        b=_roles(0, 0, 0),
        c=_roles(0, 0, 0),
        source="TP4 Section 2.3; Jacot, Gabriel & Hongler 2018",
        description="Multipliers 1/sqrt(n) and unit initialization: training becomes kernel "
        "gradient descent with the neural tangent kernel.",
    ),
    GalleryEntry(
        name="standard",
        title="Standard parametrization, width-independent learning rate",
        optimizer="sgd",
        a=_roles(0, 0, 0),
        b=_roles(0, _HALF, _HALF),
        c=_roles(0, 0, 0),
        source="TP4 Table 1",
        description="The default of deep-learning frameworks (LeCun or He initialization) with "
        "one learning rate for every width: training blows up as width grows.",
    ),
    GalleryEntry(
        name="standard_1_over_n",
        title="Standard parametrization, learning rate 1/n",
        optimizer="sgd",
        a=_roles(0, 0, 0),
        b=_roles(0, _HALF, _HALF),
        c=_roles(1, 1, 1),
        source="TP4 Table 1",
        description="Standard initialization with the largest stable learning rate: a kernel "
        "regime, whose first layer does not contribute for L >= 2.",
    ),
    GalleryEntry(
        name="mean_field",
        title="Mean-field parametrization",
        optimizer="sgd",
        a=_roles(0, None, 1),
        b=_roles(0, None, 0),
        c=_roles(-1, None, -1),
        source="TP4 Table 1; Mei, Montanari & Nguyen 2018",
        description="One hidden layer, output averaged over neurons, learning rate n: "
        "equivalent to the maximal update parametrization at L = 1.",
    ),
    GalleryEntry(
        name="mup",
        title="Maximal update parametrization (µP)",
        optimizer="sgd",
        a=_roles(-_HALF, 0, _HALF),
        b=_roles(_HALF, _HALF, _HALF),
        c=_roles(0, 0, 0),
        source="TP4 Definition 5.1",
        description="Every layer learns features as fast as stability allows.",
    ),
    GalleryEntry(
        name="uniform",
        title="Uniform parametrizations, from µP (s = 0) to NTK (s = 1/2)",
        optimizer="sgd",
        a=_roles(_S_MINUS_HALF, _S, _HALF),
        b=_roles(_HALF_MINUS_S, _HALF_MINUS_S, _HALF_MINUS_S),
        c=_roles(0, 0, 0),
        source="TP4 Section 5.4",
        description="A line of stable, nontrivial parametrizations on which r = s in every layer.",
        parameter=Parameter("s", "equal to r", "1/4", Fraction(0), _HALF),
    ),
    GalleryEntry(
        name="standard_divided_logits",
        title="Standard parametrization with logits divided by sqrt(n)",
        optimizer="sgd",
        a=_roles(0, 0, _HALF),
        b=_roles(0, _HALF, _HALF),
        c=_roles(0, 0, 0),
        source="TP4 Section 5",
        description="The smallest change to the standard parametrization that makes it learn "
        "features (L >= 2), though not in the first layer.",
    ),
    GalleryEntry(
        name="mup_adam",
        title="µP for adaptive optimizers",
        optimizer="adam",
        a=_roles(0, 0, 1),
        b=_roles(0, _HALF, 0),
        c=_roles(0, 1, 0),
        source="TP4b Section 2.2",
        description="The maximal update parametrization for Adam, SignSGD, RMSProp and their like.",
    ),
    GalleryEntry(
        name="ntk_adam",
        title="NTK parametrization for adaptive optimizers",
        optimizer="adam",
        a=_roles(0, _HALF, _HALF),
        b=_roles(0, 0, 0),
        c=_roles(_HALF, 1, _HALF),
        source="TP4b Section 2.2",
        description="NTK multipliers with the largest learning rates that keep to the operator "
        "regime, the nonlinear counterpart of the kernel regime.",
    ),
    GalleryEntry(
        name="standard_adam",
        title="Standard parametrization for adaptive optimizers, learning rate n^(-c)",
        optimizer="adam",
        a=_roles(0, 0, 0),
        b=_roles(0, _HALF, _HALF),
        c=_roles(_C, _C, _C),
        source="TP4b Theorem 2.8.12",
        description="Standard initialization under Adam: unstable at c = 1, in the operator "
        "regime at c = 3/2.",
        parameter=Parameter("c", "exponent of the learning rate", "3/2"),
    ),
)

#: Every entry by name, in the order of the paper's table.
GALLERY: Final[Mapping[str, GalleryEntry]] = MappingProxyType(
    {entry.name: entry for entry in _ENTRIES}
)


def _plain(name: str) -> str:
    """As people write it: case, spaces, hyphens and underscores do not matter, and µ is mu."""
    plain = name.casefold().replace("\N{GREEK SMALL LETTER MU}", "mu")
    return "".join(character for character in plain if character not in " -_()/")


#: Other names in use.
_ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{_plain(name): name for name in GALLERY},
        **dict.fromkeys(("mupsgd", "maximalupdate", "maximalupdateparametrization"), "mup"),
        **dict.fromkeys(("mupadamw", "muadam", "muadamw"), "mup_adam"),
        **dict.fromkeys(("ntp", "ntksgd", "ntkparametrization", "neuraltangent"), "ntk"),
        **dict.fromkeys(
            ("sp", "pytorch", "torch", "default", "lecun", "standardparametrization"), "standard"
        ),
        **dict.fromkeys(("mf", "meanfieldparametrization"), "mean_field"),
        **dict.fromkeys(("spadam", "pytorchadam"), "standard_adam"),
    }
)
_LONGEST: Final = 64


def gallery_entry(name: str) -> GalleryEntry:
    """The entry of that name.  Raises ``UnknownParametrizationError``, which lists the names."""
    try:
        return GALLERY[name]
    except KeyError:
        if len(name) <= _LONGEST and (known := _ALIASES.get(_plain(name))):
            return GALLERY[known]
        shown = name if len(name) <= 40 else f"{name[:40]}…"
        alike = get_close_matches(shown.lower(), GALLERY, n=1)
        hint = f'did you mean "{alike[0]}"? ' if alike else ""
        raise UnknownParametrizationError(
            f'"{shown}" is not in the gallery; {hint}its names are {", ".join(GALLERY)}'
        ) from None
