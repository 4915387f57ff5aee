"""What a named parametrization is: exponents by role, or a network by its tensors."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from solver.errors import ParametrizationError
from solver.exact.affine import AffineForm, constant
from solver.exact.exponents import format_exponent
from solver.theory.exponents import Exponents, shared
from solver.theory.law import Law
from solver.theory.laws import OPTIMIZERS, Optimizer
from solver.theory.parametrization import Optimizers, RoleParametrization
from solver.theory.roles import MATRICES, Role
from solver.theory.tensors import TensorParametrization
from solver.theory.wiring import PLAIN, Bias, Wiring


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


def by_role(*values: AffineForm | Fraction | int | None) -> RoleEntry:
    """(input, hidden, readout) from numbers or affine forms."""
    first, hidden, last = (
        value if isinstance(value, AffineForm) or value is None else constant(value)
        for value in values
    )
    assert first is not None
    assert last is not None
    return RoleEntry(first, hidden, last)


class BodyBias(NamedTuple):
    """The exponents of biases, each of the input layer and of hidden layers."""

    a: tuple[Fraction, Fraction]
    b: tuple[Fraction, Fraction]
    c: tuple[Fraction, Fraction]


#: The name of an assumption on alignment, a key of ``ALIGNMENTS``.
AlignmentName = Literal["theorem", "full", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryEntry:
    """A named parametrization, or a family of them in one parameter.

    ``optimizer`` is one for all roles, or a tuple of those of input, hidden and readout.
    ``alignment`` is the assumption under which its exponents were derived; verdicts on it are the
    theorem's all the same.  ``used_by`` says in a sentence who uses it.
    """

    name: str
    title: str
    optimizer: Optimizers
    a: RoleEntry
    b: RoleEntry
    c: RoleEntry
    source: str
    description: str
    used_by: str
    bias: BodyBias | None = None
    alignment: AlignmentName = "theorem"
    parameter: Parameter | None = None

    @property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """The optimizers of input, hidden and readout."""
        one = self.optimizer
        return one if isinstance(one, tuple) else (one,) * len(MATRICES)

    @property
    def laws(self) -> tuple[Law, ...]:
        """The laws under which input, hidden and readout are trained."""
        return tuple(OPTIMIZERS[each] for each in self.optimizers)

    def law_of(self, role: Role) -> Law:
        """The law under which the weight matrices of a role are trained."""
        return self.laws[MATRICES.index(role)]

    @property
    def mixed(self) -> bool:
        """Whether its roles have different laws; without hidden layers it says nothing new."""
        return len(set(self.laws)) > 1

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
            self._wiring(),
        )

    def _wiring(self) -> Wiring:
        if self.bias is None:
            return PLAIN
        exponents = [shared(*each) for each in zip(*self.bias, strict=True)]
        return Wiring(tuple(map(Bias, exponents, self.optimizers)))

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


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryNetwork:
    """A named network, given by its tensors.  ``used_by`` says in a sentence who uses it."""

    name: str
    title: str
    network: TensorParametrization
    source: str
    description: str
    used_by: str
