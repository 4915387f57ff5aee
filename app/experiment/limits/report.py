"""What networks of one width gave, and the limit that is made of it, as they travel."""

from typing_extensions import TypedDict


class Half(TypedDict):
    """Half of the networks of a measurement.

    ``mean`` and ``squares`` (sums of squared deviations from it) are (steps + 1, N); empty
    where a network blew up, or where there is none.
    """

    networks: int
    mean: list[list[float]]
    squares: list[list[float]]


class WidthReport(TypedDict):
    """All networks of one width: the mean of f_t, (steps + 1, N), and its standard error."""

    width: int
    networks: int
    f: list[list[float]]
    standard_error: list[list[float]]


class Simulated(TypedDict):
    """The limit: f_t and its standard error, (steps + 1, N), and what the error is made of.

    ``sampling`` is the largest standard error that networks leave by their number, ``halves`` the
    same as two halves of the networks show it (root mean square over all numbers), and
    ``extrapolation`` what a bias of higher order than 1/n may leave.
    """

    f: list[list[float]]
    standard_error: list[list[float]]
    sampling: float
    halves: float
    extrapolation: float
    precision: float
    reached: bool
    widths: list[WidthReport]


class Compared(TypedDict):
    """Networks of one width: their mean f_t, and how far one of them is from the limit.

    ``distance`` is a root mean square over networks, points and the steps from 1 on.
    """

    width: int
    networks: int
    f: list[list[float]]
    distance: float
    standard_error: float


class Comparison(TypedDict):
    """Finite networks beside the limit; the distance falls like n^(-rate)."""

    widths: list[Compared]
    rate: float | None
    rate_standard_error: float | None


class LimitReport(TypedDict):
    """What a job gave: ``simulated`` is None where the limit has a closed form.

    ``nonlinearity`` is that of the last step, and its standard error; None likewise.
    """

    simulated: Simulated | None
    nonlinearity: tuple[float, float] | None
    comparison: Comparison | None
    device: str
    seconds: float
