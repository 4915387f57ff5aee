"""The verdict on a parametrization, with its certificate and the reasons in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from html import escape
from itertools import chain
from typing import Any, Final, Literal, NamedTuple

from solver.theory.activations import Activation
from solver.theory.alignment import THEOREM
from solver.theory.by_depth import summary_by_depth
from solver.theory.dichotomy import Kind
from solver.theory.layers import BIAS, LayerSpan
from solver.theory.network import Block, Network
from solver.theory.parametrization import (
    Optimizers,
    Parametrization,
    RoleParametrization,
    by_layers,
)
from solver.theory.roles import Role
from solver.theory.slacks import Evaluated
from solver.theory.tensors import Described, TensorParametrization
from solver.verdicts.certificate import ConditionReport, certificate
from solver.verdicts.consequences import consequences, is_derived, limits_of_the_theorem
from solver.verdicts.decay import Decay, decays
from solver.verdicts.equivalence import equivalent_entries
from solver.verdicts.evaluation import Evaluation, evaluate, unfaithful
from solver.verdicts.instability import Instability, instability
from solver.verdicts.near_misses import near_misses
from solver.verdicts.plain import plain_any_depth, plain_verdict
from solver.verdicts.reasons import reasons
from solver.verdicts.summary import summary
from solver.verdicts.untrained import Untrained, untrained

#: The losses that a verdict distinguishes.
Loss = Literal["mse", "cross_entropy"]


class LayerReport(NamedTuple):
    """What happens in consecutive layers that share it.

    ``updated_maximally`` (r_l = 0) and ``learns_features`` (min of r_m over m <= l is 0) are
    None for an unstable parametrization (TP4 Propositions 5.3 and 5.5, Theorem H.13).
    """

    span: LayerSpan
    role: Role
    r: Fraction
    updated_maximally: bool | None
    learns_features: bool | None


class _Fields(NamedTuple):
    parametrization: Described
    depth: int | None
    optimizer: Optimizers
    kind: Kind
    stable: bool
    nontrivial: bool | None
    feature_learning: bool | None
    kernel_regime: bool | None
    maximal: bool
    faithful: bool | None
    r: Fraction
    layers: tuple[LayerReport, ...]
    readout_updated_maximally: bool | None
    readout_initialized_maximally: bool | None
    warnings: tuple[str, ...]
    judgement: "Judgement"
    loss: Loss


class Verdict(_Fields):
    """How networks with this parametrization behave as width grows.

    ``depth`` is None where the verdict holds for every L >= 2.  ``nontrivial`` is defined for
    stable parametrizations, the regime for stable and nontrivial ones, and None otherwise;
    ``kernel_regime`` means the operator regime for adaptive optimizers.  ``faithful`` is None
    where d is not given.
    """

    def __repr__(self) -> str:
        """Short: the answer itself."""
        return f"<Verdict: {self.summary}>"

    def _repr_html_(self) -> str:
        return _html(self.summary, [*self.reasons, *self.warnings])

    def to_dict(self) -> dict[str, Any]:
        """Everything, as the service answers it: texts, numbers, lists and dicts."""
        return plain_verdict(self)

    # The verdict is decided at once.  What follows is written when it is first asked for.

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
    if isinstance(parametrization, TensorParametrization):
        return _verdict(parametrization, _seen(parametrization.network()), activation, loss)
    layers = parametrization.layers
    few = len(layers) <= _MOST_LAYERS_KEPT and len(set(layers)) <= _MOST_BLOCKS_KEPT
    seen = _seen_again(parametrization) if few else _seen(parametrization.network())
    return _verdict(parametrization, seen, activation, loss)


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
        None if deeper is None else _verdict(parametrization, _seen(deeper), activation, loss),
    )


@dataclass(frozen=True, eq=False)  # what is made of a kept one is found again by identity
class Judgement:
    """All that depends on the gauge class alone."""

    evaluation: Evaluation
    layers: tuple[LayerReport, ...]

    @property
    def few_layers(self) -> bool:
        """Whether it is small enough to be kept, with what is made of it."""
        return _few_layers(self.evaluation.network)

    @cached_property
    def summary(self) -> str:
        """The verdict in one sentence."""
        return summary(self.evaluation)

    @cached_property
    def status(self) -> Literal["theorem", "derived"]:
        """Whether a theorem covers the laws of all layers."""
        return "derived" if is_derived(self.evaluation) else "theorem"

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Where the conditions on updates are from."""
        parts = [*self.evaluation.layers, self.evaluation.readout]
        laws = dict.fromkeys(part.law for part in parts)
        named = [(law.sources.features, law.sources.readout_update) for law in laws]
        return tuple(dict.fromkeys(chain.from_iterable(named)))

    @cached_property
    def instability(self) -> Instability | None:
        """How it fails."""
        return instability(self.evaluation)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for the verdict."""
        return reasons(self.evaluation)

    @cached_property
    def theorem(self) -> Kind | None:
        """The theorem's verdict, where another alignment is assumed."""
        network = self.evaluation.network
        if network.alignment == THEOREM:
            return None
        return evaluate(network._replace(alignment=THEOREM)).kind

    @cached_property
    def decays(self) -> tuple[Decay, ...]:
        """By which share weight decay shrinks the weights in a step."""
        return decays(self.evaluation)

    @cached_property
    def untrained(self) -> tuple[Untrained, ...]:
        """What does not train although features are learned."""
        return untrained(self.evaluation)

    @cached_property
    def consequences(self) -> tuple[str, ...]:
        """What follows from it."""
        return consequences(self.evaluation)

    @cached_property
    def conditions(self) -> tuple[ConditionReport, ...]:
        """The certificate."""
        return certificate(self.evaluation)

    @property
    def canonical(self) -> Parametrization | RoleParametrization | None:
        """The representative of the class; of deep networks it is large, and not kept.

        None where members of the class are written in more ways than one: by tensors, whose ties
        and attention the class does not tell apart, and with an ε, which may be given as d.
        """
        network = self.evaluation.network
        if network.readout_name or network.scales_gradients:
            return None
        return self._canonical if self.few_layers else self._new_canonical()

    @cached_property
    def _canonical(self) -> Parametrization | RoleParametrization:
        return self._new_canonical()

    def _new_canonical(self) -> Parametrization | RoleParametrization:
        return by_layers(self.evaluation.network).canonical()

    @cached_property
    def equivalent_to(self) -> tuple[str, ...]:
        """The gallery entries in the class."""
        network = self.evaluation.network
        if network.readout_name or network.wired:
            return ()
        return equivalent_entries(by_layers(network).canonical(), network)


