"""The parametrizations of Everett et al. (arXiv 2407.05872) for Adam, four for each alignment.

Their learning rates are the largest under an assumption: ``full`` takes the initial readout as
unaligned with the changes of features, ``none`` takes the updates as unaligned, too.
"""

from fractions import Fraction
from typing import Final, NamedTuple

from solver.theory.gallery.entry import AlignmentName, GalleryEntry, RoleEntry, by_role

_HALF: Final = Fraction(1, 2)


class _Form(NamedTuple):
    """One of their four parametrizations, and its rates under each assumption."""

    name: str
    title: str
    a: RoleEntry
    b: RoleEntry
    full: RoleEntry
    none: RoleEntry


_FORMS: Final = (
    _Form(
        "standard",
        "Standard",
        by_role(0, 0, 0),
        by_role(0, _HALF, _HALF),
        full=by_role(0, 1, 1),
        none=by_role(0, _HALF, _HALF),
    ),
    _Form(
        "ntk",
        "NTK",
        by_role(0, _HALF, _HALF),
        by_role(0, 0, 0),
        full=by_role(0, _HALF, _HALF),
        none=by_role(0, 0, 0),
    ),
    _Form(
        "mup",
        "µP",
        by_role(-_HALF, 0, _HALF),
        by_role(_HALF, _HALF, _HALF),
        full=by_role(_HALF, 1, _HALF),
        none=by_role(_HALF, _HALF, 0),
    ),
    _Form(
        "mean_field",
        "Mean-field",
        by_role(0, _HALF, 1),
        by_role(0, 0, 0),
        full=by_role(0, _HALF, 0),
        none=by_role(0, 0, -_HALF),
    ),
)

_MAXIMAL: Final = ("mup", "mean_field")
_FULL: Final = "Rates that are the largest where the initial readout is unaligned: "


def _entry(form: _Form, alignment: AlignmentName) -> GalleryEntry:
    full = alignment == "full"
    if full and form.name in _MAXIMAL:
        told = _FULL + "here they are µP."
    elif full:
        told = _FULL + "by the theorem, the logits alone grow."
    else:
        told = (
            "Rates that are the largest where no update is aligned with features: by the theorem, "
            "features blow up."
        )
    return GalleryEntry(
        name=f"everett_{form.name}_{alignment}",
        title=f"{form.title} parametrization under Adam, {alignment} alignment",
        optimizer="adam",
        a=form.a,
        b=form.b,
        c=form.full if full else form.none,
        source="arXiv 2407.05872 (Everett et al.)",
        description=told,
        used_by="Studies of learning rates per layer across widths; adopters of their best rule."
        if form.name == "standard" and full
        else "Studies of learning rates per layer across widths.",
        alignment=alignment,
    )


_ASSUMED: Final[tuple[AlignmentName, ...]] = ("full", "none")

ALIGNED: Final = tuple(_entry(form, alignment) for alignment in _ASSUMED for form in _FORMS)
