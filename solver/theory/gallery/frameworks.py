"""What frameworks do unless they are told otherwise, biases included, at one learning rate."""

from fractions import Fraction
from typing import Final

from solver.exact.infinite import INFINITE
from solver.theory.gallery.entry import BodyBias, GalleryEntry, by_role

_ZERO: Final = Fraction(0)
_HALF: Final = Fraction(1, 2)
_NONE: Final = (_ZERO, _ZERO)
_LIKE_WEIGHTS: Final = BodyBias(a=_NONE, b=(_ZERO, _HALF), c=_NONE)
_ZEROS: Final = BodyBias(a=_NONE, b=(INFINITE, INFINITE), c=_NONE)

_TORCH: Final = (
    "Weights and biases are uniform on ±fan_in^(-1/2), which is kaiming_uniform with a = sqrt(5)."
)

FRAMEWORKS: Final = (
    GalleryEntry(
        name="torch_linear",
        title="PyTorch's nn.Linear under SGD",
        optimizer="sgd",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        bias=_LIKE_WEIGHTS,
        source="PyTorch, torch.nn.Linear.reset_parameters",
        description=f"{_TORCH} Training blows up as width grows.",
        used_by="Every network of nn.Linear whose initialization is left alone.",
    ),
    GalleryEntry(
        name="torch_linear_adam",
        title="PyTorch's nn.Linear under AdamW",
        optimizer="adamw",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        bias=_LIKE_WEIGHTS,
        source="PyTorch, torch.nn.Linear.reset_parameters",
        description=f"{_TORCH} Features blow up in the first step of Adam.",
        used_by="Every network of nn.Linear whose initialization is left alone.",
    ),
    GalleryEntry(
        name="keras_dense",
        title="Keras' Dense under Adam",
        optimizer="adam",
        a=by_role(0, 0, 0),
        b=by_role(_HALF, _HALF, _HALF),
        c=by_role(0, 0, 0),
        bias=_ZEROS,
        source="Keras, keras.layers.Dense (glorot_uniform, zeros)",
        description="Glorot's variance 2 / (fan_in + fan_out) makes the first layer's output "
        "vanish like n^(-1/2) where only one side grows; then Adam's steps blow up.",
        used_by="Keras networks whose initializers are left alone.",
    ),
    GalleryEntry(
        name="flax_dense",
        title="Flax' Dense under Adam",
        optimizer="adam",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        bias=_ZEROS,
        source="Flax, flax.linen.Dense (lecun_normal, zeros)",
        description="LeCun's variance 1 / fan_in and zero biases: features blow up in the first "
        "step of Adam.",
        used_by="Flax networks whose initializers are left alone.",
    ),
)
