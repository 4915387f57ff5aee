"""Questions in keywords: ``classify(preset="mup", depth=3)``, and the same for repairs and surveys.

The keywords are those of a description (see ``solver.reading``): ``preset`` with ``s`` or ``c``;
``depth`` and ``abc``; or ``a``, ``b``, ``c`` as numbers, lists or objects by role, with ``d`` and
``optimizer`` where they apply.  Exponents are exact: ``"1/3"``, ``0.1`` for one tenth, fractions.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, get_args, overload

from solver.errors import ParametrizationError
from solver.exact import DEFAULT_LIMITS, Deadline, shown
from solver.families import (
    AnyDepthSurvey,
    Families,
    Goal,
    Survey,
    Target,
    read_families,
    read_goal,
    understood,
)
from solver.families import survey as survey_families
from solver.reading import FIELDS, Description, read
from solver.repairs import (
    DEFAULT_MARGIN,
    AnyDepthRepair,
    Options,
    OptionsReader,
    Repair,
    Wanted,
    repair_any_depth,
)
from solver.repairs import repair as repair_parametrization
from solver.theory import (
    ACTIVATIONS,
    Activation,
    Described,
    Parametrization,
    RoleParametrization,
    TensorParametrization,
)
from solver.verdicts import AnyDepthVerdict, Loss, Verdict, classify_any_depth
from solver.verdicts import classify as classify_parametrization


@overload
def classify(
    parametrization: Parametrization | TensorParametrization,
    activation: Activation = "tanh",
    loss: Loss = "mse",
) -> Verdict: ...
@overload
def classify(
    parametrization: RoleParametrization | None = None,
    activation: Activation = "tanh",
    loss: Loss = "mse",
    **description: Any,
) -> Verdict | AnyDepthVerdict: ...
def classify(
    parametrization: Described | None = None,
    activation: Activation = "tanh",
    loss: Loss = "mse",
    **description: Any,
) -> Verdict | AnyDepthVerdict:
    """Decide stability, nontriviality and regime, exactly.

    Takes a parametrization, or the keywords of a description.  By role or by name, without a
    depth, the answer covers L = 1 and every L >= 2.  TP4 Theorems 3.3, 3.4, 3.6 and 3.8; TP4b
    Theorems 2.8.12, 2.8.15 and 2.8.19.  ``activation`` and ``loss`` change the warnings only.

    Raises ``ParametrizationError`` with everything that is wrong with a description, and
    ``TypeError`` for an argument that is neither.
    """
    _check("activation", activation, ACTIVATIONS)
    _check("loss", loss, get_args(Loss))
    if isinstance(parametrization, Parametrization) and not description:
        return classify_parametrization(parametrization, activation, loss)
    given = _given(parametrization, description, "classify")
    if isinstance(given, RoleParametrization):
        return classify_any_depth(given, activation, loss)
    return classify_parametrization(given, activation, loss)


@overload
def repair(
    given: Parametrization | TensorParametrization,
    target: Target | None = None,
    options: Options | None = None,
    margin: Fraction | str = DEFAULT_MARGIN,
    deadline: Deadline | None = None,
    activation: Activation = "tanh",
) -> Repair: ...
@overload
def repair(
    given: RoleParametrization | None = None,
    target: Target | None = None,
    options: Options | None = None,
    margin: Fraction | str = DEFAULT_MARGIN,
    deadline: Deadline | None = None,
    activation: Activation = "tanh",
    *,
    locked: Sequence[str] = (),
    weights: Mapping[str, object] | None = None,
    tie_hidden: bool = True,
    tie_c: bool = True,
    ties: Sequence[Sequence[str]] | None = None,
    **description: Any,
) -> Repair | AnyDepthRepair: ...
def repair(
    given: Described | None = None,
    target: Target | None = None,
    options: Options | None = None,
    margin: Fraction | str = DEFAULT_MARGIN,
    deadline: Deadline | None = None,
    activation: Activation = "tanh",
    *,
    locked: Sequence[str] = (),
    weights: Mapping[str, object] | None = None,
    tie_hidden: bool = True,
    tie_c: bool = True,
    ties: Sequence[Sequence[str]] | None = None,
    **description: Any,
) -> Repair | AnyDepthRepair:
    """The nearest parametrization that meets the target; ``summary`` says it in a sentence.

    Takes a parametrization, or the keywords of a description: ``repair(preset="standard",
    depth=3, target="feature_learning")``.  By role or by name, without a depth, the answer covers
    L = 1 and every L >= 2.  ``locked``, ``weights``, ``tie_hidden``, ``tie_c`` and ``ties`` are
    those of the service; ``options`` holds them read already.  ``activation`` changes the warnings.

    Raises ``ParametrizationError`` with everything that is wrong, ``TypeError`` without a target,
    and ``TimeLimitError`` (after ten seconds, unless another deadline is given).
    """
    if target is None:
        raise TypeError('repair needs a target, such as repair(…, target="feature_learning")')
    _check("target", target, get_args(Wanted))
    _check("activation", activation, ACTIVATIONS)
    asked = _given(given, description, "repair", _OF_REPAIRS)
    if given is None:
        target = understood(target, asked.regime)
    if options is None:
        reader = OptionsReader(Description(**description), asked, DEFAULT_LIMITS, tie_c)
        least = reader.margin(margin)
        options = reader.read(locked, weights, tie_hidden, ties)
    else:
        least = Fraction(margin)
    if isinstance(asked, RoleParametrization):
        return repair_any_depth(asked, target, options, least, deadline, activation)
    return repair_parametrization(asked, target, options, least, deadline, activation)


def survey(
    families: Families | None = None,
    goal: Goal | None = None,
    deadline: Deadline | None = None,
    activation: Activation = "tanh",
    *,
    bounds: Mapping[str, object] | None = None,
    minimize: str | None = None,
    maximize: str | None = None,
    subject_to: Target | None = None,
    **description: Any,
) -> Survey | AnyDepthSurvey:
    """Divide the values of unknowns into cells of one verdict each, exactly.

    Takes families that were read, or the keywords of a description with unknowns:
    ``survey(preset="uniform", s="s", depth=3)``.  Without a depth, the answer covers L = 1 and
    every L >= 2.  ``minimize`` or ``maximize`` names an unknown, and ``subject_to`` says what must
    hold at the optimum (``"stable"`` unless given); ``goal`` holds them read already.

    Raises ``ParametrizationError`` with everything that is wrong, and ``TimeLimitError`` (after ten
    seconds, unless another deadline is given).
    """
    _check("activation", activation, ACTIVATIONS)
    if families is None:
        described = _described(description, "survey", _OF_SURVEYS)
        families = read_families(described, bounds, DEFAULT_LIMITS)
    elif description or not isinstance(families, Families):
        raise TypeError(_neither(families, "survey", 'preset="uniform", s="s", depth=3'))
    asked = read_goal(families, minimize, maximize, subject_to)
    deadline = deadline or Deadline()
    first, deeper = survey_families(families, goal or asked, deadline, activation)
    if families.depth is not None or first.family.readout_name:
        return first
    return AnyDepthSurvey.of(first, deeper, deadline)


_OF_REPAIRS: Final = ("target", "margin", "locked", "weights", "tie_hidden", "tie_c", "ties")
_OF_SURVEYS: Final = ("bounds", "minimize", "maximize", "subject_to")


def _check(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ParametrizationError.at(
            (name,), f"{name} is {shown(value)}; it must be one of {', '.join(choices)}"
        )


def _given(
    given: object, description: dict[str, Any], name: str, own: tuple[str, ...] = ()
) -> Described:
    if isinstance(given, _PARAMETRIZATIONS) and not description:
        return given
    if given is not None:
        raise TypeError(_neither(given, name, 'preset="mup", depth=3'))
    return read(_described(description, name, own))


_PARAMETRIZATIONS: Final = (Parametrization, RoleParametrization, TensorParametrization)


def _described(description: dict[str, Any], name: str, own: tuple[str, ...]) -> Description:
    try:
        return Description(**description)
    except TypeError:
        strange = ", ".join(each for each in description if each not in FIELDS)
        takes = ", ".join((*FIELDS, *own, "activation"))
        raise TypeError(f"{name} takes no {strange}; it takes {takes}") from None


def _neither(given: object, name: str, example: str) -> str:
    if isinstance(given, str):
        return f'"{given[:40]}" is text; write {name}(preset="{given[:40]}")'
    return (
        f"{name} takes what the solver has read, or keywords alone such as {name}({example}); not "
        f"a value of type {type(given).__name__}"
    )
