"""What is in use: every entry beyond the papers' table, against published rows and an oracle.

The rows are copied from the publications; the oracle evaluates the tables of the theory in plain
fractions on what the service lists of an entry.
"""

from fractions import Fraction
from typing import Any

import pytest

from solver import GALLERY, NETWORKS, classify, classify_any_depth, gallery_entry, gallery_network
from solver.errors import UnknownParametrizationError
from solver.theory import SPELLINGS, plain_optimizer, plain_parametrization
from tests.solver.oracle import ADAPTIVE_GALLERY, SGD_GALLERY
from tests.solver.theory.published_networks import HALF, INF, Tensor, judge

MUP, UNSTABLE = ("feature_learning", 0, True), "unstable"
FAMILIES = {"uniform": Fraction(1, 4), "standard_adam": Fraction(1)}
MUON, MATCHED = "adamw muon adamw", "adamw muon_match_rms adamw"

# name -> optimizer; "a | b | c" by role; at L >= 2 verdict, r, whether all is maximal.
ROWS: dict[str, tuple[str, str, tuple[str, Any, bool]]] = {
    "standard_1_over_sqrt_n": ("sgd", "0 0 0 | 0 1/2 1/2 | 1/2 1/2 1/2", (UNSTABLE, 0, False)),
    "musgd": ("sgd", "0 0 1 | 0 1/2 0 | -1 0 -1", MUP),
    "muadam": ("adam", "0 0 1 | 0 1/2 0 | 0 1 0", MUP),
    "spectral_sgd": ("sgd", "0 0 0 | 0 1/2 1 | -1 0 1", MUP),
    "spectral_rates_adam": ("adam", "0 0 0 | 0 1/2 1 | 0 0 1", (UNSTABLE, -1, False)),
    "mup_muon": (MUON, "0 0 1 | 0 1/2 0 | 0 0 0", MUP),
    "mup_muon_match_rms": (MATCHED, "0 0 1 | 0 1/2 0 | 0 1/2 0", MUP),
    "mup_muon_raw": ("muon_raw", "0 0 1 | 0 1/2 0 | -1/2 0 -1/2", MUP),
    "standard_muon": (MUON, "0 0 0 | 0 1/2 1/2 | 0 0 0", (UNSTABLE, 0, False)),
    "standard_muon_match_rms": (MATCHED, "0 0 0 | 0 1/2 1/2 | 0 0 0", (UNSTABLE, -HALF, False)),
    "mup_adafactor": ("adafactor", "0 0 1 | 0 1/2 0 | 0 1/2 0", MUP),
    "standard_adafactor": ("adafactor", "0 0 0 | 0 1/2 1/2 | 0 0 0", (UNSTABLE, -HALF, False)),
    "everett_standard_full": ("adam", "0 0 0 | 0 1/2 1/2 | 0 1 1", (UNSTABLE, 0, False)),
    "everett_ntk_full": ("adam", "0 1/2 1/2 | 0 0 0 | 0 1/2 1/2", (UNSTABLE, 0, False)),
    "everett_mup_full": ("adam", "-1/2 0 1/2 | 1/2 1/2 1/2 | 1/2 1 1/2", MUP),
    "everett_mean_field_full": ("adam", "0 1/2 1 | 0 0 0 | 0 1/2 0", MUP),
    "everett_standard_none": ("adam", "0 0 0 | 0 1/2 1/2 | 0 1/2 1/2", (UNSTABLE, -HALF, False)),
    "everett_ntk_none": ("adam", "0 1/2 1/2 | 0 0 0 | 0 0 0", (UNSTABLE, -HALF, False)),
    "everett_mup_none": ("adam", "-1/2 0 1/2 | 1/2 1/2 1/2 | 1/2 1/2 0", (UNSTABLE, -HALF, False)),
    "everett_mean_field_none": ("adam", "0 1/2 1 | 0 0 0 | 0 0 -1/2", (UNSTABLE, -HALF, False)),
    "torch_linear": ("sgd", "0 0 0 | 0 1/2 1/2 | 0 0 0", (UNSTABLE, -1, False)),
    "torch_linear_adam": ("adamw", "0 0 0 | 0 1/2 1/2 | 0 0 0", (UNSTABLE, -1, False)),
    "keras_dense": ("adam", "0 0 0 | 1/2 1/2 1/2 | 0 0 0", (UNSTABLE, -1, False)),
    "flax_dense": ("adam", "0 0 0 | 0 1/2 1/2 | 0 0 0", (UNSTABLE, -1, False)),
}  # fmt: skip
# The exponents b of biases, of the input layer and of hidden ones.
BIASES = {
    "torch_linear": ["0", "1/2"],
    "torch_linear_adam": ["0", "1/2"],
    "keras_dense": ["inf", "inf"],
    "flax_dense": ["inf", "inf"],
}
OF_THE_PAPERS = {*SGD_GALLERY, *ADAPTIVE_GALLERY, *FAMILIES, "mean_field"}
BY_ROLE = [name for name in GALLERY if name != "mean_field"]


