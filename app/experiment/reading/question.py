"""From a question, as somebody wrote it down, to an experiment with every choice made."""

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from app.experiment.experiment import LOSSES, Device, Experiment, Loss, Method, stated
from app.experiment.plan import DEFAULT_WIDTHS
from app.experiment.reading import bounds
from app.experiment.reading.plain_values import PlainReader, Whole
from app.experiment.reading.targets import read_targets
from app.experiment.update_rules import (
    RULES,
    UPDATE_RULES,
    WITH_MOMENTUM,
    UpdateRule,
    of_full_rank,
    rules_for,
)
from solver import (
    DEFAULT_LIMITS,
    Activation,
    Description,
    Limits,
    Parametrization,
    ParametrizationError,
    TensorParametrization,
    read,
)
from solver.exact import shown
from solver.theory import DEFAULT_OPTIMIZER, THEOREM

AskedMethod = Literal["auto", "matrix_free", "dense"]

ACTIVATIONS: Final[tuple[Activation, ...]] = get_args(Activation)
METHODS: Final[tuple[AskedMethod, ...]] = get_args(AskedMethod)
DEVICES: Final[tuple[Device, ...]] = get_args(Device)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The raw values, None where nothing was written."""

    description: Description
    widths: object = None
    steps: object = None
    seeds: object = None
    seed: object = None
    batch_size: object = None
    input_dim: object = None
    inputs: object = None
    targets: object = None
    activation: object = None
    loss: object = None
    learning_rate: object = None
    momentum: object = None
    update_rule: object = None
    method: object = None
    device: object = None
    tolerance: object = None


def read_question(asked: Question, limits: Limits = DEFAULT_LIMITS) -> Experiment:
    """The experiment asked for.  Raises ``ParametrizationError`` with everything that is wrong."""
    reader = PlainReader()
    parametrization = _parametrization(asked, limits, reader)
    rules = _rules(asked, parametrization, reader)
    method = _method(asked, parametrization, rules.layers, reader)
    loss = reader.choice("loss", asked.loss, LOSSES)
    inputs, targets = _own_batch(asked, loss, reader)
    experiment = Experiment(
        **(_UNKNOWN if parametrization is None else stated(parametrization)),
        update_rule=_common(rules.layers),
        bias_rules=rules.biases,
        momentum=_momentum(asked, parametrization, rules, reader),
        method=method,
        device=reader.choice("device", asked.device, DEVICES),
        widths=_widths(asked, method, reader),
        steps=reader.whole("steps", asked.steps, bounds.STEPS),
        seeds=reader.whole(
            "seeds", asked.seeds, bounds.DENSE_SEEDS if method == "dense" else bounds.SEEDS
        ),
        seed=reader.whole("seed", asked.seed, bounds.SEED),
        batch_size=_size("batch_size", asked.batch_size, bounds.BATCH_SIZE, inputs, reader),
        input_dim=_size(
            "input_dim", asked.input_dim, bounds.INPUT_DIM, inputs and inputs[0], reader
        ),
        inputs=inputs,
        targets=targets,
        activation=reader.choice("activation", asked.activation, ACTIVATIONS),
        loss=loss,
        learning_rate=reader.real(
            "learning_rate",
            asked.learning_rate,
            # Steps that do not shrink with the gradient must not be too long.
            replace(
                bounds.LEARNING_RATE,
                default=min(RULES[each].learning_rate for each in rules.layers),
            ),
        ),
        tolerance=reader.real("tolerance", asked.tolerance, bounds.TOLERANCE),
    )
    reader.stop_if_flawed()
    return experiment


# Stands in for a parametrization that could not be read.
_UNKNOWN: Final = {"exponents": (), "optimizer": DEFAULT_OPTIMIZER}


def _parametrization(
    asked: Question, limits: Limits, reader: PlainReader
) -> Parametrization | None:
    try:
        parametrization = read(asked.description, limits)
    except ParametrizationError as error:
        reader.flaws(error)
        return None
    if isinstance(parametrization, TensorParametrization):
        reader.flaw(
            ("tensors",) if asked.description.preset is None else ("preset",),
            "no experiment trains a network by tensors yet; checks are for perceptrons",
        )
        return None
    if isinstance(parametrization, Parametrization):
        return _trainable(parametrization, reader)
    reader.flaw(
        ("depth",),
        "depth is missing; a check trains networks, which need a number of hidden layers",
    )
    return None


def _trainable(given: Parametrization, reader: PlainReader) -> Parametrization | None:
    """It, unless it assumes what a check is to show."""
    if given.wiring.alignment != THEOREM:
        reader.flaw(
            ("alignment",),
            "alignment is assumed, and a check trains networks, which show it; leave it out",
        )
        return None
    return given


@dataclass(frozen=True, slots=True)
class _Rules:
    """The update rules of the layers, and of their biases."""

    layers: tuple[UpdateRule, ...]
    biases: tuple[UpdateRule, ...] = ()


def _rules(asked: Question, given: Parametrization | None, reader: PlainReader) -> _Rules:
    """What is run for each optimizer: the rule that is asked for, where it is one of its."""
    if given is None:
        return _Rules((reader.choice("update_rule", asked.update_rule, UPDATE_RULES),))
    layers = [rules_for(each) for each in given.optimizers]
    biases = [rules_for(each.optimizer) for each in given.wiring.biases]
    if not all((*layers, *biases)):
        reader.flaw(
            ("optimizer",),
            f"optimizer is {_named(given)}, which no experiment runs yet; POST /v1/classify and "
            "/v1/predictions know it",
        )
        return _Rules((UPDATE_RULES[0],) * len(layers), (UPDATE_RULES[0],) * len(biases))
    expected = tuple(dict.fromkeys(rule for each in (*layers, *biases) for rule in each))
    rule = asked.update_rule
    if rule is not None and rule not in expected:
        if rule in UPDATE_RULES:
            reader.flaw(
                ("update_rule",),
                f"update_rule is {shown(rule)} and the optimizer is {_named(given)}, which runs as "
                f"{' or '.join(expected)}; leave update_rule out, or set optimizer",
            )
        else:
            reader.choice("update_rule", rule, expected)

    def chosen(rules: tuple[UpdateRule, ...]) -> UpdateRule:
        return next((each for each in rules if each == rule), rules[0])

    found = _Rules(tuple(map(chosen, layers)), tuple(map(chosen, biases)))
    chosen_of = zip((*found.layers, *found.biases), (*layers, *biases), strict=True)
    without = [
        one
        for one, rules in chosen_of
        if not RULES[one].takes_epsilon and any(RULES[each].takes_epsilon for each in rules)
    ]
    if given.wiring.epsilon and without:
        reader.flaw(
            ("update_rule",),
            f'update_rule is "{without[0]}", which has no epsilon; leave update_rule out, or '
            "epsilon",
        )
    return found


def _common(rules: tuple[UpdateRule, ...]) -> UpdateRule | tuple[UpdateRule, ...]:
    return rules[0] if len(set(rules)) == 1 else rules


def _named(given: Parametrization) -> str:
    return ", ".join(dict.fromkeys(given.optimizers))


def _method(
    asked: Question,
    given: Parametrization | None,
    rules: tuple[UpdateRule, ...],
    reader: PlainReader,
) -> Method:
    method = reader.choice("method", asked.method, METHODS)
    if given is None:
        return "dense" if method == "dense" else "matrix_free"
    dense = of_full_rank(given, rules)
    if method == "auto":
        return "dense" if dense else "matrix_free"
    if method == "matrix_free" and dense:
        reader.flaw(
            ("method",),
            f"method is matrix_free and {dense[0]} trains hidden layers, whose updates are then "
            'not of low rank; leave method out, or set it to "dense"',
        )
    return method


def _momentum(
    asked: Question, given: Parametrization | None, rules: _Rules, reader: PlainReader
) -> float:
    momentum = reader.real("momentum", asked.momentum, bounds.MOMENTUM)
    taken = any(RULES[each].takes_momentum for each in (*rules.layers, *rules.biases))
    if momentum and given is not None and not taken:
        reader.flaw(
            ("momentum",),
            f"momentum is {shown(asked.momentum)} and the optimizer is {_named(given)}; momentum "
            f"belongs to {WITH_MOMENTUM}: leave it out",
        )
    return momentum


def _widths(asked: Question, method: Method, reader: PlainReader) -> tuple[int, ...]:
    if asked.widths is None:
        return DEFAULT_WIDTHS[method]
    widths = reader.wholes(("widths",), asked.widths, bounds.WIDTHS, bounds.WIDTH)
    if widths is None:
        return ()
    for index, width in enumerate(widths):
        if width in widths[:index]:
            reader.flaw(
                ("widths", index),
                f"widths[{index}] is {width}, which is given twice; give each width once",
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
    asked: Question, loss: Loss, reader: PlainReader
) -> tuple[tuple[_Row, ...] | None, _Row | None]:
    """The caller's inputs and targets, or neither."""
    if asked.inputs is None and asked.targets is None:
        return None, None
    for name, other in (("inputs", "targets"), ("targets", "inputs")):
        if getattr(asked, name) is None:
            reader.flaw((name,), f"{name} is missing; it belongs together with {other}")
            return None, None
    inputs = reader.rows(("inputs",), asked.inputs, bounds.INPUTS, bounds.INPUT, bounds.ENTRY)
    targets = read_targets(asked.targets, loss, bounds.INPUTS, bounds.ENTRY, reader)
    if inputs is not None:
        _check_inputs(inputs, reader)
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
                f"inputs[{index}] has no entry as large as {bounds.LEAST_INPUT:g}, so networks "
                "cannot see it; scale it to order 1",
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
