"""A portrait at the size it is drawn in: the person lifted off the background behind it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.checks import Background, Framing
from vasari.render.mesh import BODY_FADE, BODY_RADIUS
from vasari.render.raster import over
from vasari.shape.crops import cut_out, framed, into_frame
from vasari.shape.landmarks import CHIN, FOREHEAD
from vasari.shape.space import Pose
from vasari.values import Face, FloatArray, Picture

Box = tuple[int, int, int, int]

RIM = 0.01  # of a picture's longer side: so wide is a frame or a scanner's edge that it may have
FARTHEST = 1.4  # times the portrait's own distance: so far a person goes away


@dataclass(frozen=True)
class Stage:
    """What does not change while a portrait moves. Pixels are those of the part in `box`.

    Attributes:
        still: (H, W, 3 or 4) uint8, the whole picture at rest: outside the box it never changes.
        box: x0, y0, x1, y1 of the part of it that can move.
        picture: (h, w, 3) uint8, that part of the portrait.
        person: (h, w, 4) uint8, the person in it with premultiplied alpha.
        plate: (h, w, 3) uint8, what is behind the person.
        landmarks: (478, 3) float32, as `Traits.drawn`.
        pose: of the head.
        rims: (n, 4) float32, as `Traits.rims`.
        whole: (H, W, 4) and (H, W, 3) uint8, the person and what is behind in the whole picture.
    """

    still: NDArray[np.uint8]
    box: Box
    picture: Picture
    person: NDArray[np.uint8]
    plate: Picture
    landmarks: FloatArray
    pose: Pose
    rims: FloatArray
    whole: tuple[NDArray[np.uint8], Picture]


def set_stage(face: Face, size: int, frame: Framing, background: Background) -> Stage:
    """A portrait at the size it is drawn in.

    Args:
        face: the portrait.
        size: side of frame "crop", pixels.
        frame: "crop" (head and shoulders) or "full" (the whole picture at its own size).
        background: None keeps the portrait's; an RGB triple; or "transparent".
    """
    picture, matte, plate, (x, y, zoom) = _working(face, size, frame)
    person = lifted(picture, matte, plate)
    if isinstance(background, tuple):
        plate = np.empty_like(plate)
        plate[:] = background
    still = np.empty_like(plate)
    if background == "transparent":
        still = straight(person)
    else:
        over(person, plate, still)
    box = _moving_box(face, x, y, zoom, picture.shape[1::-1])
    x, y = x + box[0] / zoom, y + box[1] / zoom
    pose = Pose(face.rotation, face.scale * zoom, into_frame(face.origin, x, y, zoom))
    corner = np.array([x, y] * 2)
    return Stage(
        still, box, _part(picture, box), _part(person, box), _part(plate, box),
        into_frame(face.traits.drawn, x, y, zoom), pose,
        np.asarray((face.traits.rims - corner) * zoom, np.float32), (person, plate),
    )  # fmt: skip


def _working(
    face: Face, size: int, frame: Framing
) -> tuple[Picture, NDArray[np.uint8], Picture, tuple[float, float, float]]:
    """Picture, matte and plate at the size they are drawn in; their corner x, y and zoom."""
    layers = (face.picture, face.matte, face.plate)
    if frame == "full":
        height, width = (n - n % 2 for n in face.picture.shape[:2])
        full = [np.ascontiguousarray(layer[:height, :width]) for layer in layers]
        return full[0], full[1], full[2], (0.0, 0.0, 1.0)
    x, y, side = face.crop
    m = framed(x, y, size / side)
    crops = [cut_out(layer, m, size, shown=True) for layer in layers]
    return crops[0], crops[1], crops[2], (x, y, size / side)


def around(face: Face, stage: Stage, frame: Framing) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """(h, w, 4) the person in the whole picture, and beside and below it as far as one who goes
    away could show; and the x, y in it of the picture's first pixel."""
    person = stage.whole[0]
    if frame == "full":
        return person, (0, 0)
    size, (x, y, side) = len(person), face.crop
    zoom, most = size / side, int((FARTHEST - 1) * size)
    height, width = face.picture.shape[:2]
    room = np.array([x, y, width - x - side, height - y - side]) - RIM * max(height, width)
    left, top, right, below = (int(np.clip(k * zoom, 0, most)) for k in room)
    if left + top + right + below == 0:
        return person, (0, 0)
    m = framed(x - left / zoom, y - top / zoom, zoom)
    there = (left + size + right, top + size + below)
    layers = (face.picture, face.matte, face.plate)
    picture, matte, plate = (cut_out(layer, m, there, shown=True) for layer in layers)
    out = lifted(picture, matte, plate)
    out[top : top + size, left : left + size] = person
    return out, (left, top)


def _moving_box(face: Face, x: float, y: float, zoom: float, size: tuple[int, ...]) -> Box:
    """x0, y0, x1, y1 of the part of the working picture that can move, even numbers."""
    unit = face.scale * zoom
    points = (face.landmarks[[FOREHEAD, CHIN], :2] - (x, y)) * zoom
    middle, reach = points.mean(0), (BODY_RADIUS + BODY_FADE + 0.5) * unit
    box = np.concatenate([middle - reach, middle + reach])
    low = np.maximum(box[:2] // 2 * 2, 0).astype(int)
    high = np.minimum(box[2:] // 2 * 2 + 2, size).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _part(layer: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(layer[y0:y1, x0:x1])


def lifted(picture: Picture, matte: NDArray[np.uint8], plate: Picture) -> NDArray[np.uint8]:
    """(H, W, 4) the person with premultiplied alpha: laid over the plate it is the picture.

    Where the plate is too bright or too dark to be behind the picture's pixel at the matte's
    alpha, alpha is raised to the least that explains the pixel.
    """
    front, back = picture.astype(np.float32), plate.astype(np.float32)
    darker = (back - front) / np.maximum(back, 1)
    brighter = (front - back) / np.maximum(255 - back, 1)
    least = np.ceil(255 * np.maximum(darker, brighter).max(2)).clip(0, 255)
    least[(picture == plate).all(2)] = 0
    alpha = np.maximum(matte, least.astype(np.uint8))
    left = (255 - alpha.astype(np.int32))[..., None]
    colour = np.clip(picture - (left * plate + 127) // 255, 0, 255)
    return np.ascontiguousarray(np.dstack([colour, alpha[..., None]]).astype(np.uint8))


def finer(person: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Enlarged so that pixel (x, y) lies unchanged at (factor x, factor y): bilinear reading of
    it is as sharp as bicubic reading of the original, and five times as fast."""
    if factor == 1:
        return person
    matrix = np.array([[factor, 0, 0], [0, factor, 0]], np.float64)
    size = (person.shape[1] * factor, person.shape[0] * factor)
    larger = cv2.warpAffine(
        person, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    out = np.asarray(larger, np.uint8)
    np.minimum(out[..., :3], out[..., 3:], out=out[..., :3])  # no ringing where nothing is
    return out


def straight(person: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Premultiplied to straight alpha."""
    alpha = person[..., 3:].astype(np.float32)
    colour = person[..., :3] * (255 / np.maximum(alpha, 1))
    return np.dstack([np.clip(colour + 0.5, 0, 255), alpha]).astype(np.uint8)
