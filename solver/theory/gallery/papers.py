"""The parametrizations of the papers whose theorems decide, in the order of their table."""

from fractions import Fraction
from typing import Final

from solver.exact.affine import constant, unknown
from solver.theory.gallery.entry import GalleryEntry, Parameter, by_role

_HALF: Final = Fraction(1, 2)

_S: Final = unknown("s")
_C: Final = unknown("c")
_S_MINUS_HALF: Final = _S.minus(_HALF)
_HALF_MINUS_S: Final = constant(_HALF).minus(_S)

PAPERS: Final = (
    GalleryEntry(
        name="ntk",
        title="NTK parametrization",
        optimizer="sgd",
        a=by_role(0, _HALF, _HALF),
        b=by_role(0, 0, 0),
        c=by_role(0, 0, 0),
        source="TP4 Section 2.3; Jacot, Gabriel & Hongler 2018",
        description="Multipliers 1/sqrt(n) and unit initialization: training becomes kernel "
        "gradient descent with the neural tangent kernel.",
        used_by="Studies of the neural tangent kernel, and libraries of infinite-width kernels.",
    ),
    GalleryEntry(
        name="standard",
        title="Standard parametrization, width-independent learning rate",
        optimizer="sgd",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        source="TP4 Table 1",
        description="The default of deep-learning frameworks (LeCun or He initialization) with "
        "one learning rate for every width: training blows up as width grows.",
        used_by="Whoever keeps one learning rate while the width changes.",
    ),
    GalleryEntry(
        name="standard_1_over_n",
        title="Standard parametrization, learning rate 1/n",
        optimizer="sgd",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(1, 1, 1),
        source="TP4 Table 1",
        description="Standard initialization with the largest stable learning rate: a kernel "
        "regime, whose first layer does not contribute for L >= 2.",
        used_by="Comparisons with the neural tangent kernel in the standard parametrization.",
    ),
    GalleryEntry(
        name="mean_field",
        title="Mean-field parametrization",
        optimizer="sgd",
        a=by_role(0, None, 1),
        b=by_role(0, None, 0),
        c=by_role(-1, None, -1),
        source="TP4 Table 1; Mei, Montanari & Nguyen 2018",
        description="One hidden layer, output averaged over neurons, learning rate n: "
        "equivalent to the maximal update parametrization at L = 1.",
        used_by="Mean-field theory of networks with one hidden layer.",
    ),
    GalleryEntry(
        name="mup",
        title="Maximal update parametrization (µP)",
        optimizer="sgd",
        a=by_role(-_HALF, 0, _HALF),
        b=by_role(_HALF, _HALF, _HALF),
        c=by_role(0, 0, 0),
        source="TP4 Definition 5.1",
        description="Every layer learns features as fast as stability allows.",
        used_by="Theory; code in use writes it in another gauge, such as musgd.",
    ),
    GalleryEntry(
        name="uniform",
        title="Uniform parametrizations, from µP (s = 0) to NTK (s = 1/2)",
        optimizer="sgd",
        a=by_role(_S_MINUS_HALF, _S, _HALF),
        b=by_role(_HALF_MINUS_S, _HALF_MINUS_S, _HALF_MINUS_S),
        c=by_role(0, 0, 0),
        source="TP4 Section 5.4",
        description="A line of stable, nontrivial parametrizations on which r = s in every layer.",
        used_by="Studies of the passage from lazy training to feature learning.",
        parameter=Parameter("s", "equal to r", "1/4", Fraction(0), _HALF),
    ),
    GalleryEntry(
        name="standard_divided_logits",
        title="Standard parametrization with logits divided by sqrt(n)",
        optimizer="sgd",
        a=by_role(0, 0, _HALF),
        b=by_role(0, _HALF, _HALF),
        c=by_role(0, 0, 0),
        source="TP4 Section 5",
        description="The smallest change to the standard parametrization that makes it learn "
        "features (L >= 2), though not in the first layer.",
        used_by="The papers, as a step between the standard parametrization and µP.",
    ),
    GalleryEntry(
        name="mup_adam",
        title="µP for adaptive optimizers",
        optimizer="adam",
        a=by_role(0, 0, 1),
        b=by_role(0, _HALF, 0),
        c=by_role(0, 1, 0),
        source="TP4b Section 2.2",
        description="The maximal update parametrization for Adam, SignSGD, RMSProp and their like.",
        used_by="Code that transfers hyperparameters across width.",
    ),
    GalleryEntry(
        name="ntk_adam",
        title="NTK parametrization for adaptive optimizers",
        optimizer="adam",
        a=by_role(0, _HALF, _HALF),
        b=by_role(0, 0, 0),
        c=by_role(_HALF, 1, _HALF),
        source="TP4b Section 2.2",
        description="NTK multipliers with the largest learning rates that keep to the operator "
        "regime, the nonlinear counterpart of the kernel regime.",
        used_by="Theory of adaptive optimizers.",
    ),
    GalleryEntry(
        name="standard_adam",
        title="Standard parametrization for adaptive optimizers, learning rate n^(-c)",
        optimizer="adam",
        a=by_role(0, 0, 0),
        b=by_role(0, _HALF, _HALF),
        c=by_role(_C, _C, _C),
        source="TP4b Theorem 2.8.12",
        description="Standard initialization under Adam: unstable at c = 1, in the operator "
        "regime at c = 3/2.",
        used_by="Whoever scales one learning rate for all layers with width.",
        parameter=Parameter("c", "exponent of the learning rate", "3/2"),
    ),
)
