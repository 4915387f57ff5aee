"""A verdict in one sentence."""

from solver.theory.dichotomy import Kind
from solver.theory.wording import extent, joined, layers, power
from solver.verdicts.evaluation import Evaluation
from solver.verdicts.instability import Instability, instability
from solver.verdicts.untrained import untrained


def summary(evaluation: Evaluation) -> str:
    """The sentence: the verdict, and what happens as width grows."""
    r = evaluation.r
    match evaluation.kind:
        case Kind.UNSTABLE:
            found = instability(evaluation)
            assert found is not None, "it is unstable"
            return f"Unstable: as width grows, {_failure(found)}."
        case Kind.TRIVIAL:
            features = "though features do" if r == 0 else "and neither do the features"
            return (
                f"Trivial: as width grows, the outputs do not move in training, {features} (r = "
                f"{r})."
            )
        case Kind.KERNEL | Kind.OPERATOR:
            return (
                f"{evaluation.kind.value.capitalize()} regime: as width grows, the outputs train "
                f"and the features stand still (r = {r}: they move by {extent(r)})."
            )
        case Kind.FEATURE_LEARNING:
            return f"Feature learning: as width grows, {_features(evaluation)} (r = 0)."


def _failure(found: Instability) -> str:
    parts = []
    if found.initialization is not None:
        how = "explode" if found.initialization == "explodes" else "vanish"
        parts.append(f"signals {how} at initialization")
    if found.features is not None:
        parts.append(f"features blow up like {power(found.features)}")
    if found.logits is not None:
        parts.append(f"the logits blow up like {power(found.logits)}")
    if found.controlled:
        parts[-1] += ", though features do not"
    return joined(parts)


def _features(evaluation: Evaluation) -> str:
    first = min(block.spans[0].first for block, _, r in evaluation.blocks if r == 0)
    where = "of every layer" if first == 1 else f"from layer {first} on"
    text = f"the features {where} move by Θ(1)"
    if evaluation.maximal:
        return f"{text}, and every weight trains as much as stability allows: this is µP"
    still = [layers(each.spans) if each.spans else "the readout" for each in untrained(evaluation)]
    if not still:
        return text
    return f"{text}, but the weights of {joined(still)} do not train"
