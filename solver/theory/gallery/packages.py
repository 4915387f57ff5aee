"""The maximal update parametrization as packages and papers on practice write it."""

from fractions import Fraction
from typing import Final

from solver.theory.gallery.entry import GalleryEntry, by_role

_HALF: Final = Fraction(1, 2)
_SPECTRAL_CONDITION: Final = "arXiv 2310.17813 (spectral condition)"

PACKAGES: Final = (
    GalleryEntry(
        name="standard_1_over_sqrt_n",
        title="Standard parametrization, learning rate 1/sqrt(n)",
        optimizer="sgd",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(_HALF, _HALF, _HALF),
        source="arXiv 2505.22491",
        description="The logits alone blow up: with cross-entropy the network trains all the same, "
        "and hidden layers learn features.",
        used_by="What tuning one learning rate at each width finds with cross-entropy.",
    ),
    GalleryEntry(
        name="musgd",
        title="µP as MuSGD writes it",
        optimizer="sgd",
        a=by_role(0, 0, 1),
        b=by_role(0, _HALF, 0),
        c=by_role(-1, 0, -1),
        source="arXiv 2203.03466; package mup (MuReadout, MuSGD)",
        description="µP with a multiplier 1/n at the readout alone; vectors and readouts learn "
        "at the rate n.",
        used_by="The package mup for PyTorch, under SGD.",
    ),
    GalleryEntry(
        name="muadam",
        title="µP as MuAdam and MuAdamW write it",
        optimizer="adam",
        a=by_role(0, 0, 1),
        b=by_role(0, _HALF, 0),
        c=by_role(0, 1, 0),
        source="arXiv 2203.03466; package mup (MuReadout, MuAdam)",
        description="Logits divided by n, learning rates of hidden matrices divided by n.",
        used_by="The package mup for PyTorch, under Adam; most ports of it.",
    ),
    GalleryEntry(
        name="spectral_sgd",
        title="Spectral condition for SGD",
        optimizer="sgd",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, 1),
        c=by_role(-1, 0, 1),
        source=_SPECTRAL_CONDITION,
        description="No multipliers: initial weights and updates of spectral norm "
        "sqrt(fan_out / fan_in), which is µP in another gauge.",
        used_by="Code that avoids multipliers in the network.",
    ),
    GalleryEntry(
        name="spectral_rates_adam",
        title="Rates of the spectral condition for SGD, under Adam",
        optimizer="adam",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, 1),
        c=by_role(0, 0, 1),
        source=f"{_SPECTRAL_CONDITION}, whose rates these are for SGD",
        description="Under Adam the rates of hidden matrices lack a factor 1/n: features blow up.",
        used_by="Code that takes the ratio fan_out / fan_in as the rate of any optimizer.",
    ),
)
