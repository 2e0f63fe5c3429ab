from __future__ import annotations

import numpy as np

from tests.faces import made_face
from tests.render.layers.moments import moment
from vasari.portrait.glasses import behind_dark_glass
from vasari.portrait.lids import lid_tones
from vasari.render.layers.lid import Lid
from vasari.shape.landmarks import LIDS_ABOVE, LIDS_UPPER


def shut(face):  # type: ignore[no-untyped-def]
    """Landmarks with the right eye's upper lid drawn far down."""
    points = face.landmarks.copy()
    points[LIDS_UPPER[:7], 1] += 0.12 * face.scale
    return points


def lid_of(face, picture, flat=False):  # type: ignore[no-untyped-def]
    tones = lid_tones(picture, face.landmarks, flat)[0]
    return Lid(tones, face.landmarks, LIDS_UPPER[:7], LIDS_ABOVE[:7], flat)


def test_light_goes_on_across_a_closed_lid() -> None:
    face = made_face(side=420)
    ramp = np.linspace(40, 240, 420)[None, :, None]
    picture = np.broadcast_to(ramp, (420, 420, 3)).astype(np.uint8).copy()
    out = picture.copy()
    lid_of(face, picture).draw(out, moment(face, shut(face)))
    x0, x1 = face.landmarks[LIDS_UPPER[[1, 5]], 0].astype(int)
    y = int(face.landmarks[LIDS_UPPER[3], 1])
    assert (out != picture).any()
    assert np.abs(out[y, x0:x1].astype(int) - picture[y, x0:x1]).max() < 20


def test_a_closed_lid_has_no_hard_edge() -> None:
    """White skin over a black fold: the patch fades, and is not cut off by the box it lies in."""
    face = made_face(side=420)
    picture = np.full((420, 420, 3), 220, np.uint8)
    out = np.zeros_like(picture)
    lid_of(face, picture).draw(out, moment(face, shut(face)))
    x, top = face.landmarks[LIDS_ABOVE[3], :2].astype(int)
    column = out[top - 12 : top + 8, x, 0].astype(int)
    assert column.max() > 100
    assert np.abs(np.diff(column)).max() < 60


def test_a_drawn_lid_is_one_tone_below_its_thick_lashes() -> None:
    face = made_face(side=420)
    picture = np.full((420, 420, 3), 220, np.uint8)
    warped = np.full_like(picture, 10)  # the stroke of the lashes, stretched
    points = shut(face)
    lid_of(face, picture, flat=True).draw(warped, moment(face, points))
    x, low = points[LIDS_UPPER[3], :2].astype(int)
    top = int(points[LIDS_ABOVE[3], 1])
    column = warped[top + 3 : low - 5, x, 0]
    assert len(column) > 5
    assert (column > 200).all()


def test_an_open_eye_is_left_alone() -> None:
    face = made_face()
    out = face.picture.copy()
    lid_of(face, face.picture).draw(out, moment(face, face.landmarks))
    assert (out == face.picture).all()


def test_dark_glass_is_told_from_a_dark_face() -> None:
    face = made_face()
    for skin in (40, 200):
        plain = np.full_like(face.picture, skin)
        assert not behind_dark_glass(plain, face.landmarks)
    x, y = face.landmarks[[33, 133], :2].mean(0).astype(int)
    glass = np.full_like(face.picture, 200)
    glass[y - 14 : y + 14, x - 18 : x + 18] = 15
    assert behind_dark_glass(glass, face.landmarks)
