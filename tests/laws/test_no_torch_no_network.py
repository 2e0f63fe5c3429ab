"""Using Vasari never imports torch, and never opens a network connection."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import socket, sys

def refuse(*_, **__):
    raise AssertionError("a socket was opened")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
def audit(event, _):
    if event.startswith("socket.") and event != "socket.gethostname":
        refuse()
sys.addaudithook(audit)

import vasari
vasari.say(sys.argv[1], sys.argv[2], sys.argv[3], size=256)
banned = {"torch", "tensorflow", "jax", "mediapipe", "matplotlib"} & set(sys.modules)
assert not banned, banned
"""


def test_no_torch_no_network(portrait: Path, voice: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", SCRIPT, portrait, voice, tmp_path / "a.mp4"]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.mp4").exists()
