"""A process that reads damaged files and tells how each ended, a line before and a line after.

    python -m benchmarks.fuzz.worker FOLDER SEED KIND FIRST LAST [KIND FIRST LAST ...]

It ends itself where a file takes too long; who started it goes on with the next file.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
import warnings
import zlib
from pathlib import Path

import numpy as np

from benchmarks.fuzz.changes import changed
from benchmarks.fuzz.samples import FILES, OURS
from benchmarks.fuzz.tries import Tries
from vasari.errors import VasariError

SECONDS = 2.0  # of processor time a file
HANGS = 20.0  # seconds of waiting after which it counts as hanging
MOST = 1 << 30  # bytes that memory may grow by
STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def main(folder: Path, seed: int, words: list[str]) -> None:
    tries = Tries(folder / FILES["face"])
    jobs = [(words[k], int(words[k + 1]), int(words[k + 2])) for k in range(0, len(words), 3)]
    for kind in {kind for kind, _, _ in jobs}:
        tries.of(kind)(folder / FILES[kind])  # compiles and loads what all need
    _limit_memory()
    for kind, first, last in jobs:
        good = (folder / FILES[kind]).read_bytes()
        for k in range(first, last):
            rng = np.random.default_rng([seed, zlib.crc32(kind.encode()), k])
            path = folder / f"bad-{os.getpid()}{Path(FILES[kind]).suffix}"
            _tell(["begun", kind, k])
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    path.write_bytes(changed(good, kind, rng))
            except Exception as error:  # a fault of `changes`: seen in the counts
                _tell(["ended", kind, k, "not made", f"{error} {_where(error)}", 0.0, 0.0])
                continue
            _tell(["ended", kind, k, *_tried(tries, kind, path)])


def _tried(tries: Tries, kind: str, path: Path) -> tuple[str, str, float, float]:
    """How it ended, what was said, seconds of processor time, megabytes."""
    before, begun = _memory(reset=True), time.process_time()
    said = ""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # their signals end the process
    signal.setitimer(signal.ITIMER_REAL, HANGS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error" if kind in OURS else "default")
            tries.of(kind)(path)
        how = "read"
    except VasariError as error:
        said = str(error)
        how = "refused" if said.endswith(".") and "\n" not in said else "unclear"
    except MemoryError:
        how = "memory"
    except BaseException as error:
        how, said = "raised", f"{type(error).__name__}: {error} {_where(error)}"
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    grown = _memory() - before
    if how in ("read", "refused") and grown > MOST / 2**20:
        how = "memory"
    return how, said, time.process_time() - begun, grown


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames[::-1][:6])


def _memory(*, reset: bool = False) -> float:
    """Megabytes: the most since the last reset where the system tells, else since the start."""
    try:
        if reset:
            FORGET.write_text("5")
        (line,) = [s for s in STATUS.read_text().splitlines() if s.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    except (OSError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _limit_memory() -> None:
    """Twice of what may be used, so that what is too much is measured before it fails."""
    try:
        (line,) = [s for s in STATUS.read_text().splitlines() if s.startswith("VmData")]
        most = int(line.split()[1]) * 1024 + 2 * MOST
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    except (OSError, ValueError):
        pass


def _tell(line: list[object]) -> None:
    os.write(1, (json.dumps(line) + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
