"""What was read, drawn on the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.read import box_of
from vasari.shape.landmarks import LEFT_IRIS, RIGHT_IRIS
from vasari.shape.space import face_space, rotation_matrix
from vasari.values import Face, FloatArray, Picture

DRAW_LEAST = 900  # px, shorter pictures are enlarged so that thin lines stay thin
SHIFT = 4  # binary digits behind the point in OpenCV's coordinates
MESH, RING, LIPS = (150, 235, 255), (255, 255, 255), (255, 120, 150)
IRIS, EDGE, CROP = (120, 255, 160), (255, 205, 90), (255, 255, 255)
AXES = ((255, 90, 90), (110, 230, 120), (110, 160, 255))  # to the right, down, towards the viewer
RINGS = ("face_oval", "left_eye", "right_eye")
BROWS = ("left_eyebrow", "right_eyebrow")  # lower edge, then upper edge


def draw_face(face: Face) -> Picture:
    """The picture with mesh, lips, eyes, matte outline, crop, box, pose and gaze drawn on it."""
    height, width = face.picture.shape[:2]
    zoom = max(1.0, DRAW_LEAST / max(height, width))
    size = round(width * zoom), round(height * zoom)
    canvas = np.asarray(cv2.resize(face.picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    points = face.landmarks * np.float32(zoom)
    thick = max(1, round(face.scale * zoom / 160))
    _draw_matte(canvas, face.matte, thick)
    _draw_mesh(canvas, points)
    _draw_rings(canvas, points, thick)
    _draw_eyes(canvas, face, points, zoom, thick)
    _draw_axes(canvas, face, zoom, thick)
    _draw_frames(canvas, face, zoom, thick)
    return canvas


def _fixed(points: FloatArray) -> NDArray[np.int32]:
    return np.round(np.asarray(points)[..., :2] * (1 << SHIFT)).astype(np.int32)


def _blend(canvas: Picture, drawn: Picture, share: float) -> None:
    cv2.addWeighted(drawn, share, canvas, 1 - share, 0, dst=canvas)


def _draw_matte(canvas: Picture, matte: NDArray[np.uint8], thick: int) -> None:
    large = cv2.resize(matte, canvas.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    edges, _ = cv2.findContours(
        (large > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    drawn = canvas.copy()
    cv2.drawContours(drawn, edges, -1, EDGE, thick + 1, cv2.LINE_AA)
    _blend(canvas, drawn, 0.7)


def _draw_mesh(canvas: Picture, points: FloatArray) -> None:
    triangles = face_space().triangles.astype(np.int64)
    pairs = np.sort(np.concatenate([triangles[:, side] for side in ([0, 1], [1, 2], [2, 0])]))
    lines = _fixed(points[np.unique(pairs, axis=0)])
    drawn = canvas.copy()
    cv2.polylines(drawn, list(lines), False, MESH, 1, cv2.LINE_AA, SHIFT)
    _blend(canvas, drawn, 0.4)


def _draw_rings(canvas: Picture, points: FloatArray, thick: int) -> None:
    rings = face_space().rings
    for name in RINGS:
        ring = _fixed(points[rings[name]])
        cv2.polylines(canvas, [ring], True, RING, thick, cv2.LINE_AA, SHIFT)
    for name in BROWS:
        for edge in np.split(rings[name], 2):
            ring = _fixed(points[edge])
            cv2.polylines(canvas, [ring], False, RING, thick, cv2.LINE_AA, SHIFT)
    for name in ("lips_outer", "lips_inner"):
        ring = _fixed(points[rings[name]])
        cv2.polylines(canvas, [ring], True, LIPS, thick, cv2.LINE_AA, SHIFT)


def _draw_eyes(canvas: Picture, face: Face, points: FloatArray, zoom: float, thick: int) -> None:
    yaw, pitch = np.radians(face.gaze)
    ahead = np.array([np.sin(yaw), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)], np.float32)
    look = (rotation_matrix(face.rotation) @ ahead)[:2] * np.float32(face.scale * zoom * 0.45)
    for centre in (RIGHT_IRIS, LEFT_IRIS):
        middle = points[centre, :2]
        radius = float(np.hypot(*(points[centre + 1 : centre + 5, :2] - middle).T).mean())
        at = _fixed(middle)
        cv2.circle(canvas, at.tolist(), round(radius * 16), IRIS, thick, cv2.LINE_AA, SHIFT)
        end = _fixed(middle + look)
        cv2.line(canvas, at.tolist(), end.tolist(), IRIS, thick + 1, cv2.LINE_AA, SHIFT)


def _draw_axes(canvas: Picture, face: Face, zoom: float, thick: int) -> None:
    """Three arrows from the tip of the nose: the head's right, down and ahead."""
    nose = face.landmarks[1, :2] * zoom
    turn = rotation_matrix(face.rotation)
    for axis, colour in enumerate(AXES):
        way = turn[:2, axis] * (-1 if axis == 2 else 1) * face.scale * zoom * 0.55
        ends = [np.round(p).astype(int).tolist() for p in (nose, nose + way)]
        cv2.arrowedLine(canvas, ends[0], ends[1], colour, thick + 1, cv2.LINE_AA, 0, 0.12)


def _draw_frames(canvas: Picture, face: Face, zoom: float, thick: int) -> None:
    x, y, side = face.crop
    drawn = canvas.copy()
    for frame, colour in (((x, y, side, side), CROP), (box_of(face.landmarks), MESH)):
        left, top, width, height = (v * zoom for v in frame)
        corners = (round(left), round(top)), (round(left + width), round(top + height))
        cv2.rectangle(drawn, corners[0], corners[1], colour, thick, cv2.LINE_AA)
    _blend(canvas, drawn, 0.7)
    yaw, pitch, roll = face.rotation
    _write(canvas, f"yaw {yaw:+.0f}  pitch {pitch:+.0f}  roll {roll:+.0f}", 1)
    _write(canvas, f"gaze {face.gaze[0]:+.0f} {face.gaze[1]:+.0f}  sure {face.confidence:.2f}", 0)


def _write(canvas: Picture, text: str, line: int) -> None:
    size = max(canvas.shape[:2]) / 1500
    at = (round(14 * size * 2), canvas.shape[0] - round((14 + 34 * line) * size * 2))
    for colour, thick in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(
            canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, size * 1.1, colour,
            max(1, round(thick * size * 1.3)), cv2.LINE_AA,
        )  # fmt: skip
