"""Runs the worker over files, again where it ended early, and counts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

GOOD = ("read", "refused")


@dataclass
class Counts:
    """Of one kind: how files ended, the longest and the largest, and what should not have been."""

    ended: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    megabytes: float = 0.0
    faults: list[str] = field(default_factory=list)


def run(
    folder: Path, seed: int, jobs: list[tuple[str, int]],
    done: Callable[[str, int], None] = lambda kind, k: None,
) -> dict[str, Counts]:  # fmt: skip
    """Read `count` damaged files of each kind; `folder` has the good ones."""
    counts = {kind: Counts() for kind, _ in jobs}
    left = [(kind, 0, count) for kind, count in jobs if count]
    while left:
        left = _session(folder, seed, left, counts, done)
    return counts


def _session(
    folder: Path, seed: int, jobs: list[tuple[str, int, int]], counts: dict[str, Counts],
    done: Callable[[str, int], None],
) -> list[tuple[str, int, int]]:  # fmt: skip
    """One worker, until it is through or has ended; gives what is left."""
    words = [str(word) for job in jobs for word in job]
    command = [sys.executable, "-m", "benchmarks.fuzz.worker", str(folder), str(seed), *words]
    now: tuple[str, int] | None = None
    with (
        (folder / "errors.txt").open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as worker,
    ):
        assert worker.stdout
        for line in worker.stdout:
            what, kind, k, *rest = json.loads(line)
            if what == "begun":
                now = kind, k
                continue
            now = None
            _count(counts[kind], k, *rest)
            done(kind, k)
    if worker.returncode == 0:
        return []
    if now is None:
        raise RuntimeError((folder / "errors.txt").read_text(errors="replace")[-2000:])
    kind, k = now
    _count(counts[kind], k, _end(worker.returncode), "", 0.0, 0.0)
    rest = jobs[[job[0] for job in jobs].index(kind) :]
    return [
        (name, k + 1 if name == kind else a, b) for name, a, b in rest if name != kind or k + 1 < b
    ]


def _count(counts: Counts, k: int, how: str, said: str, seconds: float, megabytes: float) -> None:
    counts.ended[how] += 1
    counts.seconds = max(counts.seconds, seconds)
    counts.megabytes = max(counts.megabytes, megabytes)
    if how not in GOOD:
        counts.faults.append(f"{k} {how} {said}")


def _end(code: int) -> str:
    if -code in (signal.SIGPROF, signal.SIGALRM):
        return "too slow"
    return f"crashed ({signal.Signals(-code).name})" if code < 0 else f"exited ({code})"