def number(text: str) -> Any:
    return INF if text == "inf" else Fraction(text)


def tensors_of(name: str, depth: int) -> list[Tensor]:
    """An entry by role as the oracle's tensors, from what is listed of it."""
    given = gallery_entry(name).roles(FAMILIES.get(name)).at_depth(depth)
    written, optimizer = plain_parametrization(given), plain_optimizer(given)
    kinds = ["input", *["hidden"] * (depth - 1), "readout"]

    def exponents(source: Any, place: int) -> Tensor:
        return {symbol: number(source[symbol][place]) for symbol in "abc"}

    def trained_by(kind: str) -> str:
        return optimizer[kind] if isinstance(optimizer, dict) else str(optimizer)

    found = [
        {"name": f"w{place}", "kind": kind, "optimizer": trained_by(kind)}
        | exponents(written, place)
        for place, kind in enumerate(kinds)
    ]
    biases = [
        {"name": f"b{place}", "kind": "vector", "optimizer": trained_by("input")}
        | exponents(written["bias"], place)
        for place in range(depth if "bias" in written else 0)
    ]
    return [*found[:-1], *biases, found[-1]]


def test_every_entry_is_in_a_table() -> None:
    assert {*ROWS, *OF_THE_PAPERS} >= set(GALLERY)
    assert set(ROWS) <= set(GALLERY)


@pytest.mark.parametrize("name", ROWS)
def test_exponents_and_verdicts_are_those_of_the_publications(name: str) -> None:
    optimizers, row, (kind, r, maximal) = ROWS[name]
    roles = gallery_entry(name).roles()
    spelled = [[Fraction(each) for each in part.split()] for part in row.split("|")]
    assert [tuple(exponents[:3]) for exponents in roles.roles] == list(zip(*spelled, strict=True))
    names = optimizers.split()
    assert roles.optimizers == tuple(names * 3 if len(names) == 1 else names)
    bias = plain_parametrization(roles).get("bias")
    assert (bias and list(bias["b"].values())) == BIASES.get(name)
    deeper = classify_any_depth(roles).deeper
    assert deeper is not None
    assert (deeper.kind, deeper.r, deeper.maximal) == (kind, r, maximal)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("name", BY_ROLE)
def test_every_entry_is_judged_as_the_tables_judge_it(name: str, depth: int) -> None:
    verdict = classify(gallery_entry(name).roles(FAMILIES.get(name)).at_depth(depth))
    expected = judge(tensors_of(name, depth), [])
    assert (verdict.kind, verdict.r) == (expected["verdict"], expected["r"])
    assert verdict.maximal is expected["maximal"]


@pytest.mark.parametrize(
    ("name", "features", "logits", "initialization"),
    [
        ("standard_1_over_sqrt_n", None, HALF, None),
        ("everett_standard_full", None, HALF, None),
        ("everett_ntk_full", None, HALF, None),
        ("standard_muon", None, Fraction(1), None),
        ("spectral_rates_adam", Fraction(1), Fraction(1), None),
        ("standard_muon_match_rms", HALF, Fraction(1), None),
        ("keras_dense", Fraction(1), Fraction(3, 2), "vanishes"),
        ("flax_dense", Fraction(1), Fraction(3, 2), None),
        ("torch_linear", Fraction(1), Fraction(3, 2), None),
    ],
)
def test_how_the_unstable_ones_fail(
    name: str, features: Fraction | None, logits: Fraction, initialization: str | None
) -> None:
    deeper = classify_any_depth(gallery_entry(name).roles()).deeper
    assert deeper is not None
    assert deeper.instability is not None
    assert deeper.instability.features == features
    assert deeper.instability.logits == logits
    assert deeper.instability.initialization == initialization
    assert deeper.instability.controlled is (features is None)


@pytest.mark.parametrize("name", [name for name in ROWS if name.startswith("everett")])
def test_their_rates_are_stable_under_the_alignment_they_assume(name: str) -> None:
    entry = gallery_entry(name)
    assert entry.alignment == name.rsplit("_", 1)[1]
    found = classify(preset=name, depth=3, alignment=entry.alignment)
    assert found.kind == "feature_learning"  # type: ignore[union-attr]
    omega, alpha = HALF, {"full": Fraction(1), "none": HALF}[entry.alignment]
    assert judge(tensors_of(name, 3), [], alpha, omega)["verdict"] == "feature_learning"


def test_other_entries_assume_no_alignment() -> None:
    others = [each for each in GALLERY.values() if not each.name.startswith("everett")]
    assert {each.alignment for each in others} == {"theorem"}


def invariants(name: str) -> list[Any]:
    """What no gauge changes, by role: for the laws other than the gradient's, a + b and a + c."""
    roles = gallery_entry(name).roles()
    weights = {"sgd": 2, "adafactor": 0}
    return [
        (each, a + b, c + weights.get(each, 1) * a)
        for (a, b, c, *_), each in zip(roles.roles, roles.optimizers, strict=True)
    ]


