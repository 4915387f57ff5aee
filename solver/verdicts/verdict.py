"""The verdict on a parametrization, with its certificate and the reasons in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any, Literal, NamedTuple

from solver.theory.activations import Activation
from solver.theory.by_depth import summary_by_depth
from solver.theory.dichotomy import Kind
from solver.theory.network import Network
from solver.theory.parametrization import Optimizers, Parametrization, RoleParametrization
from solver.theory.tensors import Described, TensorParametrization
from solver.verdicts.certificate import ConditionReport
from solver.verdicts.consequences import limits_by_activation, limits_by_faithfulness
from solver.verdicts.decay import Decay
from solver.verdicts.evaluation import unfaithful
from solver.verdicts.instability import Instability
from solver.verdicts.judgement import Judgement, LayerReport, judged
from solver.verdicts.near_misses import near_misses
from solver.verdicts.plain import plain_any_depth, plain_verdict
from solver.verdicts.untrained import Untrained

#: The losses that a verdict distinguishes.
Loss = Literal["mse", "cross_entropy"]


class _Fields(NamedTuple):
    parametrization: Described
    judgement: Judgement
    faithful: bool | None
    warnings: tuple[str, ...]
    loss: Loss


class Verdict(_Fields):
    """How networks with this parametrization behave as width grows.

    ``faithful`` is None where d is not given.  What all members of a gauge class are told is in
    ``judgement``.
    """

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<Verdict: {self.summary}>"

    def _repr_html_(self) -> str:
        return _html(self.summary, [*self.reasons, *self.warnings])

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        return plain_verdict(self)

    @property
    def depth(self) -> int | None:
        """The number of hidden layers; None where the verdict holds for every L >= 2."""
        return self.judgement.evaluation.network.depth

    @property
    def optimizer(self) -> Optimizers:
        """What trains the network."""
        return self.parametrization.optimizer

    @property
    def kind(self) -> Kind:
        """The verdict in one word."""
        return self.judgement.evaluation.kind

    @property
    def stable(self) -> bool:
        """Whether neither features nor logits blow up or vanish."""
        return self.judgement.evaluation.stable

    @property
    def nontrivial(self) -> bool | None:
        """Whether the outputs move in training; None if unstable."""
        return self.judgement.nontrivial

    @property
    def feature_learning(self) -> bool | None:
        """Whether features move in training; None if unstable or trivial."""
        return self.judgement.feature_learning

    @property
    def kernel_regime(self) -> bool | None:
        """The opposite; it means the operator regime for adaptive optimizers."""
        return None if self.feature_learning is None else not self.feature_learning

    @property
    def maximal(self) -> bool:
        """Whether it is µP up to gauge."""
        return self.judgement.maximal

    @property
    def r(self) -> Fraction:
        """Features move by n^(-r) in training."""
        return self.judgement.evaluation.r

    @property
    def layers(self) -> tuple[LayerReport, ...]:
        """What happens in the layers of the body."""
        return self.judgement.layers

    @property
    def readout_updated_maximally(self) -> bool | None:
        """Whether the readout's own update moves the logits by Θ(1); None if unstable."""
        return self.judgement.readout_updated_maximally

    @property
    def readout_initialized_maximally(self) -> bool | None:
        """Whether the initial readout turns moved features into Θ(1); None if unstable."""
        return self.judgement.readout_initialized_maximally

    @property
    def summary(self) -> str:
        """The verdict in one sentence."""
        return self.judgement.summary

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for the verdict, the most important first."""
        return self.judgement.reasons

    @property
    def instability(self) -> Instability | None:
        """How it fails; None if it is stable."""
        return self.judgement.instability

    @property
    def consequences(self) -> tuple[str, ...]:
        """What the theorems say follows."""
        return self.judgement.consequences

    @property
    def conditions(self) -> tuple[ConditionReport, ...]:
        """The certificate: every condition with its value."""
        return self.judgement.conditions

    @property
    def canonical(self) -> Described:
        """The representative of the gauge class."""
        return self.judgement.canonical or self.parametrization.canonical()

    @property
    def equivalent_to(self) -> tuple[str, ...]:
        """The gallery entries that it is up to gauge."""
        return self.judgement.equivalent_to

    @property
    def untrained(self) -> tuple[Untrained, ...]:
        """What does not train although features are learned."""
        return self.judgement.untrained

    @property
    def theorem(self) -> Kind | None:
        """The theorem's own verdict, where another alignment is assumed; else None."""
        return self.judgement.theorem

    @property
    def decays(self) -> tuple[Decay, ...]:
        """By which share weight decay shrinks the weights in a step."""
        return self.judgement.decays

    @property
    def status(self) -> Literal["theorem", "derived"]:
        """Whether a theorem covers the network, or some conditions are derived from one."""
        return self.judgement.status

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the conditions on updates are from."""
        return self.judgement.sources


@dataclass(frozen=True, slots=True, repr=False)
class AnyDepthVerdict:
    """Verdicts for one hidden layer and for every deeper network.

    ``deeper`` is None for a parametrization that is defined for one hidden layer only.
    """

    parametrization: RoleParametrization
    depth_one: Verdict
    deeper: Verdict | None

    @property
    def any_depth(self) -> bool:
        """Whether the verdict is the same for all L >= 1."""
        return self.deeper is not None and self.deeper.kind == self.depth_one.kind

    @property
    def summary(self) -> str:
        """The verdicts in one sentence, or in two."""
        deeper = None if self.deeper is None else self.deeper.summary
        return summary_by_depth(self.depth_one.summary, deeper)

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<AnyDepthVerdict: {self.summary}>"

    def _repr_html_(self) -> str:
        return _html(self.summary, (self.deeper or self.depth_one).reasons)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        return plain_any_depth(self)


def _html(summary: str, sentences: Iterable[str]) -> str:
    listed = "".join(f"<li>{escape(each)}</li>" for each in sentences)
    return f"<p>{escape(summary)}</p><ul>{listed}</ul>"


def classify(
    parametrization: Parametrization | TensorParametrization,
    activation: Activation = "tanh",
    loss: Loss = "mse",
) -> Verdict:
    """Decide stability, nontriviality and regime, exactly.

    TP4 Theorems 3.3, 3.4, 3.6 and 3.8 for SGD; TP4b Theorems 2.8.12, 2.8.15 and 2.8.19 for
    adaptive optimizers.  ``activation`` and ``loss`` change the warnings only.
    """
    return _verdict(parametrization, parametrization.network(), activation, loss)


def classify_any_depth(
    parametrization: RoleParametrization, activation: Activation = "tanh", loss: Loss = "mse"
) -> AnyDepthVerdict:
    """Classify for L = 1 and for every L >= 2.

    Depth enters the theorems only through the question whether there is a hidden layer.
    """
    deeper = parametrization.every_deeper_network()
    return AnyDepthVerdict(
        parametrization,
        classify(parametrization.at_depth(1), activation, loss),
        None if deeper is None else _verdict(parametrization, deeper, activation, loss),
    )


def _verdict(
    parametrization: Described, network: Network, activation: Activation, loss: Loss
) -> Verdict:
    judgement, violated = judged(network), unfaithful(network)
    if _epsilon(parametrization):  # then there is no question of being faithful
        violated = None
    warnings = (
        *near_misses(network),
        *_assumed(judgement),
        *limits_by_activation(activation),
        *judgement.limits,
        *limits_by_faithfulness(judgement.evaluation, violated),
    )
    faithful = None if violated is None else not violated
    return Verdict(parametrization, judgement, faithful, warnings, loss)


def _assumed(judgement: Judgement) -> Iterator[str]:
    """A warning where sums are assumed to align otherwise than the theorem proves."""
    if judgement.theorem is not None:
        updates, readout = judgement.evaluation.network.alignment
        yield (
            f"This assumes alignment exponents {updates} of updates and {readout} of the readout "
            f"(arXiv 2407.05872). The theorem, with 1 and 1, says: {judgement.theorem}."
        )


def _epsilon(given: Described) -> bool:
    """Whether d was given as the exponent of ε."""
    return given.epsilon if isinstance(given, TensorParametrization) else given.wiring.epsilon
