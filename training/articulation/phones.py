"""Phones to what the lips must do: ARPAbet, the phones of Festival and Flite, and IPA of eSpeak."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

SHUT, OPEN, TEETH, ROUND, SPREAD, APART, TONGUE = range(7)  # columns of marks
MARKS = 7
HZ = 25
ARPABET = {
    SHUT: {"P", "B", "M"},
    OPEN: {"AA", "AE", "AW", "AY"},
    TEETH: {"F", "V"},
    ROUND: {"UW", "OW", "W", "UH"},
    SPREAD: {"IY", "EH"},
    APART: {"AH", "AO", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"},
    TONGUE: {"TH", "DH", "L", "T", "D", "N"},
}
IPA = {  # by the first letter
    SHUT: set("pbm"),
    OPEN: set("aɑæ"),
    TEETH: set("fv"),
    ROUND: set("uowʊy"),
    SPREAD: set("ieɛ"),
    APART: set("eɛiɪoɔuʊyøœəɐɜʌ"),
    TONGUE: set("θðltdn"),
}
# How far the tongue's tip comes up, and how much more than others a phone counts.
TIP = {"TH": 0.8, "DH": 0.7, "θ": 0.8, "ð": 0.7, "L": 0.6, "l": 0.6,
       "N": 0.3, "n": 0.3, "D": 0.25, "d": 0.25, "T": 0.2, "t": 0.2}  # fmt: skip
COUNTS = {"V": 4.0, "v": 4.0}  # too like b for the ear
BURST = 0.7  # share of a stop after which its lips part
LEAST = 0.05  # seconds: shorter vowels need not reach their target


def kinds(phone: str) -> list[int]:
    """The columns that a phone marks: none for most."""
    table = ARPABET if phone.isascii() and phone.isupper() else IPA
    name = phone if table is ARPABET else phone.lstrip("ˈˌ")[:1]
    return [k for k, names in table.items() if name in names]


def marks(phones: Iterable[tuple[str, float, float]], frames: int) -> np.ndarray:
    """(frames, MARKS) of phones with their start and end in seconds: how much it counts where the
    middle of a frame lies in the part of the phone in which the lips must be there; in column
    TONGUE how far the tip is up."""
    out = np.zeros((frames, MARKS), np.float32)
    for name, start, end in phones:
        for kind in kinds(name):
            first, last = start, end
            if kind == SHUT and name[:1] in "PBpb":
                last = start + BURST * (end - start)
            elif kind in (OPEN, ROUND, SPREAD, APART):
                if end - start < LEAST:
                    continue
                first, last = start + 0.25 * (end - start), start + 0.7 * (end - start)
            at = np.arange(round(first * HZ), round(last * HZ))
            if not len(at):
                at = np.array([int((first + last) / 2 * HZ)])
            letter = name if name in TIP else name.lstrip("ˈˌ")[:1]
            counts = TIP[letter] if kind == TONGUE else COUNTS.get(letter, 1.0)
            out[at[(at >= 0) & (at < frames)], kind] = counts
    return out
