"""Real speakers: their sound, and what their own lips did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.lips.measure import Lips, lips_of
from training.articulation.people import People
from training.face_space.fit import Tracks
from vasari.media import open_sound
from vasari.values import SOUND_HZ

FRAME = SOUND_HZ // 25
FEWEST_FOUND = 0.7  # of a clip's frames


@dataclass(frozen=True)
class Speaker:
    """One clip: sound (n,) float32, lips and whether the face was found in each frame."""

    name: str
    kind: str
    sound: np.ndarray
    lips: Lips
    found: np.ndarray


def clips(shared: Path) -> list[Speaker]:
    """The validation clips."""
    tracks = Tracks(shared)
    out = []
    for name in tracks.ids("val"):
        if tracks.found(name).mean() >= FEWEST_FOUND:
            sound = heard(shared / "data" / "sound" / f"{name}.opus")
            out.append(_speaker(tracks, name, name, tracks.rows[name]["kind"], sound))
    return out


def people(shared: Path) -> list[Speaker]:
    """The validation people."""
    return list(_people(shared, lambda r: r["split"] == "val"))


def sentence_tracks(shared: Path, source: str, split: str) -> list[Speaker]:
    """GRID sentences of one source."""
    return list(_people(shared, lambda r: r["sound"] == source and r["split"] == split))


def _people(shared: Path, wanted) -> Iterator[Speaker]:
    tracks = People(shared, Tracks(shared))
    sounds: dict[str, np.ndarray] = {}
    for name, row in tracks.rows.items():
        if not wanted(row) or tracks.found(name).mean() < FEWEST_FOUND:
            continue
        source = row["sound"]
        if source not in sounds:
            sounds[source] = heard(shared / "data" / "people" / f"{source}.opus")
        first = round(float(row["start"]) * SOUND_HZ)
        yield _speaker(tracks, name, row["name"], source, sounds[source][first:])


def _speaker(tracks: Tracks, key: str, name: str, kind: str, sound: np.ndarray) -> Speaker:
    shapes = tracks.shapes(key)
    return Speaker(name, kind, sound[: len(shapes) * FRAME], lips_of(shapes), tracks.found(key))


def heard(path: Path) -> np.ndarray:
    return np.concatenate(list(open_sound(path).pieces()))
