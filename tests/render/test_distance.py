"""A person comes nearer or goes away, whole, before a background that stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import vasari
from tests.conftest import voice_like
from tests.faces import made_face, still
from vasari.portrait.finder import find_faces
from vasari.portrait.reader import read_landmarks
from vasari.render import Body, Renderer
from vasari.render.distance import Distance, at_distance


def eyes_apart(picture: np.ndarray) -> float:
    """Pixels between the outer corners of the eyes, as our reader sees them."""
    marks = read_landmarks(picture, find_faces(picture)[0]).landmarks
    return float(np.linalg.norm((marks[33] - marks[263])[:2]))


@pytest.mark.parametrize("distance", [0.7, 0.8, 1.2, 1.4])
def test_the_face_is_as_large_as_asked(face_file: Path, distance: float) -> None:
    face = vasari.Face.load(face_file)
    renderer, motion = Renderer(face), still(face)
    own = eyes_apart(renderer.draw(motion, 0))
    moved, carried = at_distance(motion, Body().push(motion), np.array([distance]))
    seen = eyes_apart(renderer.draw(moved, 0, carried))
    assert seen / own == pytest.approx(1 / distance, rel=0.03)


@pytest.mark.parametrize("frame", ["crop", "full"])
@pytest.mark.parametrize("distance", [0.7, 0.95, 1.1, 1.4])
def test_the_background_stays(frame: str, distance: float) -> None:
    face = made_face()
    renderer, motion = Renderer(face, 256, frame), still(face)  # type: ignore[arg-type]
    moved, carried = at_distance(motion, Body().push(motion), np.array([distance]))
    picture = renderer.draw(moved, 0, carried)
    corners = ([0, 0, -1, -1], [0, -1, 0, -1])
    np.testing.assert_array_equal(picture[corners], renderer.draw(motion, 0)[corners])


def test_no_border_of_the_portrait_comes_into_the_picture() -> None:
    """A body cut off below and at the sides reaches these borders at any distance."""
    person = np.zeros((200, 160, 4), np.uint8)
    person[120:] = 255
    person[40:120, 50:110] = 255
    shown = Distance(person, np.array([80, 80]), 40.0)
    for larger in (0.7, 0.8, 0.95, 1.2, 1.5):
        picture = shown.show(person, larger)
        assert picture[-1].min() == 255
        assert picture[190, 0].min() == picture[190, -1].min() == 255
        assert not picture[10, 0].any()


def test_a_head_cut_off_above_stays_so() -> None:
    person = np.zeros((200, 160, 4), np.uint8)
    person[:, 50:110] = 255
    shown = Distance(person, np.array([80, 80]), 40.0)
    assert shown.show(person, 0.75)[:, 80].min() == 255


def test_who_goes_away_shows_the_picture_below_the_crop() -> None:
    """The crop's own lower border comes in, and what the portrait has below it."""
    face = made_face(512)
    taller = np.vstack([face.picture, np.full((200, 512, 3), (250, 10, 10), np.uint8)])
    matte = np.vstack([face.matte, np.full((200, 512), 255, np.uint8)])
    plate = np.vstack([face.plate, np.full((200, 512, 3), 128, np.uint8)])
    face = replace(face, picture=taller, matte=matte, plate=plate)
    renderer, motion = Renderer(face), still(face)
    moved, carried = at_distance(motion, Body().push(motion), np.array([1.3]))
    below = renderer.draw(moved, 0, carried)[-20:]
    assert np.abs(below.astype(int) - (250, 10, 10)).max() < 12


def test_a_body_cut_off_below_is_not_stretched_but_sinks() -> None:
    """Squares on the chest stay nearly square; the face stands lower."""
    person = np.zeros((400, 400, 4), np.uint8)
    person[100:, 150:250] = 255
    person[300:340, 180:220, 0] = 0
    person[150:160, 150:250, 1] = 0  # the brow
    smaller = Distance(person, np.array([200, 190]), 60.0).show(person, 1 / 1.4)
    square = (smaller[..., 3] > 200) & (smaller[..., 0] < 100)
    high, wide = square.any(1).sum(), square.any(0).sum()
    assert 0.9 < high / wide < 1.5
    brow = ((smaller[..., 3] > 200) & (smaller[..., 1] < 100)).any(1)
    assert np.flatnonzero(brow).mean() > 190 - 35 / 1.4 + 20
    assert smaller[-1, 200, 3] == 255


@pytest.mark.parametrize("larger", [0.75, 1.4])
def test_shoulders_lie_behind_the_face(larger: float) -> None:
    """So they grow and shrink a little less than it does."""
    person = np.zeros((600, 400, 4), np.uint8)
    person[:500, 160:240] = 255
    shown = Distance(person, np.array([200, 200]), 60.0).show(person, larger)
    wide = (shown[..., 3] > 128).sum(1)
    face, body = wide[200] / 80, wide[round(200 + 170 * larger)] / 80
    assert face == pytest.approx(larger, rel=0.03)
    assert abs(body - 1) < abs(face - 1)
    assert body == pytest.approx(larger, rel=0.05)


def test_a_style_does_so_while_it_talks() -> None:
    def made(**style: object) -> list[np.ndarray]:
        steered = vasari.Style(**style)  # type: ignore[arg-type]
        return list(vasari.talk(made_face(), voice_like(1.0), size=256, style=steered, mark=False))

    plain, natural = made(), made(distance=[vasari.Key(0.5, 1.0)])
    keyed, far = made(distance=[vasari.Key(0.5, 0.8)]), made(distance=0.8)
    np.testing.assert_array_equal(plain, natural)
    np.testing.assert_array_equal(plain[:12], keyed[:12])
    assert (plain[0] != far[0]).any()
    np.testing.assert_array_equal(keyed[21:], far[21:])  # complete within its time
