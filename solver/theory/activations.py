"""Activations that a question may name."""

from typing import Final, Literal, get_args

Activation = Literal["tanh", "relu", "gelu", "silu", "erf", "linear"]
ACTIVATIONS: Final[tuple[Activation, ...]] = get_args(Activation)
#: Those that saturate: whatever explodes before them is of size Θ(1) behind them.
BOUNDED: Final[tuple[Activation, ...]] = ("tanh", "erf")
