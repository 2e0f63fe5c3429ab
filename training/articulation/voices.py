"""Makes sounds with exact phone times of synthetic voices, to learn from.

    python -m training.articulation.voices --shared ../shared --out voices/ [--count 600]

Debian: festival festvox-kallpc16k festvox-suopuhe-lj festvox-suopuhe-mv festvox-czech-ph flite
espeak-ng. Half of the texts are those of shared/data/speech in the voice's language, half are
syllables made up here, which hold all pairs of lips' consonants and vowels. Voices of the benchmark
(benchmarks/lips) are not among these.
"""

from __future__ import annotations

import argparse
import csv
import ctypes
from pathlib import Path

import numpy as np
from benchmarks.lips.voices import Phone, Spoken, festival, flite

from vasari.values import SOUND_HZ

FESTIVAL = {"kal_diphone": "en", "suo_fi_lj_diphone": "fi", "hy_fi_mv_diphone": "fi",
            "czech_ph": "cs"}  # fmt: skip
FLITE = {"slt": "en", "awb": "en"}
ESPEAK = ("en-us", "en-gb", "de", "fr-fr", "es", "it", "nl", "pl", "pt-br", "sv", "tr", "hu", "ro",
          "cs", "fi", "id", "sw")  # fmt: skip
VARIANTS = ("", "+m1", "+m3", "+m7", "+f1", "+f2", "+f4", "+klatt2")
CONSONANTS = [*"pbmfv" * 2, *"tdnslrkghwy"]
VOWELS = [*"aeiouaa"]
LONGEST = 110  # letters of one text


class Espeak:
    """libespeak-ng, asked for sound and the times of its phonemes."""

    class Event(ctypes.Structure):
        _fields_ = [("type", ctypes.c_int), ("unique", ctypes.c_uint), ("at", ctypes.c_int),
                    ("length", ctypes.c_int), ("audio", ctypes.c_int), ("sample", ctypes.c_int),
                    ("user", ctypes.c_void_p), ("string", ctypes.c_char * 8)]  # fmt: skip

    PHONEME, END = 7, 0

    def __init__(self) -> None:
        self._lib = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self._lib.espeak_Initialize(2, 500, None, 3)  # synchronous, phonemes in IPA
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int,
                                ctypes.POINTER(self.Event))  # fmt: skip
        self._callback = kind(self._take)
        self._lib.espeak_SetSynthCallback(self._callback)
        self._sound: list[np.ndarray] = []
        self._starts: list[tuple[str, float]] = []

    def _take(self, samples, count, events) -> int:
        if count > 0 and samples:
            self._sound.append(np.ctypeslib.as_array(samples, (count,)).copy())
        k = 0
        while events[k].type != self.END:
            e = events[k]
            if e.type == self.PHONEME:
                self._starts.append((e.string.decode("utf-8", "ignore"), e.audio / 1000))
            k += 1
        return 0

    def say(self, voice: str, text: str, rate: int, pitch: int) -> Spoken:
        self._sound, self._starts = [], []
        self._lib.espeak_SetVoiceByName(voice.encode())
        self._lib.espeak_SetParameter(1, rate, 0)
        self._lib.espeak_SetParameter(3, pitch, 0)
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, 1, 0, 1, None, None)
        sound = np.concatenate(self._sound).astype(np.float32) / 32768
        ends = [t for _, t in self._starts[1:]] + [len(sound) / self.rate]
        phones: list[Phone] = [(p or "_", a, b) for (p, a), b in
                               zip(self._starts, ends, strict=True)]  # fmt: skip
        n = int(len(sound) * SOUND_HZ / self.rate)
        grid = np.arange(n) * (self.rate / SOUND_HZ)
        return Spoken(np.interp(grid, np.arange(len(sound)), sound).astype(np.float32), phones)


def made_up(rng: np.random.Generator) -> str:
    """Words of open and closed syllables."""
    words = []
    for _ in range(rng.integers(4, 9)):
        word = "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS)
                       for _ in range(rng.integers(1, 4)))  # fmt: skip
        words.append(word + (rng.choice(["m", "n", "p", "s", "f"]) if rng.random() < 0.3 else ""))
    return " ".join(words)


def texts(shared: Path) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for row in csv.DictReader((shared / "data" / "speech.csv").open()):
        if row["split"] == "train" and len(row["text"]) > 12:
            text = row["text"][:LONGEST].rsplit(" ", 1)[0]
            out.setdefault(row["language"][:2], []).append(text)
    return out


def keep(path: Path, spoken: Spoken, text: str) -> None:
    """Writes a sound and its phones."""
    names, start, end = zip(*spoken.phones, strict=True)
    np.savez_compressed(
        path, text=text, sound=(spoken.sound.clip(-1, 1) * 32767).astype(np.int16),
        phones=np.array(names), start=np.array(start), end=np.array(end),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rng, known, espeak = np.random.default_rng(args.seed), texts(args.shared), Espeak()
    for k in range(args.count):
        kind = rng.choice(["festival", "flite", "espeak"], p=[0.35, 0.2, 0.45])
        table = {"festival": FESTIVAL, "flite": FLITE}.get(kind, {v: v for v in ESPEAK})
        voice = str(rng.choice(list(table)))
        here = known.get(table[voice][:2], [])
        text = str(rng.choice(here)) if here and rng.random() < 0.5 else made_up(rng)
        if kind == "festival":
            spoken = festival(voice, text)
        elif kind == "flite":
            spoken = flite(voice, text)
        else:
            variant = str(rng.choice(VARIANTS))
            spoken = espeak.say(voice + variant, text, int(rng.integers(130, 190)),
                                int(rng.integers(25, 75)))  # fmt: skip
        keep(args.out / f"{args.seed}_{k:04d}_{kind}_{voice}.npz", spoken, text)


if __name__ == "__main__":
    main()
