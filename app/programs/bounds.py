"""How large a program may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProgramBounds:
    """Bounds on what is read; whoever runs a program of their own may set them as they like.

    ``names`` counts matrices, vectors and scalars that are given; ``characters`` and ``nesting``
    are of one expression; ``degree`` is how fast what a moment is taken of may grow, as a power
    of its Gaussians; ``joint`` counts vectors.  ``precision`` is the least that may be asked for.
    """

    instructions: int = 200
    names: int = 64
    characters: int = 1000
    nesting: int = 50
    degree: int = 16
    joint: int = 8
    precision: float = 1e-5


#: Of a program that has been read before.
UNBOUNDED = ProgramBounds(*(10**9,) * 3, nesting=300, degree=10**9, joint=10**9, precision=0.0)
