"""People beside their own portraits: what a real or shown speaker's mouth does, and ours under it.

A calm picture of a validation clip is the portrait. It says the clip's own sound, and of each
passage a sheet shows, at the phones that lips or tongue make (and a picture before and after), the
clip's mouth above and ours below, at the same time of the sound. Under each picture stand the
phone, the opening that the teacher reads, in hundredths of the eye distance, and the width in per
cent of the row's median. Of a clip whose own pictures come SURE_LAG frames or more before or after
their sound (`lag` in clips.csv, below zero before) the pictures are moved by that. The figures of
both rows are printed, too.

Phones come from forced alignment of the words below, which Whisper base heard; doubtful ones were
left out. Sheets show people: they are for looking at, and never committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.data import Clip, clip_of
from benchmarks.lips import grid
from benchmarks.lips.measure import CLOSED, NEAR, Lips, at_phones, frames
from benchmarks.lips.pictures import lips_seen
from benchmarks.lips.sheet import EYES, MOUTH, plain, tile
from benchmarks.lips.voices import Phone
from benchmarks.sync.measure import best, correlation
from benchmarks.teacher import STILLS, Seen, Teacher
from training.articulation.phones import OPEN, ROUND, SHUT, TEETH, kinds
from training.face_space.fit import Tracks
from vasari import Face, VasariError, read_portrait, talk
from vasari.media import read_video
from vasari.values import MOTION_HZ, SOUND_HZ

LEAD, REST = 2.0, 0.4  # seconds that are said before and after a passage, and not shown
ALSO = {"TH", "DH", "L", "AO"}  # the tongue is seen, or lips are half round
SHOWN = (SHUT, TEETH, ROUND, OPEN)
LONGEST = 1000  # frames of a clip that are looked at
ACROSS = 12
TRIED = 8  # calmest pictures that may be the portrait
NARROW = 0.94  # of the row's median width
SURE_LAG = 2  # frames
REACH = 0.52  # eye distances from the middle to a tile's border
CHIN = 0.12  # eye distances that the middle lies below the mouth's


@dataclass(frozen=True)
class Passage:
    """Seconds of a clip and the words in them, Chinese in PINYIN with a number before."""

    clip: str
    start: float
    end: float
    words: str


PASSAGES = (  # real people or films first
    Passage("c0040", 0.4, 3.2, "dogs are sitting by the door"),
    Passage("c0403", 0.0, 3.2, "authorize the unlimited expense account"),
    Passage("c0404", 0.0, 3.2, "who authorized the unlimited expense account"),
    Passage("c0530", 0.0, 1.8, "you see i wanted everyone to wear the same shade"),
    Passage("c0684", 0.0, 2.56, "they are the basis of every action that you take"),
    Passage("c0685", 0.0, 3.2, "we can do it two people together trying to improve trust"),
    Passage("c0688", 0.0, 3.0, "it turned out that we were doing a lot of low level drug cases"),
    Passage("c0688", 3.2, 5.6, "on the streets just around the corner from our office"),
    Passage("c0171", 0.0, 2.7, "and this is all a part of a master plan"),
    Passage("c0171", 5.9, 9.1, "god looked down and saw the most beautiful rose"),
    Passage(
        "c0522",
        1.2,
        4.6,
        "1ru 1guo 1gong 1zuo 1ren 1yuan 1wen 1ni 1yao 1jin 1ji "
        "1lian 1xi 1ren 1de 1dian 1hua 1hao 1ma",
    ),
    Passage("c0517", 1.1, 2.7, "1ta 1men 1bu 1shi 1shuo 1wo 1men 1de 1cuo"),
    Passage("c0175", 0.0, 4.6, "i've been wondering why the ladybugs have spots"),
    Passage("c0250", 3.0, 4.5, "make you happy"),
    Passage("c0228", 0.0, 4.0, "i said it before and i'll say it again life moves pretty fast"),
    Passage("c0440", 1.2, 4.0, "what's the biggest mistake we make in life"),
    Passage("c0666", 4.1, 6.9, "once when i was six years old"),
    Passage("c0131", 0.0, 2.6, "imagination is more important than knowledge"),
    Passage("c0131", 4.2, 7.3, "whereas imagination embraces the entire world"),
    Passage("c0397", 4.7, 8.0, "where did you come from where did you go where did you come from"),
    Passage("c0114", 0.0, 4.5, "i had a dream a wonderful dream"),
    Passage("c0364", 1.0, 4.8, "i have come here to chew bubble gum and kick ass"),
    Passage("c0278", 1.9, 4.9, "anyone who looked like me in television or in films"),
    Passage("c0052", 4.8, 7.6, "about her trip to europe"),
)
PINYIN = {
    "1ru": "R UW", "1guo": "G W AO", "1gong": "G OW NG", "1zuo": "D Z W AO", "1ren": "R AH N",
    "1yuan": "Y W EH N", "1wen": "W AH N", "1ni": "N IY", "1yao": "Y AW", "1jin": "JH IH N",
    "1ji": "JH IY", "1lian": "L Y EH N", "1xi": "SH IY", "1de": "D AH", "1dian": "D Y EH N",
    "1hua": "HH W AA", "1hao": "HH AW", "1ma": "M AA", "1ta": "T AA", "1men": "M AH N",
    "1bu": "B UW", "1shi": "SH ER", "1shuo": "SH W AO", "1wo": "W AO", "1cuo": "T S W AO",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """T pictures, where the teacher saw what in them, and their lips."""

    pictures: list[np.ndarray]
    seen: Seen
    lips: Lips


def write(
    shared: Path, out: Path, python: str, teacher: Teacher, only: list[str], **how: Any
) -> dict[str, dict[str, float]]:
    """A sheet of each passage in `out`; gives the figures of all real and of all our pictures.

    Args:
        python: interpreter that has pocketsphinx.
        only: clips; empty is all.
        how: options of `talk`.
    """
    passages = [p for p in PASSAGES if not only or p.clip in only]
    tracks, data = Tracks(shared), shared / "data"
    clips = {name: clip_of(tracks, data, name, LONGEST)
             for name in {p.clip for p in passages}}  # fmt: skip
    told: dict[str, list[tuple[Lips, list[Phone]]]] = {"clips": [], "ours": []}
    for passage, phones in zip(passages, phones_of(passages, clips, python), strict=True):
        clip = clips[passage.clip]
        if phones is None:
            print(f"{passage.clip} {passage.start:4.1f} the words were not found")
            continue
        rows = {"clips": real(clip, passage, int(tracks.rows[clip.name]["lag"]), teacher),
                "ours": ours(clip, passage, teacher, how)}  # fmt: skip
        for name, row in rows.items():
            told[name].append((row.lips, phones))
        print(
            f"{passage.clip} {passage.start:4.1f} {compared(rows['clips'], rows['ours'], phones)}",
            flush=True,
        )
        name = f"{passage.clip} {passage.start:.1f} {passage.words[:40]}.png"
        draw(out / name, list(rows.values()), shown(phones, len(rows["clips"].pictures)))
    return {name: at_phones(some) for name, some in told.items()}


def phones_of(
    passages: list[Passage], clips: dict[str, Clip], python: str
) -> list[list[Phone] | None]:
    """When each phone of each passage sounds, in seconds from its start."""
    sounds = [heard(clips[p.clip], p.start, p.end) for p in passages]
    return grid.align(python, sounds, [p.words for p in passages], PINYIN)


def heard(clip: Clip, start: float, end: float) -> np.ndarray:
    """(n,) of a clip's sound from and to these seconds."""
    return clip.heard()[round(start * SOUND_HZ) : round(end * SOUND_HZ)]


