"""The tables and formulas of README and guide are those of the service and the solver."""

import json
import re
from fractions import Fraction
from random import Random
from typing import Any, get_args, get_type_hints

import pytest
from fastapi.testclient import TestClient

from app.experiment.report import CheckVerdict, QuantityReport
from app.main import create_app
from app.problems import PROBLEMS
from app.settings import Settings
from app.table import gallery_table
from solver import classify
from solver.theory import OPTIMIZERS
from tests.pages import ALL, PAGES, rows


@pytest.fixture(scope="module")
def service() -> TestClient:
    return TestClient(create_app(Settings(log_level="critical")))


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_gallery_table_is_what_the_service_prints(service: TestClient) -> None:
    table = re.search(r"<!-- gallery.*?```text\n(.*?)\n?```", ALL, re.DOTALL)
    assert table is not None
    assert table[1] == gallery_table(service)


def test_the_table_of_errors_is_that_of_the_service() -> None:
    written = {
        code.strip("`"): (int(status), text) for code, status, text in rows("errors.md", "| code |")
    }
    assert written == {
        code: (status, f"{title}. {remedy}") for code, (status, title, remedy) in PROBLEMS.items()
    }


def test_the_table_of_optimizers_is_that_of_the_laws() -> None:
    written = {
        name: (names(law)[0], status)
        for law, _, optimizers, status in rows("optimizers.md", "| law | one update")
        for name in names(optimizers)
    }
    assert written == {name: (law.name, law.status) for name, law in OPTIMIZERS.items()}


def test_every_setting_is_documented_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    written = dict(re.findall(r"\| `ABC_(\w+)` \| `(.*?)` \|", PAGES["operations.md"]))
    assert set(written) == {name.upper() for name in Settings.model_fields}
    defaults = Settings()
    for name, shown in written.items():
        value = getattr(defaults, name.lower())
        assert shown == (",".join(value) if isinstance(value, tuple) else str(value))


def test_the_verdicts_are_all_there(service: TestClient) -> None:
    hints = get_type_hints(QuantityReport)
    assert {names(each[0])[0] for each in rows("checks.md", "| verdict |")} == set(
        get_args(CheckVerdict)
    )
    quantities = {name for each in rows("checks.md", "| quantity |") for name in names(each[0])}
    assert quantities == set(get_args(hints["quantity"]))
    schemas = service.get("/openapi.json").json()["components"]["schemas"]
    theory = schemas["CheckResult"]["properties"]["theory"]
    kinds = theory.get("enum") or schemas[theory["$ref"].rpartition("/")[2]]["enum"]
    assert {names(each[0])[0] for each in rows("verdicts.md", "| verdict |")} == set(kinds)


def test_the_fields_of_a_check_are_those_it_takes(service: TestClient) -> None:
    """Every field beside those of classify, and the defaults that the schema states."""
    schemas = service.get("/openapi.json").json()["components"]["schemas"]
    taken = schemas["CheckIn"]["properties"]
    own = set(taken) - set(schemas["EquivalenceIn"]["properties"])
    own -= set(schemas["ParametrizationIn"]["properties"])
    table = rows("checks.md", "| field |")
    fields = [name for fields, _, _ in table for name in names(fields)]
    # Two rows name further fields in the text beside them.
    assert own == {*fields, "inputs", "targets"}
    for row in table:
        for name, shown in zip(names(row[0]), row[1].split(", "), strict=False):
            stated = [each.get("default") for each in taken[name].get("anyOf", [taken[name]])]
            default = next((each for each in stated if each is not None), None)
            if default is not None:
                assert shown.split(";")[0].strip("`") == str(default).removesuffix(".0"), name


def test_the_table_of_the_readme_is_what_it_asks(service: TestClient) -> None:
    asked = re.search(r"/v1/classify .*?-d '(.*?)'", PAGES["README.md"], re.DOTALL)
    assert asked is not None
    table = {layer.strip("`"): cells for layer, *cells in rows("README.md", "| layer |")}
    question: dict[str, Any] = json.loads(asked[1])
    assert list(table) == ["input", "hidden", "readout"]
    for position, symbol in enumerate("abc"):
        given = question[symbol]
        for role, cells in table.items():
            assert cells[position] == str(given[role] if isinstance(given, dict) else given)


# ---------------------------------------------------------------------------- formulas


def value(formula: str, **exponents: Fraction | int) -> Fraction:
    """A formula as the pages write it, such as ``g + c + 2a - 1``."""
    spaced = re.sub(r"(\d)\s*([a-z])", r"\1*\2", formula)
    exact = re.sub(r"(?<![\w/])(\d+)/(\d+)", r"Fraction(\1,\2)", spaced)
    return Fraction(eval(exact, {"Fraction": Fraction, "min": min, "I": int}, exponents))


def drawn(random: Random) -> dict[str, list[Fraction]]:
    """Exponents of a network with three weight matrices."""
    return {each: [Fraction(random.randint(-6, 6), 4) for _ in range(3)] for each in "abc"}


@pytest.mark.parametrize(
    "optimizer", ["sgd", "adam", "signsgd", "muon_raw", "shampoo", "adafactor", "lamb"]
)
def test_the_sizes_of_updates_are_those_that_decide(optimizer: str) -> None:
    table = {names(law)[0]: forms for law, *forms in rows("optimizers.md", "| law | input")}
    first, hidden, readout = table[OPTIMIZERS[optimizer].name]
    random = Random(0)
    for _ in range(25):
        drew = drawn(random)
        layers = [{each: drew[each][i] for each in "abc"} for i in range(3)]
        u = value(readout, **layers[2])
        g = min(layers[2]["a"] + layers[2]["b"], u)
        r = min(value(first, g=g, **layers[0]), value(hidden, g=g, **layers[1]))
        assert classify(depth=2, optimizer=optimizer, **drew).r == r


def test_the_formula_of_sgd_is_the_one_that_decides() -> None:
    formula = re.search(
        r"```text\nr_l = (.*?),   u = (.*?),   r = min_l r_l\n```", PAGES["theory.md"]
    )
    assert formula is not None
    r_l, u_text = (
        re.sub(r"([abc])_\{L\+1\}", r"\1_o", each).replace("l = 1", "l == 1")
        for each in formula.groups()
    )
    random = Random(1)
    for _ in range(25):
        drew = drawn(random)
        readout = {f"{each}_o": drew[each][2] for each in "abc"}
        u = value(u_text, **readout)
        found = [
            value(r_l, u=u, l=i + 1, a_l=drew["a"][i], c_l=drew["c"][i], **readout)
            for i in range(2)
        ]
        assert classify(depth=2, **drew).r == min(found)
