"""A server in a process of its own, clients in this one, and what they measured."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Literal

import numpy as np

from vasari.demo import demo_portrait, demo_voice
from vasari.errors import VasariError
from vasari.jobs.live_bench.seen import Seen, figures
from vasari.jobs.serve import check_installed
from vasari.media import open_sound
from vasari.telling import Tell
from vasari.threads import settle_libraries

SECONDS = 30.0
START_SECONDS = 90.0  # for a server to come up and read its portrait
Transport = Literal["websocket", "webrtc"]


def measure_live(
    tell: Tell, seconds: float = SECONDS, sessions: int = 1, fps: int = 40,
    transport: Transport = "websocket",
) -> dict[str, Any]:  # fmt: skip
    """Speech in real time through the server and back, of the demo portrait at 512 x 512.

    Args:
        tell: called with what is being done.
        seconds: of speech in each session; five interruptions follow.
        sessions: at once.
        fps: pictures a second, 24, 25, 30, 40 or 50.
        transport: of the clients.

    Returns:
        An object for JSON: see docs/live.md.

    Raises:
        VasariError: something that a server needs is missing, or it did not start.
    """
    check_installed()
    settle_libraries()
    demo_portrait()
    voice = np.concatenate(list(open_sound(demo_voice()).pieces()))
    with served("--sessions", str(sessions)) as address:
        tell(f"{sessions} x {seconds:g} s of speech over {transport}, {fps} pictures a second ...")
        start = {"face": "demo", "fps": fps, "stamp": True}
        seen = asyncio.run(_all(address, start, voice, seconds, sessions, transport))
        dropped = _metric(address, "vasari_pictures_dropped_total")
    tell("Reading the lips after the interruptions ...")
    return figures(seen, fps, round(dropped), transport)


def report_live(result: dict[str, Any]) -> str:
    """The figures for a person."""
    delay, skew = result["delay_ms"], result["skew_ms"]
    return "\n".join([
        f"{result['pictures_a_second']} pictures a second, {result['sessions']} session(s), "
        f"{result['transport']}",
        f"late               {result['late'] * 1000:.1f} of 1000, left out {result['dropped']}",
        f"sound to picture   {delay['p50']} ms (p95 {delay['p95']}, p99 {delay['p99']})",
        f"first picture      {result['first_picture_ms']} ms after asking, of a known face",
        f"interruption       {result['interrupt_ms']} ms to closed lips and empty queues",
        f"picture after sound {skew['least']} to {skew['most']} ms",
    ])  # fmt: skip


async def _all(
    address: str, start: dict[str, Any], voice: Any, seconds: float, sessions: int,
    transport: Transport,
) -> list[Seen]:  # fmt: skip
    from vasari.jobs.live_bench.clients import CallClient, SocketClient

    kind = SocketClient if transport == "websocket" else CallClient
    clients = [kind(np.roll(voice, 9000 * k), seconds) for k in range(sessions)]
    return list(await asyncio.gather(*(client.run(address, start) for client in clients)))


@contextmanager
def served(*words: str) -> Iterator[str]:
    """The address of `vasari serve` with such options in a process of its own, once it knows the
    demo portrait."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vasari", "serve", "--port", str(port), *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_face(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_face(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            if json.loads(_got(f"{address}/faces")):
                time.sleep(3)  # the process that waits for the next portrait is ready, too
                return
        time.sleep(0.2)
    raise VasariError("The server did not start: try vasari serve, and see what it says.")


def _metric(address: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", _got(f"{address}/metrics"), re.MULTILINE)
    return float(found[1]) if found else 0.0


def _got(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())
