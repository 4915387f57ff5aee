"""Whatever is no program is refused, with a message that names the instruction and the remedy."""

import json
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.programs import ProgramBounds, ProgramError
from app.programs.gallery import GALLERY
from app.programs.program import MatMul, Moment, Nonlin
from app.programs.reading import read_program

GOOD: dict[str, Any] = {
    "matrices": {"W": {"std": 2}},
    "vectors": {
        "v": {"std": 1},
        "covariance": {"names": ["a", "b"], "matrix": [[1, 0.5], [0.5, 2]]},
    },
    "scalars": {"s": 0.3},
    "program": [
        {"let": "h", "matmul": "W", "of": "v"},
        {"let": "x", "nonlin": "tanh(h) + s*a"},
        {"let": "g", "matmul": "W^T", "of": "x"},
        {"let": "c", "moment": "x*x"},
        {"let": "d", "moment": "c*b*g"},
    ],
    "report": ["c"],
    "joint": ["h", "g"],
}


def changed(**fields: Any) -> dict[str, Any]:
    return {**GOOD, **fields}


def with_instructions(*instructions: Any) -> dict[str, Any]:
    return {**GOOD, "program": list(instructions), "report": None, "joint": None}


def test_a_program_is_read_as_it_is_written() -> None:
    program = read_program(GOOD)
    assert program.matrices == {"W": 2.0}
    assert program.vectors == ("v", "a", "b")
    covariance = program.root @ program.root.T
    assert covariance == pytest.approx(np.array([[1, 0, 0], [0, 1, 0.5], [0, 0.5, 2]]))
    assert [type(each) for each in program.instructions] == [
        MatMul, Nonlin, MatMul, Moment, Moment,
    ]  # fmt: skip
    assert (program.report, program.joint) == (("c",), ("h", "g"))
    assert read_program(changed(report=None)).report == ("c", "d")


@pytest.mark.parametrize("written", ["W^T", "W ^ T", "W^ T", " W^T "])
def test_a_transpose_may_have_spaces(written: str) -> None:
    let = {"let": "h", "matmul": written, "of": "v"}
    (product, _) = read_program(with_instructions(let, {"let": "c", "moment": "h*h"})).instructions
    assert isinstance(product, MatMul)
    assert product.transposed


H = {"let": "h", "matmul": "W", "of": "v"}
X = "program/0/nonlin"
NEST = "tanh(" * 60 + "v" + ")" * 60

