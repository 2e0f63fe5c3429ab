"""Packs what the network hears of all speech, utterance by utterance, with what was acted.

    python -m training.feeling.data --shared ../shared --out feeling.npz

Acted speech with labels (RAVDESS, EmoDB) is also played faster and slower, which moves pitch and
formants. Speech without a label is taken as calm: most of it is read.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from training.speech.data import decode
from vasari.motion.feeling import Sounds
from vasari.speech.mel import BLOCK

ACTED = ("ravdess_en", "emodb_de")
FELT = {  # arousal and valence of an acted emotion
    "angry": (0.9, -0.8), "happy": (0.8, 0.9), "afraid": (0.6, -0.6), "sad": (-0.7, -0.7),
    "disgusted": (0.1, -0.6), "surprised": (0.7, 0.3), "neutral": (0.0, 0.0), "calm": (-0.4, 0.1),
    "bored": (-0.6, -0.3),
}  # fmt: skip
NORMAL = 0.7  # of a strong one
SPEEDS = (1.0, 0.92, 1.09)
UNLABELLED = 1400  # utterances


def heard(sound: np.ndarray) -> np.ndarray:
    """(T, HEARD)."""
    sounds = Sounds()
    blocks = sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
    return np.stack([sounds.push(block) for block in blocks]).astype(np.float16)


def faster(sound: np.ndarray, speed: float) -> np.ndarray:
    at = np.arange(0, len(sound) - 1, speed)
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)


def rows_of(shared: Path) -> list[dict[str, str]]:
    rows = list(csv.DictReader((shared / "data" / "speech.csv").open()))
    rows = [r for r in rows if r["corpus"] != "noise" and float(r["seconds"]) > 1]
    acted = [r for r in rows if r["corpus"] in ACTED and r["emotion"]]
    other = [r for r in rows if r["corpus"] not in ACTED]
    pick = np.random.default_rng(0).permutation(len(other))[:UNLABELLED]
    return acted + [other[k] for k in sorted(pick)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    rows = rows_of(args.shared)
    out: dict[str, np.ndarray] = {}
    table = []
    for corpus in sorted({r["corpus"] for r in rows}):
        whole = decode(args.shared / "data" / "speech" / f"{corpus}.opus") / np.float32(32768)
        for r in (r for r in rows if r["corpus"] == corpus):
            first = int(float(r["start"]) * 16_000)
            sound = whole[first : first + int(float(r["seconds"]) * 16_000)]
            share = NORMAL if r["level"] == "normal" else 1.0
            felt = np.array(FELT.get(r["emotion"], (0, 0))) * share
            for speed in SPEEDS if r["emotion"] and r["split"] == "train" else SPEEDS[:1]:
                out[f"h{len(table)}"] = heard(faster(sound, speed) if speed != 1 else sound)
                table.append((r["corpus"], r["speaker"], r["split"], r["emotion"], speed, *felt))
        print(corpus, len(table), flush=True)
    columns = [np.array(c) for c in zip(*table, strict=True)]
    names = ("corpus", "speaker", "split", "emotion", "speed", "arousal", "valence")
    np.savez(args.out, **dict(zip(names, columns, strict=True)), **out)


if __name__ == "__main__":
    main()
