"""The GRID sentences in shared/data/people: their words, and when each phone sounds."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.lips.voices import Phone

WORDS = (
    {"b": "bin", "l": "lay", "p": "place", "s": "set"},
    {"b": "blue", "g": "green", "r": "red", "w": "white"},
    {"a": "at", "b": "by", "i": "in", "w": "with"},
    {"z": "zed"},
    {"z": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six",
     "7": "seven", "8": "eight", "9": "nine"},
    {"a": "again", "n": "now", "p": "please", "s": "soon"},
)  # fmt: skip


LETTER = 3  # the word that is a letter


def words(name: str) -> str | None:
    """`lbax4n` is lay blue at x four now; None where a name spells no sentence."""
    if len(name) != len(WORDS):
        return None
    spelt = [
        table.get(c, c if k == LETTER else "")  # a letter is its own name
        for k, (table, c) in enumerate(zip(WORDS, name, strict=True))
    ]
    return " ".join(spelt) if all(spelt) and name[LETTER].isalpha() else None


def grammar() -> str:
    """GRID's sentences in JSGF."""
    columns = [sorted(table.values()) for table in WORDS]
    columns[LETTER] = [*"abcdefghijklmnopqrstuvxyz"]  # there is no w
    one_of = " ".join("(" + " | ".join(column) + ")" for column in columns)
    return f"#JSGF V1.0; grammar grid; public <sentence> = {one_of};"


def align(
    python: str, sounds: list[np.ndarray], texts: list[str | None],
    spelt: dict[str, str] | None = None,
) -> list[list[Phone] | None]:  # fmt: skip
    """Phones of float32 sounds at 16 kHz that say the texts. Where a text is None it is recognised;
    letters, which are taken for one another, are left out then. Words that no English dictionary
    has are `spelt` in ARPAbet."""
    with tempfile.TemporaryDirectory() as folder:
        asked = []
        for k, (sound, text) in enumerate(zip(sounds, texts, strict=True)):
            path = Path(folder) / f"{k}.raw"
            path.write_bytes((np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes())
            asked.append((str(path), text))
        script = Path(__file__).with_name("aligned.py")
        told = json.dumps(
            {"asked": asked, "grammar": grammar(), "unsure": LETTER, "spelt": spelt or {}}
        )
        done = subprocess.run([python, str(script)], input=told, text=True,
                              check=True, capture_output=True)  # fmt: skip
    found = json.loads(done.stdout)
    return [p and [(n, float(a), float(b)) for n, a, b in p] for p in found]
