"""A face comes back from its file as it was."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from vasari.errors import OutputError, PictureError
from vasari.values import EXPRESSION, LANDMARKS, Face, Traits
from vasari.values.face import is_face_file
from vasari.values.traits import EYE_SIDE, SHADES, EyeTraits, MouthTraits


def some_mouth(rng: np.random.Generator) -> MouthTraits:
    def texture() -> np.ndarray:
        return rng.integers(0, 256, (40, 50, 4), np.uint8)

    def colour() -> np.ndarray:
        return rng.uniform(0, 255, 3).astype(np.float32)

    inset = rng.uniform(0, 0.1, (2, 9)).astype(np.float32)
    return MouthTraits(texture(), texture(), texture(), colour(), colour(), colour(), inset)


def some_eyes(rng: np.random.Generator) -> EyeTraits:
    layers = rng.integers(0, 256, (2, 3, EYE_SIDE, EYE_SIDE, 3), np.uint8)
    irises = rng.uniform(0, 90, (2, 3)).astype(np.float32)
    return EyeTraits(layers, irises, rng.uniform(0.5, 1, (2, SHADES)).astype(np.float32), True)


def some_traits(rng: np.random.Generator) -> Traits:
    return Traits(
        flat=False, dark_glass=True, mouth_hidden=True, colour=0.25,
        drawn=rng.normal(size=(LANDMARKS, 3)).astype(np.float32),
        rims=rng.normal(size=(5, 4)).astype(np.float32),
        folds=rng.integers(0, 256, (2, 288, 288), np.uint8),
        lids=rng.integers(0, 256, (2, 33, 3), np.uint8),
        eyes=some_eyes(rng), mouth=some_mouth(rng),
    )  # fmt: skip


def some_face() -> Face:
    rng = np.random.default_rng(4)
    picture = rng.integers(0, 256, (90, 120, 3), np.uint8)
    plate = picture.copy()
    plate[20:60, 30:90] = 7

    def floats(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    return Face(
        picture=picture, matte=rng.integers(0, 256, (90, 120), np.uint8), plate=plate,
        crop=(-3.5, 4.25, 96.0), landmarks=floats(LANDMARKS, 3), scale=31.5, rotation=floats(3),
        origin=floats(3), neutral=floats(LANDMARKS, 3), expression=floats(EXPRESSION),
        gaze=floats(2), confidence=0.75, traits=some_traits(rng),
    )  # fmt: skip


def test_round_trip(tmp_path: Path) -> None:
    face, path = some_face(), tmp_path / "ada ü.face"
    face.save(path)
    back = Face.load(path)
    mine, theirs = face.traits, back.traits
    parts = [(back, face), (theirs, mine), (theirs.mouth, mine.mouth), (theirs.eyes, mine.eyes)]
    for one, other in parts:
        for field in fields(one):
            if field.name not in ("traits", "mouth", "eyes"):
                np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    assert is_face_file(path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]  # nothing temporary is left


def test_a_plate_that_is_the_picture(tmp_path: Path) -> None:
    from dataclasses import replace

    face = replace(some_face(), plate=some_face().picture)
    face.save(tmp_path / "f")
    assert (Face.load(tmp_path / "f").plate == face.picture).all()


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    whole = tmp_path / "whole.face"
    some_face().save(whole)
    (tmp_path / "cut.face").write_bytes(whole.read_bytes()[:2000])
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "plain.npy", np.zeros(3))
    for name in ("text", "other.npz", "cut.face", "pickle.npy", "plain.npy", "missing", "."):
        with pytest.raises(PictureError) as caught:
            Face.load(tmp_path / name)
        assert str(caught.value).endswith(".")


def test_unwritable_place(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        some_face().save(tmp_path / "no folder" / "x.face")


def test_a_face_of_an_older_version_is_to_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "old.face"
    with path.open("wb") as file:
        np.savez(file, kind=np.array("vasari face"), version=np.array(1))
    with pytest.raises(PictureError, match="older Vasari"):
        Face.load(path)
