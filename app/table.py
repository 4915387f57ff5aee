"""The gallery as a table of verdicts, obtained from a running service."""

from typing import Any, Final

import httpx

# Families are shown at these values of their parameter.
_SHOWN: Final = {"uniform": ("s", ("0", "1/4", "1/2")), "standard_adam": ("c", ("1", "3/2"))}
_HEADER: Final = ("parametrization", "optimizer", "L = 1", "L >= 2", "any depth")
_OF_NETWORKS: Final = ("network by tensors", "optimizer", "verdict")


def gallery_table(client: httpx.Client) -> str:
    """Classify every named parametrization, without depth, over HTTP.

    Raises ``httpx.HTTPError`` where the service does not answer as it should.
    """
    entries = client.get("/v1/parametrizations").raise_for_status().json()["parametrizations"]
    rows: list[tuple[str, ...]] = [_HEADER]
    networks: list[tuple[str, ...]] = [_OF_NETWORKS]
    for entry in entries:
        parameter, values = _SHOWN.get(entry["name"], ("", ("",)))
        for value in values:
            question = {"preset": entry["name"]} | ({parameter: value} if parameter else {})
            answer = client.post("/v1/classify", json=question).raise_for_status().json()
            if entry["tensors"]:
                networks.append((entry["name"], _optimizers(entry), _cell(answer)))
                continue
            verdicts = answer["verdicts"]
            rows.append(
                (
                    f"{entry['name']}({value})" if value else entry["name"],
                    _optimizers(entry),
                    _cell(verdicts["1"]),
                    _cell(verdicts[">=2"]),
                    "yes" if answer["any_depth"] else "no",
                )
            )
    return f"{_laid_out(rows)}\n\n{_laid_out(networks)}"


def _optimizers(entry: dict[str, Any]) -> str:
    """One name, or those of input, hidden and readout, or all that occur."""
    optimizer = entry["optimizer"]
    if isinstance(optimizer, str):
        return optimizer
    if isinstance(optimizer, dict):
        return "/".join(optimizer.values())
    return "/".join(dict.fromkeys(optimizer))


def _laid_out(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _cell(answer: dict[str, Any] | None) -> str:
    if answer is None:
        return "-"
    maximal = ", maximal" if answer["maximal"] else ""
    return f"{answer['verdict']} (r = {answer['r']}{maximal})"
