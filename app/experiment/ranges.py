"""Which scales of an experiment no floating-point number holds."""

from math import log10
from typing import Final

from app.experiment.plan import Experiment

# With a few digits to spare on the way through a network.
_DECADES: Final = 290.0


def beyond_floats(experiment: Experiment) -> list[str]:
    """A sentence for each layer whose initial weights are below or above all floats."""
    widest = log10(max(experiment.widths))
    result = []
    for layer, each in enumerate(experiment.parametrization.layers, start=1):
        size = each.a + each.b
        if not each.zero and abs(size) > _DECADES / widest:
            beyond = "below" if size > 0 else "above"
            result.append(
                f"The initial weights of layer {layer} are of size n^({-size}), {beyond} all "
                f"floating-point numbers; bring a_{layer} + b_{layer} closer to 0."
            )
    return result
