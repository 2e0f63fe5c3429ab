"""Is the mark found where it is, and nowhere else?

    python -m benchmarks.marks [--shared ../shared] [--workers 1] [--kept FILE] [--markdown]

Each portrait speaks; three clips of 45 pictures (1.8 s) are cut from it, each marked with a making
of its own and encoded as `vasari say` does. Every clip is then encoded with x264 at crf 23, and its
first 25 pictures are put through two of the other attacks, in turn. Unmarked are the portraits
themselves, their renders
without a mark, real clips and stills of other people, and textures.

Told are, for each attack: of how many clips the mark was found, of how many its number was read,
the lowest and the median score, and the size of the pictures. Of the unmarked: how often the
chance that the reader gives was below 0.5, 0.1 and 0.01, which must be less often than that.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.data import add_shared_argument
from benchmarks.marks.attacks import ATTACKS
from benchmarks.marks.clips import LENGTH
from benchmarks.marks.measure import ALWAYS, Row, done, media, tasks
from benchmarks.record import RESULTS, save

PARTS = 40  # into which what is unmarked is parted


def measured(arguments: argparse.Namespace) -> Iterator[list[Row]]:
    """The readings of each task; those that are kept already first."""
    data, known, kept = arguments.shared / "data", [], arguments.kept
    if kept and kept.is_file():
        known = [json.loads(line) for line in kept.read_text().splitlines()]
        yield from (rows for _, rows in known)
    all_tasks = tasks(PARTS, len(media(data / "portraits")))
    left = [t for t in all_tasks if list(t) not in [task for task, _ in known]]
    work = partial(done, parts=PARTS, data=data, most=arguments.unmarked)
    with get_context("spawn").Pool(arguments.workers) as pool:
        for task, rows in pool.imap_unordered(work, left[: arguments.most]):
            if kept:
                with kept.open("a") as file:
                    file.write(json.dumps([task, rows]) + "\n")
            yield rows


def table(rows: list[Row]) -> dict[str, Row]:
    """Of each attack, over its clips."""
    by_kind: dict[str, list[Row]] = defaultdict(list)
    for each in rows:
        by_kind[each["kind"]].append(each)
    order = ["unmarked", *ATTACKS]
    return {
        kind: summary(by_kind[kind])
        for kind in sorted(by_kind, key=lambda k: (order.index(k) if k in order else 99, k))
    }


def summary(rows: list[Row]) -> Row:
    score = np.array([r["score"] for r in rows])
    out = {
        "clips": len(rows), "found": np.mean([r["found"] for r in rows]),
        "number read": np.mean([r["read"] for r in rows]),
        "wrong numbers": sum(r["wrong"] for r in rows),
        "lowest": score.min(), "median": np.median(score), "highest": score.max(),
    }  # fmt: skip
    if rows[0]["kind"] == "unmarked":
        del out["number read"]
        chance = np.array([r["chance"] for r in rows])
        out |= {f"chance below {p:g}": np.mean(chance < p) for p in (0.5, 0.1, 0.01)}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_shared_argument(parser)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--most", type=int, help="tasks; all else")
    parser.add_argument("--kept", type=Path, help="file of readings, which are not made again")
    parser.add_argument("--unmarked", type=int, default=400)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--markdown", action="store_true", help="print the stored table")
    arguments = parser.parse_args()
    if arguments.markdown:
        markdown(json.loads((arguments.out or RESULTS / "marks.json").read_text()))
        return
    rows: list[Row] = []
    for some in measured(arguments):
        rows += some
        print(f"{len(rows)} readings", flush=True)
        save("marks", told(rows), arguments.out)  # so that what takes long may be stopped
    for kind, line in told(rows)["table"].items():
        print(f"{kind:44}", "  ".join(f"{k} {v:.4g}" for k, v in line.items()))


def told(rows: list[Row]) -> Row:
    """All that the file keeps."""
    first = [r for r in rows if r["kind"].startswith(ALWAYS)]
    psnr = [r["psnr"] for r in first] or [np.nan]
    return {
        "pictures a clip": LENGTH, "marked clips": len(first),
        "psnr": {"lowest": min(psnr), "median": np.median(psnr)},
        "missed": [f"{r['kind']}: {r['name']}, score {r['score']:.1f}" for r in first
                   if not r["found"]],
        "table": table(rows),
    }  # fmt: skip


def markdown(result: Row) -> None:
    print("| what was done | clips | found | number read | lowest score, median |")
    print("| --- | --- | --- | --- | --- |")
    for kind, line in result["table"].items():
        read = "" if kind == "unmarked" else f"{100 * line['number read']:.0f} %"
        print(f"| {kind} | {line['clips']} | {100 * line['found']:.0f} % | {read} | "
              f"{line['lowest']:.1f}, {line['median']:.1f} |")  # fmt: skip


if __name__ == "__main__":
    main()
