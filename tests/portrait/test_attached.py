"""A hat that the network cut off is the person's; a glow or a motley wall is not."""

from __future__ import annotations

import cv2
import numpy as np

from vasari.portrait.attached import attached

SIDE = 192


def scene(background: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Picture, network's matte and face of someone before a background."""
    picture = background.astype(np.uint8).copy()
    oval, person = np.zeros((2, SIDE, SIDE), np.uint8)
    cv2.ellipse(oval, (96, 90), (24, 32), 0, 0, 360, 255, -1)
    cv2.ellipse(person, (96, 85), (32, 42), 0, 0, 360, 255, -1)
    person[130:, 50:142] = 255
    picture[person > 0] = (180, 130, 100)
    return picture, cv2.GaussianBlur(person, (0, 0), 2) / np.float32(255), oval


def grey() -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 4, (SIDE, SIDE, 3))
    return np.asarray(120 + noise)


def with_hat() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The scene, and where a hat is that the network does not see."""
    picture, rough, oval = scene(grey())
    hat = np.zeros((SIDE, SIDE), np.uint8)
    hat[26:70, 60:132] = 255
    hat[66:74, 50:142] = 255
    picture[hat > 0] = (150, 20, 30)
    return picture, rough, oval, hat > 0


def test_a_hat_of_which_the_network_is_in_doubt_is_attached() -> None:
    picture, rough, oval, hat = with_hat()
    rough = np.where(hat, np.maximum(rough, np.float32(0.2)), rough)
    found = attached(picture, rough, oval)
    assert found[hat & (rough < 0.4)].mean() > 0.9
    assert not found[:15].any()
    assert not found[85:].any()


def test_what_the_network_is_sure_to_be_background_stays() -> None:
    picture, rough, oval, hat = with_hat()
    rough = np.where(hat & (rough < 0.5), np.float32(0.01), rough)
    assert not attached(picture, rough, oval).any()


def test_nothing_is_attached_to_a_bare_head() -> None:
    picture, rough, oval = scene(grey())
    assert attached(picture, rough, oval).sum() < 40


def test_a_glow_behind_the_head_is_background() -> None:
    away = np.hypot(*np.mgrid[-85 : SIDE - 85, -96 : SIDE - 96])
    glow = 90 * np.exp(-((away / 60) ** 2))[..., None]
    picture, rough, oval = scene(grey() * 0.5 + glow)
    assert attached(picture, rough, oval).mean() < 0.01


def test_a_motley_wall_is_background() -> None:
    rng = np.random.default_rng(2)
    tiles = rng.integers(0, 256, (12, 12, 3)).astype(np.uint8)
    wall = cv2.resize(tiles, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    picture, rough, oval = scene(wall)
    assert attached(picture, rough, oval).mean() < 0.01


def test_a_face_too_small_or_missing_gets_nothing() -> None:
    picture, rough, _ = scene(grey())
    small = np.zeros((SIDE, SIDE), np.uint8)
    assert not attached(picture, rough, small).any()
    cv2.circle(small, (96, 90), 6, 255, -1)
    assert not attached(picture, rough, small).any()
