"""From a program as somebody wrote it (JSON values) to one that can be run.  Knows no torch."""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

import numpy as np
import numpy.typing as npt

from app.programs.bounds import ProgramBounds
from app.programs.errors import ExpressionError, ProgramError
from app.programs.expressions import CONSTANTS, parse
from app.programs.functions import FUNCTIONS, Extent, constant
from app.programs.meaning import meaning
from app.programs.program import Instruction, MatMul, Moment, Nonlin, Program
from solver import Flaw
from solver.exact import shown
from solver.reading import MOST_FLAWS, Path

FIELDS: Final = (
    *("matrices", "vectors", "scalars", "program", "report", "joint", "precision", "seed"),
)
DEFAULT_PRECISION: Final = 3e-3
LARGEST_SEED: Final = 2**32 - 1

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}", re.ASCII)
_MATRIX: Final = re.compile(r"(.*?)\s*(\^\s*T)?", re.ASCII | re.DOTALL)
# Beyond these, what is squared and summed leaves the range of floats.
_LARGEST: Final = 1e6
_SMALLEST: Final = 1e-6
# Rounding of a covariance that is singular, relative to its largest entry.
_ROUNDING: Final = 1e-9
_FORMS: Final = ("matmul", "nonlin", "moment")
_INSTRUCTION: Final = (
    'write {"let": name, "matmul": "W", "of": vector}, {"let": name, "nonlin": expression} or '
    '{"let": name, "moment": expression}'
)


