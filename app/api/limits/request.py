"""What callers post to learn what networks of infinite width do.

Only the outer shape is declared to the framework; ``reading`` reads the values and reports
everything wrong at once.  A field that is null counts as left out.
"""

from typing import Annotated, Any, Final, get_args

from pydantic import ConfigDict, WithJsonSchema

from app.api.limits import bounds
from app.api.parametrization.request import ParametrizationIn
from app.api.parametrization.schemas import HIDDEN_LAYERS, Schema, one_of
from solver import Activation
from solver.limits import LOSSES

ACTIVATIONS: Final[tuple[Activation, ...]] = get_args(Activation)

_INPUT: Final[Schema] = {
    "type": "array",
    "minItems": bounds.INPUT.least,
    "maxItems": bounds.INPUT.most,
    "items": bounds.ENTRY.schema(),
}


#: Schemas that the document names once; clients' generators name types by them.
COMPONENTS: Final[Schema] = {"LimitInput": _INPUT}


def _rows(counts: Any) -> Schema:
    return {"type": "array", "minItems": counts.least, "maxItems": counts.most, "items": _INPUT}


class LimitIn(ParametrizationIn):
    """A stable parametrization, with its depth, and what its networks are trained on."""

    model_config = ConfigDict(json_schema_extra={"required": ["depth", "inputs", "targets"]})

    depth: Annotated[
        Any,
        WithJsonSchema(
            {"type": "integer", "minimum": 1, "maximum": 16, "description": HIDDEN_LAYERS}
        ),
    ] = None
    inputs: Annotated[
        Any,
        WithJsonSchema({**_rows(bounds.INPUTS), "description": "The inputs to train on."}),
    ] = None
    targets: Annotated[
        Any,
        WithJsonSchema(
            {
                "type": "array",
                "minItems": bounds.INPUTS.least,
                "maxItems": bounds.INPUTS.most,
                "items": bounds.TARGET.schema(),
                "description": "One for each input: a number; 1 or -1 for logistic loss; for "
                "cross_entropy a class, 0, 1, ….",
            }
        ),
    ] = None
    probe: Annotated[
        Any,
        one_of("Inputs that are only looked at, never trained on.", _rows(bounds.PROBES)),
    ] = None
    steps: Annotated[
        Any,
        one_of(
            "How many training steps; in a simulation at most "
            f"{bounds.SIMULATED_STEPS.most}. By default one for each batch, or "
            f"{bounds.STEPS.default}.",
            bounds.STEPS.schema(),
        ),
    ] = None
    learning_rate: Annotated[
        Any, one_of("η; that of layer l is η n^(-c_l).", bounds.LEARNING_RATE.schema())
    ] = None
    activation: Annotated[
        Any,
        one_of(
            "The nonlinearity of every hidden layer.",
            {"type": "string", "enum": list(ACTIVATIONS), "default": "tanh"},
        ),
    ] = None
    loss: Annotated[
        Any,
        one_of(
            "(f - y)²/2, log(1 + exp(-yf)), or -log softmax(f)_y; averaged over the batch.",
            {"type": "string", "enum": list(LOSSES), "default": "mse"},
        ),
    ] = None
    batch: Annotated[
        Any,
        one_of(
            "The batch of each step, as places of inputs, from 0. By default all of them at every "
            "step.",
            {
                "type": "array",
                "minItems": bounds.STEPS.least,
                "maxItems": bounds.STEPS.most,
                "items": {
                    "type": "array",
                    "minItems": bounds.BATCH.least,
                    "maxItems": bounds.BATCH.most,
                    "items": bounds.INDEX.schema(),
                },
            },
        ),
    ] = None
    f0: Annotated[
        Any,
        one_of(
            "Outputs to start from, in the kernel regime: one number for all, or one for each "
            "input and then for each probe (lists of one for each class for cross_entropy). By "
            "default those of random initializations.",
            bounds.OUTPUT.schema(),
            {
                "type": "array",
                "minItems": 1,
                "maxItems": bounds.INPUTS.most + bounds.PROBES.most,
                "items": {
                    "anyOf": [
                        bounds.OUTPUT.schema(),
                        {
                            "type": "array",
                            "minItems": 2,
                            "maxItems": bounds.CLASS.most + 1,
                            "items": bounds.OUTPUT.schema(),
                        },
                    ]
                },
            },
        ),
    ] = None
    precision: Annotated[
        Any,
        one_of(
            "The standard error to reach, where the limit is simulated.", bounds.PRECISION.schema()
        ),
    ] = None
    compare_widths: Annotated[
        Any,
        one_of(
            "Widths of finite networks to set beside the limit: a durable job, whatever the "
            "method.",
            {
                "type": "array",
                "minItems": bounds.COMPARED.least,
                "maxItems": bounds.COMPARED.most,
                "items": bounds.WIDTH.schema(),
                "uniqueItems": True,
            },
        ),
    ] = None
    seed: Annotated[Any, one_of("Fixes all randomness.", bounds.SEED.schema())] = None

    def as_sent(self) -> dict[str, Any]:
        """The fields that the caller sent, as they were decoded."""
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name in self.model_fields_set
        }
