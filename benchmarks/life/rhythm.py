"""Whether head, brows and lids move to the sound: the score of training/rhythm, as CAPP in the
paper of VASA-1.

Of windows of 2 s the mean correlation of what the two small networks make of sound and motion, with
the sound in time, early or late, and with other clips' sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.life.measure import Moved
from training.rhythm.inputs import of_head, of_upper

WEIGHTS = Path(__file__).parent / "rhythm.npz"
WINDOW, STEP = 50, 10  # frames
SHIFTS = (1, 2, 4, 8, 25, 50, 100)  # frames by which the sound is late
EDGE = 50  # frames on either side that a shifted window may need
PARTS = {"head": lambda m: of_head(m.rotation), "upper": lambda m: of_upper(m.blends)}
LEAK, NARROW = 0.1, 1e-5


class Encoder:
    """(T, inputs) to (T, EMBEDDED): `training.rhythm.model.Encoder` without torch."""

    def __init__(self, weights: dict[str, np.ndarray], name: str) -> None:
        self._w = {k[len(name) + 1 :]: v.astype(np.float32) for k, v in weights.items()
                   if k.startswith(name + ".")}  # fmt: skip

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        w = self._w
        spread = np.sqrt(w["norm.running_var"] + NARROW)
        x = (frames - w["norm.running_mean"]) / spread * w["norm.weight"] + w["norm.bias"]
        x = self._layer(x, "first", 1)
        for k, apart in enumerate((1, 3)):
            x = x + self._layer(_bent(x), f"layers.{k}", apart)
        return self._layer(_bent(x), "out", 1)

    def _layer(self, x: np.ndarray, name: str, apart: int) -> np.ndarray:
        weight = self._w[f"{name}.weight"]  # (out, in, taps)
        side = apart * (weight.shape[2] // 2)
        padded = np.pad(x, ((side, side), (0, 0)))
        taps = (padded[k * apart : k * apart + len(x)] @ weight[:, :, k].T
                for k in range(weight.shape[2]))  # fmt: skip
        return np.asarray(sum(taps) + self._w[f"{name}.bias"])


def _bent(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, LEAK * x)


class Score:
    """The score of one part of the face, "head" or "upper"."""

    def __init__(self, part: str, weights: Path = WEIGHTS) -> None:
        z = {k: v for k, v in np.load(weights).items() if k.startswith(part + ".")}
        self._sound, self._motion = Encoder(z, f"{part}.sound"), Encoder(z, f"{part}.motion")
        self._of = PARTS[part]

    def sound(self, features: np.ndarray) -> np.ndarray:
        return self._sound(features)

    def motion(self, moved: Moved) -> np.ndarray:
        return self._motion(self._of(moved))


def windows(sound: np.ndarray, motion: np.ndarray) -> np.ndarray:
    """Scores, -1 to 1, of every window of two rows of frames (T, EMBEDDED)."""
    n = min(len(sound), len(motion))
    parts = (slice(a, a + WINDOW) for a in range(0, n - WINDOW + 1, STEP))
    return np.array([_alike(sound[p], motion[p]) for p in parts])


def _alike(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(0), b - b.mean(0)
    return float((a * b).sum() / max(np.linalg.norm(a) * np.linalg.norm(b), 1e-9))


def shifted(sound: np.ndarray, frames: int) -> np.ndarray:
    """The frames of a sound that comes late by so many, its end at the beginning."""
    return np.roll(sound, frames, axis=0)


def pairs(sounds: Sequence[np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
    """Of each clip the sound of another, as long."""
    for k, own in enumerate(sounds):
        other = sounds[(k + len(sounds) // 2) % len(sounds)]
        yield k, np.resize(other, own.shape)


def controls(sounds: Sequence[np.ndarray], motions: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Scores of all windows of real people: in time, shifted by SHIFTS either way, and with another
    clip's sound; embedded rows of each clip."""
    out = {"in time": np.concatenate([windows(s, m) for s, m in zip(sounds, motions, strict=True)])}
    for by in SHIFTS:
        out[f"shifted {by}"] = np.mean([np.concatenate([
            windows(shifted(s, sign * by), m) for s, m in zip(sounds, motions, strict=True)
        ]) for sign in (1, -1)], axis=0)  # fmt: skip
    out["another clip's sound"] = np.concatenate([windows(s, motions[k]) for k, s in pairs(sounds)])
    return out


FAR = ("shifted 25", "shifted 50", "shifted 100")


def rhythm(
    part: str, sounds: Sequence[np.ndarray], real: Sequence[Moved], made: Sequence[Sequence[Moved]],
) -> dict[str, float]:  # fmt: skip
    """Mean scores of real people and of what was made of their sound by each seed, and the
    controls; `way` is how much of the way from far shifts to real the made ones went; `told` the
    share of windows in which the sound in time scores higher than a far one (.5 is chance)."""
    score = Score(part)
    heard = [score.sound(s) for s in sounds]
    own = controls(heard, [score.motion(m) for m in real])
    ours = [controls(heard, [score.motion(m) for m in some]) for some in made]
    out = {f"real, {name}": float(values.mean()) for name, values in own.items()}
    out["real, told"] = _told(own)
    base = _far(own)
    out["made"] = float(np.mean([o["in time"].mean() for o in ours]))
    out["made, shifted"] = float(np.mean([_far(o) for o in ours]))
    out["made, told"] = float(np.mean([_told(o) for o in ours]))
    out["way"] = (out["made"] - base) / (out["real, in time"] - base)
    return out


def _far(scores: dict[str, np.ndarray]) -> float:
    return float(np.mean([scores[name].mean() for name in FAR]))


def _told(scores: dict[str, np.ndarray]) -> float:
    return float(np.mean([(scores["in time"] > scores[name]).mean() for name in FAR]))
