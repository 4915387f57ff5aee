"""The result of a program, as it travels and as it is answered."""

from typing_extensions import TypedDict


class ScalarReport(TypedDict):
    """The limit of a scalar as n → ∞, null where it is not finite (``note`` says why).

    ``standard_error``² = ``sampling_error``² + ``extrapolation_error``²: the noise of the copies,
    and what the extrapolation from finite widths may leave out.  ``sampling_floor`` is half the
    difference of the limits that two halves of the copies give.
    """

    limit: float | None
    standard_error: float | None
    sampling_error: float | None
    extrapolation_error: float | None
    sampling_floor: float | None
    note: str | None


class Convergence(TypedDict):
    """A scalar at finite widths: its mean over copies, and the standard error of that.

    One entry for each width; null where a copy is not finite.
    """

    mean: list[float | None]
    standard_error: list[float | None]


class Histogram(TypedDict):
    """How the coordinates of a vector are spread at the largest width.

    ``density`` has one entry for each bin between two ``edges``; ``gaussian`` is what a Gaussian
    with the limit's mean and variance has there.  ``outside``: the share beyond the edges.
    """

    edges: list[float]
    density: list[float]
    gaussian: list[float]
    outside: float


class JointReport(TypedDict):
    """The joint law of the coordinates of some vectors: means and covariances are limits.

    ``coordinate_correlation``, by name, has one entry for each width: the correlation of two
    different coordinates of one vector, which falls like 1/n: in the limit coordinates are
    independent, and each is spread as the histogram is.
    """

    names: list[str]
    mean: list[float | None]
    mean_standard_error: list[float | None]
    covariance: list[list[float | None]]
    covariance_standard_error: list[list[float | None]]
    histograms: dict[str, Histogram]
    coordinate_correlation: dict[str, list[float | None]]


class ProgramResult(TypedDict):
    """What a program comes to as n → ∞.

    ``reached``: whether every sampling error is at most ``precision`` (times the limit, where that
    exceeds 1), and every extrapolation error at most twice that.  ``copies`` counts those at each
    of ``widths``.
    """

    summary: str
    scalars: dict[str, ScalarReport]
    joint: JointReport | None
    convergence: dict[str, Convergence]
    widths: list[int]
    copies: list[int]
    precision: float
    reached: bool
    notes: list[str]
    device: str
    seconds: float
