from __future__ import annotations

import cv2
import numpy as np

from tests.faces import made_face
from vasari.portrait.rims import find_rims
from vasari.render.layers.rims import band_of, without_rims
from vasari.shape.space import face_space
from vasari.values import Face, Picture

REACH = 0.22  # of a rim around the middle of an eye, eye distances


def skin() -> tuple[Face, Picture]:
    face = made_face(side=420)
    return face, np.full((420, 420, 3), 200, np.uint8)


def with_glasses(face: Face, picture: Picture) -> Picture:
    """Two round rims and a bridge, drawn in black."""
    out = picture.copy()
    reach = round(REACH * face.scale)
    eyes = [
        face.landmarks[face_space().rings[n], :2].mean(0).tolist()
        for n in ("right_eye", "left_eye")
    ]
    for x, y in eyes:
        cv2.circle(out, (round(x), round(y)), reach, (20, 20, 20), 3, cv2.LINE_AA)
    (x0, y0), (x1, y1) = eyes
    ends = (
        (round(float(x0)) + reach, round(float(y0))),
        (round(float(x1)) - reach, round(float(y1))),
    )
    cv2.line(out, *ends, (20, 20, 20), 3, cv2.LINE_AA)
    return out


def band_in(picture: Picture, face: Face) -> np.ndarray:
    pieces = find_rims(picture, face.landmarks)
    assert len(pieces) > 20
    return band_of(pieces, face.landmarks, face.scale, picture.shape[:2])


def test_rims_are_found_and_bare_skin_is_left_alone() -> None:
    face, picture = skin()
    assert not len(find_rims(picture, face.landmarks))
    band = band_in(with_glasses(face, picture), face)
    x, y = face.landmarks[face_space().rings["right_eye"], :2].mean(0).tolist()
    assert band[round(y + REACH * face.scale), round(x)] == 255
    assert band[round(y), round(x)] == 0


def test_below_the_rims_is_skin() -> None:
    face, picture = skin()
    glasses = with_glasses(face, picture)
    band = band_in(glasses, face)
    person = np.dstack([glasses, np.full(glasses.shape[:2], 255, np.uint8)])
    bare = without_rims(person, band)
    lifted = band == 255
    assert np.median(bare[lifted][:, 0]) > 150
    assert (bare[~lifted] == person[~lifted]).all()
