"""A program, run on copies at one width: matrices are sampled lazily, and never exist.

What the instructions give has the exact joint law of the program at that width (see
``app.experiment.gaussian_matrix``), which is the argument of the Master Theorem, executed
(Tensor Programs III, arXiv 2009.10685).
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from app.experiment.gaussian_matrix import GaussianMatrix
from app.experiment.sampling import CudaGaussians, Gaussians
from app.programs.entrywise import evaluate
from app.programs.program import MatMul, Moment, Nonlin, Program

Array = npt.NDArray[np.float64]


class OneStreamEach:
    """A stream for each copy, told apart by width, too: so are copies at different widths."""

    def __init__(self, seed: int, width: int, copies: range) -> None:
        self._streams = [
            np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, width, copy))))
            for copy in copies
        ]

    def fill(self, out: Tensor) -> Tensor:
        """Fill ``out`` (copies, rows, n), a copy at a time."""
        for stream, rows in zip(self._streams, out.numpy(), strict=True):
            stream.standard_normal(out=rows)
        return out


def source(seed: int, width: int, copies: range, device: torch.device) -> Gaussians:
    """Gaussians for these copies on the device."""
    if device.type == "cpu":
        return OneStreamEach(seed, width, copies)
    state = np.random.SeedSequence((seed, width)).generate_state(1)
    return CudaGaussians(int(state[0]), copies, device)


def execute(
    program: Program, width: int, copies: range, device: torch.device, edges: Array | None
) -> tuple[Array, Array | None]:
    """Quantities (quantities, copies), as ``statistics.Tally`` lists them, and counts in bins.

    Counts are (joint vectors, bins), of all coordinates of all copies, where there are ``edges``.
    """
    run = _Run(program, width, copies, device)
    for place, instruction in enumerate(program.instructions):
        match instruction:
            case MatMul():
                run.values[instruction.let] = run.product(instruction)
            case Nonlin():
                run.values[instruction.let] = run.vector(instruction)
            case Moment():
                run.values[instruction.let] = run.vector(instruction).mean(dim=1, keepdim=True)
        run.forget(place)
    joint = [run.values[name] for name in program.joint]
    rows = [run.values[name][:, 0] for name in program.report]
    means = [each.mean(dim=1) for each in joint]
    rows += means
    rows += [
        (joint[i] * joint[j]).mean(dim=1) - means[i] * means[j]
        for i in range(len(joint))
        for j in range(i, len(joint))
    ]
    values = torch.stack(rows).cpu().numpy()
    if edges is None:
        return values, None
    bins = [
        np.histogram(each.cpu().numpy(), bins=those)[0]
        for each, those in zip(joint, edges, strict=True)
    ]
    return values, np.array(bins, float)


class _Run:
    """The names of a program with their values so far: (copies, n), scalars (copies, 1)."""

    def __init__(self, program: Program, width: int, copies: range, device: torch.device) -> None:
        self._shape = (len(copies), width)
        self._like = torch.empty(0, dtype=torch.float64, device=device)
        gaussians = source(program.seed, width, copies, device)
        products = program.products()
        self._matrices: dict[str, GaussianMatrix] = {}
        for name, std in program.matrices.items():
            right, left = (products.get((name, transposed), 0) for transposed in (False, True))
            if right or left:
                block = (len(copies), 1, width)
                self._matrices[name] = GaussianMatrix(
                    std / width**0.5, gaussians, block, max(right - 1, left), device
                )
        self.values: dict[str, Tensor] = {
            name: self._like.new_full((len(copies), 1), value)
            for name, value in program.scalars.items()
        }
        self._last = program.last_uses()
        if program.vectors:
            given = self._like.new_empty((len(copies), program.root.shape[1], width))
            root = self._like.new_tensor(program.root)
            given = torch.matmul(root, gaussians.fill(given))
            self.values |= {name: given[:, row] for row, name in enumerate(program.vectors)}

    def product(self, instruction: MatMul) -> Tensor:
        """W x or Wᵀ x."""
        matrix = self._matrices[instruction.matrix]
        block = self.values[instruction.of][:, None, :]
        if instruction.transposed:
            coefficients, basis = matrix.extend_left(block), matrix.left
        else:
            coefficients, basis = matrix.extend_right(block), matrix.right
        return torch.bmm(coefficients, basis.images)[:, 0]

    def vector(self, instruction: Nonlin | Moment) -> Tensor:
        """The expression at each coordinate; it may be the same at all."""
        value = evaluate(instruction.expression, self.values)
        if not isinstance(value, Tensor):
            return self._like.new_full(self._shape, value)
        if value.shape[1] == 1 and isinstance(instruction, Nonlin):
            return value.expand(self._shape).contiguous()
        return value

    def forget(self, place: int) -> None:
        """Let go of the vectors that no later instruction uses."""
        for name in [name for name, last in self._last.items() if last == place]:
            if self.values[name].shape[1] > 1:
                del self.values[name]
            del self._last[name]