def test_entries_in_another_gauge_name_the_first() -> None:
    plain = [
        name
        for name, each in GALLERY.items()
        if name not in FAMILIES and each.bias is None and name != "mean_field"
    ]
    for name in plain:
        first = next(each for each in plain if invariants(each) == invariants(name))
        assert SPELLINGS.get(name, name) == first
        roles = gallery_entry(name).roles()
        assert classify(roles.at_depth(3)).equivalent_to == (first,)
        if len(set(roles.laws)) == 1:
            # Without hidden layers more are alike: the first of them is named, and mean field.
            ends = [invariants(name)[0], invariants(name)[-1]]
            first = next(
                each for each in plain if [invariants(each)[0], invariants(each)[-1]] == ends
            )
            expected = ("mean_field", "mup") if first == "mup" else (first,)
            assert classify(roles.at_depth(1)).equivalent_to == expected
    assert SPELLINGS["everett_ntk_full"] == "everett_standard_full"
    assert SPELLINGS["everett_mup_full"] == SPELLINGS["everett_mean_field_full"] == "mup_adam"
    assert SPELLINGS["musgd"] == SPELLINGS["spectral_sgd"] == "mup"


# ---------------------------------------------------------------------------- networks by tensors


def listed(name: str) -> tuple[list[Tensor], list[Tensor]]:
    """A network as the oracle takes it, from what is listed of it."""
    written = plain_parametrization(gallery_network(name).network)
    tensors = [
        {key: number(value) if key in "abc" else value for key, value in each.items()}
        for each in written["tensors"]
    ]
    attention = [each | {"scale": number(each["scale"])} for each in written["attention"]]
    return tensors, attention


# name -> verdict, r, maximal; b of embedding, q, o, up, head; c of the same; a of the head; scale.
TRANSFORMERS: dict[str, tuple[tuple[str, Any, bool], str, str, str, str]] = {
    "transformer_mup": (MUP, "0 1/2 1/2 1/2 0", "0 1 1 1 0", "1", "1"),
    "transformer_mup_tied": (MUP, "0 1/2 1/2 1/2 0", "0 1 1 1 0", "1", "1"),
    "transformer_mup_muon": (MUP, "0 1/2 1/2 1/2 0", "0 0 0 0 0", "1", "1"),
    "transformer_standard": (
        (UNSTABLE, -1, False), "0 1/2 1/2 1/2 1/2", "0 0 0 0 0", "0", "1/2",
    ),
    "transformer_standard_tied": (
        (UNSTABLE, -1, False), "0 1/2 1/2 1/2 0", "0 0 0 0 0", "0", "1/2",
    ),
    "transformer_gpt2": ((UNSTABLE, -1, False), "0 0 0 0 0", "0 0 0 0 0", "0", "1/2"),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_transformers_are_judged_as_the_tables_judge_them(name: str) -> None:
    (kind, r, maximal), b, c, divided, scale = TRANSFORMERS[name]
    tensors, attention = listed(name)
    by_name = {each["name"]: each for each in tensors}
    shown = [by_name[each] for each in ("embedding", "q", "o", "up", "head")]
    assert [each["b"] for each in shown] == [Fraction(each) for each in b.split()]
    assert [each["c"] for each in shown] == [Fraction(each) for each in c.split()]
    assert by_name["head"]["a"] == Fraction(divided)
    assert by_name["head"].get("tied_to") == (
        "embedding" if "tied" in name or name == "transformer_gpt2" else None
    )
    assert [each["name"] for each in tensors if each.get("residual")] == ["o", "down"]
    assert [each["scale"] for each in attention] == [Fraction(scale)]
    verdict, expected = classify(gallery_network(name).network), judge(tensors, attention)
    assert (verdict.kind, verdict.r, verdict.maximal) == (kind, r, maximal)
    assert (kind, r, maximal) == tuple(expected[each] for each in ("verdict", "r", "maximal"))


def test_attention_divided_by_the_root_of_the_head_size_spoils_mup() -> None:
    tensors, attention = listed("transformer_mup")
    (scaled,) = attention
    assert judge(tensors, [scaled | {"scale": HALF}])["verdict"] == UNSTABLE
    written = plain_parametrization(gallery_network("transformer_mup").network)
    written["attention"] = [written["attention"][0] | {"scale": "1/2"}]
    found = classify(**written)
    assert found.kind == UNSTABLE  # type: ignore[union-attr]


def test_names_of_the_other_kind_are_refused_in_words() -> None:
    with pytest.raises(UnknownParametrizationError, match="take gallery_network"):
        gallery_entry("transformer_mup")
    with pytest.raises(UnknownParametrizationError, match="take gallery_entry"):
        gallery_network("ntk")
    with pytest.raises(UnknownParametrizationError, match='did you mean "transformer_mup"'):
        gallery_network("transformer_mupp")
