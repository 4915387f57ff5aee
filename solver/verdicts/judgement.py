"""What is found out about a gauge class: all that the verdicts on its members share."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import chain
from typing import Final, Literal, NamedTuple

from solver.theory.alignment import THEOREM
from solver.theory.dichotomy import Kind
from solver.theory.layers import BIAS, LayerSpan
from solver.theory.network import Network
from solver.theory.parametrization import Parametrization, RoleParametrization, by_layers
from solver.theory.roles import Role
from solver.verdicts.certificate import ConditionReport, certificate
from solver.verdicts.consequences import consequences, is_derived, limits_by_network
from solver.verdicts.decay import Decay, decays
from solver.verdicts.equivalence import equivalent_entries
from solver.verdicts.evaluation import Evaluation, evaluate
from solver.verdicts.instability import Instability, instability
from solver.verdicts.reasons import reasons
from solver.verdicts.summary import summary
from solver.verdicts.untrained import Untrained, untrained


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


@dataclass(frozen=True, eq=False)  # what is made of a kept one is found again by identity
class Judgement:
    """All that depends on the gauge class alone.

    ``nontrivial`` is defined for stable networks, ``feature_learning`` for stable and nontrivial
    ones, and None otherwise.
    """

    evaluation: Evaluation
    layers: tuple[LayerReport, ...]
    nontrivial: bool | None
    feature_learning: bool | None
    maximal: bool

    # The verdict is decided at once.  What follows is written when it is first asked for.

    @cached_property
    def few_layers(self) -> bool:
        """Whether it is small enough to be kept, with what is made of it."""
        return _few_layers(self.evaluation.network)

    @property
    def readout_updated_maximally(self) -> bool | None:
        """Whether the readout's own update moves the logits by Θ(1); None if unstable."""
        found = self.evaluation
        return found.readout_updated_maximally if found.stable else None

    @property
    def readout_initialized_maximally(self) -> bool | None:
        """Whether the initial readout turns moved features into Θ(1); None if unstable."""
        found = self.evaluation
        return found.readout_initialized_maximally if found.stable else None

    @cached_property
    def summary(self) -> str:
        """The verdict in one sentence."""
        return summary(self.evaluation, self.instability, self.untrained)

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
        return reasons(
            self.evaluation, self.conditions, self.instability, self.untrained, self.decays
        )

    @cached_property
    def limits(self) -> tuple[str, ...]:
        """What no theorem covers in such networks, whatever their activation."""
        return tuple(limits_by_network(self.evaluation))

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
        return by_layers(self.evaluation.network.canonical())

    @cached_property
    def equivalent_to(self) -> tuple[str, ...]:
        """The gallery entries in the class."""
        return equivalent_entries(self.evaluation.network)


def judged(network: Network) -> Judgement:
    """The judgement on the network's gauge class."""
    return _judge_again(_UpToGauge(network)) if _few_layers(network) else _judge(network)


def _judge(network: Network) -> Judgement:
    found = evaluate(network)
    nontrivial = found.nontrivial if found.stable else None
    return Judgement(
        found,
        tuple(_layers(found)),
        nontrivial,
        found.kind is Kind.FEATURE_LEARNING if nontrivial else None,
        found.maximal,
    )


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


def _few_layers(network: Network) -> bool:
    return sum([len(block.spans) for block in network.body]) <= _MOST_BLOCKS_KEPT


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
