"""The mesh that carries a portrait: the face, and a shell of rings that ends in the still picture.

The face is MediaPipe's mesh with holes for mouth and eyes. From each point of its oval a spoke
runs outwards over hair, ears and neck. A ring point turns with the head by its weight: 1 on the
head, falling to 0 through the neck to the shoulders and towards the border of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.shape.landmarks import CHIN, FOREHEAD, MESH_POINTS
from vasari.shape.space import Pose, face_space
from vasari.values import FloatArray

# Distances of the rings from the oval, eye distances.
RINGS = np.array([0.10, 0.22, 0.38, 0.58, 0.85, 1.2, 1.7, 2.5, 4.0, 9.0], np.float32)
SHELL_DEPTH = 0.9  # where the outline of the head lies, eye distances behind the eyes
FOLLOW = 0.30  # eye distances over which skin beside the oval still follows the jaw
NECK_TOP, NECK_LENGTH = 0.10, 0.7  # below the chin, eye distances
HEAD_RADIUS, HEAD_FADE = 1.1, 0.8  # around the middle of the head, eye distances
SKULL, HAIR_FADE = 1.05, 0.5  # beside the middle of the head: where hair begins to hang loose
CROWN = 1.3  # of that, so far it begins above the middle
JAW = 0.8  # above the chin, eye distances: from here down to the chin hair joins neck and shoulders
BORDER_FADE = 0.5  # eye distances inside the border over which motion dies
BODY_RADIUS, BODY_FADE = 2.1, 1.1  # around the middle of the head, eye distances


@dataclass(frozen=True)
class Mesh:
    """Vertices in pixels of the working picture: 468 of the face, then the rings.

    Attributes:
        source: (V, 3) where they are in the portrait.
        triangles: (n, 3) int32, holes filled (what fills them is painted over).
        weight: (V,) how far each turns with the head.
        body: (V,) how much each belongs to the body, that goes where the neck goes and breathes.
        hair: (V,) how far each trails the head as loose hair does.
        rise: (V,) how much of its way up each goes: at the lower border nothing would follow.
        follow: (V,) how far each takes over what the expression does to its spoke's oval point.
        oval: (V - MESH_POINTS,) that point.
    """

    source: FloatArray
    triangles: NDArray[np.int32]
    weight: FloatArray
    body: FloatArray
    hair: FloatArray
    rise: FloatArray
    follow: FloatArray
    oval: NDArray[np.int16]


def build_mesh(landmarks: FloatArray, pose: Pose, size: tuple[int, int]) -> Mesh:
    """The mesh of one portrait.

    Args:
        landmarks: (478, 3) pixels of the working picture.
        pose: the portrait's own, in the same pixels.
        size: width, height of the working picture.
    """
    space = face_space()
    oval = space.rings["face_oval"]
    rings = _rings(landmarks, oval, pose.scale)
    source = np.concatenate([landmarks[:MESH_POINTS], rings.reshape(-1, 3)]).astype(np.float32)
    triangles = np.concatenate([space.triangles, _hole_triangles(), _ring_triangles(oval)])
    weight, body, hair = _weights(source, landmarks, pose, size)
    weight[:MESH_POINTS] = np.where(weight[:MESH_POINTS] > 0, 1, weight[:MESH_POINTS])
    above = np.float32(size[1] - 1) - source[:, 1]
    rise = _smooth(above / np.float32(BORDER_FADE * pose.scale))
    rise[:MESH_POINTS] = rise[:MESH_POINTS] > 0
    follow = np.concatenate([np.zeros(MESH_POINTS), np.repeat(np.exp(-RINGS / FOLLOW), len(oval))])
    follow = (follow * _border(source, size, pose.scale)).astype(np.float32)
    spokes = np.tile(oval, len(RINGS))
    return Mesh(source, triangles.astype(np.int32), weight, body, hair, rise, follow, spokes)


def _rings(landmarks: FloatArray, oval: NDArray[np.int16], unit: float) -> FloatArray:
    """(rings, spokes, 3) pixels."""
    edge = landmarks[oval]
    middle = (edge[:, :2].min(0) + edge[:, :2].max(0)) / 2
    out = edge[:, :2] - middle
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    spokes = np.arctan2(out[:, 1], out[:, 0])
    even = np.linspace(0, 2 * np.pi, len(oval), endpoint=False)  # spread far points evenly
    turn = np.angle(np.exp(1j * (spokes - even)).mean())
    sense = 1.0
    if np.abs(np.exp(1j * (spokes - even)).mean()) < 0.5:  # the ring runs the other way round
        sense, turn = -1.0, np.angle(np.exp(1j * (spokes + even)).mean())
    target = sense * even + turn
    points = []
    for r in RINGS:
        mix = min(1.0, float(r) / 1.2)
        direction = (1 - mix) * out + mix * np.stack([np.cos(target), np.sin(target)], 1)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        depth = edge[:, 2] + (np.maximum(SHELL_DEPTH * unit - edge[:, 2], 0)) * _smooth(r / 0.9)
        points.append(np.c_[edge[:, :2] + direction * r * unit, depth])
    return np.stack(points).astype(np.float32)


def _smooth(x: FloatArray | float) -> FloatArray:
    t = np.clip(x, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _border(source: FloatArray, size: tuple[int, int], unit: float) -> FloatArray:
    """(V,) 0 at and beyond the picture's left, right and upper border, 1 well inside."""
    x, y = source[:, 0], source[:, 1]
    inside = np.minimum(np.minimum(x, np.float32(size[0] - 1) - x), y)
    return _smooth(inside / np.float32(BORDER_FADE * unit))


