"""The table of update laws in plain fractions: what an update of each kind is, by optimizer.

Written from the table itself and its remarks on Muon's conventions, and independent of the rows
of ``solver.theory.laws``, which tests compare with it.
"""

from fractions import Fraction
from typing import Final

HALF: Final = Fraction(1, 2)

LAW: Final = {
    "sgd": "gradient",
    **dict.fromkeys(
        ("adam", "adamw", "signsgd", "lion", "rmsprop", "adagrad", "sophia"), "entrywise"
    ),
    **dict.fromkeys(("muon", "muon_raw", "muon_unit_rms", "muon_match_rms"), "spectral"),
    **dict.fromkeys(("shampoo", "soap", "normalized_sgd"), "spectral"),
    **dict.fromkeys(("adafactor", "lamb", "lars"), "relative"),
}
# The power of n by which the step of input, hidden and readout is multiplied.
SHIFT: Final = {
    "muon": (HALF, 0, 0),
    "muon_unit_rms": (HALF, 0, -HALF),
    "muon_match_rms": (HALF, HALF, HALF),
}
GAUGE: Final = {"gradient": 2, "entrywise": 1, "spectral": 1, "relative": 0}


def readout_exponent(optimizer: str, a: Fraction, b: Fraction, c: Fraction) -> Fraction:
    """u: the readout's update has entries of size n^{-u}."""
    u = {
        "gradient": 2 * a + c,
        "entrywise": a + c,
        "spectral": a + c + HALF,
        "relative": a + b + c,
    }[LAW[optimizer]]
    return u - SHIFT.get(optimizer, (0, 0, 0))[2]


def body_exponent(
    optimizer: str, hidden: bool, a: Fraction, b: Fraction, c: Fraction, g: Fraction
) -> Fraction:
    """The exponent of ΔW x; ``g`` is that of the gradient that comes through the readout."""
    r = {
        "gradient": g + c + 2 * a - hidden,
        "entrywise": c + a - hidden,
        "spectral": c + a if hidden else c + a + HALF,
        "relative": c + a + b - hidden,
    }[LAW[optimizer]]
    return r - SHIFT.get(optimizer, (0, 0, 0))[hidden]
