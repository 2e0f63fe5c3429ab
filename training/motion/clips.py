"""Draws pieces of clips with changed sound, and whole clips for scoring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from training.speech.data import Pieces, listen
from vasari.speech import mel

AMPLITUDE = 0.05  # usual standard deviation of the lip opening, eye distances
EVENING = 0.6  # how far clips that move more or less are brought to it


class Clip:
    """One clip in memory. `lag` is in frames: the sound of frame k is found at k + lag."""

    def __init__(self, row: dict[str, str], z: np.lib.npyio.NpzFile, lag: float = 0.0) -> None:
        name = row["id"]
        self.name, self.kind, self.split, self.lag = name, row["kind"], row["split"], lag
        self.code, self.opening = z[f"{name}.code"], z[f"{name}.opening"]
        self.found = z[f"{name}.found"]
        self.sound = z[f"{name}.sound"]
        even = (AMPLITUDE / max(self.opening.std(), 0.01)) ** EVENING
        self.even = float(np.clip(even, 0.6, 1.7))
        sync = np.clip(float(row["sync_r"]), 0.05, 0.8) ** 1.5
        self.worth = sync * {"real": 2.5, "unknown": 1.0, "generated": 1.0}[self.kind]

    def __len__(self) -> int:
        return len(self.code)

    def heard(self, start: float, frames: int, speed: float = 1.0) -> np.ndarray:
        """(640 frames,) float sound from motion frame `start` on, zeros where there is none."""
        first = int((start + self.lag) * 640)
        count = int(frames * 640 * speed) + 2
        at = np.clip(np.arange(first, first + count), 0, len(self.sound) - 1)
        there = (np.arange(first, first + count) == at) / np.float32(32768)
        grid = np.arange(frames * 640) * speed
        return np.interp(grid, np.arange(count), self.sound[at] * there).astype(np.float32)

    def shown(self, start: float, frames: int, speed: float = 1.0) -> tuple[np.ndarray, ...]:
        """Codes (frames, 68), opening (frames,), and where both are known (frames,)."""
        at = start + np.arange(frames) * speed
        low = np.clip(at.astype(int), 0, len(self) - 1)
        high, share = np.minimum(low + 1, len(self) - 1), (at - low)[:, None].clip(0, 1)
        code = self.code[low] * (1 - share) + self.code[high] * share
        opening = self.opening[low] * (1 - share[:, 0]) + self.opening[high] * share[:, 0]
        known = (at >= 0) & (at <= len(self) - 1) & self.found[low] & self.found[high]
        return code * self.even, opening * self.even, known


def heard_by_streams(sounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, samples) to mels (n, frames, MELS) and the loudness column (n, blocks), as SpeechStream
    makes it."""
    mels, energy = listen(sounds.astype(np.float32))
    loudest = energy.reshape(len(sounds), -1, mel.PER_BLOCK).max(-1)
    return mels, np.clip(loudest / mel.SPAN_DB, mel.LOWEST, mel.HIGHEST).astype(np.float32)


class ClipPieces:
    def __init__(self, clips: list[Clip], noises: Pieces, seed: int) -> None:
        self.clips, self.noises, self.rng = clips, noises, np.random.default_rng(seed)
        weight = np.array([c.worth * max(len(c) - 25, 10) ** 0.7 for c in clips])
        self.pick = np.cumsum(weight / weight.sum())

    def batch(self, size: int, frames: int) -> tuple[np.ndarray, ...]:
        rng, sounds, shown, worth = self.rng, [], [], []
        for _ in range(size):
            clip = self.clips[int(np.searchsorted(self.pick, rng.random()))]
            speed = float(rng.uniform(0.92, 1.09))
            start = float(rng.uniform(-5, max(0.0, len(clip) - frames * speed)))
            sound = clip.heard(start, frames + 1, speed)  # one block more: 80 ms ahead
            quiet = rng.random() < 0.4
            sounds.append(self.noises.augment(sound) if not quiet else sound)
            shown.append(clip.shown(start, frames, speed))
            worth.append(clip.worth**0.5)
        sounds = np.stack(sounds).astype(np.float32)
        code, opening, known = (np.stack(x).astype(np.float32) for x in zip(*shown, strict=True))
        known *= np.array(worth, np.float32)[:, None]
        return *heard_by_streams(sounds), code, opening, known


def load(rows: list[dict[str, str]], pack: Path, split: str,
         lag: Callable[[dict[str, str]], float]) -> list[Clip]:  # fmt: skip
    z = np.load(pack)
    return [Clip(r, z, lag(r)) for r in rows if r["split"] == split and f"{r['id']}.code" in z]
