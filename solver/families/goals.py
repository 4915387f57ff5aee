"""Reading what is asked of an unknown: its least or greatest value, subject to a target."""

from typing import Literal, get_args

from solver.errors import ParametrizationError
from solver.exact.exponents import shown
from solver.families.optimum import Goal
from solver.families.reading import Families
from solver.families.targets import Target, understood


def read_goal(
    families: Families, minimize: object, maximize: object, subject_to: object
) -> Goal | None:
    """The goal; None where nothing is asked.  Raises ``ParametrizationError``."""
    senses: tuple[tuple[Literal["minimize", "maximize"], object], ...] = (
        ("minimize", minimize),
        ("maximize", maximize),
    )
    asked = [(sense, name) for sense, name in senses if name is not None]
    if not asked:
        if subject_to is not None:
            raise ParametrizationError.at(
                ("subject_to",),
                'subject_to goes with "minimize" or "maximize"; name an unknown there',
            )
        return None
    if len(asked) > 1:
        raise ParametrizationError.at(
            ("maximize",), "minimize and maximize are both given; ask one at a time"
        )
    ((sense, name),) = asked
    if not isinstance(name, str) or name not in families.unknowns:
        raise ParametrizationError.at(
            (sense,),
            f"{shown(name)} is not among the unknowns, which are {', '.join(families.unknowns)}",
        )
    return Goal(sense, name, _target(subject_to, families))


def _target(subject_to: object, families: Families) -> Target:
    known: tuple[Target, ...] = get_args(Target)
    target = next((each for each in known if each == (subject_to or "stable")), None)
    if target is None:
        raise ParametrizationError.at(
            ("subject_to",),
            f"subject_to is {shown(subject_to)}; it must be one of {', '.join(known)}",
        )
    try:
        return understood(target, families.first.regime)
    except ParametrizationError as error:
        raise error.under("subject_to") from None
