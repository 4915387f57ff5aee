"""What follows from a verdict, and what the theorem does not cover."""

from collections.abc import Iterable, Iterator, Sequence

from solver.theory.activations import Activation
from solver.theory.alignment import THEOREM
from solver.theory.dichotomy import Kind
from solver.theory.exponents import Exponents
from solver.theory.law import Law, Update
from solver.theory.layers import merged, single_layer
from solver.theory.network import Block
from solver.theory.roles import Role
from solver.theory.slacks import Evaluated
from solver.theory.wording import joined, layers, tensors
from solver.verdicts.evaluation import Evaluation


def consequences(evaluation: Evaluation) -> tuple[str, ...]:
    """What the theorems say about networks with this verdict."""
    match evaluation.kind:
        case Kind.UNSTABLE if _only_vanishes(evaluation):
            return (
                (
                    "Signals shrink to nothing as width grows, which the theorem counts as "
                    "unstable: in the limit the network does not see its input."
                ),
            )
        case Kind.UNSTABLE:
            return (
                (
                    "Training has no infinite-width limit: what works at one width fails at a "
                    "larger one."
                ),
            )
        case Kind.TRIVIAL:
            return (
                (
                    "In the limit the network function never leaves its initialization: f_t = f_0 "
                    "for every fixed t."
                ),
            )
        case Kind.KERNEL:
            return (
                (
                    "In the limit training is kernel gradient descent with a fixed kernel K: "
                    "f_{t+1}(ξ) = f_t(ξ) - η K(ξ, ξ_t) L'(f_t(ξ_t), y_t) (TP4 Theorem 3.8)."
                ),
                f"K is the sum of the contributions of {joined(_trained(evaluation))}.",
                _initial_function(evaluation),
                (
                    "Pretraining does not help transfer: the features after training are those at "
                    "initialization (TP4 Theorem H.17)."
                ),
            )
        case Kind.OPERATOR:
            return (
                (
                    "In the limit features keep their initial values and f moves by a fixed "
                    "nonlinear operator of the error signal, the counterpart of a kernel for "
                    "adaptive optimizers (TP4b Theorem 2.8.19)."
                ),
                _initial_function(evaluation),
            )
        case Kind.FEATURE_LEARNING:
            return (
                (
                    "In the limit f_0 → 0 and f_t is deterministic: runs that differ in their "
                    "random initialization agree ever more closely as width grows."
                ),
                "Features evolve with the data, so pretraining can help transfer.",
            )


def limits_by_activation(activation: Activation) -> Iterator[str]:
    """Warnings: with which activations the theorem is not proved."""
    if activation == "linear":
        yield (
            "With linear activation the dichotomy does not hold: such a network can learn "
            "features and be in the kernel regime at once. The verdict is that of a nonlinear "
            "network."
        )
    elif activation != "tanh":
        yield (
            "The theorem is proved for tanh and a smoothed relu (TP4 Assumption 3.1); with "
            f"{activation} it is expected to hold, not proved."
        )


def limits_by_law(laws: Iterable[Law]) -> Iterator[str]:
    """Warnings: which laws of updates no theorem covers."""
    if derived := [law for law in laws if law.status == "derived"]:
        yield (
            f"The {joined([law.name for law in derived])} law of updates is derived, not proved: "
            f"{joined([law.sources.features for law in derived])}."
        )


def limits_by_network(evaluation: Evaluation) -> Iterator[str]:
    """Warnings: what the theorem does not cover in such a network, whatever its activation."""
    yield from limits_by_law(evaluation.network.laws)
    yield from _limits_by_wiring(evaluation)
    yield from _limits_by_growth(evaluation)
    if evaluation.nontrivial and _one_trains(evaluation):
        (trained,) = _trained(evaluation)
        yield (
            f"Only {trained} trains in the limit; a network of which one layer trains can learn "
            f"features and be in the {evaluation.network.regime} regime at once."
        )


def limits_by_faithfulness(
    evaluation: Evaluation, violated: Sequence[tuple[Evaluated, Block | None]] | None
) -> Iterator[str]:
    """A warning where conditions of faithfulness, if the question arises, are ``violated``."""
    if violated:
        yield (
            "This parametrization is not faithful, and the theorem covers only faithful ones "
            f"(TP4b Lemma 2.8.11). Violated: {_failures(evaluation, violated)}."
        )


