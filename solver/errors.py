"""What can be wrong with a question put to the solver.

    SolverError(ValueError)
    ├── ExponentError                one value is not an exact rational within bounds
    ├── ParametrizationError         the pieces do not make up an abc-parametrization
    ├── UnknownParametrizationError  no gallery entry of that name
    └── TimeLimitError               a question with unknowns takes too long to solve

Every message names the value, the rule and the remedy.  A ``ParametrizationError``
carries one ``Flaw`` per thing found wrong, each with the path of the offending entry,
so that a caller can point at it (a JSON pointer, a column, a command-line option).
"""

from collections.abc import Iterable
from dataclasses import dataclass


class SolverError(ValueError):
    """Base of every error that the solver raises about its input."""


class ExponentError(SolverError):
    """A value is not an exact rational number within the bounds."""


class UnknownParametrizationError(SolverError, LookupError):
    """No gallery entry of that name."""


class TimeLimitError(SolverError):
    """A question with unknowns was not answered in the time that it was given."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong: where (keys and list indices from the root) and what."""

    path: tuple[str | int, ...]
    message: str


class ParametrizationError(SolverError):
    """The values given do not make up an abc-parametrization."""

    flaws: tuple[Flaw, ...]

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("; ".join(flaw.message for flaw in self.flaws))

    def under(self, *prefix: str | int) -> "ParametrizationError":
        """The same error seen from further out: every path starts with ``prefix``."""
        return ParametrizationError(
            Flaw((*prefix, *flaw.path), flaw.message) for flaw in self.flaws
        )

    @classmethod
    def at(cls, path: tuple[str | int, ...], message: str) -> "ParametrizationError":
        """An error with a single flaw."""
        return cls((Flaw(path, message),))
