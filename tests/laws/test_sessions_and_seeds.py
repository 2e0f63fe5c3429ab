"""Sessions never disturb each other; the same inputs and seed give the same bits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest

import vasari
from tests.conftest import voice_like
from tests.faces import made_face
from vasari.provenance.making import Making


def digest(pictures: list[np.ndarray]) -> list[str]:
    return [hashlib.sha256(p.tobytes()).hexdigest() for p in pictures]


def session(n: int) -> list[str]:
    """Session n: its own face, voice and seed."""
    return digest(list(talk(n)))


def talk(n: int) -> Iterator[np.ndarray]:
    face, voice, style = made_face(seed=n), voice_like(1.2, seed=n), vasari.Style(n)
    return vasari.talk(face, voice, size=256, style=style)


def test_taking_turns() -> None:
    alone = [session(n) for n in range(2)]
    talks = [talk(n) for n in range(2)]
    together: list[list[np.ndarray]] = [[], []]
    for pair in zip_longest(*talks):
        for n, picture in enumerate(pair):
            together[n].append(picture)
    assert [digest(pictures) for pictures in together] == alone


def test_at_the_same_time() -> None:
    alone = [session(n) for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(session, range(3))) == alone


def test_sessions_of_one_process() -> None:
    """Each pushed, drawn and interrupted in turns with others, as if it were alone."""

    def live(together: list[int]) -> dict[int, list[str]]:
        made = {n: vasari.Session(made_face(seed=n), size=256, style=vasari.Style(n))
                for n in together}  # fmt: skip
        out: dict[int, list[np.ndarray]] = {n: [] for n in together}
        for step in range(16):
            for n, one in made.items():
                one.push(voice_like(0.05, seed=10 * n + step))
                if step == 8 + n:
                    one.interrupt()
                while (frame := one.next()) is not None:
                    out[n].append(frame.picture)
        return {n: digest(pictures) for n, pictures in out.items()}

    alone = {n: live([n])[n] for n in range(2)}
    assert len(alone[0]) > 15
    assert live([0, 1]) == alone


def test_pictures_stay_as_they_were() -> None:
    shown = vasari.talk(made_face(), voice_like(1.0), size=256)
    kept = [(picture, picture.copy()) for picture in shown]
    assert all(np.array_equal(picture, copy) for picture, copy in kept)


def test_same_seed_same_pictures(
    face_file: Path, voice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every byte of the file too, but for the signature, which has a time and a random number."""
    monkeypatch.setattr(Making, "sign", lambda *_: False)
    for name, seed in (("a.mp4", 3), ("b.mp4", 3), ("c.mp4", 4)):
        plain = vasari.Marks(mark=False)
        vasari.say(face_file, voice, tmp_path / name, size=256, seed=seed, marks=plain)
    one, same, other = ((tmp_path / n).read_bytes() for n in ("a.mp4", "b.mp4", "c.mp4"))
    assert one == same
    assert one != other
