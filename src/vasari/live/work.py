"""Processes that do what is slow or comes from strangers: reading portraits, making videos."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from vasari.live.refused import Refused

Told = Callable[[dict[str, Any]], None]
PATIENCE = 3.0  # times the processor's time that a task may take by the clock
START_SECONDS = 60.0  # until a process is ready


class Workshop:
    """Starts a process for each task, and keeps one ready, since starting takes a second.

    Args:
        command: that starts one; it speaks as `jobs.worker` does.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._spare: asyncio.Task[asyncio.subprocess.Process] | None = None

    def prepare(self) -> None:
        """Have a process ready."""
        if self._spare is None:
            self._spare = asyncio.create_task(self._started())

    async def do(self, task: dict[str, Any], told: Told, seconds: float, size: int) -> None:
        """One task in one process; cancelling this ends the process.

        Args:
            task: what it is to do.
            told: called with what the process tells.
            seconds: of the processor's time.
            size: bytes of memory.

        Raises:
            Refused: it could not be done, with the sentence that says why.
        """
        async with self._process() as process:
            try:
                async with asyncio.timeout(PATIENCE * seconds):
                    made = await _served(process, {**task, "seconds": seconds, "bytes": size}, told)
            except TimeoutError:
                made = False
            if not made:
                raise Refused("That took too long or too much memory: give a smaller file.", 422)

    async def close(self) -> None:
        """End the process that waits."""
        if self._spare is not None:
            spare, self._spare = self._spare, None
            with suppress(Exception, asyncio.CancelledError):
                await _ended(await spare)

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[asyncio.subprocess.Process]:
        self.prepare()
        assert self._spare is not None
        spare, self._spare = self._spare, None
        try:
            process = await asyncio.shield(spare)
        except (OSError, TimeoutError, ValueError):
            raise Refused("No process could be started for it: try again later.", 503) from None
        try:
            yield process
        finally:
            await _ended(process)

    async def _started(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
        )
        assert process.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            json.loads(await process.stdout.readline())  # an empty line is none: ValueError
        return process


async def _served(process: asyncio.subprocess.Process, task: dict[str, Any], told: Told) -> bool:
    """Whether it was made; False where the process died."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(task).encode() + b"\n")
    await process.stdin.drain()
    async for line in process.stdout:
        said = json.loads(line)
        if "error" in said:
            raise Refused(said["error"], 422)
        if "made" in said:
            return True
        told(said)
    return False


async def _ended(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
