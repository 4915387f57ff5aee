"""Every error, translated to HTTP in this one place (RFC 9457, application/problem+json).

    invalid-json          400  the body is not JSON
    invalid-http          400  the request line or a header is not HTTP/1.1
    unauthorized          401  the API key is missing or wrong
    not-found             404  no such resource
    method-not-allowed    405
    not-acceptable        406  a figure is asked for in another format
    body-too-slow         408  the body did not arrive in time
    headers-too-slow      408  the headers did not arrive in time
    key-reused            409  an Idempotency-Key came with another body before
    not-finished          409  the job is not finished, or has no result
    body-too-large        413
    unsupported-media     415  the body is not declared as JSON
    invalid-request       422  the values do not make up a valid request
    over-budget           422  a check or program would take too long, or too much memory
    over-time             422  a question with unknowns is not solved in time
    no-device             422  no worker alive has the device of the check
    headers-too-large     431
    internal-error        500  a defect of the service
    queue-unavailable     503  the database of checks and programs does not answer
    too-many-streams      503  no further stream of events can be opened
    busy                  503  other questions keep the solver, or the drawing of figures, busy
    stopping              503  the service stops

``errors`` holds one entry per flaw, with a JSON pointer (RFC 6901) into the request body, or
``/query/name`` or ``/path/name`` for a parameter.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match
from typing_extensions import TypedDict

from app.programs.errors import ProgramBudgetError, ProgramError
from app.queue.client import CursorError, KeyReusedError, QueueUnavailableError
from solver import ParametrizationError, TimeLimitError, UnknownParametrizationError
from solver.exact import shown

MEDIA_TYPE: Final = "application/problem+json"

_log = structlog.get_logger("app")


class FlawOut(TypedDict):
    """One thing wrong with a request."""

    pointer: str
    detail: str


class Problem(TypedDict):
    """Every error of the service has this shape."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FlawOut]


#: Code → status, title and what a caller can do; served under /problems/{code}.
PROBLEMS: Final[Mapping[str, tuple[int, str, str]]] = {
    "invalid-json": (
        400,
        "The body is not JSON",
        "Send one JSON object, encoded in UTF-8. NaN and Infinity are not JSON.",
    ),
    "invalid-http": (
        400,
        "The request is not HTTP",
        "Speak HTTP/1.1; a reverse proxy in front may speak HTTP/2.",
    ),
    "unauthorized": (
        401,
        "The API key is missing or wrong",
        "Send the header Authorization: Bearer <key>, or X-API-Key: <key>.",
    ),
    "not-found": (
        404,
        "Not found",
        "Check the path; GET /v1/parametrizations, /v1/checks and /v1/programs list what there is.",
    ),
    "method-not-allowed": (
        405,
        "Method not allowed",
        "The Allow header lists the methods of this resource.",
    ),
    "not-acceptable": (
        406,
        "No such format",
        "Accept image/svg+xml or image/png.",
    ),
    "body-too-slow": (
        408,
        "The body did not arrive in time",
        "Send the whole body at once.",
    ),
    "headers-too-slow": (
        408,
        "The headers did not arrive in time",
        "Send the request line and all headers at once.",
    ),
    "key-reused": (
        409,
        "The Idempotency-Key was used before",
        "It belongs to another body: use a new key for a new request.",
    ),
    "not-finished": (
        409,
        "There is no result yet",
        "Follow the events; a plot needs a job that has succeeded, and purging one that has ended.",
    ),
    "body-too-large": (
        413,
        "The body is too large",
        "Split the request: a batch may be sent in parts.",
    ),
    "unsupported-media": (
        415,
        "The body is not declared as JSON",
        "Send the header Content-Type: application/json.",
    ),
    "invalid-request": (
        422,
        "The request is not valid",
        "Each entry of errors points at one value and says what is expected there.",
    ),
    "over-budget": (
        422,
        "It would take too much time or memory",
        "Lower what the detail names; the estimate and the bounds are there.",
    ),
    "over-time": (
        422,
        "The question takes too long to solve",
        "Ask about fewer unknowns, fewer different layers or a smaller depth.",
    ),
    "no-device": (
        422,
        "No worker has this device",
        "Leave device out, or start a worker on a machine that has one.",
    ),
    "headers-too-large": (
        431,
        "The headers are too large",
        "Send fewer or shorter headers, and long questions as a body.",
    ),
    "internal-error": (
        500,
        "A defect of the service",
        "Please report it with the request and its X-Request-ID.",
    ),
    "queue-unavailable": (
        503,
        "The queue cannot be reached",
        "Try again after the number of seconds in the header Retry-After; all else still works.",
    ),
    "too-many-streams": (
        503,
        "Too many streams of events are open",
        "Try again later, or ask for the result itself from time to time.",
    ),
    "busy": (
        503,
        "The solver is busy",
        "Try again after the number of seconds in the header Retry-After.",
    ),
    "stopping": (
        503,
        "The service stops",
        "Try again after the number of seconds in the header Retry-After.",
    ),
}
#: A problem as it is documented.
EXAMPLE: Final[Problem] = {
    "type": "/problems/invalid-request",
    "title": "The request is not valid",
    "status": 422,
    "detail": "depth is 0; it counts hidden layers and must lie between 1 and 10000",
    "errors": [
        {
            "pointer": "/depth",
            "detail": "depth is 0; it counts hidden layers and must lie between 1 and 10000",
        }
    ],
}

