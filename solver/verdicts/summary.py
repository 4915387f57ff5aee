"""A verdict in one sentence."""

from collections.abc import Sequence

from solver.exact.infinite import INFINITE
from solver.theory.dichotomy import Kind
from solver.theory.layers import is_named
from solver.theory.wording import extent, joined, layers, power, several, tensors
from solver.verdicts.evaluation import Evaluation, first_to_learn
from solver.verdicts.instability import Instability
from solver.verdicts.untrained import Untrained


def summary(evaluation: Evaluation, failure: Instability | None, still: Sequence[Untrained]) -> str:
    """The sentence: the verdict, and what happens as width grows.

    ``failure`` says how the network fails, and ``still`` what does not train.
    """
    r = evaluation.r
    match evaluation.kind:
        case Kind.UNSTABLE:
            assert failure is not None, "it is unstable"
            return f"Unstable: as width grows, {_failure(failure)}."
        case Kind.TRIVIAL:
            features = "though features do" if r == 0 else "and neither do the features"
            return (
                f"Trivial: as width grows, the outputs do not move in training, {features} (r = "
                f"{r})."
            )
        case Kind.KERNEL | Kind.OPERATOR:
            how = "they do not move at all" if r == INFINITE else f"they move by {extent(r)}"
            return (
                f"{evaluation.kind.value.capitalize()} regime: as width grows, the outputs train "
                f"and the features stand still (r = {r}: {how})."
            )
        case Kind.FEATURE_LEARNING:
            return f"Feature learning: as width grows, {_features(evaluation, still)} (r = 0)."


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
    if found.attention is not None:
        parts.append(f"attention logits blow up like {power(found.attention)}")
    if found.decay is not None:
        parts.append(f"weight decay grows like {power(found.decay)}")
    return joined(parts)


def _features(evaluation: Evaluation, untrained: Sequence[Untrained]) -> str:
    first = first_to_learn(evaluation)
    where = "of every layer" if first.first == 1 else f"from {layers((first,))} on"
    text = f"the features {where} move by Θ(1)"
    if evaluation.maximal:
        return f"{text}, and every weight trains as much as stability allows: this is µP"
    still = [tensors(each.spans) if each.spans else "the readout" for each in untrained]
    if not still:
        return text
    (spans, *_), *others = untrained
    one = not others and (not spans or is_named(spans)) and not (spans and several(spans))
    return f"{text}, but {joined(still)} {'does' if one else 'do'} not train"
