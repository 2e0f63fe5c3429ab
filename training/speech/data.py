"""Packs speech and instruments into one file, and draws augmented training pieces from it.

    python -m training.speech.data --shared ../shared [--voices voices/] --out pack/

`pack/sound.npy` is int16 at 16 kHz, `pack/index.npz` says where each utterance starts and which
phone sounds at each 10 ms. `--voices` adds synthetic voices with exact times (of
training.articulation.voices), and tunes of sampled instruments are played (sounds.py).
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from training.speech import sounds, throats
from training.speech.phones import PHONES, VOWELS, number
from vasari.speech import mel

VOICE, SILENCE, MUSIC, NOISE, BREATH, CROWD = range(6)  # what is heard in a motion frame
KINDS = 6
TUNES = 70  # played by sampled instruments, 12 s each
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


class Pack:
    """Utterances one after the other."""

    def __init__(self) -> None:
        self.sounds: list[np.ndarray] = []
        self.rows: list[tuple[int, int, bool, str]] = []  # samples before, samples, val, language
        self.labels: list[np.ndarray] = []
        self.samples = 0

    def add(self, sound: np.ndarray, label: np.ndarray, language: str, val: bool = False) -> None:
        """(n,) int16 and the phone at each 10 ms."""
        self.rows.append((self.samples, len(sound), val, language))
        self.sounds.append(sound)
        self.labels.append(label)
        self.samples += len(sound)

    def write(self, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        begin, count, val, language = (np.array(c) for c in zip(*self.rows, strict=True))
        np.save(out / "sound.npy", np.concatenate(self.sounds))
        np.savez(
            out / "index.npz", begin=begin, count=count, val=val, language=language,
            noise=np.isin(language, ["noise", "music"]), label=np.concatenate(self.labels),
            label_begin=np.cumsum([0] + [len(x) for x in self.labels]),
        )  # fmt: skip
        print(f"{len(begin)} utterances, {count.sum() / 16000 / 3600:.2f} h, {val.sum()} for val")


def pack(shared: Path, voices: Path | None, out: Path) -> None:
    into = Pack()
    data = shared / "data"
    with lzma.open(data / "speech_phones.jsonl.xz") as f:
        phones = {(p["corpus"], float(p["start"])): p for p in map(json.loads, f)}
    corpus, sound = "", np.zeros(0, np.int16)
    for r in sorted(csv.DictReader((data / "speech.csv").open()), key=lambda r: r["corpus"]):
        p = phones.get((r["corpus"], float(r["start"])))
        if (p is None or p["score"] < SCORE_FLOOR) and r["language"] != "noise":
            continue
        if r["corpus"] != corpus:
            corpus, sound = r["corpus"], decode(data / "speech" / f"{r['corpus']}.opus")
        first, seconds = int(float(r["start"]) * 16000), float(r["seconds"])
        length = int(seconds * 100)
        label = labels_of(p, length) if p else np.zeros(length, np.uint8)
        into.add(sound[first : first + int(seconds * 16000)], label, r["language"],
                 r["split"] == "val")  # fmt: skip
    for path in sorted(voices.glob("*.npz")) if voices else []:
        add_voice(into, path)
    rng = np.random.default_rng(3)
    for _ in range(TUNES):
        tune = sounds.played(rng)
        into.add(tune, np.zeros(len(tune) // 160, np.uint8), "music")
    into.write(out)


def add_voice(into: Pack, path: Path) -> None:
    """A synthetic voice; its language is the synthesiser's voice."""
    z = np.load(path)
    label = np.zeros(len(z["sound"]) // 160, np.uint8)
    for name, start, end in zip(*(z[k].tolist() for k in ("phones", "start", "end")), strict=True):
        label[round(start * 100) : round(end * 100)] = number(name)
    into.add(z["sound"], label, "~" + path.stem.split("_", 2)[2])


@dataclass
class Piece:
    """`heard` and `clean` (samples,), the same words at the same times; phones each 10 ms; `kind`
    each 40 ms. `trust`: how far the features of `clean` are those that `heard` should have."""

    heard: np.ndarray
    clean: np.ndarray
    phones: np.ndarray
    kind: np.ndarray
    trust: float


class Pieces:
    """Draws augmented pieces of motion frames."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.sound = np.load(folder / "sound.npy", mmap_mode="r")
        self.z = dict(np.load(folder / "index.npz"))
        self.rng = np.random.default_rng(seed)
        self.speech = np.flatnonzero(~self.z["val"] & ~self.z["noise"])
        language = self.z["language"]
        self.noise, self.music = (np.flatnonzero(~self.z["val"] & (language == k))
                                  for k in ("noise", "music"))  # fmt: skip
        counts = {k: np.sum(self.z["count"][language == k]) for k in set(language)}
        seconds = self.z["count"][self.speech] / 16000
        # long utterances hold more, rare languages count more than their share, synthesisers less
        less = np.where(np.char.startswith(language[self.speech], "~"), 0.25, 1.0)
        w = seconds * less * np.array([counts[language[i]] ** -0.4 for i in self.speech])
        self.weight = np.cumsum(w / w.sum())
        self.backgrounds = [self.background(POOL_SAMPLES) for _ in range(POOL)]

    def utterance(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        z = self.z
        sound = self.sound[z["begin"][i] : z["begin"][i] + z["count"][i]].astype(np.float32)
        return sound / 32768, z["label"][z["label_begin"][i] : z["label_begin"][i + 1]]

    def some(self) -> int:
        return int(self.speech[np.searchsorted(self.weight, self.rng.random())])

    def draw(self, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """A piece in some throat, the same in the speaker's own, phones each 10 ms, trust."""
        rng = self.rng
        heard, clean = np.zeros(samples, np.float32), np.zeros(samples, np.float32)
        label = np.zeros(samples // 160, np.uint8)
        throat = rng.choice(["own", "child", "whisper", "sung"], p=[0.5, 0.15, 0.12, 0.23])
        at = int(rng.uniform(0, 0.5) * samples) if rng.random() < 0.25 else 0
        while at < samples - 3200:
            plain, phone = self.faster(self.some(), samples - at, cut=at == 0)
            other = plain
            if throat == "child":
                other = throats.child(plain, rng)
            elif throat == "whisper":
                other = throats.whispered(plain, rng)
            elif throat == "sung":
                other, phone = throats.sung(plain, phone, VOWELS, rng)
            take = min(samples - at, len(other))
            heard[at : at + take] = other[:take] / (active_rms(other) + 1e-5)
            if throat != "sung":
                clean[at : at + take] = plain[:take] / (active_rms(plain) + 1e-5)
            first, m = -(-at // 160), min(take // 160, len(phone))
            m = min(m, len(label) - first)
            label[first : first + m] = phone[:m]
            at += take + int(rng.uniform(0.05, 1.2) * 16000)
        return heard, clean, label, 0.0 if throat == "sung" else 1.0

    def faster(self, i: int, most: int, cut: bool) -> tuple[np.ndarray, np.ndarray]:
        """At most `most` samples of an utterance at another speed, and its phones."""
        rng = self.rng
        sound, phone = self.utterance(i)
        speed = float(np.exp(rng.uniform(-0.16, 0.16)))
        n = int(len(sound) / speed)
        start = int(rng.integers(0, max(1, n - most))) if cut else 0
        take = min(n - start, most)
        grid = (np.arange(start, start + take) * speed).astype(np.float32)
        at = ((np.arange(take // 160) * 160 + start) * speed / 160).astype(int)
        return (np.interp(grid, np.arange(len(sound)), sound).astype(np.float32),
                phone[np.minimum(at, len(phone) - 1)])  # fmt: skip

    def piece(self, samples: int) -> Piece:
        if self.rng.random() < 0.3:
            sound, kind = self.wordless(samples)
            heard = self.augment(sound, alone=True)
            frames = np.full(samples // 640, kind)
            quiet = loudness(heard).reshape(-1, 4).max(1)
            frames[quiet < quiet.max() - 35] = SILENCE
            return Piece(heard, heard, np.zeros(samples // 160, np.uint8), frames, 0.0)
        heard, clean, label, trust = self.draw(samples)
        kind = np.where(spoken_near(label), VOICE, SILENCE)
        return Piece(self.augment(heard), clean * np.float32(0.05), label, kind, trust)

    def augment(self, sound: np.ndarray, alone: bool = False) -> np.ndarray:
        """Room, other sounds, band, gain. `alone`: there is no voice."""
        rng = self.rng
        if not alone:
            sound = sound / (active_rms(sound) + 1e-5)
        kind = rng.choice(["near", "room", "far"], p=[0.6, 0.27, 0.13])
        if kind != "near":
            sound = room(sound, rng, far=kind == "far")
        snr = rng.choice([rng.uniform(3, 15), rng.uniform(15, 35), 60.0], p=[0.3, 0.35, 0.35])
        if not alone or rng.random() < 0.3:
            level = np.sqrt(np.mean(sound**2)) if alone else 1.0
            sound = sound + self.other(len(sound)) * level * 10 ** (-snr / 20)
        if rng.random() < 0.25:
            sound = band(sound, rng, telephone=rng.random() < 0.4)
        gain = rng.choice([rng.uniform(-75, -12), rng.normal(-24, 4)], p=[0.4, 0.6])
        sound = np.clip(sound * 10 ** (gain / 20), -1, 1)
        hiss = rng.standard_normal(len(sound), np.float32)
        return sound + hiss * np.float32(10 ** (min(rng.uniform(-105, -65), gain - 15) / 20))

    def other(self, n: int) -> np.ndarray:
        """(n,) a piece of one of the backgrounds."""
        x = self.backgrounds[self.rng.integers(POOL)]
        return np.take(x, np.arange(n) + self.rng.integers(len(x)), mode="wrap")

    def background(self, n: int) -> np.ndarray:
        """(n,) of mean power 1: half of it steady noise."""
        x = coloured(n, self.rng) if self.rng.random() < 0.4 else self.wordless(n)[0]
        return (x / (np.sqrt(np.mean(x**2)) + 1e-6)).astype(np.float32)

    def wordless(self, n: int) -> tuple[np.ndarray, int]:
        """(n,) of power near 1 without words, and what it is."""
        rng = self.rng
        kind = rng.choice(["played", "notes", "music", "drums", "bursts", "noise", "coloured",
                           "breath", "crowd"],
                          p=[0.2, 0.2, 0.07, 0.06, 0.07, 0.08, 0.1, 0.11, 0.11])  # fmt: skip
        if kind in ("played", "noise"):
            of = self.music if kind == "played" else self.noise
            sound, _ = self.utterance(int(rng.choice(of)))
            x = np.take(sound, np.arange(n) + rng.integers(0, len(sound)), mode="wrap")
            if kind == "played":  # at another speed and pitch
                speed = np.exp(rng.uniform(-0.4, 0.4))
                x = np.interp(np.arange(n) * speed % (n - 1), np.arange(n), x)
        elif kind == "crowd":
            x = self.crowd(n)
        else:
            make = {"music": music, "coloured": coloured}.get(kind) or getattr(sounds, kind)
            x = make(n, rng)
        of = {"noise": NOISE, "coloured": NOISE, "bursts": NOISE, "breath": BREATH, "crowd": CROWD}
        return x / (np.sqrt(np.mean(x**2)) + 1e-6), of.get(kind, MUSIC)

    def crowd(self, n: int) -> np.ndarray:
        """Many far voices at once, sometimes with applause."""
        rng = self.rng
        x = np.zeros(n, np.float32)
        for _ in range(int(rng.integers(8, 20))):
            sound, _ = self.utterance(self.some())
            sound = sound / (active_rms(sound) + 1e-5) * np.exp(rng.normal(0, 0.4))
            x += np.take(sound, np.arange(n) + rng.integers(0, len(sound)), mode="wrap")
        return room(x, rng, far=True)

    def batch(self, size: int, frames: int) -> dict[str, np.ndarray]:
        """`heard` and `clean` mels (size, 4 frames, MELS), `phones` (size, 2 frames), `kind`
        (size, frames), `trust` (size,)."""
        pieces = [self.piece(frames * 640) for _ in range(size)]
        return {
            "heard": mels_of(np.stack([p.heard for p in pieces])),
            "clean": mels_of(np.stack([p.clean for p in pieces])),
            "phones": np.stack([p.phones[1::2] for p in pieces]),  # each 20 ms
            "kind": np.stack([p.kind for p in pieces]),
            "trust": np.array([p.trust for p in pieces], np.float32),
        }


def spoken_near(label: np.ndarray) -> np.ndarray:
    """(4 n,) phones each 10 ms to (n,): is there one within 120 ms."""
    return np.convolve(label > 0, np.ones(25), "same").reshape(-1, 4).max(1) > 0.5


def loudness(sound: np.ndarray) -> np.ndarray:
    """Decibels of each 10 ms."""
    return 10 * np.log10(np.mean(sound.reshape(-1, 160) ** 2, 1) + 1e-12)


def active_rms(x: np.ndarray) -> float:
    power = np.sort(np.mean(x[: len(x) // 160 * 160].reshape(-1, 160) ** 2, 1))
    return float(np.sqrt(power[len(power) * 7 // 10 :].mean()))


def room(sound: np.ndarray, rng: np.random.Generator, far: bool = False) -> np.ndarray:
    n = 8192
    seconds = rng.uniform(0.3, 0.9) if far else rng.uniform(0.08, 0.6)
    tail = rng.normal(0, 1, n) * np.exp(-6.9 * np.arange(n) / (16000 * seconds))
    tail *= (rng.uniform(1.0, 2.5) if far else rng.uniform(0.15, 1.0)) / np.sqrt(np.sum(tail**2))
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


def band(sound: np.ndarray, rng: np.random.Generator, telephone: bool = False) -> np.ndarray:
    f = np.fft.rfftfreq(len(sound), 1 / 16000)
    low, high = rng.uniform(50, 300), rng.uniform(3000, 7000)
    order = 8
    if telephone:
        low, high, order = rng.uniform(250, 400), rng.uniform(3000, 3600), 24
    gain = 1 / (1 + (low / np.maximum(f, 1)) ** 4) / (1 + (f / high) ** order)
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
    settled = np.zeros(n, bool)
    for j in range(energy.shape[1]):
        above = energy[:, j] - level
        settled |= above > -mel.HEARD
        slow = np.where(above > -mel.PAUSE_DB, mel.RELEASE * above, -mel.PAUSE_STEP)
        step = np.where(settled, slow, -mel.FALL * (energy[:, j] > mel.NOTHING))
        level = np.maximum(level + np.where(above > 0, mel.ATTACK * above, step), mel.LEVEL_FLOOR)
        levels[:, j] = level
    mels = mel.normalise(decibels, levels.reshape(-1)).reshape(n, -1, mel.MELS)
    return mels, energy - levels


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--voices", type=Path)
    args = parser.parse_args()
    pack(Path(args.shared), args.voices, args.out)
