"""Self-reenactment: a clip's first picture, driven by the clip itself, against the clip.

    python -m benchmarks.reenact [--shared ../shared] [--sheets FOLDER]

What `vasari drive FIRST.png CLIP.mp4 -o OUT.mp4 --absolute --frame full` makes is decoded again
and compared picture by picture with data/clips512, the given first picture left out. PSNR and SSIM
are of grey pictures (SSIM: 11-tap Gaussian window, sigma 1.5, Wang et al. 2004), for the whole
picture and for boxes around mouth and eyes, placed by the teacher's tracks. Two controls: the first
picture held still, and the real clip encoded again at the bit rate of our file.
"""

from __future__ import annotations

import argparse
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from benchmarks.data import add_shared_argument
from benchmarks.record import save
from benchmarks.reenact.measure import Likeness, boxes
from benchmarks.weights import fingerprints
from training.reader.data import labelled, read_npz
from vasari.drive import drive
from vasari.media import read_video

NETWORKS = ("finder", "reader_coarse", "reader", "matte")
PIXELS = 2.0  # of data/clips512 to one of the tracks
SHOWN = 8  # pictures of each clip on its sheet


def pictures(path: Path) -> list[np.ndarray]:
    return list(read_video(path))


def encoded_again(real: list[np.ndarray], bits: int, folder: Path) -> list[np.ndarray]:
    """Pictures after H.264 at so many bits in all."""
    path = folder / "again.mp4"
    rate = round(bits * 25 / len(real))
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", 25, options={"preset": "veryfast"})
        stream.height, stream.width = real[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", rate
        for k, picture in enumerate(real):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = k, Fraction(1, 25)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return pictures(path)


def measure(clip: Path, landmarks: np.ndarray, sheets: Path | None) -> dict[str, Any]:
    """One clip: ours and both controls."""
    real = pictures(clip)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, out = folder / "first.png", folder / "ours.mp4"
        Image.fromarray(real[0]).save(first)
        drive(first, clip, out, absolute=True, frame="full")
        ours, bits = pictures(out), 8 * out.stat().st_size
        again = encoded_again(real, bits, folder)
    if len(ours) != len(real) or ours[0].shape != real[0].shape:
        raise SystemExit(f"{clip.name}: {len(ours)} pictures instead of {len(real)}")
    if sheets:
        save_sheet(real, ours, sheets / f"{clip.stem}.png")
    shown = {"ours": ours, "first picture held": [real[0]] * len(real), "encoded again": again}
    result: dict[str, Any] = {"pictures": len(real), "kbit a second": bits * 25 / len(real) / 1000}
    for kind, made in shown.items():
        likeness = Likeness()
        for k in range(1, min(len(real), len(landmarks))):
            likeness.add(real[k], made[k], boxes(landmarks[k], real[k].shape[:2]))
        result[kind] = likeness.summary()
    return result


def save_sheet(real: list[np.ndarray], ours: list[np.ndarray], path: Path) -> None:
    """Real above, ours below."""
    path.parent.mkdir(parents=True, exist_ok=True)
    at = np.linspace(0, len(real) - 1, SHOWN).astype(int)
    sheet = np.vstack([np.hstack([made[k] for k in at]) for made in (real, ours)])
    Image.fromarray(sheet).reduce(2).save(path)


def means(clips: dict[str, Any]) -> dict[str, Any]:
    """The mean over the clips of everything that was measured."""
    kinds = ("ours", "first picture held", "encoded again")
    parts = ("whole", "mouth", "eyes")
    return {
        kind: {
            part: {
                figure: float(np.mean([c[kind][part][figure] for c in clips.values()]))
                for figure in ("psnr", "ssim")
            }
            for part in parts
        }
        for kind in kinds
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_shared_argument(parser)
    parser.add_argument("--tracks", type=Path, help="tracks.npz unpacked, read faster")
    parser.add_argument("--clips", nargs="*", help="only these")
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets, real above ours")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    data = Path(args.shared) / "data"
    tracks = np.load(args.tracks) if args.tracks else read_npz(data / "tracks.npz.xz")
    zero = np.load(data / "topology.npz")["canonical_from_tracks"]
    clips: dict[str, Any] = {}
    weights = fingerprints(*NETWORKS)
    for path in sorted((data / "clips512").glob("*.mp4")):
        name = path.stem
        if args.clips and name not in args.clips:
            continue
        code = np.cumsum(tracks[f"{name}.code"].astype(np.int32), axis=0)
        label = labelled(code, tracks[f"{name}.pose"], tracks[f"{name}.blendshapes"], tracks, zero)
        clips[name] = measure(path, label.landmarks * np.float32(PIXELS), args.sheets)
        print(name, shown(clips[name]), flush=True)
    mean = means(clips)
    for kind in mean:
        print(f"{kind:20s}", shown({"ours": mean[kind]}))
    print(save("reenact", {"mean": mean, "weights": weights, "clips": clips}, args.out))


def shown(result: dict[str, Any]) -> str:
    """PSNR and SSIM of ours, a line."""
    return ", ".join(
        f"{part} {value['psnr']:.2f} dB {value['ssim']:.3f}"
        for part, value in result["ours"].items()
    )


if __name__ == "__main__":
    main()