def _few_layers(network: Network) -> bool:
    return sum([len(block.spans) for block in network.body]) <= _MOST_BLOCKS_KEPT


def _judge(network: Network) -> Judgement:
    evaluation = evaluate(network)
    return Judgement(evaluation, tuple(_layers(evaluation)))


class _UpToGauge:
    """A network that is found again in every gauge."""

    __slots__ = ("_gauge_class", "network")

    def __init__(self, network: Network) -> None:
        self.network = network
        self._gauge_class = network.gauge_class

    def __hash__(self) -> int:
        return hash(self._gauge_class)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _UpToGauge) and self._gauge_class == other._gauge_class


# People ask about the same few parametrizations, in many gauges.  Networks of many different
# layers are not kept: they are large, and do not come back.
@lru_cache(maxsize=1 << 11)
def _judge_again(known: _UpToGauge) -> Judgement:
    return _judge(known.network)


_MOST_BLOCKS_KEPT: Final = 8


class _Seen(NamedTuple):
    """All that is found out about a network; of its gauge, what is unfaithful and nearly simple."""

    depth: int | None
    judgement: Judgement
    violated: list[tuple[Evaluated, Block | None]] | None
    near_misses: tuple[str, ...]


def _seen(network: Network) -> _Seen:
    few = _few_layers(network)
    judgement = _judge_again(_UpToGauge(network)) if few else _judge(network)
    return _Seen(network.depth, judgement, unfaithful(network), tuple(near_misses(network)))


# The very same question comes back too.
@lru_cache(maxsize=1 << 11)
def _seen_again(parametrization: Parametrization) -> _Seen:
    return _seen(parametrization.network())


_MOST_LAYERS_KEPT: Final = 64


def _verdict(
    parametrization: Described, seen: _Seen, activation: Activation, loss: Loss
) -> Verdict:
    depth, judgement, violated, near = seen
    evaluation = judgement.evaluation
    stable, nontrivial = evaluation.stable, evaluation.nontrivial
    regime = evaluation.kind is Kind.FEATURE_LEARNING if nontrivial else None
    return Verdict(
        parametrization=parametrization,
        depth=depth,
        optimizer=parametrization.optimizer,
        kind=evaluation.kind,
        stable=stable,
        nontrivial=nontrivial if stable else None,
        feature_learning=regime,
        kernel_regime=None if regime is None else not regime,
        maximal=evaluation.maximal,
        faithful=None if violated is None or _epsilon(parametrization) else not violated,
        r=evaluation.r,
        layers=judgement.layers,
        readout_updated_maximally=evaluation.readout_updated_maximally if stable else None,
        readout_initialized_maximally=evaluation.readout_initialized_maximally if stable else None,
        warnings=(
            *near,
            *_assumed(judgement),
            *limits_of_the_theorem(
                evaluation, activation, None if _epsilon(parametrization) else violated
            ),
        ),
        judgement=judgement,
        loss=loss,
    )


def _assumed(judgement: Judgement) -> Iterator[str]:
    """A warning where sums are assumed to align otherwise than the theorem proves."""
    if judgement.theorem is not None:
        updates, readout = judgement.evaluation.network.alignment
        yield (
            f"This assumes alignment exponents {updates} of updates and {readout} of the readout "
            f"(arXiv 2407.05872). The theorem, with 1 and 1, says: {judgement.theorem}."
        )


def _epsilon(given: Described) -> bool:
    """Whether d was given as the exponent of ε: then there is no question of being faithful."""
    return given.epsilon if isinstance(given, TensorParametrization) else given.wiring.epsilon


def _layers(evaluation: Evaluation) -> list[LayerReport]:
    """In order, biases after weights; a span is cut where features begin to be learned."""
    stable = evaluation.stable
    spans = sorted(
        ((span, block.role, r) for block, _, r in evaluation.blocks for span in block.spans),
        key=lambda each: (each[0].first, each[0].tensor == BIAS),
    )
    learned_from = min((span.first for span, _, r in spans if not r), default=None)
    return [
        LayerReport(each, role, r, not r if stable else None, learns if stable else None)
        for span, role, r in spans
        for each, learns in _cut(span, learned_from)
    ]


def _cut(span: LayerSpan, first: int | None) -> Iterator[tuple[LayerSpan, bool]]:
    """The part of a span before a layer, and the part from there on."""
    if first is None or (span.last is not None and span.last < first):
        yield span, False
    elif span.first >= first:
        yield span, True
    else:
        yield span._replace(last=first - 1), False
        yield span._replace(first=first), True