# Of several codes with one status, the first is what the framework's own errors mean.
_CODE_OF_STATUS: Final = {status: code for code, (status, _, _) in reversed([*PROBLEMS.items()])}

# What the choices stand for, where that is not plain.
_CHOICE: Final = {
    "optimizer": "; adam stands for every entrywise adaptive optimizer (RMSProp, SignSGD, …)"
}

# A reader mends the first few and asks again.
_MOST_FLAWS: Final = 20

# Fields that people try and that lie outside the theorems; the remedy says so.
_OUTSIDE: Final = {
    **dict.fromkeys(
        ("steps", "epochs", "input_dim", "batch_size"),
        "outside the theorem, which is about a fixed number of steps at a fixed input dimension; "
        "leave it out",
    ),
    "momentum": 'covered by "sgd", with or without it; leave it out',
    "width": "not needed, since the verdict is about width going to infinity; leave it out",
}


# Fields that people try and that say something of the network, and how it is written here.
_BY_TENSORS: Final = 'in "tensors", with '
_NETWORK: Final = tuple(
    (re.compile(pattern), what, field)
    for pattern, what, field in (
        (r"norm", "normalized layers", '"normalized": true, or by role'),
        (r"bias", "biases", '"bias": {"a": 0, "b": "inf", "c": 0}'),
        (r"(^|_)tied?(_|$)|tieweights|tiedweights", "tied weights", _BY_TENSORS + '"tied_to"'),
        (r"residual|(^|_)skip(_|$)|skip_?connection", "residual branches", '"residual": true'),
        (
            r"attention|(^|_)(num_?)?heads?(_|$)",
            "attention",
            _BY_TENSORS + 'a field "attention" beside them',
        ),
        (r"dropout", "dropout", None),
        (r"decay", "weight decay", '"weight_decay", an exponent'),
        (r"epsilon|(^|_)eps(_|$)", "an ε of its own", '"epsilon", an exponent'),
        (r"conv", "convolutions", None),
        (r"(^|_)gains?(_|$)", "gains", _BY_TENSORS + '"kind": "vector"'),
    )
)


def _changes_the_network(name: str) -> tuple[str, str | None] | None:
    """What such a field speaks of ("normalized layers" for layernorm), and how it is written."""
    plain = name[:40].lower()
    if name in (*_FIELDS, *_SOLVING_FIELDS, *_CHECK_FIELDS):
        return None
    found = ((what, field) for pattern, what, field in _NETWORK if pattern.search(plain))
    return next(found, None)


