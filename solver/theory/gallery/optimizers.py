"""Muon and Adafactor: µP under their laws of updates, and the standard parametrization."""

from fractions import Fraction
from typing import Final

from solver.theory.gallery.entry import GalleryEntry, by_role

_HALF: Final = Fraction(1, 2)
_DERIVED: Final = "derived from the spectral condition (arXiv 2310.17813)"
_MUON_INSIDE: Final = ("adamw", "muon", "adamw")
_MATCHED_INSIDE: Final = ("adamw", "muon_match_rms", "adamw")

BY_OPTIMIZER: Final = (
    GalleryEntry(
        name="mup_muon",
        title="µP for Muon on hidden matrices and AdamW elsewhere",
        optimizer=_MUON_INSIDE,
        a=by_role(0, 0, 1),
        b=by_role(0, _HALF, 0),
        c=by_role(0, 0, 0),
        source=f"{_DERIVED}; TP4b for AdamW",
        description="Logits divided by n, and no learning rate depends on width.",
        used_by="Transfer of hyperparameters where Muon trains the hidden matrices.",
    ),
    GalleryEntry(
        name="mup_muon_match_rms",
        title="µP for Muon with steps as large as AdamW's",
        optimizer=_MATCHED_INSIDE,
        a=by_role(0, 0, 1),
        b=by_role(0, _HALF, 0),
        c=by_role(0, _HALF, 0),
        source=f"{_DERIVED}; TP4b for AdamW",
        description="The factor 0.2 max(fan_out, fan_in)^(1/2) needs rates 1/sqrt(n) to transfer.",
        used_by="Who keeps this factor and trains at several widths.",
    ),
    GalleryEntry(
        name="mup_muon_raw",
        title="µP for orthogonalized updates on every matrix",
        optimizer="muon_raw",
        a=by_role(0, 0, 1),
        b=by_role(0, _HALF, 0),
        c=by_role(-_HALF, 0, -_HALF),
        source=_DERIVED,
        description="Updates of spectral norm 1 everywhere: the first layer and the readout learn "
        "at the rate sqrt(n).",
        used_by="Spectral descent on all weight matrices.",
    ),
    GalleryEntry(
        name="standard_muon",
        title="Standard initialization, Muon on hidden matrices, AdamW elsewhere",
        optimizer=_MUON_INSIDE,
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        source="K. Jordan and others, Muon (2024)",
        description="Features move as they should at every width; the logits alone blow up, "
        "because nothing divides them or the readout's learning rate.",
        used_by="Training with Muon as its authors recommend it, at one width.",
    ),
    GalleryEntry(
        name="standard_muon_match_rms",
        title="Standard initialization, Muon with steps as large as AdamW's",
        optimizer=_MATCHED_INSIDE,
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        source="arXiv 2502.16982",
        description="One learning rate for Muon and AdamW: features blow up like n^(1/2).",
        used_by="Large language models that take AdamW's learning rates over to Muon.",
    ),
    GalleryEntry(
        name="mup_adafactor",
        title="µP for Adafactor with parameter scaling",
        optimizer="adafactor",
        a=by_role(0, 0, 1),
        b=by_role(0, _HALF, 0),
        c=by_role(0, _HALF, 0),
        source="derived from TP4b Theorem 2.8.12, with c + b for c",
        description="Steps in proportion to the weights: hidden matrices, whose entries are "
        "n^(-1/2), need another factor n^(-1/2).",
        used_by="Transfer of hyperparameters under Adafactor or LAMB.",
    ),
    GalleryEntry(
        name="standard_adafactor",
        title="Standard initialization, Adafactor with parameter scaling",
        optimizer="adafactor",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        source="arXiv 1804.04235",
        description="One relative step for all weights: features blow up like n^(1/2).",
        used_by="Adafactor with its own step sizes.",
    ),
)