HOSTILE: list[tuple[Any, str, str]] = [
    # cycles and names
    (with_instructions({"let": "x", "nonlin": "x + 1"}), X, "no earlier than this one"),
    (
        with_instructions({"let": "x", "nonlin": "y"}, {"let": "y", "nonlin": "x"}),
        X,
        "made by instruction 1, no earlier than this one",
    ),
    (with_instructions({"let": "x", "nonlin": "foo*v"}), X, 'there is no "foo"'),
    (with_instructions({"let": "x", "nonlin": "W*v"}), X, "W is a matrix"),
    (with_instructions({"let": "h", "matmul": "U", "of": "v"}), "program/0/matmul", "matrices: W"),
    (with_instructions({"let": "h", "matmul": "W^2", "of": "v"}), "program/0/matmul", '"W^T"'),
    (with_instructions({"let": "h", "matmul": "W", "of": "s"}), "program/0/matmul", "a scalar"),
    (with_instructions({"let": "h", "matmul": "W", "of": "W"}), "program/0/matmul", "of a vector"),
    (with_instructions(H, H), "program/1/let", "is taken"),
    (with_instructions({"let": "tanh", "moment": "v"}), "program/0/let", "meaning of its own"),
    (with_instructions({"let": "9x", "moment": "v"}), "program/0/let", "a letter, and then"),
    (with_instructions({"let": "é", "moment": "v"}), "program/0/let", "a letter, and then"),
    (with_instructions({"let": ["x"], "moment": "v"}), "program/0/let", "a list"),
    # forms
    (with_instructions({"let": "x"}), "program/0", "not complete"),
    (with_instructions({"let": "x", "nonlin": "v", "moment": "v"}), "program/0", "two at once"),
    (with_instructions({"let": "x", "matmul": "W"}), "program/0", "not complete"),
    (with_instructions({"let": "x", "nonlin": "v", "foo": 1}), "program/0", '"foo"'),
    (with_instructions(7), "program/0", "instruction 0 is 7"),
    (with_instructions({"let": "x", "nonlin": 10**400}), X, "must be an expression"),
    (changed(program=None), "program", "missing"),
    (changed(program={}), "program", "a list of instructions"),
    (changed(program=[H] * 201), "program", "at most 200"),
    (changed(nonsense=1), "nonsense", "no field of a program"),
    (with_instructions(H), "program", "nothing to tell"),
    ([], "", "send a JSON object"),
    # expressions
    (with_instructions({"let": "x", "nonlin": "v" * 1001}), X, "1001 characters"),
    (with_instructions({"let": "x", "nonlin": ""}), X, "empty"),
    (with_instructions({"let": "x", "nonlin": "v +"}), X, "breaks off"),
    (with_instructions({"let": "x", "nonlin": "2v"}), X, "lacks an operator"),
    (with_instructions({"let": "x", "nonlin": "v; import os"}), X, "cannot be read"),
    (with_instructions({"let": "x", "nonlin": "__import__('os')"}), X, "cannot be read"),
    (with_instructions({"let": "x", "nonlin": "eval(v)"}), X, "no function here"),
    (with_instructions({"let": "x", "nonlin": "tanh(v, v)"}), X, "takes 1 argument, and has 2"),
    (with_instructions({"let": "x", "nonlin": "tanh"}), X, "is a function"),
    (with_instructions({"let": "x", "nonlin": NEST}), X, "nested more than 50"),
    (with_instructions({"let": "x", "nonlin": "(" * 400 + "v" + ")" * 401}), X, "cannot be read"),
    (with_instructions({"let": "x", "nonlin": "-" * 400 + "v"}), X, "nested more than 50"),
    (with_instructions({"let": "x", "nonlin": "2^" * 400 + "v"}), X, "nested more than 50"),
    # what has no moments
    (with_instructions({"let": "x", "nonlin": "1/0"}), X, "divides by zero"),
    (with_instructions({"let": "x", "nonlin": "v/(1-1)"}), X, "divides by zero"),
    (with_instructions({"let": "x", "nonlin": "1/v"}), X, "come near 0"),
    (with_instructions({"let": "x", "nonlin": "v^-1"}), X, "come near 0"),
    (with_instructions({"let": "x", "nonlin": "1/(v*v)"}), X, "come near 0"),
    (with_instructions({"let": "x", "nonlin": "exp(v)"}), X, "may exceed 20"),
    (with_instructions({"let": "x", "nonlin": "exp(v*v)"}), X, "may exceed 20"),
    (with_instructions({"let": "x", "nonlin": "exp(1000)"}), X, "too large"),
    (with_instructions({"let": "x", "nonlin": "10^16*10^16*10^300*10^16"}), X, "too large"),
    (with_instructions({"let": "x", "nonlin": "1e300*1e300"}), X, "too large"),
    (with_instructions({"let": "x", "nonlin": "sqrt(v)"}), X, "may be negative"),
    (with_instructions({"let": "x", "nonlin": "log(v^2)"}), X, "come down to 0"),
    (with_instructions({"let": "x", "nonlin": "sqrt(-1)"}), X, "no real number"),
    (with_instructions({"let": "x", "nonlin": "(-8)^(1/3)"}), X, "no real number"),
    (with_instructions({"let": "x", "nonlin": "v^0.5"}), X, "may be negative"),
    (with_instructions({"let": "x", "nonlin": "2^v"}), X, "is no number"),
    (with_instructions({"let": "x", "nonlin": "v^17"}), X, "powers from -16 to 16"),
    (
        with_instructions({"let": "x", "nonlin": "v^8"}, {"let": "y", "nonlin": "x*x*x"}),
        "program/1/nonlin",
        "power 24",
    ),
    # what is given
    (changed(matrices={"W": {"std": -1}}), "matrices/W/std", "from 1e-06 to 1e+06"),
    (changed(matrices={"W": {"std": float("inf")}}), "matrices/W/std", "from 1e-06"),
    (changed(matrices={"W": 1}), "matrices/W", '{"std": 1}'),
    (changed(matrices=[1]), "matrices", "an object by name"),
    (changed(vectors={"v": {"sd": 1}}), "vectors/v", '{"std": 1}'),
    (changed(scalars={"s": "1"}), "scalars/s", "a number between"),
    (changed(scalars={"s": 10**400}), "scalars/s", "a number between"),
    (changed(scalars={"pi": 1}), "scalars/pi", "meaning of its own"),
    (
        changed(vectors={"covariance": {"names": ["a", "b"], "matrix": [[1, 2], [2, 1]]}}),
        "vectors/covariance/matrix",
        "negative eigenvalue -1",
    ),
    (
        changed(vectors={"covariance": {"names": ["a", "b"], "matrix": [[1, 2], [0, 1]]}}),
        "vectors/covariance/matrix",
        "not symmetric",
    ),
    (
        changed(vectors={"covariance": {"names": ["a", "a"], "matrix": [[1, 0], [0, 1]]}}),
        "vectors/covariance/names",
        "twice",
    ),
    (
        changed(vectors={"covariance": {"names": ["a"], "matrix": [[1, 0]]}}),
        "vectors/covariance/matrix",
        "1 rows of 1",
    ),
    (
        changed(vectors={"covariance": {"names": ["a"], "matrix": [["x"]]}}),
        "vectors/covariance/matrix/0/0",
        "a number",
    ),
    (changed(vectors={"covariance": 3}), "vectors/covariance", "names (of vectors)"),
    (changed(scalars={f"s{k}": 1 for k in range(100)}), "", "at most 64"),
    # what is asked
    (changed(report=["h"]), "report/0", "one of the moments"),
    (changed(report="c"), "report", "a list of moments"),
    (changed(joint=["c"]), "joint/0", "one of the vectors"),
    (changed(joint=[{}]), "joint/0", "one of the vectors"),
    (changed(joint=["h"] * 9), "joint", "at most 8"),
    (changed(precision=0), "precision", "from 1e-05 to 1"),
    (changed(precision="high"), "precision", "sampling error"),
    (changed(seed=-1), "seed", "whole number"),
    (changed(seed=True), "seed", "whole number"),
]


