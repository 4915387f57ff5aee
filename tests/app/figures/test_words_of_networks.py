"""What pictures of regions say of networks that are no plain perceptrons."""

from typing import Any

from app.figures.regions import words
from solver import Survey, survey

TENSORS: list[dict[str, Any]] = [
    {"name": "embed", "kind": "input", "optimizer": "adam", "a": 0, "b": 0, "c": 0},
    {"name": "w", "kind": "hidden", "optimizer": "adam", "a": 0, "b": "1/2", "c": "s",
     "weight_decay": 0},
    {"name": "head", "kind": "readout", "optimizer": "adam", "a": 1, "b": "inf", "c": 0},
]  # fmt: skip


def test_tensors_go_by_their_names() -> None:
    found = survey(tensors=TENSORS)
    assert isinstance(found, Survey)
    assert words.title([found]) == "Which values of s give which verdict, in this network"
    said = words.subject([found]).replace("\N{NO-BREAK SPACE}", " ")
    assert said.partition("·")[2].strip() == (
        "(a, b, c, w) of every tensor:  embed (0, 0, 0, –),  w (0, 1/2, s, 0),  head (1, inf, 0, –)"
    )
    assert words.description([found]).startswith("In this network: ")


def test_biases_are_told_from_weights() -> None:
    found = survey(preset="uniform", s="s", depth=3, bias={"a": 0, "b": "inf", "c": 1})
    assert isinstance(found, Survey)
    assert "bias.1..3 (0, inf, 1)" in words.subject([found]).replace("\N{NO-BREAK SPACE}", " ")
    assert words.description([found]).startswith("At L = 3: ")
