"""Runs the worker over files, again where it ended early, and counts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

GOOD = ("read", "refused")
WORKER = [sys.executable, "-m", "benchmarks.fuzz.worker"]


@dataclass
class Counts:
    """Of one kind: how files ended, the longest and the largest, and what should not have been."""

    ended: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    megabytes: float = 0.0
    faults: list[str] = field(default_factory=list)


def run(
    folder: Path, seed: int, jobs: list[tuple[str, int]],
    done: Callable[[str, int], None] = lambda kind, k: None, workers: int = 1,
) -> dict[str, Counts]:  # fmt: skip
    """Read `count` damaged files of each kind; `folder` has the good ones."""
    counts = {kind: Counts() for kind, _ in jobs}

    def share(k: int) -> None:
        parts = [(kind, count * k // workers, count * (k + 1) // workers) for kind, count in jobs]
        left = [part for part in parts if part[1] < part[2]]
        while left:
            left = _session(folder, seed, left, counts, done)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(share, range(workers)))
    return counts


def _session(
    folder: Path, seed: int, jobs: list[tuple[str, int, int]], counts: dict[str, Counts],
    done: Callable[[str, int], None],
) -> list[tuple[str, int, int]]:  # fmt: skip
    """One worker, until it is through or has ended; gives what is left."""
    words = [str(word) for job in jobs for word in job]
    command = [*WORKER, str(folder), str(seed), *words]
    now: tuple[str, int] | None = None
    with (
        tempfile.TemporaryFile() as errors,
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
        worker.wait()
        errors.seek(0)
        said = errors.read()
    if worker.returncode == 0:
        return []
    if now is None:
        raise RuntimeError(said.decode(errors="replace")[-2000:])
    kind, k = now
    _count(counts[kind], k, _end(worker.returncode), "", 0.0, 0.0)
    rest = jobs[[job[0] for job in jobs].index(kind) :]
    left = [(name, k + 1 if name == kind else first, last) for name, first, last in rest]
    return [job for job in left if job[1] < job[2]]


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
