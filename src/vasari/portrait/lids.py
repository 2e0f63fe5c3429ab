"""The tones of closed lids, taken from the skin around the eyes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.glasses import BELOW_EYES
from vasari.shape.landmarks import LIDS_ABOVE, LIDS_UPPER, OUTER_CORNERS
from vasari.shape.space import face_space
from vasari.values import FloatArray, Indices, Picture

SKIN_ABOVE = np.array([0.0, 0.5, 1.0])  # lid heights above the fold where skin is looked at
SHADE = 0.72, 0.96  # of the light on the skin around falls on a closed lid: deep, shallow socket
FOREIGN = 30.0  # CIELAB: chroma by which something differs from the skin above the same eye
TONES = 32  # along a lid


def lid_tones(
    picture: Picture, landmarks: FloatArray, flat: bool, covered: bool = False
) -> Picture:
    """(2, TONES + 1, 3) of the right and the left lid: its skin from the outer to the inner
    corner, then its lashes.

    Args:
        picture: (H, W, 3).
        landmarks: (478, 3) in its pixels.
        flat: of a flat drawing, in which no socket shades a lid.
        covered: something lies before the mouth, perhaps up to the eyes: only what is above them
            is surely skin.
    """
    lids = []
    for half, below in zip((slice(7), slice(7, 14)), BELOW_EYES, strict=True):
        edge, above = LIDS_UPPER[half], LIDS_ABOVE[half]
        tones = _tones(picture, landmarks, edge, above, above if covered else below, not flat)
        if flat:
            tones[:] = _even_tone(picture, landmarks)
        lids.append(np.vstack([tones, _darkest(picture, landmarks[edge, :2])]))
    return np.stack(lids).astype(np.uint8)


def _darkest(picture: Picture, points: FloatArray) -> NDArray[np.uint8]:
    """(3,) the tone of the darkest third of the pixels at points."""
    size = picture.shape[1], picture.shape[0]
    at = np.clip(np.round(points).astype(int), 0, np.array(size) - 1)
    seen = picture[at[:, 1], at[:, 0]].astype(np.float32)
    dark = seen[seen.sum(1) <= np.percentile(seen.sum(1), 34)]
    return np.asarray(dark.mean(0), np.uint8)


def _even_tone(picture: Picture, landmarks: FloatArray) -> FloatArray:
    """(3,) the skin of a flat drawing: the middle tone of its face below the eyes."""
    face = np.zeros(picture.shape[:2], np.uint8)
    oval = landmarks[face_space().rings["face_oval"], :2]
    cv2.fillPoly(face, [np.round(oval).astype(np.int32)], 1)
    face[: max(0, round(float(landmarks[list(OUTER_CORNERS), 1].max())))] = 0
    seen = picture[face > 0]
    return np.asarray(np.median(seen, axis=0) if len(seen) else picture.mean((0, 1)), np.float32)


def _foreign(seen: FloatArray) -> NDArray[np.bool_]:
    """(m, n) which of the colours (m, n, 3) cannot be skin by what lies above the fold, in the
    first rows: a mask, a hand in a glove."""
    lab = cv2.cvtColor(seen / np.float32(255), cv2.COLOR_RGB2LAB)
    skin = np.median(lab[: len(SKIN_ABOVE)].reshape(-1, 3), axis=0)
    return np.asarray(np.hypot(*(lab - skin)[..., 1:].transpose(2, 0, 1)) > FOREIGN)


def _tones(
    picture: Picture, landmarks: FloatArray, edge: Indices, above: Indices, below: Indices,
    shaded: bool,
) -> Picture:  # fmt: skip
    """(TONES, 3) of the skin around the eye along the lid: in each column the brighter half of
    what lies above the fold and below the eye, since the rest is crease, lash and brow."""
    fold = landmarks[above, :2]
    up = (fold - landmarks[edge, :2])[None] * SKIN_ABOVE[:, None, None]
    n = len(edge)
    under = np.stack([np.interp(np.linspace(0, 1, n), np.linspace(0, 1, len(below)),
                                landmarks[below, k]) for k in (0, 1)], 1)  # fmt: skip
    at = np.concatenate([fold + up, under[None], under[None]])  # (5, n, 2)
    at = np.clip(np.round(at).astype(int), 0, np.array(picture.shape[1::-1]) - 1)
    seen = cv2.GaussianBlur(picture, (5, 5), 0)[at[..., 1], at[..., 0]].astype(np.float32)
    light = np.where(_foreign(seen), 0, seen.sum(2))
    bright = (light >= np.median(light, axis=0))[..., None]
    column = (seen * bright).sum(0) / bright.sum(0)  # (n, 3)
    if shaded:
        socket = 0.6 + 0.4 * seen[0] / np.maximum(column, 1)  # the fold: how deep, how warm
        column *= np.clip(socket, *SHADE)
    padded = np.pad(column, ((2, 2), (0, 0)), mode="edge")
    column = np.stack([np.convolve(padded[:, c], np.ones(5) / 5, "valid") for c in range(3)], 1)
    along = np.linspace(0, n - 1, TONES)
    tones = [np.interp(along, np.arange(n), column[:, c]) for c in range(3)]
    return np.stack(tones, 1).astype(np.uint8)
