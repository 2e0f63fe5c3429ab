"""Phones of eSpeak (IPA) and of Festival's other languages as the 40 that the encoder learns."""

from __future__ import annotations

import numpy as np

ARPABET = (
    "SIL AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW "
    "V W Y Z ZH"
)
PHONES = ARPABET.split()
SAME = {
    "AX": "AH",
    "AXR": "ER",
    "IX": "IH",
    "PAU": "SIL",
    "EL": "L",
    "EM": "M",
    "EN": "N",
    "DX": "D",
}
IPA = {  # longest first letters decide
    "tʃ": "CH", "dʒ": "JH", "tɕ": "CH", "dʑ": "JH", "ts": "S", "dz": "Z", "aɪ": "AY", "ai": "AY",
    "aʊ": "AW", "au": "AW", "eɪ": "EY", "ei": "EY", "oʊ": "OW", "ou": "OW", "əʊ": "OW", "ɔɪ": "OY",
    "oi": "OY", "oɪ": "OY", "ɔø": "OY",
    "a": "AA", "ɑ": "AA", "æ": "AE", "ɐ": "AH", "ʌ": "AH", "ə": "AH", "ᵻ": "IH", "ɜ": "ER",
    "ɚ": "ER", "e": "EH", "ɛ": "EH", "ø": "UH", "œ": "UH", "ɵ": "UH", "ɪ": "IH", "i": "IY",
    "y": "UW", "ʏ": "UH", "ɨ": "IH", "ʉ": "UW", "ɯ": "UH", "u": "UW", "ʊ": "UH", "o": "OW",
    "ɔ": "AO", "ɒ": "AA", "p": "P", "b": "B", "m": "M", "f": "F", "v": "V", "ʋ": "V", "β": "V",
    "w": "W", "ɥ": "W", "θ": "TH", "ð": "DH", "t": "T", "d": "D", "ʈ": "T", "ɖ": "D", "n": "N",
    "ɲ": "N", "ɳ": "N", "ŋ": "NG", "s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "ɕ": "SH", "ʑ": "ZH",
    "ʂ": "SH", "ʐ": "ZH", "ç": "HH", "x": "HH", "χ": "HH", "h": "HH", "ɦ": "HH", "ħ": "HH",
    "ʝ": "Y", "j": "Y", "ʎ": "Y", "k": "K", "c": "K", "q": "K", "ɡ": "G", "g": "G", "ɟ": "G",
    "ɣ": "G", "ʁ": "R", "l": "L", "ɫ": "L", "ɭ": "L", "ɬ": "L", "r": "R", "ɾ": "R", "ɹ": "R",
    "ɻ": "R", "ʀ": "R", "_": "SIL",
}  # fmt: skip
UNKNOWN = 255  # a phone that the encoder need not tell
VOWELS = np.array([k < len(PHONES) and PHONES[k][0] in "AEIOU" for k in range(UNKNOWN + 1)])


def number(name: str) -> int:
    """The place of a phone among PHONES, or UNKNOWN."""
    upper = SAME.get(name, name)
    if upper in PHONES:
        return PHONES.index(upper)
    plain = name.lstrip("ˈˌ").strip("~")
    for length in (2, 1):
        if plain[:length] in IPA:
            return PHONES.index(IPA[plain[:length]])
    return UNKNOWN
