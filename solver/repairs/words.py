"""Repairs in words: ``set a_4 from 0 to 1/2: divide the logits by √n``."""

from fractions import Fraction

from solver.families.targets import NAMES
from solver.repairs.decisions import Decision
from solver.repairs.least_change import Change, Repair
from solver.theory.layers import is_named
from solver.theory.roles import Role
from solver.theory.wording import all_of, joined, layers, power, tensors, vector


def change_text(change: Change) -> str:
    """What to set, and what that means in a program."""
    decision, value = change
    return (
        f"set {decision.written} from {decision.current} to {value}{decision.where}: "
        f"{_meaning(decision, value - decision.current)}"
    )


def repair_text(found: Repair) -> str:
    """The answer in a sentence or two."""
    what = NAMES[found.target]
    if found.best is None:
        return _impossible_text(found, what)
    if not found.best.changes:
        return f"Nothing needs to change: the target ({what}) is met."
    steps = "; ".join(map(change_text, found.best.changes))
    rank = "no other change is as small" if found.unique else "other changes are as small"
    if found.unique is None:
        rank = "other changes may be as small, which would take longer to decide"
    text = f"{steps[0].upper()}{steps[1:]}. The distance is {found.distance}; {rank}."
    if not found.attained:
        text += (
            f" Without the margin r >= {found.margin} distances come arbitrarily close to "
            f"{found.infimum}, but no parametrization is at that distance."
        )
    return text


def _impossible_text(found: Repair, what: str) -> str:
    conflict = f"{all_of([each.statement for each in found.conflict])} cannot hold together."
    if found.infimum is None:
        text = f"{what[0].upper()}{what[1:]} is out of reach: {conflict}"
    else:
        text = (
            f"There are such parametrizations at distances down to {found.infimum}, but none with "
            f"r >= {found.margin}, since {conflict} Lower the margin."
        )
    untied = found.untied
    if untied is None or untied.best is None:
        return text
    steps = "; ".join(map(change_text, untied.best.changes))
    return (
        f"{text} It is possible with a learning rate for each layer (tie_c: false), at distance "
        f"{untied.distance}: {steps}."
    )


def _meaning(decision: Decision, step: Fraction) -> str:
    factor = _root(abs(step))
    match decision.symbol:
        case "a":
            return f"{'divide' if step > 0 else 'multiply'} {_product(decision)} by {factor}"
        case "b":
            return (
                f"initialize {_weights(decision)} {factor} times "
                f"{'smaller' if step > 0 else 'larger'}"
            )
        case "w":
            verb = "divide" if step > 0 else "multiply"
            return f"{verb} the weight decay of {_place(decision)} by {factor}"
        case "c":
            whose = f" of {_place(decision)}" if decision.role is not None else ""
            return f"{'divide' if step > 0 else 'multiply'} the learning rate{whose} by {factor}"
        case _:
            return (
                f"{'multiply' if step > 0 else 'divide'} the gradients of {_place(decision)} by "
                f"{factor} before the update function"
            )


def _product(decision: Decision) -> str:
    """What a multiplier multiplies."""
    if decision.role is Role.READOUT:
        return "the logits"
    if decision.role is Role.VECTOR:
        return tensors(decision.spans)
    return vector("h", decision.spans)


def _weights(decision: Decision) -> str:
    if decision.tied or decision.role is Role.READOUT or is_named(decision.spans):
        text = _place(decision)
        return text if is_named(decision.spans) and not decision.tied else f"the weights of {text}"
    return tensors(decision.spans)


def _place(decision: Decision) -> str:
    if decision.tied:
        return joined([each.partition(".")[2] or "all layers" for each in decision.tied])
    if decision.role is Role.READOUT:
        return "the readout"
    return tensors(decision.spans) if decision.role is Role.VECTOR else layers(decision.spans)


def _root(exponent: Fraction) -> str:
    return "√n" if exponent == Fraction(1, 2) else power(exponent)
