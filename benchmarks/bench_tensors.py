"""Networks of 200 tensors: mixed laws, and tensor by tensor, beside the perceptron of one law.

Each question is read, judged and written out, as the service does it, and none is asked twice.
Layers come in blocks of four that repeat, as those of a transformer do.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

from benchmarks.measure import in_turns, machine, report
from solver import DEFAULT_LIMITS, Description, classify, read

_TENSORS = 200
_BLOCK = 4
_QUESTIONS = 20
_ROUNDS = 9

Columns = tuple[list[str], list[str], list[str]]


def columns(generator: random.Random) -> Columns:
    """a, b and c of each weight matrix: µP's, every tensor of a block in a gauge of its own."""
    shifts = [generator.randint(-60, 60) for _ in range(_BLOCK)]
    hidden = [shifts[place % _BLOCK] for place in range(_TENSORS - 2)]
    ends = generator.randint(-60, 60)
    a = [ends - 30, *hidden, ends + 30]
    b = [30 - ends, *(30 - each for each in hidden), 30 - ends]
    c = [-2 * ends, *(-2 * each for each in hidden), -2 * ends]
    return _over_60(a), _over_60(b), _over_60(c)


def _over_60(numerators: list[int]) -> list[str]:
    return [f"{each}/60" for each in numerators]


def optimizers() -> list[str]:
    """A law for every kind of matrix in a block."""
    laws = ("muon", "muon", "adam", "adafactor")
    return ["adam", *(laws[place % _BLOCK] for place in range(_TENSORS - 2)), "sgd"]


def perceptron(exponents: Columns) -> Description:
    """One law."""
    a, b, c = exponents
    return Description(depth=_TENSORS - 1, a=a, b=b, c=c)


def mixed(exponents: Columns) -> Description:
    """The same with several laws."""
    a, b, c = exponents
    return Description(depth=_TENSORS - 1, a=a, b=b, c=c, optimizer=optimizers())


def tensors(exponents: Columns) -> Description:
    """The same, tensor by tensor."""
    kinds = ["input", *["hidden"] * (_TENSORS - 2), "readout"]
    named = [
        {"name": f"tensor {place}", "kind": kind, "a": a, "b": b, "c": c, "optimizer": optimizer}
        for place, (kind, a, b, c, optimizer) in enumerate(
            zip(kinds, *exponents, optimizers(), strict=True)
        )
    ]
    return Description(tensors=named)


def seconds(write: Callable[[Columns], Description], drawn: Iterator[Columns]) -> float:
    """The time in which some questions are answered."""
    asked = [write(next(drawn)) for _ in range(_QUESTIONS)]
    started = perf_counter()
    for each in asked:
        classify(read(each, DEFAULT_LIMITS)).to_dict()  # type: ignore[arg-type]
    return perf_counter() - started


def main() -> None:
    """Print the ratios."""
    print(f"Networks of {_TENSORS} tensors ({machine()})")
    generator = random.Random(0)
    drawn = iter(lambda: columns(generator), None)
    for name, write in (("mixed laws", mixed), ("by tensors, mixed laws", tensors)):
        taken: list[float] = []

        def timed(
            write: Callable[[Columns], Description] = write, taken: list[float] = taken
        ) -> float:
            taken.append(seconds(write, drawn))
            return taken[-1]

        ratio = in_turns(timed, partial(seconds, perceptron, drawn), _ROUNDS)
        each = 1000 * min(taken) / _QUESTIONS
        report(f"{name} ({each:.1f} ms), over a perceptron", f"{ratio:.2f}", "≤ 1.5", ratio <= 1.5)


if __name__ == "__main__":
    main()
