"""Scores what ships (the two streams with their weights) on the validation clips.

    python -m training.motion.score --pack motion.npz [--plots folder] [--lags lags.json]

Correlations are per clip over the frames where the face was found, then averaged. `zero` is at the
clip's own timing, `best` at the best of +-10 frames, `control` with another clip's sound. Nothing
is corrected by `lag` unless --lags is given.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from pathlib import Path

import numpy as np

from training.motion.clips import Clip, load
from training.motion.data import JAW, rows
from vasari.motion import MotionStream
from vasari.motion.mouth import lip_opening
from vasari.speech import LOUDNESS, VOICE, SpeechStream
from vasari.values import Style

SHIFTS = range(-10, 11)
SHUT = 0.02  # eye distances


def move(sound: np.ndarray, chunk: int = 25) -> tuple[np.ndarray, np.ndarray]:
    """Features and expression of a whole sound."""
    features = SpeechStream(chunk).push(sound, last=True)
    return features, MotionStream(Style(), chunk).push(features, last=True).expression


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return 0.0 if a.std() < 1e-6 or b.std() < 1e-6 else float(np.corrcoef(a, b)[0, 1])


def at_shift(guess: np.ndarray, truth: np.ndarray, ok: np.ndarray, shift: int) -> float:
    """Correlation with the guess moved later by `shift` frames."""
    n = len(guess)
    a, b = guess[max(0, -shift) : n - max(0, shift)], truth[max(0, shift) : n - max(0, -shift)]
    use = ok[max(0, shift) : n - max(0, -shift)]
    return correlation(a[use], b[use])


def score_clip(clip: Clip, made: tuple[np.ndarray, np.ndarray],
               other: np.ndarray) -> dict[str, float]:  # fmt: skip
    """`made`: features and expression of the clip; `other`: the expression of another sound."""
    n, (features, expression) = len(clip), made
    gap, truth, ok = lip_opening(expression), clip.opening, clip.found
    by_shift = [at_shift(gap, truth, ok, s) for s in SHIFTS]
    m = min(n, len(other))
    control = lip_opening(other[:m])
    voiced = (features[:, VOICE] > 0.5) & ok
    travel = np.abs(np.diff(gap))
    quiet = np.convolve(features[:, LOUDNESS] < -1.6, np.ones(5), "same") == 5
    return {
        "zero": by_shift[10], "best": max(by_shift), "offset": SHIFTS[int(np.argmax(by_shift))],
        "jaw": correlation(expression[ok, JAW], clip.code[ok, JAW]),
        "control": correlation(control[ok[:m]], truth[:m][ok[:m]]),
        "spread": gap[voiced].std() / max(truth[voiced].std(), 1e-3) if voiced.any() else np.nan,
        "shut": float((gap[voiced] < SHUT).mean()) if voiced.any() else np.nan,
        "truly_shut": float((truth[voiced] < SHUT).mean()) if voiced.any() else np.nan,
        "quiet_travel": float(travel[quiet[1:]].mean()) if quiet[1:].any() else np.nan,
        "quiet_open": float(gap[quiet].mean()) if quiet.any() else np.nan,
        "travel": float(travel.mean()),
        "true_travel": float(np.abs(np.diff(truth)).mean()),
    }  # fmt: skip


def plot(clips: list[Clip], folder: Path) -> None:
    import cv2

    folder.mkdir(parents=True, exist_ok=True)
    for clip in clips:
        n = min(len(clip), 250)
        gap = lip_opening(move(clip.heard(0, len(clip)))[1])[:n]
        picture = np.full((240, n * 5, 3), 255, np.uint8)
        for values, colour in ((clip.opening[:n], (160, 160, 160)), (gap, (200, 60, 0))):
            line = np.stack([np.arange(n) * 5, 220 - values * 800], 1).astype(np.int32)
            cv2.polylines(picture, [line], False, colour, 2, cv2.LINE_AA)
        cv2.putText(picture, f"{clip.name} {clip.kind}: tracked grey, made blue", (8, 20),
                    cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)  # fmt: skip
        cv2.imwrite(str(folder / f"{clip.name}.png"), picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--lags", type=Path)
    parser.add_argument("--plots", type=Path)
    args = parser.parse_args()
    lags = json.loads(args.lags.read_text()) if args.lags else {}
    clips = load(rows(Path(args.shared)), args.pack, "val", lambda r: lags.get(r["id"], 0.0))
    found = defaultdict(list)
    made = [move(clip.heard(0, len(clip))) for clip in clips]
    for k, clip in enumerate(clips):
        score = score_clip(clip, made[k], made[(k + 7) % len(clips)][1])
        for kind in (clip.kind, "all"):
            found[kind].append(score)
    for kind, scores in found.items():
        means = {name: np.nanmean([s[name] for s in scores]) for name in scores[0]}
        means["spread"] = np.nanmedian([s["spread"] for s in scores])
        off = np.median([s["offset"] for s in scores])
        print(f"{kind:9s} {len(scores):3d} clips", "  ".join(f"{k} {v:.3f}" for k, v in
              means.items() if k != "offset"), f"offset {off:+.0f}")  # fmt: skip
    if args.plots:
        plot([c for c in clips if c.kind == "real"] + clips[:6], args.plots)


if __name__ == "__main__":
    main()
