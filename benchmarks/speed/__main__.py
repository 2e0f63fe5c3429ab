"""How fast a video is made. `python -m benchmarks.speed [--minutes 1]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.record import save
from vasari.jobs.bench import measure, report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of sound")
    parser.add_argument("--out", type=Path, help="the JSON file (default: benchmarks/results)")
    options = parser.parse_args()
    result = measure(lambda sentence: print(sentence, file=sys.stderr), options.minutes * 60)
    print(report(result))
    name = "speed" if options.minutes == 1 else f"speed-{options.minutes:g}-minutes"
    print(save(name, result, options.out))


main()