@pytest.mark.parametrize(("written", "path", "says"), HOSTILE)
def test_what_is_wrong_is_named_with_the_remedy(written: Any, path: str, says: str) -> None:
    with pytest.raises(ProgramError) as caught:
        read_program(written)
    found = {"/".join(map(str, flaw.path)): flaw.message for flaw in caught.value.flaws}
    assert path in found, found
    assert says in found[path]
    assert len(found[path]) < 400
    assert ";" in found[path] or ":" in found[path], "a remedy follows"


def test_flaws_are_told_once_each_and_all_at_once() -> None:
    written = with_instructions(
        {"let": "x", "nonlin": "1/v"},
        {"let": "y", "nonlin": "x + 1"},
        {"let": "c", "moment": "y*zz"},
        {"let": "d", "moment": "qq"},
    )
    with pytest.raises(ProgramError) as caught:
        read_program(written)
    # What is made of a flawed name is no flaw of its own.
    assert [flaw.path[1] for flaw in caught.value.flaws] == [0, 3]


def test_long_sums_are_not_nested() -> None:
    terms = " + ".join(["v"] * 200)
    program = read_program(with_instructions({"let": "c", "moment": f"tanh({terms} - v)"}))
    assert program.report == ("c",)


def test_bounds_are_those_of_whoever_reads() -> None:
    bounds = ProgramBounds(instructions=1, characters=2, precision=1e-9)
    read = read_program({"program": [{"let": "c", "moment": "1"}], "precision": 1e-9}, bounds)
    assert read.precision == 1e-9
    with pytest.raises(ProgramError, match="at most 1 "):
        read_program(GOOD, bounds)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["W", "W^T", "v", "h", "tanh(h)", "1/v", "v*", "c"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["std", "let", "matmul", "of", "nonlin", "moment", "names", "matrix"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "precision", "seed"]), JSON, max_size=4))
def test_nothing_but_program_errors_are_raised(fields: dict[str, Any]) -> None:
    with suppress(ProgramError):
        read_program({**GOOD, **fields})


@pytest.mark.parametrize("name", GALLERY)
def test_programs_of_the_gallery_are_read_after_travelling_as_json(name: str) -> None:
    program = json.loads(json.dumps(dict(GALLERY[name].program)))
    assert read_program(program).report
