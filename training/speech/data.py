"""Packs the speech corpora into one file and cuts augmented training pieces from it.

    python -m training.speech.data --shared ../shared --out pack/

`pack/sound.npy` is int16 at 16 kHz, `pack/index.npz` says where each utterance starts and which
phone sounds at each 20 ms.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import os
from pathlib import Path
from typing import Any

import av
import numpy as np

from vasari.speech import mel

ARPABET = (
    "SIL AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW "
    "V W Y Z ZH"
)
PHONES = ARPABET.split()
POOL, POOL_SAMPLES = 200, 8 * 16000  # backgrounds made once, drawn from ever after
SCORE_FLOOR = -55.0  # forced alignments worse than this are dropped


def decode(path: Path) -> np.ndarray:
    """(n,) int16 at 16 kHz."""
    with av.open(str(path)) as box:
        resampler = av.AudioResampler("s16", "mono", 16000)
        pieces = [f.to_ndarray()[0] for a in box.decode(audio=0) for f in resampler.resample(a)]
        pieces += [f.to_ndarray()[0] for f in resampler.resample(None)]
    return np.concatenate(pieces)


def labels_of(row: dict[str, Any], length: int) -> np.ndarray:
    """Phone at each 10 ms, (length,) uint8."""
    out = np.full(length, 0, np.uint8)
    for name, start, count in row["phones"]:
        out[start : start + count] = PHONES.index(name)
    return out


def pack(shared: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    data = shared / "data"
    rows = list(csv.DictReader((data / "speech.csv").open()))
    with lzma.open(data / "speech_phones.jsonl.xz") as f:
        phones = {(p["corpus"], float(p["start"])): p for p in map(json.loads, f)}
    sounds, starts, offset = [], {}, 0
    for corpus in sorted({r["corpus"] for r in rows}):
        sounds.append(decode(data / "speech" / f"{corpus}.opus"))
        starts[corpus] = offset
        offset += len(sounds[-1])
    begin, count, label, val, language, noise = [], [], [], [], [], []
    for r in rows:
        p = phones.get((r["corpus"], float(r["start"])))
        if (p is None or p["score"] < SCORE_FLOOR) and r["language"] != "noise":
            continue
        seconds = float(r["seconds"])
        length = int(seconds * 100)
        begin.append(starts[r["corpus"]] + int(float(r["start"]) * 16000))
        count.append(int(seconds * 16000))
        label.append(labels_of(p, length) if p else np.zeros(length, np.uint8))
        val.append(r["split"] == "val")
        language.append(r["language"])
        noise.append(r["language"] == "noise")
    np.save(out / "sound.npy", np.concatenate(sounds))
    np.savez(
        out / "index.npz", begin=begin, count=count, val=val, language=language, noise=noise,
        label=np.concatenate(label), label_begin=np.cumsum([0] + [len(x) for x in label]),
    )  # fmt: skip
    print(f"{len(begin)} utterances, {sum(count) / 16000 / 3600:.2f} h, {sum(val)} of them val")


class Pieces:
    """Draws augmented pieces of FRAMES motion frames: mel (n, 4 FRAMES, MELS), phones at 50 Hz."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.sound = np.load(folder / "sound.npy", mmap_mode="r")
        self.z = dict(np.load(folder / "index.npz"))
        self.rng = np.random.default_rng(seed)
        self.speech = np.flatnonzero(~self.z["val"] & ~self.z["noise"])
        self.noise = np.flatnonzero(~self.z["val"] & self.z["noise"])
        language = self.z["language"]
        counts = {k: np.sum(self.z["count"][language == k]) for k in set(language)}
        seconds = self.z["count"][self.speech] / 16000
        # long utterances hold more, rare languages count more than their share
        w = seconds * np.array([counts[language[i]] ** -0.4 for i in self.speech])
        self.weight = np.cumsum(w / w.sum())
        self.backgrounds = [self.background(POOL_SAMPLES) for _ in range(POOL)]

    def utterance(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        z = self.z
        sound = self.sound[z["begin"][i] : z["begin"][i] + z["count"][i]].astype(np.float32)
        return sound / 32768, z["label"][z["label_begin"][i] : z["label_begin"][i + 1]]

    def draw(self, samples: int) -> tuple[np.ndarray, np.ndarray]:
        """One clean piece with speed changed: (samples,) sound, (samples / 160,) phones."""
        rng, out = self.rng, np.zeros(samples, np.float32)
        label = np.zeros(samples // 160, np.uint8)
        at = int(rng.integers(-samples // 2, 1)) if rng.random() < 0.3 else 0
        at = max(at, 0) if rng.random() < 0.5 else abs(at) // 2
        first = True
        while at < samples - 3200:
            i = self.speech[np.searchsorted(self.weight, rng.random())]
            sound, phone = self.utterance(i)
            speed = float(np.exp(rng.uniform(-0.16, 0.16)))
            n = int(len(sound) / speed)
            start = int(rng.integers(0, max(1, n - (samples - at)))) if first else 0
            take = min(n - start, samples - at)
            grid = (np.arange(start, start + take) * speed).astype(np.float32)
            out[at : at + take] = np.interp(grid, np.arange(len(sound)), sound)
            j0, m = -(-at // 160), take // 160
            m = min(m, len(label) - j0)
            source = ((np.arange(m) * 160 + start) * speed / 160).astype(int)
            label[j0 : j0 + m] = phone[np.minimum(source, len(phone) - 1)]
            at += take + int(rng.uniform(0.05, 1.2) * 16000)
            first = False
        return out, label

    def augment(self, sound: np.ndarray, alone: bool = False) -> np.ndarray:
        """Room, other sounds, band, gain. `alone`: there is no voice, the noise is all."""
        rng = self.rng
        if not alone:
            sound = sound / (active_rms(sound) + 1e-5)
        if rng.random() < 0.35:
            sound = room(sound, rng)
        snr = rng.choice([rng.uniform(2, 15), rng.uniform(15, 35), 60.0], p=[0.3, 0.4, 0.3])
        other = self.other(len(sound))
        sound = sound + other * 10 ** (-snr / 20) * (0 if alone else 1)
        if alone:
            sound = other * 10 ** (rng.uniform(-30, 3) / 20)
        if rng.random() < 0.15:
            sound = band(sound, rng)
        gain = rng.uniform(-42, -12) if rng.random() < 0.5 else rng.normal(-24, 4)
        sound = np.clip(sound * 10 ** (gain / 20), -1, 1)
        hiss = rng.standard_normal(len(sound), np.float32)
        return sound + hiss * np.float32(10 ** (rng.uniform(-95, -65) / 20))

    def other(self, n: int) -> np.ndarray:
        """(n,) a piece of one of the backgrounds."""
        x = self.backgrounds[self.rng.integers(POOL)]
        return np.take(x, np.arange(n) + self.rng.integers(len(x)), mode="wrap")

    def background(self, n: int) -> np.ndarray:
        """(n,) a background of mean power 1: noise, hum, music, far voices."""
        rng, kind = self.rng, self.rng.random()
        if kind < 0.45:
            x = coloured(n, rng)
        elif kind < 0.65:
            sound, _ = self.utterance(int(rng.choice(self.noise)))
            x = np.take(sound, np.arange(n) + rng.integers(0, len(sound)), mode="wrap")
        elif kind < 0.9:
            x = music(n, rng)
        else:
            x = np.zeros(n)
            for _ in range(6):
                x += self.draw_plain(n)
        return (x / (np.sqrt(np.mean(x**2)) + 1e-6)).astype(np.float32)

    def draw_plain(self, n: int) -> np.ndarray:
        i = self.speech[np.searchsorted(self.weight, self.rng.random())]
        sound, _ = self.utterance(i)
        return np.take(sound, np.arange(n) + self.rng.integers(0, len(sound)), mode="wrap")

    def batch(self, size: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
        sounds, labels = [], []
        for _ in range(size):
            if self.rng.random() < 0.05:
                sound = self.augment(np.zeros(frames * 640, np.float32), alone=True)
                label = np.zeros(frames * 4, np.uint8)
            else:
                clean, label = self.draw(frames * 640)
                sound = self.augment(clean)
            sounds.append(sound)
            labels.append(label[1::2])  # each 20 ms
        return mels_of(np.stack(sounds)), np.stack(labels)


def active_rms(x: np.ndarray) -> float:
    power = np.sort(np.mean(x[: len(x) // 160 * 160].reshape(-1, 160) ** 2, 1))
    return float(np.sqrt(power[len(power) * 7 // 10 :].mean()))


def room(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n = 4096
    tail = rng.normal(0, 1, n) * np.exp(-6.9 * np.arange(n) / (16000 * rng.uniform(0.08, 0.6)))
    tail *= rng.uniform(0.15, 1.0) / np.sqrt(np.sum(tail**2))
    tail[:40] = 0
    tail[0] = 1
    size = -(-(len(sound) + n) // 1024) * 1024  # a quick length for the FFT
    wet = np.fft.rfft(sound, size) * np.fft.rfft(tail.astype(np.float32), size)
    return np.fft.irfft(wet, size)[: len(sound)].astype(np.float32)


def coloured(n: int, rng: np.random.Generator) -> np.ndarray:
    f = np.fft.rfftfreq(n, 1 / 16000)
    shape = (f + 40) ** -rng.uniform(0, 1.2)
    return np.fft.irfft(np.fft.rfft(rng.normal(0, 1, n)) * shape, n)


def music(n: int, rng: np.random.Generator) -> np.ndarray:
    """Chords, an arpeggio and a beat: crude, but harmonic and rhythmic without a voice."""
    t, x = np.arange(n) / 16000, np.zeros(n)
    beat = rng.uniform(0.25, 0.7)
    root = 110 * 2 ** (rng.integers(0, 24) / 12)
    for at in np.arange(-rng.uniform(0, beat), t[-1], beat):
        since = t - at
        on = (since >= 0) & (since < beat * 3)
        decay = np.exp(-since[on] * rng.uniform(0.5, 6))
        for step in rng.choice([0, 3, 4, 7, 10, 12, 16, 19], rng.integers(1, 4)):
            hz = root * 2 ** (step / 12)
            for k in range(1, rng.integers(2, 7)):
                x[on] += decay * np.sin(2 * np.pi * hz * k * since[on] + k) / k
        if rng.random() < 0.5:
            x[on] += np.exp(-since[on] * 40) * rng.normal(0, 1.5, int(on.sum()))
    return x + 1e-4 * rng.normal(0, 1, n)


def band(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    f = np.fft.rfftfreq(len(sound), 1 / 16000)
    low, high = rng.uniform(50, 300), rng.uniform(3000, 7000)
    gain = 1 / (1 + (low / np.maximum(f, 1)) ** 4) / (1 + (f / high) ** 8)
    return np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))


def mels_of(sounds: np.ndarray) -> np.ndarray:
    """(n, samples) to (n, samples / 160, MELS), see `listen`."""
    return listen(sounds)[0]


def listen(sounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What MelStream gives, for a batch: (n, samples) to mels (n, samples / 160, MELS) and energies
    over the running level (n, samples / 160) in decibels."""
    n, samples = sounds.shape
    padded = np.pad(sounds.astype(np.float32), ((0, 0), (mel.TAIL, mel.WINDOW)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, mel.WINDOW, axis=1)[:, :: mel.HOP]
    frames = frames[:, : samples // mel.HOP]
    decibels, energy = mel.mel_decibels(frames.reshape(-1, mel.WINDOW))
    energy = energy.reshape(n, -1)
    levels, level = np.empty(energy.shape, np.float32), np.full(n, mel.LEVEL_START)
    for j in range(energy.shape[1]):
        above = energy[:, j] - level
        step = np.where(above > -mel.PAUSE_DB, mel.RELEASE * above, -mel.PAUSE_STEP)
        level = np.maximum(level + np.where(above > 0, mel.ATTACK * above, step), mel.LEVEL_FLOOR)
        levels[:, j] = level
    mels = mel.normalise(decibels, levels.reshape(-1)).reshape(n, -1, mel.MELS)
    return mels, energy - levels


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    pack(Path(args.shared), args.out)