def real(clip: Clip, passage: Passage, lag: int, teacher: Teacher) -> Row:
    first, count = round(passage.start * MOTION_HZ), _frames(passage)
    first += lag if abs(lag) >= SURE_LAG else 0
    pictures = list(islice(read_video(clip.video), max(first, 0), first + count))
    pictures = [pictures[0]] * max(-first, 0) + pictures
    return row_of(pictures + [pictures[-1]] * (count - len(pictures)), teacher)


def ours(clip: Clip, passage: Passage, teacher: Teacher, how: dict[str, Any]) -> Row:
    begin = round(max(passage.start - LEAD, 0) * MOTION_HZ) / MOTION_HZ
    sound = heard(clip, begin, passage.end + REST)
    first = round((passage.start - begin) * MOTION_HZ)
    said = talk(portrait(clip), sound, fps=25, mark=False, **how)
    return row_of(list(islice(said, first, first + _frames(passage))), teacher)


def portrait(clip: Clip) -> Face:
    """The calmest picture of a clip with closed lips that can be read as a portrait."""
    still = np.abs(np.gradient(clip.code, axis=0)).sum(1)
    wanting = clip.opening / 0.02 + still / np.median(still) + 1e6 * ~clip.found
    calmest = [int(k) for k in np.argsort(wanting)[:TRIED]]
    taken = {k: p for k, p in enumerate(read_video(clip.video)) if k in calmest}
    for k in calmest:
        try:
            return read_portrait(taken[k])
        except (VasariError, KeyError) as error:
            why = error
    raise why


