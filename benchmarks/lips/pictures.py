"""At the end of the chain: what `talk` shows of portraits that say the sentences, read again.

The teacher reads every picture for itself, and once more in its video mode, which smooths from
picture to picture: the tracks of real people were read so. Beside it, of the same sentences: the
motion on the mean face, each portrait's own mesh before anything is drawn, and as control the
pictures of another sentence under these phone times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import upright
from benchmarks.lips.measure import Lips, at_phones, lips_of
from benchmarks.lips.sheet import sheet
from benchmarks.lips.voices import Phone, Spoken
from benchmarks.teacher import STILLS, VIDEO, Seen, Teacher
from vasari import Face, Motion, read_portrait, talk
from vasari.shape.onto_face import Smiles, onto_face
from vasari.shape.space import Rig

PORTRAITS = {
    "photo_pix_204": "closed, old", "photo_london_091": "closed smile, old",
    "photo_bc_66": "laughing", "photo_london_036n": "closed, dark skin",
    "photo_pix_050": "laughing, beard", "paint_girl_19c": "painting, closed",
}  # fmt: skip
VOICES = ("flite rms", "piper joe")
SENTENCES = (0, 1, 4, 6, 7, 8)  # of sentences.ENGLISH: every kind of phone, 36 s in two voices
EYES = (33, 263)

Shown = Callable[[Face, np.ndarray], list[np.ndarray]]
Told = list[tuple[Lips, list[Phone]]]
STAGES = ("mesh", "pictures", "video")


@dataclass(frozen=True)
class Read:
    """What one portrait's lips did in one sentence: in its mesh, in its pictures each for itself,
    and in these as a video; and in how many pictures a face was found."""

    phones: list[Phone]
    mesh: Lips
    pictures: Lips
    video: Lips
    found: float


def shown_by(size: int, chunk: int) -> Shown:
    return lambda face, sound: list(talk(face, sound, size=size, fps=25, chunk=chunk))


def portrait_of(shared: Path, name: str) -> Face:
    return read_portrait(next((shared / "data" / "portraits").glob(f"{name}.*")))


def read(
    face: Face, sentence: Spoken, motion: Motion, shown: Shown, teacher: Teacher,
    drawn: Path | None = None,
) -> Read:  # fmt: skip
    """Render one sentence and read it again; `drawn` is where its contact sheet goes."""
    pictures = shown(face, sentence.sound)
    seen = teacher.read(pictures, STILLS)
    rig, smile = Rig(face.neutral, face.expression), Smiles(motion.rate).push(motion.expression)
    codes = onto_face(face, motion, begun=0, smile=smile).expression
    mesh = in_eyes(np.stack([rig.shape(e) for e in codes]))
    video = lips_seen(teacher.read(pictures, VIDEO))
    out = Read(sentence.phones, mesh, lips_seen(seen), video, float(seen.found.mean()))
    if drawn:
        sheet(drawn, pictures, seen.landmarks, sentence.phones, out.pictures.opening)
    return out


def lips_seen(seen: Seen) -> Lips:
    return in_eyes(upright(seen.landmarks, seen.blendshapes))


def in_eyes(shapes: np.ndarray) -> Lips:
    """Lips of (T, 478, 3) in this person's own eye distances."""
    eyes = np.median(np.linalg.norm(shapes[:, EYES[0]] - shapes[:, EYES[1]], axis=1))
    return lips_of(shapes / eyes)


def figures(
    made: dict[str, dict[str, list[Read]]], motion: dict[str, Told]
) -> dict[str, dict[str, dict[str, float]]]:
    """Every stage of the figures of every portrait, of every voice and of all, from what was read,
    [portrait][voice]; `motion` is the mean face's of the same sentences, by voice."""
    own = {name: about_width(of) for name, of in made.items()}
    groups = {name: _all(of.values()) for name, of in own.items()}
    groups |= {voice: _all(of[voice] for of in own.values()) for voice in motion}
    groups["all"] = _all(s for of in own.values() for s in of.values())
    out = {"motion": {**{v: at_phones(t) for v, t in motion.items()},
                      "all": at_phones(_all(motion.values()))}}  # fmt: skip
    for stage in STAGES:
        out[stage] = {name: at_phones((getattr(r, stage), r.phones) for r in some)
                      for name, some in groups.items()}  # fmt: skip
    for name, some in groups.items():
        out["pictures"][name]["read"] = float(np.mean([r.found for r in some]))
    others = _all(another(s) for of in own.values() for s in of.values())
    out["control"] = {"all": at_phones(others)}
    return out


def about_width(of: dict[str, list[Read]]) -> dict[str, list[Read]]:
    """Widths less the median of this portrait's, so that portraits can be thrown together."""

    def less(r: Read) -> Read:
        return replace(r, **{s: _less(getattr(r, s), middle[s]) for s in STAGES})

    whole = _all(of.values())
    middle = {s: np.median(np.concatenate([getattr(r, s).width for r in whole])) for s in STAGES}
    return {voice: [less(r) for r in some] for voice, some in of.items()}


def another(some: list[Read]) -> Told:
    """The pictures of the next sentence under each one's phone times."""
    return [(some[(k + 1) % len(some)].pictures, r.phones) for k, r in enumerate(some)]


def _less(lips: Lips, width: float) -> Lips:
    return Lips(lips.opening, lips.width - width)


def _all(parts: Iterable[list[Any]]) -> list[Any]:
    return [one for part in parts for one in part]
