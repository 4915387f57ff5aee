"""An oracle for networks of any tensors: the tables of the theory in plain fractions.

Nothing here knows the solver's forms: a tensor is a dictionary of what somebody would write, and
the exponents are computed one after another as the tables say.  ``inf`` is a float.
"""

import random
from fractions import Fraction
from typing import Any

from tests.solver.theory.published_laws import LAW

INF = float("inf")
HALF = Fraction(1, 2)
Tensor = dict[str, Any]

# By which power of n a convention multiplies the step (input and vectors, hidden, readout).
SHIFT = {
    "muon": (HALF, 0, 0),
    "muon_unit_rms": (HALF, 0, -HALF),
    "muon_match_rms": (HALF, HALF, HALF),
}


def update(tensor: Tensor, law: str, g: Any, alpha: Any) -> Any:
    """The exponent of ΔW x of a body tensor."""
    a, b, c = tensor["a"], tensor["b"], tensor["c"]
    hidden = tensor["kind"] == "hidden"
    bound = alpha if hidden else 0
    if law == "gradient":
        found = g + c + 2 * a - bound
    elif law == "entrywise":
        found = c + a - bound
    elif law == "spectral":
        found = c + a + (0 if hidden else HALF)
    else:
        found = c + a + b - bound
    found -= SHIFT.get(tensor["optimizer"], (0, 0, 0))[1 if hidden else 0]
    if tensor.get("normalized"):
        size = a + b - (HALF if hidden else 0)
        found -= size * (2 if law == "gradient" else 1)
    return found


def with_epsilon(tensor: Tensor, g: Any, alpha: Any) -> Any:
    """The same where ε may exceed the gradient: then Adam is gradient descent with c - e."""
    found = update(tensor, LAW[tensor["optimizer"]], g, alpha)
    if tensor.get("epsilon") is None:
        return found
    below = {**tensor, "c": tensor["c"] - tensor["epsilon"]}
    return max(found, update(below, "gradient", g, alpha))


def readout_update(readout: Tensor) -> Any:
    """u."""
    a, b, c = readout["a"], readout["b"], readout["c"]
    found = {
        "gradient": 2 * a + c,
        "entrywise": a + c,
        "spectral": a + c + HALF,
        "relative": a + b + c,
    }[LAW[readout["optimizer"]]] - SHIFT.get(readout["optimizer"], (0, 0, 0))[2]
    if readout.get("epsilon") is not None:
        found = max(found, 2 * a + c - readout["epsilon"])
    return found


def judge(tensors: list[Tensor], attention: list[Tensor], alpha: Any = 1, omega: Any = 1) -> Tensor:
    """The verdict, r, the exponent of each tensor's update, and whether all is maximal."""
    body = [each for each in tensors if each["kind"] != "readout"]
    (readout,) = [each for each in tensors if each["kind"] == "readout"]
    size, u = readout["a"] + readout["b"], readout_update(readout)
    g = min(size, u)
    r = {each["name"]: with_epsilon(each, g, alpha) for each in body}
    tied = readout.get("tied_to") is not None
    sound = size >= (1 if tied else HALF) and all(map(starts_well, body))
    sound &= all(each["c"] + each["weight_decay"] >= 0 for each in tensors
                 if each.get("weight_decay") is not None)  # fmt: skip
    names = [each["name"] for each in tensors]
    for each in attention:
        if each["grows"] == "heads":
            continue
        end = max(names.index(each["query"]), names.index(each["key"]))
        before = min(r[name] for name in names[: end + 1] if name in r)
        sound &= each["scale"] >= HALF and each["scale"] + before >= 1
    least = min(r.values())
    moves = (u == alpha) or (size + least == omega)
    trained = [each for each in tensors if each["c"] != INF]
    kernel = all(LAW[each["optimizer"]] == "gradient" for each in trained)
    if not (sound and least >= 0 and u >= alpha and size + least >= omega):
        kind = "unstable"
    elif not moves:
        kind = "trivial"
    elif least == 0:
        kind = "feature_learning"
    else:
        kind = "kernel" if kernel else "operator"
    maximal = (
        kind != "unstable"
        and all(each == 0 for each in r.values())
        and u == alpha
        and (size + least == omega or readout["b"] == INF)
    )
    return {"verdict": kind, "r": least, "tensors": {**r, readout["name"]: u - alpha},
            "maximal": maximal}  # fmt: skip


