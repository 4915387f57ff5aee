"""The result of a coordinate check, as it travels and as it is answered."""

from typing import Literal

from typing_extensions import TypedDict

Outcome = Literal["agrees", "explained", "undetermined", "off"]
CheckVerdict = Literal["confirmed", "contradicted", "inconclusive"]


class QuantityReport(TypedDict):
    """One quantity at one layer and step, across widths.

    ``predicted_exponent`` e means size Θ(n^-e), in canonical spelling; null where theory
    predicts nothing (after a blow-up).  ``measured_exponent`` is minus the fitted log-log slope,
    null where there is nothing to fit.  ``outcome`` says in one word what follows: ``agrees``;
    ``explained``, where the slope is another but challenges no theory: among so many, some are
    that far off by chance, or a term that fades slowly with width still shows; ``undetermined``,
    where noise, or sizes out of the range of floats, tell no slope, or one that is not clearly
    another; ``off``, where it is.  It is null where theory predicts nothing.  ``agrees`` and
    ``explained`` say the same: ``agrees`` is null where nothing is told.  ``sizes`` has one
    [median, low, high] over seeds (quartiles) for each width, null where networks blew up.
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
    outcome: Outcome | None
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
