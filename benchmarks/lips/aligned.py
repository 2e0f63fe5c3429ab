"""Forced phone times of spoken words: run by `grid.py` in a Python that has pocketsphinx.

Standard input: JSON of `asked`, a list of [file of int16 samples at 16 kHz, words or null], of the
`grammar` by which words that are null are recognised, of the place of the word that is `unsure`
then and left out, and of words `spelt` in ARPAbet. Standard output: JSON list of [[phone, start,
end], ...] in seconds, or null where the words were not found.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pocketsphinx import Decoder

FRAME = 0.01  # seconds


def recognised(sound: bytes, grammar: str) -> str | None:
    decoder = Decoder(samprate=16000, lm=None, loglevel="FATAL")
    decoder.add_jsgf_string("grid", grammar)
    decoder.activate_search("grid")
    listen(decoder, sound)
    return decoder.hyp().hypstr if decoder.hyp() else None


def phones(
    sound: bytes, words: str, spelt: dict[str, str], left_out: int | None
) -> list[list[object]] | None:
    decoder = Decoder(samprate=16000, bestpath=False, loglevel="FATAL")
    for word, said in spelt.items():
        decoder.add_word(word, said)
    decoder.set_align_text(words)
    listen(decoder, sound)
    if decoder.hyp() is None:
        return None
    decoder.set_alignment()
    listen(decoder, sound)  # now for the phones in the words
    out, at, alignment = [], 0, decoder.get_alignment()  # its words point into it
    for word in alignment.words():
        if at != left_out:
            out += [[p.name, p.start * FRAME, (p.start + p.duration) * FRAME] for p in word]
        at += word.name[0] not in "<["  # silences are no words
    return out


def listen(decoder: Decoder, sound: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()


def main() -> None:
    told, out = json.load(sys.stdin), []
    for path, words in told["asked"]:
        sound = Path(path).read_bytes()
        said = words or recognised(sound, told["grammar"])
        out.append(said and phones(sound, said, told["spelt"], None if words else told["unsure"]))
    print(json.dumps(out))


if __name__ == "__main__":
    main()