def read_program(written: Mapping[str, Any], bounds: ProgramBounds | None = None) -> Program:
    """The program.  Raises ``ProgramError`` with everything that is wrong with it."""
    return _Reader(bounds or ProgramBounds()).read(written)


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Reader:
    """Reads what is given, then the instructions, and keeps the flaws it meets."""

    def __init__(self, bounds: ProgramBounds) -> None:
        self._bounds = bounds
        self._flaws: list[Flaw] = []
        self._extents: dict[str, Extent] = {}  # of vectors and scalars
        self._matrices: dict[str, float] = {}
        # Degrees of what transposes (or, with True, matrices themselves) were applied to.
        self._applied: dict[tuple[str, bool], float] = {}
        # Names that stand for something with a flaw: no further flaws on their account.
        self._broken: set[str] = set()

    def read(self, written: object) -> Program:
        if not isinstance(written, Mapping):
            raise ProgramError([Flaw((), f"the program is {shown(written)}; send a JSON object")])
        for name in written:
            if name not in FIELDS:
                self._flaw(
                    (str(name),), f"{shown(name)} is no field of a program; {', '.join(FIELDS)} are"
                )
        self._count(written)
        self._read_matrices(self._object(written, "matrices"))
        vectors, root = self._read_vectors(self._object(written, "vectors"))
        scalars = self._read_scalars(self._object(written, "scalars"))
        instructions = self._read_instructions(written.get("program"))
        moments = [each.let for each in instructions if isinstance(each, Moment)]
        report = self._names(written, "report", moments, "moments", len(moments))
        joint = self._names(
            written, "joint", self._vectors(), "vectors", self._bounds.joint, default=()
        )
        self._check_joint(joint)
        precision = self._precision(written.get("precision"))
        seed = self._seed(written.get("seed"))
        if not self._flaws and not report and not joint:
            self._flaw(
                ("program",),
                "the program has no moment and joint names no vector, so that there is nothing to "
                'tell; end it with {"let": "c", "moment": expression}',
            )
        if self._flaws:
            raise ProgramError(self._flaws)
        return Program(
            self._matrices, vectors, root, scalars, tuple(instructions), report, joint,
            precision, seed, written,
        )  # fmt: skip

    def _flaw(self, path: Path, message: str) -> None:
        if len(self._flaws) < MOST_FLAWS:
            self._flaws.append(Flaw(path, message))

    # ------------------------------------------------------------------ what is given

    def _object(self, written: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = written.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self._flaw((name,), f"{name} is {shown(value)}; it must be an object by name")
            return {}
        return value

    def _count(self, written: Mapping[str, Any]) -> None:
        given = [written.get(name) for name in ("matrices", "vectors", "scalars")]
        count = sum(len(each) for each in given if isinstance(each, Mapping))
        vectors = written.get("vectors")
        joint = vectors.get("covariance") if isinstance(vectors, Mapping) else None
        names = joint.get("names") if isinstance(joint, Mapping) else None
        count += len(names) - 1 if isinstance(names, list) else 0
        if count > self._bounds.names:
            # Reading on would take long.
            raise ProgramError(
                [
                    Flaw(
                        (),
                        f"{count} matrices, vectors and scalars are given; at most "
                        f"{self._bounds.names} are taken",
                    )
                ]
            )

    def _new(self, path: Path, name: object) -> bool:
        """Whether that may be a new name; its flaw is noted if not."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            why = "it must be a letter, and then up to 31 letters, digits and underscores"
            self._flaw(path, f"the name is {shown(name)}; {why}")
        elif name in FUNCTIONS or name in CONSTANTS:
            self._flaw(path, f"{name} has a meaning of its own in expressions; take another name")
        elif name in self._matrices or name in self._extents or name in self._broken:
            self._flaw(
                path,
                f"{shown(name)} is taken; every name is given once: choose another one",
            )
        else:
            return True
        return False

    def _std(self, path: Path, name: str, value: object, zero: bool) -> float | None:
        """The ``std`` of a matrix or vector."""
        kind = path[0]
        if not isinstance(value, Mapping) or set(value) - {"std"}:
            self._flaw(
                path, f'{name} in {kind} is {shown(value)}; write {{"std": 1}} and nothing else'
            )
            return None
        std = value.get("std", 1)
        if not _is_number(std) or not (_SMALLEST <= std <= _LARGEST or (zero and std == 0)):
            self._flaw(
                (*path, "std"),
                f"the std of {name} is {shown(std)}; it must be a number from {_SMALLEST:g} to "
                f"{_LARGEST:g}",
            )
            return None
        return float(std)

    def _read_matrices(self, given: Mapping[str, Any]) -> None:
        for name, value in given.items():
            path = ("matrices", str(name))
            if self._new(path, name):
                std = self._std(path, name, value, zero=False)
                self._matrices[name] = 1.0 if std is None else std

    def _read_vectors(
        self, given: Mapping[str, Any]
    ) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
        """The names, and a root of the covariance of their coordinates."""
        names: list[str] = []
        blocks: list[npt.NDArray[np.float64]] = []
        for name, value in given.items():
            path = ("vectors", str(name))
            if name == "covariance":
                joint, block = self._read_covariance(value)
                names += joint
                blocks.append(block)
            elif self._new(path, name):
                std = self._std(path, name, value, zero=True)
                names.append(name)
                blocks.append(np.array([[1.0 if std is None else std]]))
                self._extents[name] = _GAUSSIAN
        root = np.zeros((len(names), sum(block.shape[1] for block in blocks)))
        row = column = 0
        for block in blocks:
            root[row : row + block.shape[0], column : column + block.shape[1]] = block
            row, column = row + block.shape[0], column + block.shape[1]
        return tuple(names), root

    def _read_covariance(self, value: object) -> tuple[list[str], npt.NDArray[np.float64]]:
        nothing: tuple[list[str], npt.NDArray[np.float64]] = ([], np.zeros((0, 0)))
        path: Path = ("vectors", "covariance")
        if not isinstance(value, Mapping) or set(value) != {"names", "matrix"}:
            self._flaw(
                path,
                f"covariance is {shown(value)}; it must be an object of names (of vectors) and "
                "matrix (a list of lists)",
            )
            return nothing
        names, rows = value["names"], value["matrix"]
        if not isinstance(names, list) or not names or len(names) > self._bounds.names:
            self._flaw(
                (*path, "names"),
                f"names is {shown(names)}; it must list 1 to {self._bounds.names} names",
            )
            return nothing
        fresh = [self._new((*path, "names", place), each) for place, each in enumerate(names)]
        if len({str(each) for each in names}) < len(names):
            self._flaw((*path, "names"), "names has a name twice; every name is given once")
            return nothing
        if not all(fresh):
            return nothing
        for name in names:
            self._extents[name] = _GAUSSIAN
        matrix = self._square(rows, len(names))
        if matrix is None:
            return nothing
        values, axes = np.linalg.eigh(matrix)
        if values[0] < -_ROUNDING * max(float(np.abs(matrix).max()), 1e-12):
            self._flaw(
                (*path, "matrix"),
                f"the covariance has the negative eigenvalue {values[0]:.3g}, so that no vectors "
                "have it; a covariance is A Aᵀ for some A: check signs, and that no correlation "
                "exceeds 1",
            )
            return nothing
        return list(names), axes * np.sqrt(np.maximum(values, 0.0))

    def _square(self, rows: object, size: int) -> npt.NDArray[np.float64] | None:
        path: Path = ("vectors", "covariance", "matrix")
        if not isinstance(rows, list) or not (
            len(rows) == size and all(isinstance(row, list) and len(row) == size for row in rows)
        ):
            self._flaw(
                path,
                f"matrix is not of the size of names; give {size} rows of {size} numbers",
            )
            return None
        for place, row in enumerate(rows):
            for other, each in enumerate(row):
                if not _is_number(each) or not abs(each) <= _LARGEST:
                    self._flaw(
                        (*path, place, other),
                        f"matrix[{place}][{other}] is {shown(each)}; it must be a number between "
                        f"{-_LARGEST:g} and {_LARGEST:g}",
                    )
                    return None
        matrix = np.array(rows, float)
        if not np.allclose(matrix, matrix.T, rtol=0, atol=_ROUNDING * np.abs(matrix).max()):
            self._flaw(path, "matrix is not symmetric; entry [i][j] is the covariance of i and j")
            return None
        return matrix

    def _read_scalars(self, given: Mapping[str, Any]) -> dict[str, float]:
        scalars: dict[str, float] = {}
        for name, value in given.items():
            path = ("scalars", str(name))
            if not self._new(path, name):
                continue
            if not _is_number(value) or not abs(value) <= _LARGEST:
                self._flaw(
                    path,
                    f"{name} is {shown(value)}; it must be a number between {-_LARGEST:g} and "
                    f"{_LARGEST:g}",
                )
                value = 1.0
            scalars[name] = float(value)
            self._extents[name] = constant(float(value))
        return scalars

    # ------------------------------------------------------------------ instructions

    def _read_instructions(self, value: object) -> list[Instruction]:
        if not isinstance(value, list):
            what = "missing" if value is None else shown(value)
            self._flaw(("program",), f"program is {what}; it must be a list of instructions")
            return []
        if len(value) > self._bounds.instructions:
            self._flaw(
                ("program",),
                f"program has {len(value)} instructions; at most {self._bounds.instructions} are "
                "taken",
            )
            return []
        later = {
            each["let"]: place
            for place, each in enumerate(value)
            if isinstance(each, Mapping) and isinstance(each.get("let"), str)
        }
        read = [self._instruction(place, each, later) for place, each in enumerate(value)]
        return [each for each in read if each is not None]

    def _instruction(
        self, place: int, value: object, later: Mapping[str, int]
    ) -> Instruction | None:
        path: Path = ("program", place)
        if not isinstance(value, Mapping):
            self._flaw(path, f"instruction {place} is {shown(value)}; {_INSTRUCTION}")
            return None
        forms = [name for name in _FORMS if name in value]
        fields = {"let", *forms, *(["of"] if forms == ["matmul"] else [])}
        let = value.get("let")
        if len(forms) != 1 or set(value) != fields:
            odd = sorted(set(map(str, value)) - {"let", "of", *_FORMS})
            why = f"has {shown(odd[0])}" if odd else "is not complete, or is two at once"
            self._flaw(path, f"instruction {place} {why}; {_INSTRUCTION}")
            if isinstance(let, str):
                self._broken.add(let)
            return None
        fresh = self._new((*path, "let"), let)
        told = f"instruction {place} ({let})" if fresh else f"instruction {place}"
        try:
            if forms == ["matmul"]:
                read, extent = self._matmul(told, value, str(let), later)
            else:
                read, extent = self._entrywise(told, forms[0], value, str(let), later)
        except ExpressionError as error:
            if str(error):
                self._flaw((*path, forms[0]), f"{told}: {error}")
            if fresh:
                self._broken.add(str(let))
            return None
        if not fresh:
            return None
        self._extents[str(let)] = extent
        return read

    def _matmul(
        self, told: str, value: Mapping[str, Any], let: str, later: Mapping[str, int]
    ) -> tuple[Instruction, Extent]:
        written, of = value["matmul"], value["of"]
        match = _MATRIX.fullmatch(written.strip()) if isinstance(written, str) else None
        matrix, transposed = (match[1].strip(), bool(match[2])) if match else ("", False)
        if matrix not in self._matrices:
            known = ", ".join(self._matrices) or "none is given"
            raise ExpressionError(
                f'matmul is {shown(written)}; it must be a matrix or its transpose, "W^T" '
                f"(matrices: {known})"
            )
        if not isinstance(of, str) or of in self._matrices:
            raise ExpressionError(f"of is {shown(of)}; it must be the name of a vector")
        extent = self._known(of, told, later)
        if not extent.entrywise:
            raise ExpressionError(
                f"of is {of}, which is a scalar; a matrix takes a vector (multiply by scalars in "
                "nonlin)"
            )
        applied = (matrix, transposed)
        self._applied[applied] = max(self._applied.get(applied, 1.0), extent.degree)
        # A product is Gaussian, plus a combination of what the transpose has been applied to.
        degree = max(1.0, self._applied.get((matrix, not transposed), 1.0))
        self._degree(degree)
        return (
            MatMul(let, matrix, transposed, of),
            Extent(-float("inf"), float("inf"), degree, True),
        )

    def _entrywise(
        self, told: str, form: str, value: Mapping[str, Any], let: str, later: Mapping[str, int]
    ) -> tuple[Instruction, Extent]:
        written = value[form]
        if not isinstance(written, str):
            raise ExpressionError(f"{form} is {shown(written)}; it must be an expression, a string")
        node = parse(written, self._bounds.characters, self._bounds.nesting)
        for name in node.names():
            self._known(name, told, later)
        found = meaning(node, self._extents)
        self._degree(found.extent.degree)
        extent = found.extent
        if form == "moment":
            return Moment(let, found.node), Extent(extent.low, extent.high, 0.0, False)
        return Nonlin(let, found.node), Extent(extent.low, extent.high, extent.degree, True)

    def _degree(self, degree: float) -> None:
        if degree > self._bounds.degree:
            raise ExpressionError(
                f"it grows like the power {degree:g} of a Gaussian; at most "
                f"{self._bounds.degree} is taken, since no sample shows the moments of more: "
                "lower the powers, or bound what is raised, as in tanh(x)"
            )

    def _known(self, name: str, told: str, later: Mapping[str, int]) -> Extent:
        """What is known of a vector or scalar; raises ``ExpressionError`` for what is neither."""
        if name in self._extents:
            return self._extents[name]
        if name in self._broken:
            raise ExpressionError("")  # told already
        if name in self._matrices:
            raise ExpressionError(
                f"{name} is a matrix; multiply it with a vector by matmul, and use the product"
            )
        if name in later:
            raise ExpressionError(
                f"{shown(name)} is made by instruction {later[name]}, no earlier than this one; a "
                "program has no cycles: instructions use what stands before them"
            )
        raise ExpressionError(
            f"there is no {shown(name)}; give it in vectors or scalars, or make it in an "
            f"instruction before {told}"
        )

    # ------------------------------------------------------------------ what is asked

    def _vectors(self) -> list[str]:
        return [name for name, extent in self._extents.items() if extent.entrywise]

    def _names(
        self,
        written: Mapping[str, Any],
        field: str,
        possible: list[str],
        what: str,
        most: int,
        default: tuple[str, ...] | None = None,
    ) -> tuple[str, ...]:
        value = written.get(field)
        if value is None:
            return tuple(possible) if default is None else default
        if not isinstance(value, list):
            self._flaw((field,), f"{field} is {shown(value)}; it must be a list of {what}")
            return ()
        if field == "joint" and len(value) > most:
            self._flaw((field,), f"{field} has {len(value)} names; at most {most} are taken")
            return ()
        for place, name in enumerate(value[:MOST_FLAWS]):
            if isinstance(name, str) and name in self._broken:
                continue
            if not isinstance(name, str) or name not in possible:
                self._flaw(
                    (field, place),
                    f"{field}[{place}] is {shown(name)}; it must be one of the {what} of the "
                    f"program: {', '.join(possible[:20]) or 'there is none'}",
                )
        if not all(isinstance(name, str) for name in value):
            return ()
        return tuple(dict.fromkeys(name for name in value if name in possible))

    def _check_joint(self, joint: tuple[str, ...]) -> None:
        for name in joint:
            if 2 * self._extents[name].degree > self._bounds.degree:
                self._flaw(
                    ("joint",),
                    f"{name} grows like the power {self._extents[name].degree:g} of a Gaussian, "
                    f"and its variance like twice that; at most {self._bounds.degree} is taken: "
                    "leave it out",
                )

    def _precision(self, value: object) -> float:
        if value is None:
            return DEFAULT_PRECISION
        least = self._bounds.precision
        if not _is_number(value) or not least <= value <= 1:
            self._flaw(
                ("precision",),
                f"precision is {shown(value)}; it is the sampling error that is asked for, and "
                f"must be a number from {least:g} to 1",
            )
            return DEFAULT_PRECISION
        return float(value)

    def _seed(self, value: object) -> int:
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_SEED:
            self._flaw(
                ("seed",),
                f"seed is {shown(value)}; it must be a whole number from 0 to {LARGEST_SEED}",
            )
            return 0
        return value


_GAUSSIAN: Final = Extent(-float("inf"), float("inf"), 1.0, True)
