"""Reading targets as their loss takes them."""

from app.experiment.experiment import Loss
from app.experiment.reading.bounds import CLASS
from app.experiment.reading.plain_values import PlainReader, Real, Whole


def read_targets(
    value: object, loss: Loss, counts: Whole, bound: Real, reader: PlainReader
) -> list[float] | None:
    """Numbers within the bound; 1 and -1 for logistic loss, classes for cross-entropy.

    ``counts`` says how many may be given.  None where something is wrong with them.
    """
    if loss == "cross_entropy":
        classes = reader.wholes(("targets",), value, counts, CLASS)
        return None if classes is None else [float(each) for each in classes]
    targets = reader.reals(("targets",), value, counts, bound)
    for index, target in enumerate(targets or []):
        if loss == "logistic" and abs(target) != 1:
            reader.flaw(
                ("targets", index),
                f"targets[{index}] is {target:g}; logistic loss takes 1 and -1",
            )
    return targets
