"""Questions with unknowns: everything that can be wrong is pointed at, with the remedy."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.app.api.test_errors import NOT_JSON, pointers, problem_of, refused

REGIONS, PLOT, REPAIRS = "/v1/regions", "/v1/regions/plot", "/v1/repairs"
PATHS = (REGIONS, PLOT, REPAIRS)
JSON = {"Content-Type": "application/json"}

UNIFORM: dict[str, Any] = {"preset": "uniform", "s": "s", "depth": 2}
MUP: dict[str, Any] = {"preset": "mup", "depth": 3, "target": "kernel"}


def flaws(
    client: TestClient, path: str, body: dict[str, Any], status: int = 422
) -> list[tuple[str, str]]:
    """The flaws of a refused question, with the detail of the first as that of the problem."""
    problem = refused(client, json.dumps(body), status, path)
    first = problem["errors"][0]["detail"]
    more = len(problem["errors"]) - 1
    assert problem["detail"] == (f"{first} (and {more} more)" if more else first)
    return [(each["pointer"], each["detail"]) for each in problem["errors"]]


def cut(text: str) -> str:
    """As messages show it."""
    return f'"{text[:40]}…" ({len(text)} characters)' if len(text) > 40 else f'"{text}"'


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json_is_said_not_to_be(client: TestClient, path: str, name: str) -> None:
    problem = refused(client, NOT_JSON[name], 400, path)
    assert problem["type"] == "/problems/invalid-json"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", ["null", "1", '"mup"', "[]", '[{"preset": "mup"}]'])
def test_a_body_that_is_no_object_is_refused(client: TestClient, path: str, body: str) -> None:
    problem = refused(client, body, 422, path)
    assert pointers(problem) == {""}
    assert "JSON object" in problem["detail"]


# ---------------------------------------------------------------------------- expressions

# What is tried, by a name, and what is said of it.
CANNOT = "cannot be used: it is not affine, since it"
AFFINE = "an exponent is a number, plus numbers times unknowns"
EXAMPLE = 'write a number or an affine expression such as "1/2 - s" or "3/2*t"'
NAMES = "is no name for an unknown; take letters and digits, 24 at most, such as s or t_1"
LARGE = "has a numerator or denominator above 1000000 in lowest terms; use a simpler fraction"
SPELLINGS = 'write an integer, a decimal or a string "p/q"'
OPERATOR = "(a product is written with *)"
POWER = "which is not affine"
LONG, NAME = "s+" * 50_000 + "s", "x" * 25

NO_EXPRESSION: dict[str, tuple[object, str]] = {
    "a hundred thousand characters": (
        LONG,
        f"{cut(LONG)} is longer than 200 characters; {EXAMPLE}",
    ),
    "parentheses": (
        "(" * 150 + "s",
        f"{cut('(' * 150 + 's')} breaks off; {EXAMPLE}",
    ),
    "a product": ("s*t", f'"s*t" {CANNOT} multiplies s by t; {AFFINE}'),
    "a square": ("(s+1)*s", f'"(s+1)*s" {CANNOT} multiplies s + 1 by s; {AFFINE}'),
    "a quotient": ("1/s", f'"1/s" {CANNOT} divides by s; {AFFINE}'),
    "division by zero": ("s/(1-1)", f'"s/(1-1)" cannot be used: it divides by zero; {EXAMPLE}'),
    "a power": ("s^2", f'"s^2" has a power ("^" at character 2), {POWER}; {EXAMPLE}'),
    "Python's power": ("s**2", f'"s**2" has a power ("*" at character 3), {POWER}; {EXAMPLE}'),
    "no operator": (
        "2s",
        f'"2s" lacks an operator before "s" at character 2 {OPERATOR}; {EXAMPLE}',
    ),
    "a call": (
        "exp(s)",
        f'"exp(s)" lacks an operator before "(" at character 4 {OPERATOR}; {EXAMPLE}',
    ),
    "an underscore": ("_s + 1", f'"_s + 1" cannot be read from "_" at character 1 on; {EXAMPLE}'),
    "Greek": ("1/2 - σ", f'"1/2 - σ" cannot be read from "σ" at character 7 on; {EXAMPLE}'),
    "a Unicode minus": ("1 − s", f'"1 − s" cannot be read from "−" at character 3 on; {EXAMPLE}'),
    "NUL": ("s\0", f'"s\0" cannot be read from "\0" at character 2 on; {EXAMPLE}'),
    "it breaks off": ("s +", f'"s +" breaks off; {EXAMPLE}'),
    "not a number": ("NaN + s", f'"NaN + s" cannot be used: "NaN" {NAMES}'),
    "infinity": ("-Infinity", f'"-Infinity" cannot be used: "Infinity" {NAMES}'),
    "a long name": (NAME, f'"{NAME}" cannot be used: "{NAME}" {NAMES}'),
    "a large number": ("1000001*s", f'"1000001*s" cannot be used: "1000001" {LARGE}'),
    "a large product": (
        "1000*1001*s",
        (
            '"1000*1001*s" cannot be used: a coefficient has a numerator '
            "or denominator above 1000000 in lowest terms; use simpler fractions"
        ),
    ),
    "true": (True, f"true is not a number; {SPELLINGS}"),
    "a list": (["s"], f"a list is not a number; {SPELLINGS}"),
    "an object": ({"s": 1}, f"an object is not a number; {SPELLINGS}"),
    "nothing": ("", f'"" is not an exponent; {SPELLINGS}, such as -0.5 or "1/3"'),
}


@pytest.mark.parametrize("name", NO_EXPRESSION)
def test_what_is_no_expression_is_pointed_at(client: TestClient, name: str) -> None:
    value, message = NO_EXPRESSION[name]
    lists = {"depth": 1, "a": ["u", value], "b": [0, 0], "c": 0}
    assert flaws(client, REGIONS, lists) == [("/a/1", message)]
    roles = {"input": 0, "hidden": value, "readout": "u"}
    by_role = {"a": {**roles, "hidden": 0}, "b": roles, "c": 0}
    assert flaws(client, PLOT, by_role) == [("/b/hidden", message)]
    if isinstance(value, (str, bool)):
        assert flaws(client, REGIONS, {"preset": "uniform", "s": value}) == [("/s", message)]


def test_expressions_are_no_exponents_where_numbers_are_asked_for(client: TestClient) -> None:
    message = f'"1/2 - s" is not an exponent; {SPELLINGS}, such as -0.5 or "1/3"'
    body = {"preset": "uniform", "s": "1/2 - s", "target": "stable"}
    assert flaws(client, REPAIRS, body) == [("/s", message)]
    assert flaws(client, REGIONS, {**UNIFORM, "bounds": {"s": [0, "1/2 - s"]}}) == [
        ("/bounds/s/1", message)
    ]
    assert flaws(client, REPAIRS, {**MUP, "margin": "1/2 - s"}) == [("/margin", message)]


# ---------------------------------------------------------------------------- regions

NO_UNKNOWN = (
    "there is no unknown in it; write a name such as s in place of an exponent (numbers alone are "
    "for classify)"
)
BOUNDS = 'write {"s": [0, "1/2"]}, with null for an end that is open'
OPERATORS = 'the operator regime is that of adaptive optimizers; for sgd it is "kernel"'
DEEP = {"b": [0] * 1002, "c": 0, "depth": 1001}
DIFFERENT = [f"s + {each}" for each in range(1002)]

REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "no unknown": (
        REGIONS,
        {"preset": "mup"},
        {"": NO_UNKNOWN},
    ),
    "an unknown that cancels": (
        REGIONS,
        {**UNIFORM, "s": "s - s"},
        {"": NO_UNKNOWN},
    ),
    "four unknowns": (
        REGIONS,
        {"depth": 1, "a": ["w", "x"], "b": ["y", "z"], "c": 0},
        {"": "there are 4 unknowns (w, x, y, z); 3 at most: put numbers in place of the others"},
    ),
    "three unknowns in a figure": (
        PLOT,
        {"depth": 1, "a": ["x", "y"], "b": ["z", 0], "c": 0},
        {"": "there are 3 unknowns (x, y, z), and a figure shows 2: put a number in place of one"},
    ),
    "many kinds of layers": (
        REGIONS,
        {"depth": 66, "a": [f"{each}*s" for each in range(67)], "b": [0] * 67, "c": 0},
        {"": "there are 65 different hidden layers; with unknowns 64 at most"},
    ),
    "many texts": (
        REGIONS,
        {**DEEP, "a": DIFFERENT},
        {
            f"/a/{each}": f'"s + {each}" is one too many: 1000 different texts at most'
            for each in (1000, 1001)
        },
    ),
    "bounds that are no object": (
        REGIONS,
        {**UNIFORM, "bounds": [0, 1]},
        {"/bounds": f"bounds is a list; {BOUNDS}"},
    ),
    "bounds of three": (
        REGIONS,
        {**UNIFORM, "bounds": {"s": [0, 1, 2]}},
        {"/bounds/s": f"the bounds of s have 3 ends, not two; {BOUNDS}"},
    ),
    "bounds of all sorts": (
        REGIONS,
        {
            "depth": 1,
            "a": [0, "x"],
            "b": [0, "y"],
            "c": 0,
            "bounds": {"x": [2, 1], "y": [False, "1/0"], "q/~": [0, 1]},
        },
        {
            "/bounds/x": "the bounds of x leave nothing: 2 is above 1",
            "/bounds/y/0": f"false is not a number; {SPELLINGS}",
            "/bounds/y/1": f'"1/0" divides by zero; {SPELLINGS}',
            "/bounds/q~1~0": '"q/~" is not among the unknowns, which are x, y',
        },
    ),
    "bounds that miss the family": (
        REGIONS,
        {**UNIFORM, "bounds": {"s": ["3/4", 1]}},
        {
            "/bounds": "no point satisfies s >= 0, s <= 1/2, s >= 3/4, s <= 1 (uniform is defined "
            "for 0 <= s <= 1/2 only); widen the bounds"
        },
    ),
    "an optimum of what is known": (
        REGIONS,
        {**UNIFORM, "minimize": "S"},
        {"/minimize": '"S" is not among the unknowns, which are s'},
    ),
    "two optima": (
        REGIONS,
        {**UNIFORM, "minimize": "s", "maximize": "s"},
        {"/maximize": "minimize and maximize are both given; ask one at a time"},
    ),
    "an optimum of nothing": (
        REGIONS,
        {**UNIFORM, "subject_to": "stable"},
        {"/subject_to": 'subject_to goes with "minimize" or "maximize"; name an unknown there'},
    ),
    "an optimum of a number": (
        REGIONS,
        {**UNIFORM, "minimize": 1},
        {"/minimize": "minimize is 1; it must be a string"},
    ),
    "the operator regime of sgd": (
        REGIONS,
        {**UNIFORM, "maximize": "s", "subject_to": "operator"},
        {"/subject_to": OPERATORS},
    ),
    "the same as a target": (
        REPAIRS,
        {**MUP, "target": "operator"},
        {"/target": OPERATORS},
    ),
    "no target": (
        REPAIRS,
        {"preset": "mup"},
        {"/target": "target is missing; it is required here"},
    ),
    "several for a preset's one": (
        REGIONS,
        {"preset": "standard_adam", "c": {"input": "c", "hidden": "c", "readout": 1}},
        {
            "/c": "standard_adam takes one c, not an object; write one exponent, or give a, b and "
            "c instead of the preset"
        },
    ),
    "a field of repairs": (
        REGIONS,
        {**UNIFORM, "locked": ["c"]},
        {"/locked": '"locked" belongs to POST /v1/repairs; leave it out'},
    ),
    "a field of regions": (
        REPAIRS,
        {**MUP, "bounds": {"s": [0, 1]}},
        {"/bounds": '"bounds" belongs to POST /v1/regions; leave it out'},
    ),
    "locked as a text": (
        REPAIRS,
        {**MUP, "locked": "a"},
        {"/locked": 'locked is "a"; give a list such as ["c", "b.readout"]'},
    ),
    "misplaced locks": (
        REPAIRS,
        {**MUP, "locked": ["a", "a.5", "c.1", "d"]},
        {
            "/locked/1": '"a.5" names no layer: depth 3 has layers 1 to 4',
            "/locked/2": (
                '"c.1" names one layer, but one c was given for all; write "c", or set "tie_c" to '
                "false"
            ),
            "/locked/3": '"d" names exponents that were not given; leave it out',
        },
    ),
    "hidden layers at depth 1": (
        REPAIRS,
        {**MUP, "depth": 1, "locked": ["b.hidden"]},
        {"/locked/0": '"b.hidden" names hidden layers 2..L, but depth 1 has none'},
    ),
    "a number without depth": (
        REPAIRS,
        {"preset": "mup", "target": "kernel", "locked": ["a.2"], "tie_hidden": False},
        {
            "/tie_hidden": (
                "hidden layers can be changed one by one only where depth is given; give it"
            ),
            "/locked/0": '"a.2" names a layer by number, but no depth is given; name its role',
        },
    ),
    "weights as a list": (
        REPAIRS,
        {**MUP, "weights": [["a", 1]]},
        {"/weights": 'weights is a list; give an object such as {"c": 2, "a.input": "1/2"}'},
    ),
    "weights that are none": (
        REPAIRS,
        {**MUP, "weights": {"a": 0, "b": "-1/2"}},
        {
            "/weights/a": "the weight of a is 0; a weight is positive",
            "/weights/b": "the weight of b is -1/2; a weight is positive",
        },
    ),
    "weights that are no numbers": (
        REPAIRS,
        {**MUP, "weights": {"a": True, "c": "s"}},
        {
            "/weights/a": f"the weight of a cannot be used: true is not a number; {SPELLINGS}",
            "/weights/c": (
                f'the weight of c cannot be used: "s" is not an exponent; {SPELLINGS}, such as '
                '-0.5 or "1/3"; unknowns are for regions'
            ),
        },
    ),
    "many locks": (
        REPAIRS,
        {**MUP, "locked": ["c"] * 1001},
        {"/locked": "locked has 1001 entries, 1000 at most; name roles instead"},
    ),
    "many weights": (
        REPAIRS,
        {**MUP, "weights": {f"a.{each}": 1 for each in range(1, 1002)}},
        {"/weights": "weights has 1001 entries, 1000 at most; name roles instead"},
    ),
    "all at once": (
        REPAIRS,
        {**MUP, "locked": ["q"], "weights": {"a": 0}, "margin": -1},
        {
            "/margin": "margin is -1; it must be positive, such as 1/8",
            "/locked/0": '"q" names no exponents; write "a" for all layers, "a.input", '
            '"a.hidden", "a.readout", "a.1" for layer 1, "a.bias" for biases, or "a." and the name '
            "of a tensor",
            "/weights/a": "the weight of a is 0; a weight is positive",
        },
    ),
    "no margin": (
        REPAIRS,
        {**MUP, "margin": 0},
        {"/margin": "margin is 0; it must be positive, such as 1/8"},
    ),
    "much to decide": (
        REPAIRS,
        {"preset": "mup", "depth": 100, "target": "kernel", "tie_hidden": False},
        {
            "": (
                "there are 203 exponents to decide on, 200 at most; tie hidden layers that are "
                "alike, or take a smaller depth"
            )
        },
    ),
}


@pytest.mark.parametrize("target", ["trivial", "unstable", "µP", "Kernel", "", 1, None, ["stable"]])
def test_a_target_is_one_of_those_worth_reaching(client: TestClient, target: object) -> None:
    ((pointer, detail),) = flaws(client, REPAIRS, {**MUP, "target": target})
    assert pointer == "/target"
    assert (
        "; it must be 'stable', 'nontrivial', 'kernel', 'operator', 'feature_learning'," in detail
    )
    assert "unstable'" not in detail


@pytest.mark.parametrize("target", ["µP", "Stable", "", 1, ["stable"]])
def test_an_optimum_is_subject_to_one_of_the_targets(client: TestClient, target: object) -> None:
    ((pointer, detail),) = flaws(
        client, REGIONS, {**UNIFORM, "minimize": "s", "subject_to": target}
    )
    assert pointer == "/subject_to"
    assert "; it must be 'stable', 'nontrivial', 'unstable', 'trivial', 'kernel'," in detail


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_pointed_at(client: TestClient, name: str) -> None:
    path, body, expected = REFUSED[name]
    assert flaws(client, path, body) == [*expected.items()]


@pytest.mark.parametrize(
    "selector",
    ["", "e", "A", "a.", "a.0", "a.01", "a.-1", "a.1 ", "a.١", "a.input.1", "a\n", 1, None, ["a"]],
    ids=repr,
)
def test_what_names_no_exponents_is_pointed_at(client: TestClient, selector: object) -> None:
    form = (
        'write "a" for all layers, "a.input", "a.hidden", "a.readout", "a.1" for layer 1, "a.bias" '
        'for biases, or "a." and the name of a tensor'
    )
    ((pointer, detail),) = flaws(client, REPAIRS, {**MUP, "locked": ["b", selector]})
    assert pointer == "/locked/1"
    assert detail.endswith(f"names no exponents; {form}")
    if isinstance(selector, str):
        ((pointer, again),) = flaws(client, REPAIRS, {**MUP, "weights": {selector: 1}})
        assert (pointer, again) == (f"/weights/{selector}", detail)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        *(
            (REGIONS, name)
            for name in ("target", "locked", "weights", "tie_hidden", "tie_c", "margin")
        ),
        *((REPAIRS, name) for name in ("bounds", "minimize", "maximize", "subject_to")),
        *((path, name) for path in PATHS for name in ("activation", "width", "x" * 90)),
    ],
)
def test_fields_that_do_not_belong_are_pointed_at(
    client: TestClient, path: str, field: str
) -> None:
    body = {**(MUP if path == REPAIRS else UNIFORM), field: None}
    ((pointer, detail),) = flaws(client, path, body)
    assert pointer == f"/{field[:80]}"
    assert field[:40] in detail


# ---------------------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("image/png", "image/png"),
        ("*/*", "image/svg+xml"),
        ("image/svg+xml;q=0.5, image/png;q=0.1", "image/svg+xml"),
        ("image/avif,image/webp,image/*;q=0.8", "image/svg+xml"),
    ],
)
def test_a_figure_comes_in_the_format_that_is_preferred(
    client: TestClient, accept: str, kind: str
) -> None:
    response = client.post(PLOT, json=UNIFORM, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == kind
    assert "Accept" in response.headers["vary"]
    assert response.content.startswith({"image/png": b"\x89PNG"}.get(kind, b"<?xml"))


@pytest.mark.parametrize(
    "accept", ["text/html", "image/png;q=0", "*/*;q=0", "image/jpeg", "png", ";;", "x" * 1000]
)
def test_other_formats_are_refused(client: TestClient, accept: str) -> None:
    response = client.post(PLOT, json=UNIFORM, headers={"Accept": accept})
    assert response.status_code == 406
    problem = problem_of(client, response)
    assert problem["detail"] == (
        f"the figure is not available as {cut(accept)}; accept image/svg+xml or image/png"
    )
    assert pointers(problem) == {"/header/Accept"}
