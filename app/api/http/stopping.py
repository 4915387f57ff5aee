"""Whether the server has been told to stop: it waits for open requests, and tells nobody."""

import signal


def server_stops() -> bool:
    """Whether uvicorn is on its way out."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))
