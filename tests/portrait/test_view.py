"""Any size, any way up: what is given and what comes back is in pixels of the file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.conftest import Vasari
from vasari.demo import demo_portrait
from vasari.errors import PictureError
from vasari.portrait.picture import LONGEST, from_array, open_picture
from vasari.portrait.read import box_of, read_portrait
from vasari.portrait.view import View, view_of
from vasari.values import FloatArray, moved

HEAD = (96, 0, 352, 300)  # in the demo portrait


@cache
def known() -> FloatArray:
    """(478, 3) landmarks of the demo portrait."""
    return seen(pixels()).reading.landmarks


def pixels() -> np.ndarray:
    with Image.open(demo_portrait()) as image:
        return np.asarray(image.convert("RGB"))


def seen(picture: np.ndarray | Path, face: object = 1, **asked: object) -> View:
    said: list[str] = asked.pop("said", [])  # type: ignore[assignment]
    frame = asked.pop("frame", "crop")
    return view_of(picture, face, asked.pop("landmarks", None), frame, said.append)  # type: ignore[arg-type]


def in_file(view: View) -> FloatArray:
    return moved(view.reading.landmarks, view.opened.to_file)


def off(found: FloatArray, wanted: FloatArray) -> float:
    """Mean distance in eye distances."""
    unit = np.linalg.norm(wanted[33, :2] - wanted[263, :2])
    return float(np.linalg.norm((found - wanted)[:468, :2], axis=1).mean() / unit)


def pasted(size: tuple[int, int], at: tuple[int, int], grown: float) -> Image.Image:
    """The demo portrait's head in a large empty picture."""
    with Image.open(demo_portrait()) as image:
        head = image.convert("RGB").crop(HEAD)
    wide = Image.new("RGB", size, (112, 120, 130))
    head = head.resize((round(head.width * grown), round(head.height * grown)), 1)
    wide.paste(head, at)
    return wide


def where(at: tuple[int, int], grown: float) -> FloatArray:
    """The landmarks of that head in the large picture."""
    wanted = known() - np.array([HEAD[0], HEAD[1], 0], np.float32)
    return (wanted + np.array([0.5, 0.5, 0])) * grown + np.array([*at, 0]) - [0.5, 0.5, 0]


def test_a_small_face_is_cut_from_the_file(tmp_path: Path) -> None:
    pasted((8000, 900), (5000, 380), 1.5).save(tmp_path / "wide.jpg", quality=92)
    view = seen(tmp_path / "wide.jpg")
    assert off(in_file(view), where((5000, 380), 1.5)) < 0.02
    assert view.opened.zoom == pytest.approx(1)
    assert max(view.opened.rgb.shape) <= LONGEST
    whole = seen(tmp_path / "wide.jpg", frame="full")
    assert whole.opened.rgb.shape == (243, LONGEST, 3)
    assert off(in_file(whole), where((5000, 380), 1.5)) < 0.05


def test_a_face_that_only_the_file_shows() -> None:
    said: list[str] = []
    wide = np.asarray(pasted((8000, 900), (300, 500), 0.75))
    view = seen(wide, said=said)
    assert off(in_file(view), where((300, 500), 0.75)) < 0.04
    assert "8000 x 900" in said[0]


