"""Self-reenactment: a clip's first picture, driven by the clip itself, against the clip.

    python -m benchmarks.reenact --teacher-python teacher/bin/python [--sheets FOLDER]
    python -m benchmarks.reenact --markdown        # the stored tables again, nothing is measured

What `vasari drive FIRST.png CLIP.mp4 -o OUT.mp4 --absolute --frame full` makes ("ours") is decoded
again and compared picture by picture with data/clips512, the given first picture left out. So are,
drawn by the same motion and encoded alike, the portrait without the painter's shading ("baked, not
shaded") and the warped portrait without anything laid in ("warped only"). Two controls: the first
picture held still, and the real clip encoded again at the bit rate of our file.

Likeness: PSNR and SSIM of grey pictures (11-tap Gaussian window, sigma 1.5, Wang et al. 2004), for
the whole picture and for boxes around mouth and eyes, placed by the teacher's tracks; and a
distance of inner features (features.py), 0 for the same. The mouth as the teacher sees it again in
each kind's own pictures, each picture for itself: its sharpness (inside.py; .8 to 1.2 of the real
clip's is meant, 2 to 6 of the cheek's is usual in real clips), its flicker against the real clip's
(flicker.py) and the constancy of its teeth (teeth.py; real clips about .55, goal .75).

"Turns below 15 degrees" are the clips in which the teacher's yaw stays within 15 degrees both of
the camera and of the first picture's yaw: further round a portrait lacks what the real clip shows.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.data import add_shared_argument
from benchmarks.record import RESULTS, save
from benchmarks.reenact.clip import Job, measure
from benchmarks.reenact.kinds import OURS
from benchmarks.reenact.table import PARTS, markdown, summary
from benchmarks.teacher import add_teacher_arguments
from benchmarks.weights import fingerprints
from training.reader.data import labelled, read_npz

NETWORKS = (
    "finder", "reader_coarse", "reader", "reader_mouth", "reader_eye", "matte", "painter"
)  # fmt: skip
PIXELS = 2  # of data/clips512 to one of the tracks


def jobs(args: argparse.Namespace) -> dict[str, Job]:
    """By clip, what the teacher's tracks say of it."""
    data = Path(args.shared) / "data"
    tracks = np.load(args.tracks) if args.tracks else read_npz(data / "tracks.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    out: dict[str, Job] = {}
    for path in sorted((data / "clips512").glob("*.mp4")):
        name = path.stem
        if args.clips and name not in args.clips:
            continue
        code = np.cumsum(tracks[f"{name}.code"].astype(np.int32), axis=0)
        label = labelled(code, tracks[f"{name}.pose"], tracks[f"{name}.blendshapes"], tracks, zero)
        landmarks = label.landmarks * np.float32(PIXELS)
        landmarks[..., :2] += (PIXELS - 1) / 2  # pixels are counted from the middle of the first
        teacher = args.teacher_python, args.teacher_model
        out[name] = Job(path, landmarks, label.yaw, teacher, args.sheets)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_shared_argument(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--tracks", type=Path, help="tracks.npz unpacked, read faster")
    parser.add_argument("--clips", nargs="*", help="only these")
    parser.add_argument("--workers", type=int, default=2, help="clips at a time")
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets, real above ours")
    parser.add_argument("--markdown", action="store_true", help="print the stored tables only")
    parser.add_argument("--out", type=Path, help="where the JSON is [benchmarks/results]")
    args = parser.parse_args()
    if args.markdown:
        print(markdown(json.loads((args.out or RESULTS / "reenact.json").read_text())))
        return
    if not args.teacher_python:
        raise SystemExit("Give the teacher's Python: --teacher-python or VASARI_TEACHER_PYTHON.")
    start, clips = perf_counter(), measured(jobs(args), args.workers)
    result = {"took_seconds": perf_counter() - start, **summary(clips),
              "weights": fingerprints(*NETWORKS), "clips": clips}  # fmt: skip
    path = save("reenact", result, args.out)
    print(markdown(result))
    print(path)


def measured(work: dict[str, Job], workers: int) -> dict[str, Any]:
    """Every clip's figures, each told when it is done."""
    clips: dict[str, Any] = {}
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of libraries
    with ProcessPoolExecutor(workers, context) as pool:
        for name, clip in zip(work, pool.map(measure, work.values()), strict=True):
            clips[name] = clip
            likeness = (f"{p} {clip[OURS][p]['psnr']:.2f} dB" for p in PARTS)
            print(name, ", ".join(likeness), flush=True)
    return clips


if __name__ == "__main__":
    main()
