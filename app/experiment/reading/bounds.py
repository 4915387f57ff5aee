"""The numbers of a check: what they mean, where they must lie, and what they are by default."""

from dataclasses import replace
from typing import Final

from app.experiment.plan import FINEST_TOLERANCE, MOST_SEEDS
from app.experiment.reading.plain_values import Real, Whole

STEPS: Final = Whole("it counts training steps", 1, 64, default=4)
SEEDS: Final = Whole("it counts networks at the largest width", 1, MOST_SEEDS, default=6)
# A step of a dense network costs n², not n.
DENSE_SEEDS: Final = replace(SEEDS, default=4)
SEED: Final = Whole("it fixes all randomness", 0, 2**32 - 1, default=0)
BATCH_SIZE: Final = Whole("it counts the inputs of a batch", 1, 128, default=4)
INPUT_DIM: Final = Whole("it counts the entries of an input", 1, 256, default=8)

# Beyond these, changes drown in rounding or the loss overflows, whatever the exponents.
LEARNING_RATE: Final = Real("it is η, the learning rate at n^0", 1e-6, 1e3)
MOMENTUM: Final = Real("it is what stays of the velocity", 0, 1, default=0.0, open_above=True)
# Regimes lie 1/2 apart: from 1/4 on, one slope would agree with two of them.
TOLERANCE: Final = Real("it is how far a slope may be off", FINEST_TOLERANCE, 0.25, default=0.05)

WIDTH: Final = Whole("a width counts neurons", 16, 2**26)
#: A slope needs three points, well apart; by default there are ``plan.DEFAULT_WIDTHS``.
WIDTHS: Final = Whole("a slope needs", 3, 20)
WIDEST_OVER_NARROWEST: Final = 4

INPUTS: Final = Whole("a batch holds", BATCH_SIZE.least, BATCH_SIZE.most)
CLASS: Final = Whole("it names a class", 0, 15)
INPUT: Final = Whole("the dimension of an input lies", INPUT_DIM.least, INPUT_DIM.most)
ENTRY: Final = Real("entries are of order 1", -1e6, 1e6)
#: Jobs are read whole whenever somebody looks at them.
MOST_INPUT_ENTRIES: Final = 4096
#: An input smaller than this throughout tells a network nothing.
LEAST_INPUT: Final = 1e-6
