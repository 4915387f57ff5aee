"""The house rules that import contracts do not cover, and what each room shows to the others."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import solver
from tests import ROOT

# What a room may build on, beside the standard library and ours.  Which of ours, the contracts
# in pyproject.toml say; they cannot tell the standard library from all else.
FOUNDATIONS = {
    "solver": {"lark", "numpy", "sympy", "z3"},
    "app/demonstrations": {"numpy"},
    "app/experiment": {"numpy", "torch", "typing_extensions"},
    "app/programs": {"lark", "numpy", "torch", "typing_extensions"},
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize(
    ("room", "path"),
    [(room, path) for room in FOUNDATIONS for path in sorted((ROOT / room).rglob("*.py"))],
    ids=lambda each: getattr(each, "name", each),
)
def test_rooms_build_on_few_packages(room: str, path: Path) -> None:
    packages = {name.split(".")[0] for name in imported(path)} - sys.stdlib_module_names
    assert packages <= FOUNDATIONS[room] | {"app", "solver"}


OURS = sorted(path for room in ("app", "solver") for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_nothing_evaluates_or_unpickles(path: Path) -> None:
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"eval", "exec", "sympify", "__import__"}
    assert not imported(path) & {"pickle", "marshal", "shelve"}


def test_the_api_process_loads_neither_torch_nor_sympy() -> None:
    script = (
        "import sys; from app.main import create_app; from app.settings import Settings; "
        "create_app(Settings()); "
        "print(sorted({'torch', 'sympy', 'dbos', 'z3', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_public_face_of_the_solver() -> None:
    """Adding a name is a decision: pin it here."""
    submodules = {path.stem for path in (ROOT / "solver").iterdir()}
    public = {name for name in vars(solver) if not name.startswith("_")} - submodules
    assert public == {
        "ALIGNMENTS", "Activation", "Alignment", "AnyDepthEquivalence", "AnyDepthRepair",
        "AnyDepthSurvey", "AnyDepthVerdict", "Bias", "Decay", "Described", "TensorParametrization",
        "Wiring", "BatchVerdict", "Cell", "Change", "Coefficients",
        "Condition", "ConditionReport", "DEFAULT_LIMITS", "DEFAULT_MARGIN", "Deadline",
        "Description", "Equivalence", "ExponentError", "Exponents", "Families", "Flaw", "GALLERY",
        "GalleryEntry", "GalleryNetwork", "Goal", "Judgement", "Kind", "LayerReport", "LayerSpan",
        "Limits",
        "Instability", "NETWORKS", "Optimizer", "Untrained", "read_role_optimizers",

        "Optimum", "Options", "OptionsReader", "Parametrization", "ParametrizationError",
        "Prediction", "Proposal", "Repair", "Requirement", "Role", "RoleParametrization",
        "SolverError", "Survey", "System", "Target", "TimeLimitError",
        "UnknownParametrizationError", "Verdict", "Wanted", "Written",
        "classify", "classify_any_depth", "classify_many", "classify_vectors", "compare",
        "compare_any_depth",
         "describe_layers", "format_exponent", "gallery_entry", "gallery_network",
        "optimum_text", "parse_exponent", "predictions", "read", "read_depth",
        "read_families", "relations", "repair", "survey", "system",
        "understood", "where_text",
    }  # fmt: skip


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_files_are_small_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), f"{path.name} has no docstring"
    assert len(text.splitlines()) <= 500