def _limits_by_wiring(evaluation: Evaluation) -> Iterator[str]:
    """Warnings: what the network has that the perceptrons of the theorem have not."""
    network = evaluation.network
    if network.wired or network.decays:
        body = network.body
        parts = {
            "biases and gains": any(block.role is Role.VECTOR for block in body),
            "residual branches": any(block.residual for block in body),
            "normalized layers": any(block.normalized for block in body),
            "attention": any(block.attended for block in body),
            "a tied readout": network.tied,
            "weight decay": network.decays,
        }
        named = [name for name, there in parts.items() if there]
        yield (
            f"The theorem is about bias-free perceptrons; the conditions on {joined(named)} are "
            "derived from it and checked on networks, not proved."
        )
    if _slowed(evaluation):
        yield (
            "Adam's ε exceeds some gradients as width grows; what it then does is derived, not "
            "proved."
        )


def _limits_by_growth(evaluation: Evaluation) -> Iterator[str]:
    """A warning where steps in proportion to the weights are larger than these."""
    network = evaluation.network
    spans = [
        span
        for block in network.body
        if _outgrown(block.exponents, block.law.updates[block.role])
        for span in block.spans
    ]
    names = [tensors(merged(spans))] if spans else []
    if _outgrown(network.readout, network.readout_law.updates[Role.READOUT]):
        names.append("the readout")
    if names and evaluation.stable:
        yield (
            f"The steps of {joined(names)} are in proportion to the weights, and larger (c < 0): "
            "they grow from step to step. The conditions are about a first step, and later the "
            "network can blow up, as networks show; let c be 0 or more."
        )


def _outgrown(exponents: Exponents, update: Update) -> bool:
    return bool(update.form.b) and exponents.c < 0 and not exponents.zero


def _slowed(evaluation: Evaluation) -> bool:
    """Whether Adam's ε makes some update smaller."""
    parts = (*evaluation.layers, evaluation.readout)
    return any(part.below_epsilon is not None for part in parts)


def is_derived(evaluation: Evaluation) -> bool:
    """Whether some of the conditions are derived from a theorem rather than part of one."""
    network = evaluation.network
    return (
        any(law.status == "derived" for law in network.laws)
        or network.wired
        or network.decays
        or _slowed(evaluation)
        or network.alignment != THEOREM
    )


def _only_vanishes(evaluation: Evaluation) -> bool:
    parts = (*evaluation.layers, evaluation.readout)
    return all(
        each.condition.relation == "=" and each.twice_slack > 0
        for part in parts
        for each in part.violated
    )


def _one_trains(evaluation: Evaluation) -> bool:
    moving = [layer.moves_features or layer.moves_logits for layer in evaluation.layers]
    if evaluation.readout_updated_maximally:
        return not any(moving)
    return sum(moving) == 1 and single_layer(evaluation.trained_layers) is not None


def _trained(evaluation: Evaluation) -> list[str]:
    names = [layers(evaluation.trained_layers)] if evaluation.trained_layers else []
    return [*names, "the readout"] if evaluation.readout_updated_maximally else names


def _initial_function(evaluation: Evaluation) -> str:
    if evaluation.network.readout.zero:
        return "Before training, outputs are zero: f_0 = 0."
    start = next(c for c in evaluation.readout.conditions if c.condition.family == "init")
    if start.tight:
        return "Before training, outputs are random: f_0 is a Gaussian process with kernel Σ^L."
    return "Before training, outputs vanish: f_0 → 0."


def _failures(evaluation: Evaluation, violated: Sequence[tuple[Evaluated, Block | None]]) -> str:
    readout = evaluation.network.readout_index
    shown = 4
    texts = []
    for each, block in violated[:shown]:
        spans = block.spans if block else ()
        index = str(spans[0].first) if spans and spans[0].first == spans[-1].last else "l"
        form = each.condition.form(index, readout)
        text = f"{form} {each.condition.relation} {each.condition.bound}"
        texts.append(f"{text} (at {layers(spans)})" if index == "l" and spans else text)
    more = f", and {len(violated) - shown} more" if len(violated) > shown else ""
    return "; ".join(texts) + more
