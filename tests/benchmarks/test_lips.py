"""The figures of benchmarks.lips on lips made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.lips import grid, sung, tongues
from benchmarks.lips.measure import Lips, at_phones
from benchmarks.lips.voices import merged, spelled

from training.articulation.phones import (
    APART,
    OPEN,
    ROUND,
    SHUT,
    SPREAD,
    TEETH,
    TONGUE,
    kinds,
    marks,
)
from training.articulation.voices import ESPEAK

PHONES = [("B", 0.0, 0.08), ("AA", 0.08, 0.28), ("F", 0.28, 0.36), ("UW", 0.36, 0.56),
          ("IY", 0.56, 0.76)]  # fmt: skip


def lips(at_b: float, at_f: float, narrow: float) -> Lips:
    opening = np.full(20, 0.1)
    opening[:2], opening[7:9] = at_b, at_f
    width = np.full(20, 0.6)
    width[9:14] = narrow
    return Lips(opening, width)


def test_lips_that_say_it_reach_every_figure() -> None:
    figures = at_phones([(lips(0.0, 0.03, 0.55), PHONES)])
    assert figures["closed"] == figures["auc"] == figures["at_teeth"] == figures["round_auc"] == 1
    assert figures["open_closed"] == figures["sealed"] == 0
    assert figures["open_median"] == pytest.approx(0.1)
    assert figures["narrower"] == pytest.approx(0.05)


def test_lips_that_mumble_do_not() -> None:
    figures = at_phones([(lips(0.05, 0.08, 0.65), PHONES)])
    assert figures["closed"] == figures["at_teeth"] == figures["round_auc"] == 0


def test_phones_are_known_in_both_spellings() -> None:
    assert kinds("M") == kinds("p") == [SHUT]
    assert kinds("AE") == kinds("a1") == kinds("aɪ") == [OPEN]
    assert kinds("UW") == kinds("u1") == [ROUND, APART]
    assert not kinds("SIL")
    assert kinds("θ") == kinds("t") == [TONGUE]
    assert not kinds("s")
    assert spelled("ax", True) == "AX"
    assert spelled("pau", False) == "SIL"


def test_stress_and_length_belong_to_the_vowel() -> None:
    said = [("f", 0.0, 0.1), ("ˈ", 0.1, 0.15), ("u", 0.15, 0.2), ("ː", 0.2, 0.3)]
    assert merged(said) == [("f", 0.0, 0.1), ("u", 0.1, 0.3)]


def test_names_of_grid_spell_their_sentence() -> None:
    assert grid.words("lbax4n") == "lay blue at x four now"
    assert grid.words("video") is None
    assert grid.words("1_video") is None


def test_each_phone_marks_the_frames_in_which_lips_must_be_there() -> None:
    asked = marks(PHONES, 20)
    assert asked[:, SHUT].nonzero()[0].tolist() == [0]  # its burst is no closure
    assert set(asked[:, OPEN].nonzero()[0]) <= set(range(2, 7))
    assert asked[:, OPEN].any()
    assert not (asked[:, OPEN] * asked[:, APART]).any()
    assert set(asked[:, SPREAD].nonzero()[0]) <= set(range(14, 19))


def test_some_phones_count_more_and_the_tip_of_the_tongue_rises_by_phone() -> None:
    asked = marks([("V", 0.0, 0.2), ("F", 0.2, 0.4), ("TH", 0.4, 0.6), ("t", 0.6, 0.8)], 20)
    assert asked[2, TEETH] > asked[7, TEETH] == 1
    assert asked[12, TONGUE] > 2 * asked[17, TONGUE] > 0


def test_a_held_vowel_is_to_stay_open() -> None:
    opening = np.full(30, 0.1)
    phones = [("M", 0.0, 0.08), ("AA", 0.08, 1.08)]
    wide = np.full(30, 0.6)
    assert at_phones([(Lips(opening, wide), phones)])["held"] == 1
    opening[15:] = 0  # shut from .6 s on: .28 to .93 s are asked
    assert at_phones([(Lips(opening, wide), phones)])["held"] == pytest.approx(0.5, abs=0.05)
    assert "held" not in at_phones([(lips(0.0, 0.03, 0.55), PHONES)])
    narrow = Lips(np.full(30, 0.03), wide)  # enough at u, too little at a
    assert at_phones([(narrow, [("UW", 0.08, 1.08)])])["held_apart"] == 1
    assert at_phones([(narrow, phones)])["held"] == 0


def test_a_song_has_the_length_that_its_notes_say() -> None:
    for song in sung.SONGS:
        asked = sum(float(s) + sung.CONSONANT for s in song.replace("|", " ").split()[1::3])
        told = sung._segments("ked_diphone", song)
        seconds = [
            float(part.split()[1].rstrip(")")) for part in told.split("(") if part[:1].isalpha()
        ]
        pauses = 0.3 + sung.BREATH * len(song.split("|"))
        assert sum(seconds) == pytest.approx(asked + pauses)


def test_no_language_of_the_benchmark_was_learned_from() -> None:
    learned = {voice[:2] for voice in ESPEAK}
    assert not learned & {voice for voice, _ in tongues.ESPEAK.values()}
    assert len(tongues.ESPEAK) >= 8


def test_grids_grammar_holds_its_sentences() -> None:
    columns = grid.grammar().split("=")[1].split(") (")
    assert len(columns) == len(grid.WORDS)
    for word, column in zip(["lay", "blue", "at", "x", "four", "now"], columns, strict=True):
        assert word in column.replace("(", " ").replace(")", " ").split()
