"""Forced phone times of spoken words: run by `grid.py` in a Python that has pocketsphinx.

Standard input: JSON list of [file of int16 samples at 16 kHz, words]. Standard output: JSON list of
[[phone, start, end], ...] in seconds, or null where the words were not found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pocketsphinx import Decoder

FRAME = 0.01  # seconds


def phones(sound: bytes, words: str) -> list[list[object]] | None:
    decoder = Decoder(samprate=16000, bestpath=False, loglevel="FATAL")
    decoder.set_align_text(words)
    listen(decoder, sound)
    if decoder.hyp() is None:
        return None
    decoder.set_alignment()
    listen(decoder, sound)  # now for the phones in the words
    alignment = decoder.get_alignment()
    return [
        [p.name, p.start * FRAME, (p.start + p.duration) * FRAME]
        for word in alignment.words()
        for p in word
    ]


def listen(decoder: Decoder, sound: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps([phones(Path(path).read_bytes(), words) for path, words in asked]))
