"""What callers post to have a parametrization checked on real networks.

Only the outer shape is declared to the framework; ``app.experiment.reading`` reads the values
and reports everything wrong at once.  A field that is null counts as left out.
"""

from dataclasses import fields
from typing import Annotated, Any, Final

from pydantic import ConfigDict, WithJsonSchema

from app.api.parametrization.request import ParametrizationIn
from app.api.parametrization.schemas import HIDDEN_LAYERS, Schema, one_of
from app.experiment.plan import LOSSES
from app.experiment.reading import ACTIVATIONS, DEVICES, METHODS, Question, bounds
from app.experiment.update_rules import RULES, UPDATE_RULES, WITH_MOMENTUM

_CHOICES: Final = [each.name for each in fields(Question) if each.name != "description"]


def _choice(choices: tuple[str, ...], default: str) -> Schema:
    return {"type": "string", "enum": list(choices), "default": default}


def _entries(fewest: int, most: int, items: Schema) -> Schema:
    return {"type": "array", "minItems": fewest, "maxItems": most, "items": items}


class CheckIn(ParametrizationIn):
    """A parametrization, with its depth, and the networks on which to check it."""

    model_config = ConfigDict(json_schema_extra={"required": ["depth"]})

    depth: Annotated[
        Any,
        WithJsonSchema(
            {"type": "integer", "minimum": 1, "maximum": 16, "description": HIDDEN_LAYERS}
        ),
    ] = None
    widths: Annotated[
        Any,
        one_of(
            f"At least {bounds.WIDTHS.least} different ones, the largest at least "
            f"{bounds.WIDEST_OVER_NARROWEST} times the smallest; five or more, over a factor of "
            "32, make slopes dependable. By default 2^8..2^16 (matrix_free) or 2^6..2^11 (dense).",
            _entries(bounds.WIDTHS.least, bounds.WIDTHS.most, bounds.WIDTH.schema())
            | {"uniqueItems": True},
        ),
    ] = None
    steps: Annotated[Any, one_of("How many training steps.", bounds.STEPS.schema())] = None
    seeds: Annotated[
        Any,
        one_of(
            "How many networks at the largest width to begin with; at smaller ones there are more, "
            "so that the noise is even, and more are measured where slopes stay undetermined. "
            f"By default {bounds.SEEDS.default}, or {bounds.DENSE_SEEDS.default} "
            "where they are dense.",
            bounds.SEEDS.schema(),
        ),
    ] = None
    seed: Annotated[Any, one_of("Fixes all randomness.", bounds.SEED.schema())] = None
    batch_size: Annotated[
        Any,
        one_of(
            "How many synthetic inputs: points on the unit sphere, with targets ±1, or classes in "
            "turn for cross_entropy.",
            bounds.BATCH_SIZE.schema(),
        ),
    ] = None
    input_dim: Annotated[
        Any,
        one_of(
            "The dimension of synthetic inputs.",
            bounds.INPUT_DIM.schema(),
        ),
    ] = None
    inputs: Annotated[
        Any,
        one_of(
            "Your own inputs, in place of synthetic ones: the batch of every step, together with "
            f"targets. At most {bounds.MOST_INPUT_ENTRIES} numbers in all.",
            _entries(
                1,
                bounds.BATCH_SIZE.most,
                _entries(1, bounds.INPUT_DIM.most, bounds.ENTRY.schema()),
            ),
        ),
    ] = None
    targets: Annotated[
        Any,
        one_of(
            "Your own targets, one for each input; 1 or -1 for logistic loss, classes 0, 1, … for "
            "cross_entropy.",
            _entries(1, bounds.BATCH_SIZE.most, bounds.ENTRY.schema()),
        ),
    ] = None
    activation: Annotated[
        Any, one_of("The nonlinearity of every hidden layer.", _choice(ACTIVATIONS, "tanh"))
    ] = None
    loss: Annotated[
        Any,
        one_of(
            "(f - y)²/2, log(1 + exp(-yf)), or -log softmax(f)_y with an output for each class "
            "(three where inputs are synthetic), averaged over the batch.",
            _choice(LOSSES, "mse"),
        ),
    ] = None
    learning_rate: Annotated[
        Any,
        one_of(
            "η; the learning rate of layer l is η n^(-c_l). By default "
            f"{RULES['sgd'].learning_rate}, or {RULES['adam'].learning_rate} where some layer is "
            "trained under another law than SGD's.",
            bounds.LEARNING_RATE.schema(),
        ),
    ] = None
    momentum: Annotated[Any, one_of(f"Of {WITH_MOMENTUM}.", bounds.MOMENTUM.schema())] = None
    update_rule: Annotated[
        Any,
        one_of(
            "What is run for the layers whose optimizer follows its law: sgd (gradient); adam, the "
            "default, or signsgd (entrywise); muon, polar or normalized_sgd (spectral); lamb or "
            "lars (relative). By default the rule of the optimizer's name, or the first of its "
            "law; polar for shampoo and soap.",
            {"type": "string", "enum": list(UPDATE_RULES)},
        ),
    ] = None
    method: Annotated[
        Any,
        one_of(
            "matrix_free: exact in distribution, without n×n matrices, where hidden layers are "
            "trained under the gradient or the spectral law, or frozen. dense: the ordinary "
            "network. auto: matrix_free where it can be.",
            _choice(METHODS, "auto"),
        ),
    ] = None
    device: Annotated[
        Any, one_of("auto: a GPU where the worker has one.", _choice(DEVICES, "auto"))
    ] = None
    tolerance: Annotated[
        Any,
        one_of(
            "How far a measured exponent may be off the predicted one (or three standard errors, "
            "if they are more).",
            bounds.TOLERANCE.schema(),
        ),
    ] = None

    def question(self) -> Question:
        """What was posted, for ``read_question`` to read."""
        return Question(
            description=self.description(), **{name: getattr(self, name) for name in _CHOICES}
        )

    def as_sent(self) -> dict[str, Any]:
        """The fields that the caller sent, as they were decoded."""
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name in self.model_fields_set
        }
