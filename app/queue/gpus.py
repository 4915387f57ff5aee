"""One worker on each GPU of a machine, each in a process of its own that sees its device alone."""

import os
import subprocess
from contextlib import ExitStack
from threading import Event

from app.queue.beside import worker_beside


def devices(wanted: str) -> list[str]:
    """What CUDA_VISIBLE_DEVICES is for each worker: for "all" GPUs here, or for so many of them.

    Raises ``ValueError`` where there are not so many.
    """
    there = _there()
    if wanted == "all":
        count = len(there)
    elif wanted.isascii() and wanted.isdecimal():
        count = int(wanted)
    else:
        raise ValueError(f"--gpus is {wanted[:40]!r}; it must be all, or how many")
    if not 0 < count <= len(there):
        raise ValueError(
            f"--gpus is {wanted[:40]} and this machine has {len(there)} GPUs; start a worker "
            "without --gpus to run on the processor"
        )
    return there[:count]


def _there() -> list[str]:
    """The GPUs that this process may use, without loading torch."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [each.strip() for each in visible.split(",") if each.strip()]
    try:
        listed = subprocess.run(
            ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return []
    return listed.stdout.split()


def one_on_each(visible: list[str]) -> None:
    """Keep a worker on each device until this process is told to stop."""
    with ExitStack() as workers:
        for each in visible:
            workers.enter_context(worker_beside({"CUDA_VISIBLE_DEVICES": each}))
        Event().wait()