def test_boxes_and_landmarks_are_pixels_of_the_file(vasari: Vasari, tmp_path: Path) -> None:
    path, at = tmp_path / "group.jpg", (4000, 2500)
    picture = pasted((6000, 4000), (300, 300), 2.5)
    picture.paste(pasted((640, 750), (0, 0), 2.0), at)
    picture.save(path, quality=90)
    low = where(at, 2.0)[:, :2].min(0)
    size = np.ptp(where(at, 2.0)[:, :2], axis=0)
    words = [
        "read",
        path,
        "--json",
        "--face",
        ",".join(str(round(float(v))) for v in (*low, *size)),
    ]
    ended = vasari(*words, "--save-landmarks", tmp_path / "marks.npz", "-o", tmp_path / "a.face")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    marks = np.array(found["landmarks"], np.float32)
    assert off(marks, where(at, 2.0)) < 0.03
    assert abs(found["box"]["x"] - low[0]) < 0.1 * size[0]
    with np.load(tmp_path / "marks.npz") as kept:
        np.testing.assert_allclose(kept["landmarks"], marks, atol=0.01)
    again = vasari("read", path, "--json", "--landmarks", tmp_path / "marks.npz")
    np.testing.assert_allclose(json.loads(again.out)["landmarks"], marks, atol=0.05)
    saved = vasari("read", tmp_path / "a.face", "--json")
    np.testing.assert_allclose(json.loads(saved.out)["landmarks"], marks, atol=0.01)


def test_a_face_too_small_is_told_in_pixels_of_the_file() -> None:
    wide = np.asarray(pasted((4320, 900), (300, 400), 0.5))
    with pytest.raises(PictureError, match=r"only 5\d px"):
        read_portrait(wide, face=[*where((300, 400), 0.5)[:, :2].min(0), 45, 55])


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_picture_that_lies_is_turned(quarters: int) -> None:
    said: list[str] = []
    lying = from_array(pixels()).turned(quarters)
    view = seen(lying.rgb, said=said)
    assert (view.opened.rgb == pixels()).all()
    wanted = moved(known(), lying.from_file)
    assert off(in_file(view), wanted) < 0.01
    ways = {1: "90 degrees clockwise", 2: "180 degrees", 3: "90 degrees counter-clockwise"}
    assert said[0].endswith(f"turned by {ways[quarters]}.")
    x, y, width, height = box_of(wanted)
    boxed = seen(lying.rgb, (x, y, width, height))
    assert off(in_file(boxed), wanted) < 0.01
    given = seen(lying.rgb, landmarks=wanted)
    assert (given.opened.rgb == pixels()).all()
    np.testing.assert_allclose(in_file(given), wanted, atol=0.01)


def test_an_upright_picture_is_not_turned_nor_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from vasari.portrait import view as module

    looks: list[int] = []
    find = module.find_faces

    def counted(picture: np.ndarray) -> list[module.FaceBox]:
        looks.append(1)
        return find(picture)

    monkeypatch.setattr(module, "find_faces", counted)
    said: list[str] = []
    assert (seen(pixels(), said=said).opened.rgb == pixels()).all()
    assert (len(looks), said) == (1, [])


def test_a_part_of_a_turned_file(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    y, x = np.mgrid[:2400, :3000]
    scene = np.dstack([x // 12, y // 10, (x + y) // 24]).astype(np.uint8)
    for kind in ("png", "tiff"):
        path = tmp_path / f"turned.{kind}"
        Image.fromarray(scene).rotate(90, expand=True).save(path, exif=exif)
        whole, part = open_picture(path), open_picture(path, (1000, 500, 1400, 900))
        assert whole.size == part.size == (3000, 2400)
        assert (part.rgb == scene[500:900, 1000:1400]).all()
        corner = moved(np.zeros((1, 2), np.float32), part.to_file)
        np.testing.assert_allclose(corner, [[1000, 500]], atol=0.01)
        middle = np.array([[whole.rgb.shape[1], whole.rgb.shape[0]]], np.float32) / 2 - 0.5
        np.testing.assert_allclose(moved(middle, whole.to_file), [[1499.5, 1199.5]], atol=0.01)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.8])
def test_a_mouth_cut_off_is_refused(share: float) -> None:
    nose, lip = known()[2, 1], known()[17, 1]
    with pytest.raises(PictureError, match="mouth is cut off by the lower border"):
        read_portrait(pixels()[: round(float(nose + share * (lip - nose)))])


def test_a_cut_chin_is_not() -> None:
    marks = known()
    face = read_portrait(pixels()[: round(float(marks[[17, 152], 1].mean()))])
    assert off(face.landmarks, marks) < 0.05
