"""HTTP/1.1 as uvicorn speaks it, with bounds on what comes before a body.

Of itself uvicorn's faster protocol waits without end for a head that never ends, keeps a header of
any size, and loses the body of a request that offers to upgrade (as ``curl --http2`` and Java's
client do).
"""

import re
from asyncio import TimerHandle, Transport
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.problems import problem_response

#: Most bytes of the request line and the headers together, and the seconds in which they arrive.
MOST_HEAD_BYTES: Final = 64 * 1024
MOST_HEAD_SECONDS: Final = 10.0

# Nothing is upgraded to here: without this header the request is an ordinary one.
_UPGRADE: Final = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


class BoundedProtocol(HttpToolsProtocol):
    """One connection.  What is wrong with a head is answered as a problem, like all else."""

    _in_head = False
    _head_bytes = 0
    _patience: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse it, unless the head has become too large."""
        if self._upgrades(data):
            data = _without_upgrade(data)
        super().data_received(data)
        if not self._in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(
                "headers-too-large",
                f"the request line and the headers are larger than {MOST_HEAD_BYTES} bytes; send "
                "less there",
            )
        elif self._patience is None:
            self._wait()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._in_head = False
        self._wait_no_longer()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser does not understand."""
        self._refuse("invalid-http", f"{msg[:1].lower()}{msg[1:].rstrip('.')}; send HTTP/1.1")

    def _upgrades(self, data: bytes) -> bool:
        # Bodies are passed on as they are: their parser is in the midst of a message.
        cycle: RequestResponseCycle | None = self.cycle
        between = cycle is None or cycle.response_complete or not cycle.more_body
        return between and b"pgrade" in data

    def _wait(self) -> None:
        self._patience = self.loop.call_later(MOST_HEAD_SECONDS, self._out_of_patience)

    def _wait_no_longer(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _out_of_patience(self) -> None:
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._wait()
            return
        if not self._in_head:  # nobody has asked anything
            self.transport.close()
            return
        self._refuse(
            "headers-too-slow",
            f"the headers did not arrive within {MOST_HEAD_SECONDS:g} seconds; send them at once",
        )

    def _refuse(self, code: str, detail: str) -> None:
        """Answer with a problem and close."""
        self._wait_no_longer()
        self._in_head = False
        if self.transport.is_closing():
            return
        response = problem_response(code, detail, headers={"Connection": "close"})
        lines = [f"HTTP/1.1 {response.status_code} \r\n".encode()]
        lines += [b"%b: %b\r\n" % header for header in response.raw_headers]
        self.transport.write(b"".join([*lines, b"\r\n", response.body]))
        self.transport.close()


def _without_upgrade(data: bytes) -> bytes:
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"", head) + end + rest