def compared(clip: Row, ours: Row, phones: list[Phone]) -> str:
    """How the openings agree, how large they are, and what is met at the phones."""
    top, offset = best(ours.lips.opening, clip.lips.opening, clip.seen.found)
    zero = correlation(ours.lips.opening, clip.lips.opening, clip.seen.found)
    rows = [
        f"opening {np.percentile(row.lips.opening, 90):.3f}, closed {met(row.lips, phones, SHUT)}, "
        f"rounded {met(row.lips, phones, ROUND)}"
        for row in (clip, ours)
    ]
    return f"r {zero:.2f}, {top:.2f} at {offset} frames; clip {rows[0]}; ours {rows[1]}"


def met(lips: Lips, phones: list[Phone], kind: int) -> str:
    """At how many phones of a kind (SHUT or ROUND) lips are closed or narrow, and of how many."""
    there = []
    for name, start, end in phones:
        near = frames(start - NEAR, end + NEAR, len(lips.width))
        if kind in kinds(name):
            narrow = lips.width[near].min() < NARROW * np.median(lips.width)
            there.append(narrow if kind == ROUND else lips.opening[near].min() < CLOSED)
    return f"{sum(there)} of {len(there)}"


def shown(phones: list[Phone], count: int) -> list[tuple[int, str]]:
    """Pictures at phones that are seen, and one before and after, with the phone of each."""
    out = {}
    for k in range(count):
        at = (k + 0.5) / MOTION_HZ
        here = next((n for n, a, b in phones if a <= at < b), "-")
        near = [n for n, a, b in phones if a - 0.04 <= at < b + 0.04]
        if any(n in ALSO or set(kinds(n)) & set(SHOWN) for n in near):
            out[k] = here
    return list(out.items())


def draw(path: Path, rows: list[Row], at: list[tuple[int, str]]) -> None:
    """Write the pictures `at`, the rows under one another."""
    bands = [[_labelled(row, k, name, middle, eyes) for k, name in at]
             for row in rows for middle, eyes in [_window(row.seen)]]  # fmt: skip
    wide = []
    for k in range(0, len(at), ACROSS):
        for band in bands:
            part = band[k : k + ACROSS]
            part += [np.zeros_like(part[0])] * (ACROSS - len(part))
            wide.append(np.hstack(part))
        wide.append(np.full((6, wide[-1].shape[1], 3), 90, np.uint8))
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(wide), cv2.COLOR_RGB2BGR))


def _window(seen: Seen) -> tuple[np.ndarray, float]:
    """(T, 2) middles of the tiles, which move less than lips do, and the eye distance."""
    marks = seen.landmarks[..., :2]
    eyes = float(np.median(np.linalg.norm(marks[:, EYES[0]] - marks[:, EYES[1]], axis=1)))
    middles = marks[:, MOUTH].mean(1) + (0, CHIN * eyes)
    return cv2.blur(middles.astype(np.float32), (1, 9)), eyes


def _labelled(row: Row, k: int, name: str, middle: np.ndarray, eyes: float) -> np.ndarray:
    width = 100 * row.lips.width[k] / np.median(row.lips.width)
    text = f"{plain(name)} {100 * row.lips.opening[k]:.0f} w{width:.0f}"
    return tile(row.pictures[k], middle[k], REACH * eyes, text)


def row_of(pictures: list[np.ndarray], teacher: Teacher) -> Row:
    """What the teacher sees in them, each for itself."""
    seen = teacher.read(pictures, STILLS)
    return Row(pictures, seen, lips_seen(seen))


def _frames(passage: Passage) -> int:
    return round((passage.end - passage.start) * MOTION_HZ)
