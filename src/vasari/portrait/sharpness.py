"""Drawn teeth made as soft as the portrait: sharper than the skin, they would look pasted in."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.values import FloatArray, Picture

CHEEKS = (205, 425)
CHEEK = 0.1  # eye distances, radius of a patch
TO_CHEEK = 2.0  # mean |Laplacian| of the upper row to that of a cheek: so an open mouth has about 4
LEAST, MOST = 0.45, 2.2  # deviation of the blur, pixels of the picture
STEPS = 8
UNIT = 144.0  # pixels an eye distance at which a sharper portrait is measured, so that its size
# does not matter: those of a picture of 512


def softened(
    textures: tuple[NDArray[np.uint8], ...], density: float, picture: Picture,
    landmarks: FloatArray, unit: float,
) -> list[NDArray[np.uint8]]:  # fmt: skip
    """Textures (h, w, 4) blurred, all alike, until the first is as sharp as this portrait.

    Args:
        textures: RGBA; the first is measured.
        density: their pixels an eye distance.
        picture: (H, W, 3) the portrait.
        landmarks: (478, 3) in its pixels.
        unit: pixels an eye distance of the picture.
    """
    if unit > UNIT:
        zoom = UNIT / unit
        picture = np.asarray(
            cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), np.uint8
        )
        landmarks, unit = landmarks * np.float32(zoom), UNIT
    fine = density / unit
    wanted = TO_CHEEK * _cheek(picture, landmarks, unit)
    for deviation in np.geomspace(LEAST, MOST, STEPS):
        blurred = cv2.GaussianBlur(textures[0], (0, 0), deviation * fine)
        if _inside(np.asarray(blurred, np.uint8), fine) <= wanted:
            break
    return [np.asarray(cv2.GaussianBlur(t, (0, 0), deviation * fine), np.uint8) for t in textures]


def _edges(grey: NDArray[np.uint8]) -> FloatArray:
    return np.asarray(np.abs(cv2.Laplacian(grey, cv2.CV_32F)))


def _cheek(picture: Picture, landmarks: FloatArray, unit: float) -> float:
    edges = _edges(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8))
    cheeks = np.zeros(edges.shape, np.uint8)
    for x, y in np.round(landmarks[list(CHEEKS), :2]).astype(int).tolist():
        cv2.circle(cheeks, (x, y), round(CHEEK * unit), (1,), -1)
    return float(edges[cheeks > 0].mean()) if cheeks.any() else 0.0


def _inside(texture: NDArray[np.uint8], fine: float) -> float:
    """Mean |Laplacian| where the texture is, at the size at which the picture shows it."""
    light = cv2.cvtColor(texture[..., :3], cv2.COLOR_RGB2GRAY) * (texture[..., 3] / 255.0)
    size = int(texture.shape[1] / fine), int(texture.shape[0] / fine)
    small = cv2.resize(np.dstack([light, texture[..., 3]]), size, interpolation=cv2.INTER_AREA)
    edges = _edges(small[..., 0].astype(np.uint8))
    middle = slice(size[0] // 4, 3 * size[0] // 4)
    there = small[:, middle, 1] > 128
    return float(edges[:, middle][there].mean()) if there.any() else 0.0
