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
    try:
        decoder.set_align_text(words)
        for _ in range(2):  # words, then the phones in them
            decoder.start_utt()
            decoder.process_raw(sound, full_utt=True)
            decoder.end_utt()
            if decoder.hyp() is None:
                return None
            if _ == 0:
                decoder.set_alignment()
        return [
            [p.name, p.start * FRAME, (p.start + p.duration) * FRAME]
            for word in decoder.get_alignment()
            for p in word
        ]
    except RuntimeError:
        return None


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print(json.dumps([phones(Path(path).read_bytes(), words) for path, words in asked]))