def starts_well(tensor: Tensor) -> bool:
    """The condition at initialization of a body tensor."""
    size = tensor["a"] + tensor["b"]
    if tensor.get("normalized"):
        return True
    if tensor["kind"] == "vector":
        return bool(size >= 0)
    bound = HALF if tensor["kind"] == "hidden" else 0
    return bool(size >= bound if tensor.get("residual") else size == bound)


# ---------------------------------------------------------------------------- random networks

_QUARTERS = [Fraction(n, 4) for n in range(-4, 7)]
_OPTIMIZERS = ["sgd", "adam", "muon", "muon_raw", "muon_unit_rms", "muon_match_rms", "lamb"]
_OF_VECTORS = ["sgd", "adam", "lamb"]


def draw(rng: random.Random) -> tuple[list[Tensor], list[Tensor]]:
    """A network whose exponents lie on, near or off the boundaries of the conditions."""
    alike = rng.choice(_OPTIMIZERS) if rng.random() < 0.3 else None
    kinds = ["input", *rng.choices(["hidden", "vector", "input"], [6, 3, 1], k=rng.randint(0, 5))]
    tensors = [_tensor(rng, place, kind, alike) for place, kind in enumerate(kinds)]
    readout = _tensor(rng, len(kinds), "readout", alike)
    if readout["b"] != INF and rng.random() < 0.9:
        readout["b"] = rng.choice([HALF, Fraction(1), Fraction(3, 2)]) - readout["a"]
    if rng.random() < 0.1:
        readout |= {key: tensors[0][key] for key in ("b", "c", "optimizer")}
        readout |= {"tied_to": tensors[0]["name"], "epsilon": tensors[0].get("epsilon")}
    elif readout["c"] != INF and rng.random() < 0.8:
        off = readout_update(readout) - 1
        if off not in (INF, -INF):
            readout["c"] += rng.choice([0, 0, 0, HALF, 1, -Fraction(1, 4)]) - off
    size, u = readout["a"] + readout["b"], readout_update(readout)
    for each in tensors:
        found = with_epsilon(each, min(size, u), 1)
        if (
            rng.random() < 0.8
            and found not in (INF, -INF)
            and readout.get("tied_to") != each["name"]
        ):
            wanted = [0, 0, 0, HALF, Fraction(1, 4)]
            each["c"] += rng.choice([*wanted, 1 - size] if size != INF else wanted) - found
    attention: list[Tensor] = []
    hidden = [each["name"] for each in tensors if each["kind"] == "hidden"]
    if len(hidden) > 1 and rng.random() < 0.4:
        query, key = rng.sample(hidden, 2)
        attention.append({"name": "attn", "query": query, "key": key,
                          "scale": rng.choice([Fraction(1), Fraction(1), HALF, Fraction(3, 4)]),
                          "grows": rng.choice(["head_size", "head_size", "heads"])})  # fmt: skip
    return [*tensors, readout], attention


def _tensor(rng: random.Random, place: int, kind: str, alike: str | None) -> Tensor:
    optimizers = _OF_VECTORS if kind == "vector" else _OPTIMIZERS
    optimizer = alike if alike in optimizers else rng.choice(optimizers)
    a = rng.choice(_QUARTERS)
    found: Tensor = {"name": f"t{place}", "kind": kind, "optimizer": optimizer, "a": a,
                     "b": rng.choice(_QUARTERS), "c": rng.choice(_QUARTERS)}  # fmt: skip
    if kind == "hidden" and rng.random() < 0.3:
        found["residual"] = True
    if kind in ("hidden", "input") and rng.random() < 0.2:
        found["normalized"] = True
    elif rng.random() < 0.95:
        found["b"] = (HALF if kind == "hidden" else Fraction(0)) - a
        if found.get("residual") or kind == "vector":
            found["b"] += rng.choice([0, HALF])
    if rng.random() < (0.3 if kind in ("vector", "readout") else 0.04) and not found.get(
        "normalized"
    ):
        found["b"] = INF
    if rng.random() < 0.08:
        found["c"] = INF
    if LAW[optimizer] == "entrywise" and rng.random() < 0.4:
        found["epsilon"] = rng.choice([Fraction(0), HALF, Fraction(1), Fraction(2)])
    if rng.random() < 0.2:
        found["weight_decay"] = rng.choice([Fraction(0), Fraction(1), Fraction(-1, 2)])
    return found


def written(tensors: list[Tensor]) -> list[Tensor]:
    """As it is posted."""
    return [
        {
            key: str(value)
            if isinstance(value, Fraction | float | int) and value is not True
            else value
            for key, value in each.items()
            if value is not None and not (each.get("tied_to") and key in ("b", "c", "epsilon"))
        }
        for each in tensors
    ]
