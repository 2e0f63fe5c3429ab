"""The plate is the picture outside the person, and none of the person inside."""

from __future__ import annotations

import cv2
import numpy as np

from vasari.portrait.plate import EDGE, grown, make_plate, wisps


def striped(height: int = 300, width: int = 260) -> np.ndarray:
    rows = (128 + 90 * np.sin(np.arange(height) / 16))[:, None, None]
    return np.broadcast_to(rows, (height, width, 3)).astype(np.uint8).copy()


def person() -> np.ndarray:
    matte = np.zeros((300, 260), np.uint8)
    cv2.ellipse(matte, (130, 150), (60, 80), 0, 0, 360, 255, -1)
    matte[220:, 60:200] = 255
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), 2), np.uint8)


def test_exact_outside_and_nothing_of_the_person_inside() -> None:
    background, matte = striped(), person()
    alpha = matte[..., None] / 255
    picture = (background * (1 - alpha) + np.array([255, 0, 0]) * alpha).astype(np.uint8)
    plate = make_plate(picture, matte, 60)
    outside = ~grown(matte > 5, 2 + EDGE * 60)
    assert (plate[outside] == picture[outside]).all()
    redness = plate[..., 0].astype(int) - plate[..., 1]
    assert np.abs(redness).max() < 12


def test_lines_that_meet_the_head_squarely_go_on() -> None:
    background, matte = striped(), person()
    picture = background.copy()
    picture[matte > 0] = (255, 0, 0)
    plate = make_plate(picture, matte, 60)
    rim = (slice(135, 165), slice(74, 82))  # the head's left side
    assert np.abs(plate[rim].astype(int) - background[rim]).mean() < 12


def test_lines_that_meet_the_head_obliquely_go_straight_on() -> None:
    rows, columns = np.indices((300, 260))
    slanted = (128 + 90 * np.sign(np.sin((rows + columns) / 14)))[..., None].repeat(3, 2)
    background, matte = slanted.astype(np.uint8), person()
    picture = background.copy()
    picture[matte > 0] = (255, 0, 0)
    plate = make_plate(picture, matte, 60)
    rim = (slice(135, 165), slice(72, 82))  # the head's left side
    assert np.abs(plate[rim].astype(int) - background[rim]).mean() < 30  # a mirror: 90


def test_degenerate_mattes() -> None:
    picture = striped()
    assert (make_plate(picture, np.zeros((300, 260), np.uint8), 60) == picture).all()
    assert make_plate(picture, np.full((300, 260), 255, np.uint8), 60).shape == picture.shape
    dot = np.zeros((300, 260), np.uint8)
    dot[299, 259] = 255
    assert (make_plate(picture, dot, 60)[:250] == picture[:250]).all()


def test_a_hair_beyond_the_matte_goes_and_a_line_that_leads_on_stays() -> None:
    matte = person()
    picture = np.full((300, 260, 3), 150, np.uint8)
    cv2.line(picture, (180, 120), (204, 100), (40, 30, 20), 2)  # a lock
    cv2.line(picture, (0, 160), (130, 160), (90, 90, 90), 2)  # a rail behind the head
    picture[matte > 127] = (60, 40, 30)
    plate = make_plate(picture, matte, 60)
    assert np.abs(plate[105:116, 190:200].astype(int) - 150).max() < 12
    assert (plate[:, :60] == picture[:, :60]).all()


def test_a_motley_background_has_no_wisps() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 260, 3)).astype(np.uint8)
    assert not wisps(noise, person() > 0, 60).any()
