"""Crops around a face: where they lie, how they are cut out, and the way back."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.space import Pose
from vasari.values import FloatArray, Picture

# The average face seen from the front, in eye distances: (landmark, right, down). Brow, chin and
# sides steady the fit when an eye is closed or far away.
ANCHORS = (
    (33, -0.50, -0.27), (133, -0.19, -0.25), (362, 0.19, -0.25), (263, 0.50, -0.27),
    (168, 0.00, -0.31), (2, 0.00, 0.25), (61, -0.32, 0.49), (291, 0.32, 0.49),
    (152, 0.00, 1.03), (10, 0.00, -0.86), (234, -0.79, -0.03), (454, 0.79, -0.03),
)  # fmt: skip
ANCHOR_INDEX = np.array([a[0] for a in ANCHORS])
ANCHOR_PLACE = np.array([a[1:] for a in ANCHORS])
ALIASES = 0.7  # a crop reduced by more than this is shrunk by area first
FINER = 1.2  # times as fine as the crop, which a warp then reads bilinearly
MIDDLE = np.array([0.0, 0.09])  # eye distances: what stands in the middle of an upright crop


def upright(landmarks: FloatArray, side: int, room: float) -> NDArray[np.float64]:
    """Similarity (2, 3) from picture pixels to an upright crop of `side` pixels.

    `room` is the crop's side in eye distances; landmarks (478, 2 or 3) are pixels.
    """
    here = landmarks[ANCHOR_INDEX, :2].astype(np.float64)
    middle, place_middle = here.mean(0), ANCHOR_PLACE.mean(0)
    a = (here - middle) @ np.array([1, 1j])
    b = (ANCHOR_PLACE - place_middle) @ np.array([1, 1j])
    size = max(float((np.abs(a) ** 2).sum()), 1e-6)
    turn = complex((b * a.conj()).sum()) / size * side / room  # least squares: b = turn * a
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    target = side / 2 + (place_middle - MIDDLE) * side / room
    return np.column_stack([linear, target - linear @ middle])


def about(
    middle: NDArray[np.float64], degrees: float, scale: float, side: int
) -> NDArray[np.float64]:
    """(2, 3): turns and scales about `middle`, which goes to the middle of the crop."""
    t = np.radians(degrees)
    a = scale * np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    return np.column_stack([a, (side - 1) / 2 - a @ middle])


def by_pose(
    pose: Pose, middle: FloatArray, density: float, size: tuple[int, int]
) -> NDArray[np.float64]:
    """Similarity (2, 3) from picture pixels to an upright crop.

    Args:
        pose: of the head, in pixels of the picture.
        middle: (3,) of the face space, what stands in the middle of the crop.
        density: pixels of the crop an eye distance.
        size: width, height of the crop.
    """
    turn = np.radians(float(pose.rotation[2]))
    a = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    a *= density / pose.scale
    there = (np.array(size) - 1) / 2
    return np.column_stack([a, there - a @ pose.project(middle)[:2]])


def framed(x: float, y: float, zoom: float) -> NDArray[np.float64]:
    """(2, 3) from picture pixels to those of a frame whose first pixel lies at x, y."""
    return np.array([[zoom, 0, -x * zoom], [0, zoom, -y * zoom]])


def into_frame(points: FloatArray, x: float, y: float, zoom: float) -> FloatArray:
    """(..., 3) pixels of the picture to those of a frame as `framed` cuts it; depth grows too."""
    return np.asarray((points - np.array([x, y, 0])) * zoom, np.float32)


def out_of_frame(points: FloatArray, x: float, y: float, zoom: float) -> FloatArray:
    """The inverse of `into_frame`."""
    return np.asarray(points / zoom + np.array([x, y, 0]), np.float32)


def of_square(x: float, y: float, extent: float, side: int) -> NDArray[np.float64]:
    """(2, 3) from picture pixels to the crop of `side` pixels that shows the square at x, y."""
    zoom = side / extent
    return np.array([[zoom, 0, (0.5 - x) * zoom - 0.5], [0, zoom, (0.5 - y) * zoom - 0.5]])


def cut_out(
    layer: Picture, m: NDArray[np.float64], size: int | tuple[int, int], shown: bool = False,
    quick: bool = False,
) -> Picture:  # fmt: skip
    """The part of a picture (H, W, ...) that the similarity `m` (2, 3) takes out of it.

    What lies outside repeats the border. Where much is reduced, the part that is needed is shrunk
    first, by area: a warp alone would alias.

    Args:
        layer: uint8, any number of channels.
        m: from its pixels to those of the crop.
        size: side of a square crop, or width and height.
        shown: the crop is for people: read it as sharply as it can be.
        quick: the crop is taken from every picture of a video: shrink by a power of two, which is
            several times as fast and a little softer.
    """
    width, height = (size, size) if isinstance(size, int) else size
    scale = float(np.hypot(m[0, 0], m[1, 0]))
    if scale >= (1.0 if shown else ALIASES):
        return _warp(layer, m, (width, height), shown)
    square = np.array([[-2, -2], [width + 2, -2], [width + 2, height + 2], [-2, height + 2]])
    back = cv2.invertAffineTransform(m)
    corners = square @ back[:, :2].T + back[:, 2]
    end = np.array(layer.shape[1::-1])
    low = np.clip(np.floor(corners.min(0)), 0, end - 1).astype(int)
    high = np.clip(np.ceil(corners.max(0)), low + 1, end).astype(int)
    fine = scale if shown else scale * FINER
    if quick:
        fine = 0.5 ** round(-np.log2(scale))
        high -= (high - low) % round(1 / fine) * (high - low > round(1 / fine))
    part = layer[low[1] : high[1], low[0] : high[0]]
    wanted = np.maximum(np.round((high - low) * fine), 1).astype(int)
    small = cv2.resize(part, (int(wanted[0]), int(wanted[1])), interpolation=cv2.INTER_AREA)
    f = wanted / (high - low)
    # Pixel x of the small part lies at (x + 1/2) / f - 1/2 + low of the picture.
    grow = np.diag([1 / f[0], 1 / f[1], 1.0])
    grow[:2, 2] = 0.5 / f - 0.5 + low
    return _warp(np.asarray(small), (squared(m) @ grow)[:2], (width, height), shown)


def _warp(layer: Picture, m: NDArray[np.float64], size: tuple[int, int], shown: bool) -> Picture:
    flags = cv2.INTER_CUBIC if shown else cv2.INTER_LINEAR
    out = cv2.warpAffine(layer, m, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.uint8)


def squared(m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3) -> (3, 3), so that similarities multiply."""
    return np.vstack([m, [0.0, 0.0, 1.0]])


def to_picture(marks: FloatArray, m: NDArray[np.float64], side: int) -> FloatArray:
    """(n, 3) in crop sides from the middle -> pixels of the picture that `m` cut the crop from."""
    back = cv2.invertAffineTransform(m)
    out = np.empty((len(marks), 3), np.float32)
    out[:, :2] = (marks[:, :2] * side + (side - 1) / 2) @ back[:, :2].T + back[:, 2]
    out[:, 2] = marks[:, 2] * side * np.hypot(back[0, 0], back[1, 0])
    return out
