"""Sheets of portraits that say a sentence calmly and with emotions, and sentences of five tongues.

One sheet a portrait, a row each calm, happy, sad and angry, the whole mouth at the phones that lips
or tongue make; and one sheet a tongue, a row a portrait. Numbers as in sheets.py. The voices tell
when each phone sounds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.lips.measure import Lips, at_phones
from benchmarks.lips.pictures import portrait_of
from benchmarks.lips.sheets import draw, row_of, shown
from benchmarks.lips.tongues import espeak
from benchmarks.lips.voices import Phone, Spoken, flite
from benchmarks.teacher import Teacher
from vasari import Face, Style, talk

PORTRAITS = (
    "photo_pix_204", "photo_london_036n", "photo_bc_66", "photo_pix_050", "paint_girl_19c",
    "anime_girl", "statue_woman", "draw_pencil",
)  # fmt: skip
SENTENCE = "Papa, who moved two blue fish?"
EVERY = 2  # pictures: of the phones that are seen, 80 ms apart
MOODS = ("", "happy", "sad", "angry")
TONGUES = ("Russian", "Greek", "Hindi", "Japanese", "Danish")
SPEAKERS = PORTRAITS[:3]
Told = dict[str, list[tuple[Lips, list[Phone]]]]


def write(shared: Path, out: Path, teacher: Teacher, **how: Any) -> dict[str, dict[str, float]]:
    """All sheets into `out`; gives the figures of each mood and of each tongue."""
    faces = {name: portrait_of(shared, name) for name in PORTRAITS}
    told: Told = {mood or "calm": [] for mood in MOODS} | {tongue: [] for tongue in TONGUES}
    spoken = flite("rms", SENTENCE)
    for name, face in faces.items():
        _sheet(out / f"{name}.png", spoken, [(face, m, m or "calm") for m in MOODS],
               teacher, told, how)  # fmt: skip
    for tongue in TONGUES:
        _sheet(out / f"{tongue}.png", espeak(tongue)[0],
               [(faces[name], "", tongue) for name in SPEAKERS], teacher, told, how)  # fmt: skip
    return {name: at_phones(some) for name, some in told.items()}


def _sheet(
    path: Path, spoken: Spoken, asked: list[tuple[Face, str, str]], teacher: Teacher, told: Told,
    how: dict[str, Any],
) -> None:  # fmt: skip
    """One sheet, a row for each face with its mood; their figures are added to `told`."""
    rows = []
    for face, mood, group in asked:
        style = Style(emotion={mood: 1.0} if mood else "none")
        said = talk(face, spoken.sound, fps=25, mark=False, style=style, **how)
        rows.append(row_of(list(said), teacher))
        told[group].append((rows[-1].lips, spoken.phones))
    draw(path, rows, shown(spoken.phones, len(rows[0].pictures))[::EVERY])
