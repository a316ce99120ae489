"""Event streams: pages that are open learn within a second that something new was sealed.

One task per process watches the pulse file (written by the sealer); streams never touch the database and carry
no content, only the number of sealed facts. A page that cares asks for its own fragment.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

LOOK_EVERY = 1.0
BREATH = 20.0  # seconds between comments that keep proxies from closing a quiet stream
STREAMS = 2000  # open streams per process; beyond, a page simply does not update by itself


class Live:
    """All open event streams of one process."""

    def __init__(self, pulse: Path) -> None:
        self.pulse = pulse
        self.changed = asyncio.Condition()
        self.value = ""
        self.open = 0
        self.watcher: asyncio.Task[None] | None = None

    async def stream(self, proto: Any) -> None:
        """Serve one stream until its reader leaves."""
        if self.open >= STREAMS:
            proto.response_empty(204, [])
            return
        if self.watcher is None:
            self.watcher = asyncio.create_task(self._watch())
        headers = [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
        ]
        transport = proto.response_stream(200, headers)
        self.open += 1
        gone = asyncio.ensure_future(proto.client_disconnect())
        try:
            told = self.value
            await transport.send_bytes(f"retry: 5000\ndata: {told}\n\n".encode())
            while not gone.done():
                before, told = told, await self._next(told)
                await transport.send_bytes(f"data: {told}\n\n".encode() if told != before else b": \n\n")
        except Exception:  # noqa: BLE001 - granian raises its own closed-connection errors; any ends this stream
            return
        finally:
            self.open -= 1
            gone.cancel()

    async def _next(self, told: str) -> str:
        """The value once it is another than what the stream told, also when it changed while that was being sent;
        after a breath the same one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BREATH), self.changed:
                await self.changed.wait_for(lambda: self.value != told)
        return self.value

    async def _watch(self) -> None:
        seen = 0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                moment = self.pulse.stat().st_mtime_ns
                if moment == seen:
                    continue
                value = self.pulse.read_text().strip()
            except OSError:
                continue
            seen = moment
            async with self.changed:
                self.value = value
                self.changed.notify_all()
