"""The result of a coordinate check, as it travels and as it is answered."""

from typing import Literal

from typing_extensions import TypedDict

CheckVerdict = Literal["confirmed", "contradicted", "inconclusive"]


class QuantityReport(TypedDict):
    """One quantity at one layer and step, across widths.

    ``predicted_exponent`` e means size Θ(n^-e), in canonical spelling; null where theory
    predicts nothing (after a blow-up).  ``measured_exponent`` is minus the fitted log-log slope,
    null where there is nothing to fit; ``agrees`` is null where either is null.  ``explained``
    is true for a slope that does not agree and does not contradict the theory either: among so
    many, some are that far off by chance, or a term that fades slowly with width still shows.
    ``sizes`` has one [median, low, high] over seeds (quartiles) for each width, null where networks
    blew up.
    ``fitted_widths`` are those the fit used.
    """

    quantity: Literal[
        "h", "x", "f", "delta_h", "delta_x", "delta_f", "update", "readout_update", "readout_init"
    ]
    layer: int
    step: int
    predicted_exponent: str | None
    measured_exponent: float | None
    standard_error: float | None
    agrees: bool | None
    explained: bool
    sizes: list[list[float] | None]
    fitted_widths: list[int]
    note: str | None


class CheckResult(TypedDict):
    """The result of a check; ``subject`` describes the networks in a line."""

    verdict: CheckVerdict
    theory: Literal["unstable", "trivial", "kernel", "feature_learning", "operator"]
    empirical: Literal["unstable", "trivial", "kernel", "feature_learning", "operator"]
    summary: str
    subject: str
    widths: list[int]
    seeds: list[int]
    tolerance: float
    quantities: list[QuantityReport]
    notes: list[str]
    method: Literal["matrix_free", "dense"]
    device: str
    seconds: float