class ProblemError(HTTPException):
    """Raise it anywhere under a route to answer with a problem."""

    def __init__(
        self,
        code: str,
        detail: str,
        pointer: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(PROBLEMS[code][0], detail, headers)
        self.code = code
        self.pointer = pointer


def problem_response(
    code: str,
    detail: str,
    errors: Iterable[FlawOut] = (),
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The one shape in which errors leave the service."""
    usual, title, _ = PROBLEMS[code]
    problem: Problem = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status or usual,
        "detail": detail,
        "errors": list(errors),
    }
    return Response(
        msgspec.json.encode(problem),
        status_code=problem["status"],
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def pointer(path: Sequence[str | int]) -> str:
    """A JSON pointer: ``("a", 1)`` is ``/a/1`` (RFC 6901; long keys are cut)."""
    steps = (str(step)[:80].replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)


def install(app: FastAPI) -> None:
    """Register the translation of every error."""
    app.add_exception_handler(ParametrizationError, _parametrization)
    app.add_exception_handler(ProgramError, _parametrization)
    app.add_exception_handler(ProgramBudgetError, _over_budget)
    app.add_exception_handler(UnknownParametrizationError, _unknown)
    app.add_exception_handler(TimeLimitError, _over_time)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(QueueUnavailableError, _queue_unavailable)
    app.add_exception_handler(KeyReusedError, _key_reused)
    app.add_exception_handler(CursorError, _cursor)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(Exception, _defect)


def _invalid(flaws: list[FlawOut]) -> Response:
    more = f" (and {len(flaws) - 1} more)" if len(flaws) > 1 else ""
    return problem_response("invalid-request", flaws[0]["detail"] + more, flaws[:_MOST_FLAWS])


async def _parametrization(_: Request, error: Exception) -> Response:
    assert isinstance(error, ParametrizationError | ProgramError)
    return _invalid(
        [{"pointer": pointer(flaw.path), "detail": flaw.message} for flaw in error.flaws]
    )


async def _unknown(_: Request, error: Exception) -> Response:
    return problem_response("not-found", str(error))


async def _over_budget(_: Request, error: Exception) -> Response:
    return problem_response(
        "over-budget", str(error), [{"pointer": "/program", "detail": str(error)}]
    )


async def _over_time(_: Request, error: Exception) -> Response:
    return problem_response("over-time", str(error))


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    checking = request.url.path == _CHECKS
    return _invalid([_field_flaw(each, checking) for each in error.errors()])


async def _queue_unavailable(_: Request, error: Exception) -> Response:
    return problem_response("queue-unavailable", str(error), headers={"Retry-After": "5"})


async def _key_reused(_: Request, error: Exception) -> Response:
    flaw: FlawOut = {"pointer": "/header/Idempotency-Key", "detail": str(error)}
    return problem_response("key-reused", str(error), [flaw])


async def _cursor(_: Request, error: Exception) -> Response:
    return _invalid([{"pointer": "/query/cursor", "detail": str(error)}])


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    flaws: list[FlawOut] = [{"pointer": error.pointer, "detail": error.detail}]
    return problem_response(error.code, error.detail, flaws, headers=error.headers)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    code = _CODE_OF_STATUS.get(error.status_code, "invalid-request")
    detail = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {request.url.path[:200]}; /docs lists every resource"
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = _allowed(request)
        detail = f"{request.method} is not possible here; allowed: {allowed}"
        return problem_response(code, detail, headers={"Allow": allowed})
    return problem_response(code, detail, status=error.status_code, headers=error.headers)


def _allowed(request: Request) -> str:
    """The methods of the resource, of which the framework names those of one route only.

    A path such as /v1/programs/gallery is that of its own resource, not of a program of this name.
    """
    documented = request.app.openapi()["paths"].get(request.url.path, {})
    return ", ".join(
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if method.lower() in documented
        or (
            not documented
            and any(
                route.matches({**request.scope, "method": method})[0] is Match.FULL
                for route in request.app.router.routes
            )
        )
    )


async def _defect(request: Request, error: Exception) -> Response:
    _log.error("defect", path=request.url.path, error=repr(error))
    return problem_response("internal-error", PROBLEMS["internal-error"][2])


def _field_flaw(error: Mapping[str, Any], checking: bool) -> FlawOut:
    """A framework error in our words: the value, the rule, the remedy."""
    source, *path = error["loc"]
    where = path if source == "body" else [source, *path]
    name = str(path[-1]) if path else "the body"
    value, context = shown(error["input"]), error.get("ctx", {})
    match error["type"]:
        case "missing" if not path:
            detail = "the body is empty; send a JSON object"
        case "missing":
            detail = f"{name} is missing; it is required here"
        case "extra_forbidden":
            detail = _unknown_field(name, checking)
        case "literal_error":
            detail = f"{name} is {value}; it must be {context['expected']}{_CHOICE.get(name, '')}"
        case "model_type" | "model_attributes_type" | "dict_type":
            detail = f"{name} is {value}; it must be a JSON object"
        case "string_type":
            detail = f"{name} is {value}; it must be a string"
        case "bool_type":
            detail = f"{name} is {value}; it must be true or false"
        case "int_parsing" | "int_type" | "int_from_float":
            detail = f"{name} is {value}; it must be a whole number"
        case "string_pattern_mismatch" if name in _TEXTS:
            detail = f"{name} is {value}; it must be {_TEXTS[name]}"
        case "too_many_fields":
            detail = f"{name} is {error['msg']}; /docs lists them"
        case _:
            detail = f"{name} is {value}: {error['msg'].lower()}"
    return {"pointer": pointer(where), "detail": detail}


def _unknown_field(name: str, checking: bool) -> str:
    """What to say of it; ``checking`` where the request is one for a check."""
    if (found := _changes_the_network(name)) is not None:
        what, field = found
        if field is None:
            return (
                f"{shown(name)} would change the network: verdicts here are about networks without "
                f"{what}; without this field the answer is about another network than yours"
            )
        return (
            f"{shown(name)} is not a field here; {what} are written {field} (without that the "
            "answer is about another network than yours)"
        )
    if name in _OUTSIDE and not (checking and name == "width"):
        return f'"{name}" is {_OUTSIDE[name]}'
    if name in _FIELDS:
        return f'"{name}" does not belong in this request; leave it out'
    if name in _CHECK_FIELDS:
        return f'"{name}" belongs to POST {_CHECKS}, which trains networks; leave it out'
    if name in _LIMIT_FIELDS:
        return f'"{name}" belongs to POST /v1/limits, which follows outputs; leave it out'
    if name in _SOLVING_FIELDS:
        return f'"{name}" belongs to POST {_SOLVING_FIELDS[name]}; leave it out'
    known = (*_FIELDS, *_SOLVING_FIELDS, *_CHECK_FIELDS, *_LIMIT_FIELDS)
    alike = get_close_matches(name[:40], known, n=1)
    hint = f'did you mean "{alike[0]}"?' if alike else "leave it out; /docs lists the fields"
    return f"{shown(name)} is not a field here; {hint}"


_CHECKS: Final = "/v1/checks"
_FIELDS: Final = (
    *("preset", "depth", "abc", "a", "b", "c", "d", "s", "optimizer", "activation"),
    *("bias", "residual", "normalized", "weight_decay", "epsilon", "alignment"),
    *("tensors", "attention", "first", "second"),
)
_SOLVING_FIELDS: Final = {
    **dict.fromkeys(("bounds", "minimize", "maximize", "subject_to"), "/v1/regions"),
    **dict.fromkeys(
        ("target", "locked", "weights", "tie_hidden", "tie_c", "ties", "margin"), "/v1/repairs"
    ),
}
_CHECK_FIELDS: Final = (
    *("widths", "steps", "seeds", "seed", "batch_size", "input_dim", "inputs", "targets", "loss"),
    *("learning_rate", "momentum", "update_rule", "method", "device", "tolerance"),
)
_LIMIT_FIELDS: Final = ("probe", "batch", "f0")
# Texts that must match a pattern, which says little to people.
_TEXTS: Final = {
    "Idempotency-Key": "1 to 255 visible ASCII characters, such as a UUID",
    "cursor": "what an earlier answer gave as next",
}
