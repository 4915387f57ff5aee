"""What can be wrong with a program."""

from collections.abc import Iterable

from solver import Flaw


class ProgramError(ValueError):
    """What was given is no program that can be run; one ``Flaw`` for each thing wrong with it."""

    flaws: tuple[Flaw, ...]

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("; ".join(flaw.message for flaw in self.flaws))


class ExpressionError(ValueError):
    """An expression cannot be read or used.  The message says why, and what to write instead."""


class ProgramBudgetError(ValueError):
    """A program would take more time or memory than it may."""
