"""From the body of a check, as somebody wrote it down, to an experiment with every choice made."""

from dataclasses import replace
from typing import Any, Final

from app.api.checks import bounds
from app.api.checks.request import ACTIVATIONS, DEVICES, METHODS, CheckIn
from app.api.http.json_body import plain
from app.api.http.plain_values import PlainReader, Whole
from app.experiment.plan import (
    DEFAULT_WIDTHS,
    LOSSES,
    Experiment,
    Loss,
    Method,
    measurements,
    spelled,
)
from app.experiment.update_rules import RULES, UPDATE_RULES, Rule, rules_for
from solver import Limits, Optimizer, Parametrization, ParametrizationError
from solver.exact import shown


def read_check(body: CheckIn, limits: Limits) -> Experiment:
    """The experiment asked for.  Raises ``ParametrizationError`` with everything that is wrong."""
    reader = PlainReader()
    parametrization = _parametrization(body, limits, reader)
    optimizer = None if parametrization is None else _optimizer(parametrization, reader)
    rule = _rule(body, optimizer, reader)
    method = _method(body, rule, reader)
    loss = reader.choice("loss", body.loss, LOSSES)
    inputs, targets = _own_batch(body, loss, reader)
    experiment = Experiment(
        exponents=() if parametrization is None else spelled(parametrization),
        optimizer=rule.optimizer if optimizer is None else optimizer,
        update_rule=rule.name,
        momentum=_momentum(body, rule, reader),
        method=method,
        device=reader.choice("device", body.device, DEVICES),
        widths=_widths(body, method, reader),
        steps=reader.whole("steps", body.steps, bounds.STEPS),
        seeds=reader.whole(
            "seeds", body.seeds, bounds.DENSE_SEEDS if method == "dense" else bounds.SEEDS
        ),
        seed=reader.whole("seed", body.seed, bounds.SEED),
        batch_size=_size("batch_size", body.batch_size, bounds.BATCH_SIZE, inputs, reader),
        input_dim=_size(
            "input_dim", body.input_dim, bounds.INPUT_DIM, inputs and inputs[0], reader
        ),
        inputs=inputs,
        targets=targets,
        activation=reader.choice("activation", body.activation, ACTIVATIONS),
        loss=loss,
        learning_rate=reader.real(
            "learning_rate",
            body.learning_rate,
            replace(bounds.LEARNING_RATE, default=rule.learning_rate),
        ),
        tolerance=reader.real("tolerance", body.tolerance, bounds.TOLERANCE),
    )
    reader.stop_if_flawed()
    return experiment


def job_of(body: CheckIn, experiment: Experiment) -> dict[str, Any]:
    """What is queued: the experiment, its number of measurements, and the body as it was sent."""
    return {
        "experiment": plain(experiment.as_json()),
        "total": len(measurements(experiment)),
        "request": plain(body.as_sent()),
    }


def _parametrization(body: CheckIn, limits: Limits, reader: PlainReader) -> Parametrization | None:
    try:
        parametrization = body.resolve(limits)
    except ParametrizationError as error:
        reader.flaws(error)
        return None
    if isinstance(parametrization, Parametrization):
        return parametrization
    reader.flaw(("depth",), "depth is missing; a check trains networks, and they have one")
    return None


def _method(body: CheckIn, rule: Rule, reader: PlainReader) -> Method:
    asked = reader.choice("method", body.method, METHODS)
    if asked == "auto":
        return "matrix_free" if rule.low_rank else "dense"
    if asked == "matrix_free" and not rule.low_rank:
        reader.flaw(
            ("method",),
            f"method is matrix_free and the optimizer is {rule.optimizer}, whose updates of hidden "
            'layers are not of low rank; leave method out, or set it to "dense"',
        )
    return asked


def _optimizer(parametrization: Parametrization, reader: PlainReader) -> Optimizer:
    first, *others = parametrization.optimizers
    if {first} != {first, *others}:
        named = ", ".join(dict.fromkeys(parametrization.optimizers))
        reader.flaw(
            ("optimizer",),
            f"the layers have different optimizers ({named}), which no experiment runs yet; give "
            "one for all layers",
        )
    return first


def _rule(body: CheckIn, optimizer: Optimizer | None, reader: PlainReader) -> Rule:
    rules = rules_for(optimizer)
    if not rules:
        runnable = ", ".join(dict.fromkeys(each.optimizer for each in RULES.values()))
        reader.flaw(
            ("optimizer",),
            f"optimizer is {optimizer}, which no experiment runs yet; checks are for {runnable}",
        )
        return RULES[UPDATE_RULES[0]]
    if body.update_rule not in (None, *rules) and body.update_rule in UPDATE_RULES:
        expected = " or ".join(rules)
        reader.flaw(
            ("update_rule",),
            f"update_rule is {shown(body.update_rule)} and the optimizer is {optimizer}, which "
            f"runs as {expected}; leave update_rule out, or set optimizer",
        )
        return RULES[rules[0]]
    return RULES[reader.choice("update_rule", body.update_rule, rules)]


