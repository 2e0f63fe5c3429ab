"""Damaged files of every kind that Vasari reads: each is read, or refused in one sentence.

python -m benchmarks.fuzz [--ours 10000] [--others 1000] [--seed 0] [--kinds face CSV ...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.fuzz.run import GOOD, Counts, run
from benchmarks.fuzz.samples import FILES, OURS, make
from benchmarks.record import save
from vasari.demo import demo_portrait
from vasari.portrait.read import read_portrait


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", type=int, default=10_000, help="files of each kind of our own")
    parser.add_argument("--others", type=int, default=1000, help="of pictures, sounds and videos")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kinds", nargs="*", choices=FILES, default=list(FILES))
    parser.add_argument("--out", type=Path, help="the JSON file (default: benchmarks/results)")
    options = parser.parse_args()
    jobs = [(kind, options.ours if kind in OURS else options.others) for kind in options.kinds]
    with tempfile.TemporaryDirectory() as folder:
        with Image.open(demo_portrait()) as image:
            small = np.asarray(image.convert("RGB").crop((96, 0, 352, 300)))
        make(Path(folder), read_portrait(small))
        counts = run(Path(folder), options.seed, jobs, _progress, options.workers)
    print(report(counts))
    kinds = {
        kind: {**c.ended, "seconds": c.seconds, "megabytes": c.megabytes, "faults": c.faults[:20]}
        for kind, c in counts.items()
    }
    print(save("fuzz", {"seed": options.seed, "kinds": kinds}, options.out))


def report(counts: dict[str, Counts]) -> str:
    """A table for people."""
    rows = ["| kind | files | read | refused | anything else | longest, s | most memory, MB |",
            "| --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    for kind, c in counts.items():
        other = sum(n for how, n in c.ended.items() if how not in GOOD)
        rows.append(
            f"| {kind} | {c.ended.total()} | {c.ended['read']} | {c.ended['refused']} | {other} "
            f"| {c.seconds:.2f} | {c.megabytes:.0f} |"
        )
        rows += [f"  {fault[:300]}" for fault in c.faults[:20]]
    return "\n".join(rows)


def _progress(kind: str, k: int) -> None:
    if k % 100 == 99:
        print(f"\r{kind}, file {k + 1}    ", end="", file=sys.stderr, flush=True)


main()
