"""What a moving portrait keeps of the portrait: likeness at rest, sharpness, a still background.

    python -m benchmarks.quality [--portraits 6] [--seconds 6]

At rest the renderer must give the portrait back (law 5), the background must never change (law 7),
mouth and eyes should stay as sharp as the portrait's (aim 0.8), blinks come as people's do in
conversation (10 to 33 a minute, Doughty 2001) and the head turns by about 0.3 degrees a picture
(VASA-1: 0.30 to 0.32; recorded people: 0.41 to 0.51). Read from our own pictures and motion; no
teacher is needed.
"""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from benchmarks.data import add_shared_argument, test_portraits
from benchmarks.record import save
from vasari import Face, Motion, Style
from vasari.media import open_sound
from vasari.motion import MotionStream
from vasari.render import Renderer
from vasari.shape.onto_face import onto_face
from vasari.shape.space import face_space
from vasari.speech import SpeechStream
from vasari.values import BLENDSHAPES, SOUND_HZ

SIZE = 512
MARGIN = 0.08  # eye distances around lips and eyes that count as mouth and eye
BLINK = BLENDSHAPES.index("eyeBlinkLeft")
MINUTES, SEEDS = 2, 3  # of motion in which blinks are counted
REGIONS = {"mouth": ("lips_outer",), "eyes": ("left_eye", "right_eye")}


def voice(seconds: float) -> np.ndarray:
    """(n,) the demo voice, over and over."""
    samples = np.concatenate(list(open_sound(str(files("vasari") / "demo/voice.ogg")).pieces()))
    return np.resize(samples, round(seconds * SOUND_HZ))


def motion_of(sound: np.ndarray, seed: int = 0) -> Motion:
    features = SpeechStream(25).push(sound, last=True)
    return MotionStream(Style(seed=seed), 25).push(features, last=True)


def own_motion(face: Face) -> Motion:
    """One frame: the portrait's own pose, gaze and expression."""
    return Motion(face.rotation[None], np.zeros((1, 3), np.float32), face.gaze[None],
                  face.expression[None])  # fmt: skip


def at_rest(face: Face) -> dict[str, float]:
    """PSNR inside the face, and the largest difference where there is no person, full size."""
    drawn = Renderer(face, frame="full").draw(own_motion(face), 0).astype(float)
    height, width = drawn.shape[:2]
    difference = np.abs(drawn - face.picture[:height, :width])
    inside = np.zeros((height, width), np.uint8)
    oval = face.landmarks[face_space().rings["face_oval"], :2]
    cv2.fillPoly(inside, [np.round(oval).astype(np.int32)], (1,))
    outside = face.matte[:height, :width] == 0
    return {
        "psnr_face": _psnr(difference[inside > 0]),
        "most_outside": float(difference[outside].max()) if outside.any() else float("nan"),
    }


def _psnr(difference: np.ndarray) -> float:
    """Decibels, at most 99."""
    error = float((difference**2).mean())
    return min(99.0, 10 * np.log10(255**2 / error)) if error else 99.0


def in_motion(face: Face, motion: Motion) -> dict[str, float]:
    """Sharpness of mouth and eyes against the portrait, and what the background does."""
    on_face = onto_face(face, motion)
    opaque, cut = Renderer(face, SIZE), Renderer(face, SIZE, background="transparent")
    rest = opaque.draw(own_motion(face), 0)
    before, still = _sharpness(face, rest), cut.draw(own_motion(face), 0)[..., 3] == 0
    ground, shares, steps = still.copy(), [], []
    least, most, last = rest.copy(), rest.copy(), rest
    for k in range(len(on_face)):
        picture = opaque.draw(on_face, k)
        ground &= cut.draw(on_face, k)[..., 3] == 0
        shares.append({n: v / before[n] for n, v in _sharpness(face, picture).items()})
        steps.append(np.abs(picture.astype(np.int16) - last)[still].mean() if still.any() else 0)
        np.minimum(least, picture, out=least)
        np.maximum(most, picture, out=most)
        last = picture
    span = (most.astype(int) - least)[ground]
    out = {"background_change": float(span.max()) if span.size else float("nan"),
           "flicker_x1000": 1000 * float(np.mean(steps)) / 255}  # fmt: skip
    for name in REGIONS:
        values = np.array([s[name] for s in shares])
        out[f"{name}_sharpness"] = float(values.mean())
        out[f"{name}_sharpness_p5"] = float(np.percentile(values, 5))
    return out


def _sharpness(face: Face, picture: np.ndarray) -> dict[str, float]:
    """Energy of the Laplacian around mouth and eyes."""
    x, y, side = face.crop
    points = (face.landmarks[:, :2] - (x, y)) * (SIZE / side)
    margin = MARGIN * face.scale * SIZE / side
    edges = cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    out = {}
    for name, rings in REGIONS.items():
        energy = []
        for ring in rings:
            around = points[face_space().rings[ring]]
            low = np.maximum(np.floor(around.min(0) - margin), 0).astype(int)
            high = np.ceil(around.max(0) + margin).astype(int)
            energy.append(float(np.abs(edges[low[1] : high[1], low[0] : high[0]]).mean()))
        out[name] = float(np.mean(energy))
    return out


def liveliness() -> dict[str, float]:
    """Blinks a minute and how far the head turns from picture to picture."""
    sound, blinks, turns = voice(60 * MINUTES), [], []
    for seed in range(SEEDS):
        motion = motion_of(sound, seed)
        shut = motion.expression[:, BLINK] > 0.5
        blinks.append(int((shut[1:] & ~shut[:-1]).sum()) / MINUTES)
        turns.append(float(np.abs(np.diff(motion.rotation, axis=0)).mean()))
    return {"blinks_a_minute": float(np.mean(blinks)), "head_degrees_a_picture": np.mean(turns)}


def main() -> None:
    parser = argparse.ArgumentParser(description="What a moving portrait keeps of the portrait.")
    add_shared_argument(parser)
    parser.add_argument("--portraits", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    start, motion = perf_counter(), motion_of(voice(args.seconds))
    rows: list[dict[str, Any]] = []
    for name, face in test_portraits(Path(args.shared), args.portraits).items():
        rows.append({"portrait": name, **at_rest(face), **in_motion(face, motion)})
        print("  ".join(f"{k} {v:.3g}" if k != "portrait" else v for k, v in rows[-1].items()))
    names = [n for n in rows[0] if n != "portrait"]
    means = {n: float(np.nanmean([r[n] for r in rows])) for n in names}
    worst = {n: float((np.nanmin if "sharp" in n or "psnr" in n else np.nanmax)(
        [r[n] for r in rows])) for n in names}  # fmt: skip
    life = liveliness()
    for name in names:
        print(f"{name:24}{means[name]:10.3f}  worst {worst[name]:.3f}")
    for name, value in life.items():
        print(f"{name:24}{value:10.3f}")
    path = save("quality", {
        "settings": {"size": SIZE, "seconds": args.seconds}, "took_seconds": perf_counter() - start,
        "mean": means, "worst": worst, "motion": life, "portraits": rows,
    }, args.out)  # fmt: skip
    print(f"written to {path}")


if __name__ == "__main__":
    main()