def _momentum(body: CheckIn, rule: Rule, reader: PlainReader) -> float:
    momentum = reader.real("momentum", body.momentum, bounds.MOMENTUM)
    if momentum and not rule.takes_momentum:
        reader.flaw(
            ("momentum",),
            f"momentum is {shown(body.momentum)} and the optimizer is {rule.optimizer}; momentum "
            f"belongs to {_WITH_MOMENTUM}: leave it out",
        )
    return momentum


_WITH_MOMENTUM: Final = " and ".join(
    rule.optimizer for rule in RULES.values() if rule.takes_momentum
)


def _widths(body: CheckIn, method: Method, reader: PlainReader) -> tuple[int, ...]:
    if body.widths is None:
        return DEFAULT_WIDTHS[method]
    widths = reader.wholes(("widths",), body.widths, bounds.WIDTHS, bounds.WIDTH)
    if widths is None:
        return ()
    for index, width in enumerate(widths):
        if width in widths[:index]:
            reader.flaw(
                ("widths", index), f"widths[{index}] is {width}, as another is; give each once"
            )
    if max(widths) < bounds.WIDEST_OVER_NARROWEST * min(widths):
        reader.flaw(
            ("widths",),
            f"widths span {min(widths)} to {max(widths)}; the largest must be at least "
            f"{bounds.WIDEST_OVER_NARROWEST} times the smallest for a slope to show",
        )
    return tuple(sorted(widths))


_Row = tuple[float, ...]


def _own_batch(
    body: CheckIn, loss: Loss, reader: PlainReader
) -> tuple[tuple[_Row, ...] | None, _Row | None]:
    """The caller's inputs and targets, or neither."""
    if body.inputs is None and body.targets is None:
        return None, None
    for name, other in (("inputs", "targets"), ("targets", "inputs")):
        if getattr(body, name) is None:
            reader.flaw((name,), f"{name} is missing; it belongs together with {other}")
            return None, None
    inputs = reader.rows(("inputs",), body.inputs, bounds.INPUTS, bounds.INPUT, bounds.ENTRY)
    targets = reader.reals(("targets",), body.targets, bounds.INPUTS, bounds.ENTRY)
    if inputs is not None:
        _check_inputs(inputs, reader)
    if targets is not None and loss == "logistic":
        for index, target in enumerate(targets):
            if abs(target) != 1:
                reader.flaw(
                    ("targets", index),
                    f"targets[{index}] is {target:g}; logistic loss takes 1 and -1",
                )
    if inputs is None or targets is None:
        return None, None
    if len(inputs) != len(targets):
        reader.flaw(
            ("targets",),
            f"targets has {len(targets)} entries and inputs has {len(inputs)}; give one target "
            "for each input",
        )
    return tuple(map(tuple, inputs)), tuple(targets)


def _check_inputs(inputs: list[list[float]], reader: PlainReader) -> None:
    dimension = len(inputs[0])
    if sum(map(len, inputs)) > bounds.MOST_INPUT_ENTRIES:
        reader.flaw(
            ("inputs",),
            f"inputs hold {sum(map(len, inputs))} numbers; at most {bounds.MOST_INPUT_ENTRIES} "
            "are taken: send fewer inputs, or of fewer dimensions",
        )
    for index, row in enumerate(inputs):
        if len(row) != dimension:
            reader.flaw(
                ("inputs", index),
                f"inputs[{index}] has {len(row)} entries and inputs[0] has {dimension}; all inputs "
                "have one dimension",
            )
        if max(map(abs, row)) < bounds.LEAST_INPUT:
            reader.flaw(
                ("inputs", index),
                f"inputs[{index}] is below {bounds.LEAST_INPUT:g} throughout, of which networks "
                "see nothing; scale it to order 1",
            )


def _size(
    name: str,
    given: object,
    bound: Whole,
    actual: tuple[object, ...] | None,
    reader: PlainReader,
) -> int:
    """A size of the batch, which the caller's own inputs fix."""
    size = reader.whole(name, given, bound)
    if actual is None:
        return size
    if given is not None and size != len(actual):
        reader.flaw(
            (name,), f"{name} is {shown(given)} and by the inputs it is {len(actual)}; leave it out"
        )
    return len(actual)