def _weights(
    source: FloatArray, landmarks: FloatArray, pose: Pose, size: tuple[int, int]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(V,) share of the head's motion, (V,) of the body's, and (V,) of loose hair's trailing."""
    roll = np.radians(pose.rotation[2])
    up = np.array([-np.sin(roll), np.cos(roll)])  # towards the chin
    chin, top = landmarks[CHIN, :2], landmarks[FOREHEAD, :2]
    below = (source[:, :2] - chin) @ up / pose.scale
    neck = 1 - _smooth((below - NECK_TOP) / NECK_LENGTH)
    middle = (chin + top) / 2 - 0.35 * pose.scale * up
    away = np.linalg.norm(source[:, :2] - middle, axis=1) / pose.scale
    border = _border(source, size, pose.scale)
    head = neck * (1 - _smooth((away - HEAD_RADIUS) / HEAD_FADE))
    body = (1 - neck) * (1 - _smooth((away - BODY_RADIUS) / BODY_FADE))
    hair = head * _smooth((_from_skull(source, middle, up, pose.scale) - SKULL) / HAIR_FADE)
    hair *= 1 - _smooth((below + JAW) / JAW)
    hair[:MESH_POINTS] = 0
    shares = [np.asarray(share * border, np.float32) for share in (head, body, hair)]
    return shares[0], shares[1], shares[2]


def _from_skull(
    source: FloatArray, middle: NDArray[np.float64], up: NDArray[np.float64], unit: float
) -> FloatArray:
    """(V,) eye distances from the middle of a head that is higher than wide."""
    down = (source[:, :2] - middle) @ up / unit
    side = (source[:, :2] - middle) @ np.array([up[1], -up[0]]) / unit
    return np.asarray(np.hypot(side, np.where(down < 0, down / CROWN, down)), np.float32)


def _ring_triangles(oval: NDArray[np.int16]) -> NDArray[np.int32]:
    n = len(oval)
    index = np.concatenate([oval[None], MESH_POINTS + np.arange(len(RINGS) * n).reshape(-1, n)])
    a, b = index[:-1], index[1:]
    a2, b2 = np.roll(a, -1, 1), np.roll(b, -1, 1)
    quads = np.stack([np.stack([a, b, b2], -1), np.stack([a, b2, a2], -1)])
    return quads.reshape(-1, 3)


def _hole_triangles() -> NDArray[np.int32]:
    """Fans over eyes and mouth: the skin smeared across, under what is painted there."""
    rings = face_space().rings
    fans = []
    for name in ("right_eye", "left_eye", "lips_inner"):
        ring = rings[name].astype(np.int32)
        half = len(ring) // 2
        upper, lower = ring[: half + 1], np.r_[ring[0], ring[half:][::-1]]
        fans += [np.stack([upper[:-1], upper[1:], lower[1:]], 1),
                 np.stack([upper[:-1], lower[1:], lower[:-1]], 1)]  # fmt: skip
    return np.concatenate(fans)
