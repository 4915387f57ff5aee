"""Transformers by their tensors: one block with its embedding and its head.

Blocks are alike, so one stands for any number of them.  Width is that of the residual stream, and
the heads grow with it; a network whose number of heads grows has no condition on attention.
"""

from fractions import Fraction
from typing import Final

from solver.exact.infinite import INFINITE
from solver.theory.exponents import shared
from solver.theory.gallery.entry import GalleryNetwork
from solver.theory.laws import Optimizer
from solver.theory.roles import Role
from solver.theory.tensors import Attending, NamedTensor, TensorParametrization

_ZERO: Final = Fraction(0)
_HALF: Final = Fraction(1, 2)
_ONE: Final = Fraction(1)

# (b, c) of the tensors of one kind.
_Rule = tuple[Fraction, Fraction]


def _network(
    hidden: _Rule,
    head: _Rule,
    divided: Fraction,
    scale: Fraction,
    tied: bool = False,
    inside: Optimizer = "adamw",
) -> TensorParametrization:
    """Logits are divided by n^divided, attention is n^(-scale) q·k; ``inside`` trains matrices."""

    def tensor(name: str, role: Role, b: Fraction, c: Fraction = _ZERO) -> NamedTensor:
        return NamedTensor(name, role, shared(_ZERO, b, c), "adamw")

    def matrix(name: str, residual: bool = False) -> NamedTensor:
        return NamedTensor(name, Role.HIDDEN, shared(_ZERO, *hidden), inside, residual)

    def gain(name: str) -> NamedTensor:
        return tensor(name, Role.VECTOR, _ZERO)

    def bias(name: str) -> NamedTensor:
        return tensor(name, Role.VECTOR, INFINITE)

    embedding = tensor("embedding", Role.INPUT, _ZERO)
    ends = (_ZERO, _ZERO) if tied else head
    return TensorParametrization(
        (
            embedding,
            gain("attention_gain"),
            *map(matrix, "qkv"),
            matrix("o", residual=True),
            gain("mlp_gain"),
            matrix("up"),
            bias("up_bias"),
            matrix("down", residual=True),
            bias("down_bias"),
            gain("last_gain"),
            NamedTensor(
                "head",
                Role.READOUT,
                shared(divided, *ends),
                "adamw",
                tied_to=embedding.name if tied else None,
            ),
        ),
        (Attending("attention", "q", "k", scale, "head_size"),),
    )


_TENSOR_PROGRAMS: Final = "arXiv 2203.03466, Section 8 and Table 8 (TP5)"
_DEFAULTS: Final = "arXiv 1706.03762; PyTorch's defaults"
_FAN_IN: Final = (_HALF, _ZERO)
_MUP: Final = (_HALF, _ONE)

TRANSFORMERS: Final = (
    GalleryNetwork(
        name="transformer_mup",
        title="A pre-norm transformer in µP, with a head of its own",
        network=_network(_MUP, (_ZERO, _ZERO), _ONE, _ONE),
        source=_TENSOR_PROGRAMS,
        description="Matrices learn at the rate 1/n, logits are divided by n, attention by the "
        "head size instead of its root.",
        used_by="Language models whose hyperparameters are tuned at a small width.",
    ),
    GalleryNetwork(
        name="transformer_mup_tied",
        title="A pre-norm transformer in µP whose head is its embedding",
        network=_network(_MUP, (_ZERO, _ZERO), _ONE, _ONE, tied=True),
        source=_TENSOR_PROGRAMS,
        description="The same with one tensor for embedding and head, which share b and c.",
        used_by="Small language models whose hyperparameters are tuned at a small width.",
    ),
    GalleryNetwork(
        name="transformer_mup_muon",
        title="A pre-norm transformer in µP, Muon on its matrices",
        network=_network(_FAN_IN, (_ZERO, _ZERO), _ONE, _ONE, inside="muon"),
        source=f"{_TENSOR_PROGRAMS}; derived for Muon (arXiv 2310.17813)",
        description="No learning rate depends on width; logits and attention as in µP.",
        used_by="Transfer of hyperparameters where Muon trains the matrices of blocks.",
    ),
    GalleryNetwork(
        name="transformer_standard",
        title="A pre-norm transformer with standard initialization, one learning rate",
        network=_network(_FAN_IN, _FAN_IN, _ZERO, _HALF),
        source=_DEFAULTS,
        description="Matrices of standard deviation fan_in^(-1/2), one rate of AdamW for every "
        "width, attention divided by the root of the head size: features blow up.",
        used_by="Transformers that are trained at one width only.",
    ),
    GalleryNetwork(
        name="transformer_standard_tied",
        title="The same with its embedding for a head",
        network=_network(_FAN_IN, _FAN_IN, _ZERO, _HALF, tied=True),
        source=_DEFAULTS,
        description="The initial logits grow like n: the stream still holds the embedding by which "
        "the head multiplies it.",
        used_by="Transformers that are trained at one width only.",
    ),
    GalleryNetwork(
        name="transformer_gpt2",
        title="GPT-2's initialization, one learning rate",
        network=_network((_ZERO, _ZERO), (_ZERO, _ZERO), _ZERO, _HALF, tied=True),
        source="GPT-2 (Radford et al. 2019), as in nanoGPT's model.py",
        description="Every matrix has the standard deviation 0.02, whatever its width: wider "
        "networks begin with larger signals.",
        used_by="GPT-2 and code that follows it.",
    ),
)
