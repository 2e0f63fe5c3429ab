"""A face made of the mean face and coloured noise: no network has to read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from vasari.portrait.traits import read_traits
from vasari.shape.eyes import IRISES, RINGS
from vasari.shape.space import Pose, face_space, settle_mouth
from vasari.values import BLENDSHAPES, EXPRESSION, Face, Motion


def expression(**values: float) -> np.ndarray:
    """(EXPRESSION,) from names; a name without Left or Right sets both."""
    out = np.zeros(EXPRESSION, np.float32)
    for name, value in values.items():
        hits = [k for k, b in enumerate(BLENDSHAPES) if b in (name, name + "Left", name + "Right")]
        assert hits, name
        out[hits] = value
    return out


def made_face(
    side: int = 256,
    rotation: tuple[float, float, float] = (0, 0, 0),
    own: np.ndarray | None = None,
    seed: int = 0,
) -> Face:
    """A face of about a quarter of the picture's side between the eyes' corners."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(40, 220, (side // 8, side // 8, 3), np.uint8)
    picture = cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
    origin = np.array([side / 2, side * 0.47, 0], np.float32)
    pose = Pose(np.array(rotation, np.float32), side / 4.2, origin)
    own = expression() if own is None else own
    basis = face_space().basis
    shape = face_space().mean + np.tensordot(own, basis, 1).astype(np.float32)
    shape, own = settle_mouth(shape, own)
    _draw_eyes(picture, pose.project(shape))
    matte = np.zeros((side, side), np.uint8)
    middle = (side // 2, int(side * 0.47))
    cv2.ellipse(matte, middle, (int(side * 0.3), int(side * 0.38)), 0, 0, 360, 255, -1)
    matte = cv2.GaussianBlur(matte, (0, 0), 2)
    plate = picture.copy()
    plate[matte > 0] = 128
    crop, landmarks = (0.0, 0.0, float(side)), pose.project(shape)
    neutral = shape - np.tensordot(own, basis, 1).astype(np.float32)
    return Face(
        picture, matte, plate, crop, landmarks, pose.scale, pose.rotation, pose.origin,
        neutral, own, np.zeros(2, np.float32), 1.0,
        read_traits(picture, crop, landmarks, pose, neutral, own),
    )  # fmt: skip


def _draw_eyes(picture: np.ndarray, landmarks: np.ndarray) -> None:
    """White openings with dark irises."""
    for ring, iris in zip(RINGS, IRISES, strict=True):
        opening = landmarks[face_space().rings[ring], :2]
        white = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillPoly(white, [np.round(opening).astype(np.int32)], 255)
        dark = np.zeros_like(white)
        radius = np.linalg.norm(landmarks[iris + 1 : iris + 5, :2] - landmarks[iris, :2], axis=1)
        middle = np.round(landmarks[iris, :2]).astype(int).tolist()
        cv2.circle(dark, middle, round(float(radius.mean())), 255, -1)
        picture[white > 0] = 210
        picture[(white & dark) > 0] = (70, 50, 40)


def painted(face: Face, picture: np.ndarray, **changes: Any) -> Face:
    """The same face in another picture, its traits read in it."""
    pose = Pose(face.rotation, face.scale, face.origin)
    traits = read_traits(picture, face.crop, face.landmarks, pose, face.neutral, face.expression)
    return replace(face, picture=picture, traits=traits, **changes)


def still(face: Face, frames: int = 1, **changes: np.ndarray) -> Motion:
    """The portrait's own pose, gaze and expression for so many frames, some of it changed."""
    values = {
        "rotation": face.rotation, "position": np.zeros(3), "gaze": face.gaze,
        "expression": face.expression, **changes,
    }  # fmt: skip
    return Motion(**{k: np.tile(v, (frames, 1)).astype(np.float32) for k, v in values.items()})


def painted_lips(own: np.ndarray, side: int = 512) -> Face:
    """A made face with plain skin and lips, its mouth as `own` has it, teeth in it."""
    face = made_face(side=side, own=own)
    noise = np.random.default_rng(0).normal(0, 9, (*face.picture.shape[:2], 1))
    picture = np.clip(np.array([200, 160, 140]) + noise, 0, 255).astype(np.uint8)
    rings = face_space().rings
    for name, colour in (("lips_outer", (180, 110, 105)), ("lips_inner", (225, 220, 205))):
        ring = np.round(face.landmarks[rings[name], :2]).astype(np.int32)
        cv2.fillPoly(picture, [ring], colour, cv2.LINE_AA)
    return painted(face, picture, plate=picture)
