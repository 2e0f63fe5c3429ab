"""Using Vasari never imports torch, and never opens a network connection, nor does native code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import little_environment

# The command itself. Python's sockets refuse; then there is time for threads of native code.
COMMAND = """
import runpy, sys, time

def audit(event, _):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise AssertionError("a socket was opened")
sys.addaudithook(audit)

try:
    runpy.run_module("vasari", run_name="__main__", alter_sys=True)
finally:
    banned = {"torch", "tensorflow", "jax", "mediapipe", "matplotlib"} & set(sys.modules)
    assert not banned, banned
    time.sleep(10)  # the first report of ONNX Runtime leaves after five
"""

# Somebody imports the library first, for something else: it is asked to keep quiet about us.
EARLIER = """
import onnxruntime

asked = []
onnxruntime.disable_telemetry_events = lambda: asked.append(True)
import vasari.networks
assert asked
"""


class Ran(NamedTuple):
    """What is left of a run: its folders, and what it did on the network, where that was seen."""

    home: Path
    here: Path
    spare: Path
    calls: list[str] | None


@pytest.fixture(scope="module")
def ran(portrait: Path, voice: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The command, run by somebody whose home is empty."""
    home, here, spare, notes = (tmp_path_factory.mktemp(n) for n in ("home", "in", "tmp", "notes"))
    watch, seen = _watcher(notes / "calls")
    words = [sys.executable, "-c", COMMAND, "say", portrait, voice, "-o", "a.mp4", "--size", 256]
    done = subprocess.run(
        [*watch, *map(str, words)], cwd=here, env=little_environment(home, spare),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Ran(home, here, spare, seen() if watch else None)


def test_nothing_is_left_but_the_video(ran: Ran) -> None:
    assert [path.name for path in ran.here.iterdir()] == ["a.mp4"]
    assert list(ran.spare.iterdir()) == []
    left = [path.relative_to(ran.home) for path in ran.home.rglob("*") if path.is_file()]
    # where the package's folder cannot be written, numba keeps compiled code in the user's
    kept = [path.name for path in left if "numba" not in path.parts]
    assert kept == ["identity.pem"]  # the key that signs, made at first use


def test_the_system_was_never_asked_for_a_network(ran: Ran) -> None:
    if ran.calls is None:
        pytest.skip("neither strace nor network namespaces work here")
    assert ran.calls == []


def test_an_earlier_user_of_the_library_tells_nothing_about_us(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", EARLIER], env=little_environment(tmp_path, tmp_path),
        check=True, timeout=300,
    )  # fmt: skip


def test_one_place_imports_the_library() -> None:
    root = Path(__file__).parents[2]
    asks = re.compile(r"^\s*(import|from) onnxruntime", re.MULTILINE)
    places = [
        path.relative_to(root).as_posix()
        for folder in ("src", "training", "benchmarks", "examples")
        for path in (root / folder).rglob("*.py")
        if asks.search(path.read_text(encoding="utf-8"))
    ]
    assert places == ["src/vasari/networks.py"]


def _watcher(notes: Path) -> tuple[list[str], Callable[[], list[str]]]:
    """Words before a command, and what they saw it do on the network afterwards.

    strace sees every call. In a namespace without interfaces the system counts what found no way
    out, look-ups of names too.
    """
    strace = ["strace", "-f", "-qq", "-e", "trace=network", "-e", "signal=none", "-o", str(notes)]
    if _works([*strace, "true"]):
        return strace, lambda: _sockets(notes.read_text())
    script = f'"$@"; code=$?; grep ^Ip: /proc/net/snmp > "{notes}"; exit $code'
    namespace = ["unshare", "--map-root-user", "--net", "sh", "-c", script, "sh"]
    if _works([*namespace, "true"]):
        return namespace, lambda: _without_a_way(notes.read_text())
    return [], list


def _works(words: list[str]) -> bool:
    if shutil.which(words[0]) is None:
        return False
    return subprocess.run(words, capture_output=True, env=os.environ).returncode == 0


def _sockets(trace: str) -> list[str]:
    """The calls of a trace, but for pairs of sockets inside one process."""
    return [x for x in trace.splitlines() if "(" in x and "socketpair(" not in x]


def _without_a_way(table: str) -> list[str]:
    names, counts = (line.split()[1:] for line in table.splitlines()[:2])
    found = dict(zip(names, map(int, counts), strict=True))
    return [f"{k}: {found[k]}" for k in ("OutNoRoutes", "OutRequests") if found[k]]
