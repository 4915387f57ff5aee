"""The numbers of a limit: what they mean, where they must lie, and what they are by default."""

from dataclasses import replace
from typing import Final

from app.experiment.reading.bounds import CLASS as CLASS
from app.experiment.reading.plain_values import Real, Whole

INPUTS: Final = Whole("a training set holds", 1, 64)
PROBES: Final = Whole("a set of probes holds", 0, 64)
INPUT: Final = Whole("the dimension of an input lies", 1, 256)
ENTRY: Final = Real("entries are of order 1", -100, 100)
TARGET: Final = Real("it is what an output should be", -1e6, 1e6)
OUTPUT: Final = Real("it is an output to start from", -1e6, 1e6)

STEPS: Final = Whole("it counts training steps", 1, 256, default=8)
#: Of a simulation, whose memory grows with steps, and time with their square.
SIMULATED_STEPS: Final = replace(STEPS, most=32)
LEARNING_RATE: Final = Real("it is η, the learning rate at n^0", 1e-6, 1e3, default=0.5)
SEED: Final = Whole("it fixes all randomness", 0, 2**32 - 1, default=0)
BATCH: Final = Whole("a batch holds", 1, 64)
INDEX: Final = Whole("it is the place of an input, from 0", 0, INPUTS.most - 1)
PRECISION: Final = Real("it is the standard error to reach", 1e-5, 1, default=2e-3)

#: Of networks that are set beside the limit.
COMPARED: Final = Whole("a comparison takes different widths, their number", 2, 6)
WIDTH: Final = Whole("a width counts neurons", 16, 2**16)

#: An input smaller than this throughout tells a network nothing.
LEAST_INPUT: Final = 1e-6
