"""The words of a picture: title, family, verdicts, formulas, and what it shows in sentences."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import compress
from typing import Final

from solver import (
    Cell,
    Kind,
    LayerSpan,
    Optimum,
    Role,
    Survey,
    describe_layers,
    optimum_text,
    where_text,
)
from solver.exact import AffineForm, format_exponent
from solver.families import Forms
from solver.theory import SYMBOLS, joined

#: What a verdict means, in a few words.
MEANINGS: Final = {
    Kind.UNSTABLE: "blows up, or vanishes at initialization",
    Kind.TRIVIAL: "its output never moves",
    Kind.KERNEL: "trains; features stand still (r > 0)",
    Kind.OPERATOR: "trains; features stand still (r > 0)",
    Kind.FEATURE_LEARNING: "features move by Θ(1) (r = 0)",
}


# What fits in a line is not divided between lines.
_UNBROKEN: Final = "\N{NO-BREAK SPACE}"
_LONGEST_UNBROKEN: Final = 50


def verdict(kind: Kind) -> str:
    """Such as ``feature learning``."""
    return kind.value.replace("_", " ")


def number(value: Fraction) -> str:
    """Such as ``−1/2``, with a true minus."""
    return format_exponent(value).replace("-", "−")


def formula(form: AffineForm) -> str:
    """Such as ``c/2 + 3·rate − 1/2``."""
    return form.spelled(format_exponent, _term, "−")


def _term(name: str, factor: Fraction) -> str:
    over = "" if factor.denominator == 1 else f"/{factor.denominator}"
    times = "" if factor.numerator == 1 else f"{factor.numerator}{'' if len(name) == 1 else '·'}"
    return f"{times}{name}{over}"


def rate(cell: Cell) -> str:
    """Such as ``r = c/2``: how far features move."""
    return f"r = {formula(cell.r)}"


def place(point: Sequence[Fraction]) -> str:
    """Such as ``(0, −1/2)``."""
    return f"({', '.join(map(number, point))})"


def depth(survey: Survey) -> str:
    """Of which networks a panel speaks."""
    if survey.family.readout_name:
        return "this network"
    return "every L ≥ 2" if survey.depth is None else f"L = {survey.depth}"


def slug(survey: Survey) -> str:
    """The same in the names of a picture's parts."""
    if survey.family.readout_name:
        return "network"
    return "deeper" if survey.depth is None else f"L{survey.depth}"


def _there(survey: Survey) -> str:
    return f"{'in' if survey.family.readout_name else 'at'} {depth(survey)}"


def title(surveys: Sequence[Survey]) -> str:
    """What is asked."""
    unknowns = joined(list(surveys[0].unknowns))
    depths = joined([_there(each) for each in surveys])
    return f"Which values of {unknowns} give which verdict, {depths}"


def subject(surveys: Sequence[Survey]) -> str:
    """The family: the exponents of every layer, or of every named tensor."""
    family = surveys[-1].family
    by_role = family.depth is None or (family.depth == 1 and len(surveys) == 1)
    named = bool(family.readout_name)
    present = [
        any(block.exponents[place] is not None for block in family.layers)
        for place in range(len(SYMBOLS))
    ]
    layers = [
        _layer(
            block.role.value
            if by_role and not named and block.role is not Role.VECTOR
            else _layers(block.spans),
            block.exponents,
            present,
        )
        for block in family.body
    ]
    symbols = ", ".join(compress(SYMBOLS, present))
    readout = _layer(family.readout_name or Role.READOUT.value, family.readout, present)
    return (
        f"optimizer {', '.join(family.optimizers)}  ·  ({symbols}) of every "
        f"{'tensor' if named else 'layer'}:  {',  '.join([*layers, readout])}"
    )


def _layers(spans: Sequence[LayerSpan]) -> str:
    numbers = describe_layers(spans)
    if any(span.tensor for span in spans):
        return numbers
    return f"layer {numbers}" if numbers.isdecimal() else f"layers {numbers}"


def _layer(name: str, forms: Forms, present: Sequence[bool]) -> str:
    """Its exponents, with a dash for those that others have."""
    shown = ("–" if each is None else formula(each) for each in compress(forms, present))
    text = f"{name} ({', '.join(shown)})"
    return text if len(text) > _LONGEST_UNBROKEN else text.replace(" ", _UNBROKEN)


def extreme(optimum: Optimum) -> str:
    """Such as ``minimum of c: 1``; or that there is none."""
    sense, name, target = optimum.goal
    if not optimum.possible:
        return f"no point is {target.replace('_', ' ')}"
    if optimum.value is None:
        return f"{name} has no {sense[:-3]}um"
    words = {"minimize": ("minimum", "infimum"), "maximize": ("maximum", "supremum")}[sense]
    return f"{words[not optimum.attained]} of {name}: {number(optimum.value)}"


def asked(optimum: Optimum) -> str:
    """Such as ``least c, subject to: kernel``."""
    sense, name, target = optimum.goal
    least = "least" if sense == "minimize" else "greatest"
    return f"{least} {name}, subject to: {target.replace('_', ' ')}"


def description(surveys: Sequence[Survey]) -> str:
    """The picture in sentences, for those who do not see it."""
    return " ".join(sentence for survey in surveys for sentence in _sentences(survey))


def _sentences(survey: Survey) -> Iterator[str]:
    unknowns = survey.unknowns
    places: dict[Kind, list[str]] = {}
    for kind, where in survey.pieces:
        places.setdefault(kind, []).append(f"where {where_text(where, unknowns)}")
    parts = (f"{verdict(kind)} {' or '.join(wheres)}" for kind, wheres in places.items())
    there = _there(survey)
    yield f"{there[0].upper()}{there[1:]}: {'; '.join(parts)}."
    if survey.landmarks:
        members = (
            f"{each.name} at {where_text(each.where, unknowns)}" for each in survey.landmarks
        )
        yield f"Named members: {'; '.join(members)}."
    if survey.optimum is not None:
        yield optimum_text(survey.optimum)
