"""The person's matte: a small network finds it, the picture's own edges refine it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.networks import network
from vasari.portrait.attached import attached
from vasari.shape.crops import cut_out, of_square
from vasari.shape.landmarks import CHIN, FOREHEAD
from vasari.shape.space import face_space
from vasari.values import FloatArray, Picture

SIDE = 192  # px, input and output of the network
WIDEN = 1.15  # the network sees this much more than the crop
FIT_SIDE = 512  # px, at which the network's edges are fitted to the picture's
FINE_SIDE = 1024  # px, most at which the fit is applied
RADIUS = 0.012  # of the square's side, window of the guided filter
SMOOTH = 2e-4  # variance of colour (0 to 1) under which the guided filter flattens
DOUBT = (0.05, 0.95)  # between these the network is in doubt
LEAST_SURE = 50  # px of person and of background without which colours cannot be told
MARGIN = 0.16  # of the matte, taken off at both ends
COVERS = 0.8  # share of the face that a plausible matte covers
CORE = 0.03  # of the crop's side, from the outline: further inside everything is person
HOLE = 0.004  # of the square's area, holes up to this are filled

Crop = tuple[float, float, float]
Mask = NDArray[np.uint8]


def find_matte(picture: Picture, landmarks: FloatArray, crop: Crop) -> tuple[Mask, bool]:
    """How much of each pixel is the person whose face is given.

    Args:
        picture: (H, W, 3) uint8.
        landmarks: (478, 3) pixels.
        crop: x, y, side of the square with head and shoulders.

    Returns:
        matte (H, W) uint8, and False where the network failed and a plain outline stands in.
    """
    oval = face_oval(landmarks, picture.shape[:2])
    matte = np.zeros(picture.shape[:2], np.float32)
    for square in reversed(_squares(crop, picture.shape[:2])):
        _lay(matte, _look(picture, oval, square), square)
    found = bool((oval > 127).any()) and float(matte[oval > 127].mean()) > COVERS
    matte = _one_person(matte, oval, crop[2]) if found else outline(landmarks, picture.shape[:2])
    return np.asarray(np.round(matte * 255), np.uint8), found


def face_oval(landmarks: FloatArray, size: tuple[int, int]) -> Mask:
    """(H, W) uint8, 255 inside the face's oval."""
    oval = np.zeros(size, np.uint8)
    points = landmarks[face_space().rings["face_oval"], :2]
    cv2.fillPoly(oval, [np.round(points * 16).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    return oval


def outline(landmarks: FloatArray, size: tuple[int, int]) -> FloatArray:
    """(H, W) 0 to 1: a soft head and shoulders around the face, for want of anything better."""
    oval = landmarks[face_space().rings["face_oval"], :2]
    middle, reach = oval.mean(0), float(np.ptp(oval[:, 1]))
    down = landmarks[CHIN, :2] - landmarks[FOREHEAD, :2]
    down = down / max(float(np.hypot(*down)), 1e-6)
    head = cv2.convexHull(np.concatenate([
        middle + (oval - middle) * 1.12, middle + (oval - middle) * 1.12 - down * reach * 0.22
    ]).astype(np.float32))  # fmt: skip
    out = np.zeros(size, np.uint8)
    cv2.fillPoly(out, [np.round(head * 16).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    neck = np.array([[-0.3, 0.2], [0.3, 0.2], [0.33, 0.72], [-0.33, 0.72]]) * reach + middle
    cv2.fillPoly(out, [np.round(neck * 16).astype(np.int32)], (255,), cv2.LINE_AA, 4)
    shoulders = (middle[0], middle[1] + 1.35 * reach), (1.25 * reach, 0.72 * reach)
    box = tuple(tuple(round(float(v) * 16) for v in pair) for pair in shoulders)
    cv2.ellipse(out, box[0], box[1], 0, 0, 360, (255,), -1, cv2.LINE_AA, 4)
    below = round(float(middle[1] + 1.35 * reach))
    left, right = (round(float(middle[0] + s * 1.25 * reach)) for s in (-1, 1))
    out[max(below, 0) :, max(left, 0) : max(right, 0)] = 255
    return np.asarray(cv2.GaussianBlur(out, (0, 0), max(0.03 * reach, 0.5)) / 255, np.float32)


def _squares(crop: Crop, size: tuple[int, int]) -> list[Crop]:
    """The crop, a little widened, then ever larger ones until the picture is covered."""
    x, y, side = crop
    middle_x, middle_y = x + side / 2, y + side / 2
    squares = [(middle_x - side * WIDEN / 2, middle_y - side * WIDEN / 2, side * WIDEN)]
    while not _covers(squares[-1], size) and len(squares) < 4:
        x, y, side = squares[-1]
        squares.append((x - side / 2, y - side / 3, side * 2))  # more below, where the body is
    return squares


def _covers(square: Crop, size: tuple[int, int]) -> bool:
    x, y, side = square
    return x <= 0 and y <= 0 and x + side >= size[1] and y + side >= size[0]


def cut(layer: NDArray[np.uint8], square: Crop, side: int) -> NDArray[np.uint8]:
    """The square as (side, side, ...) pixels; beyond the picture its border goes on."""
    return cut_out(layer, of_square(*square, side), side)


def _look(picture: Picture, oval: Mask, square: Crop) -> FloatArray:
    """(s, s) 0 to 1: the network's matte of one square, refined; s at most FINE_SIDE."""
    seen = np.dstack([cut(picture, square, SIDE), cut(oval, square, SIDE)])
    given = seen.transpose(2, 0, 1)[None].astype(np.float32) / 255  # (1, 4, SIDE, SIDE)
    rough = np.asarray(network("matte").run(None, {"picture": given})[0])[0, 0]
    colour = settled(seen[..., :3], rough, seen[..., 3])
    side = int(np.clip(square[2], SIDE, FINE_SIDE))
    fit = min(side, FIT_SIDE)
    guide = cut(picture, square, fit).astype(np.float32) / np.float32(255)
    large = np.asarray(cv2.resize(colour, (fit, fit), interpolation=cv2.INTER_CUBIC), np.float32)
    slope, offset = guided_fit(guide, large, round(RADIUS * fit), SMOOTH)
    if side > fit:
        guide = cut(picture, square, side).astype(np.float32) / np.float32(255)
        slope = np.asarray(cv2.resize(slope, (side, side)), np.float32)
        offset = np.asarray(cv2.resize(offset, (side, side)), np.float32)
    return sharpened((slope * guide).sum(-1) + offset)


def sharpened(matte: FloatArray) -> FloatArray:
    """All but nothing becomes nothing, all but full becomes full."""
    return np.asarray(np.clip((matte - MARGIN) / (1 - 2 * MARGIN), 0, 1), np.float32)


def settled(picture: Picture, rough: FloatArray, oval: Mask) -> FloatArray:
    """(H, W) 0 to 1: the network's matte, what it cut off attached, its doubts decided."""
    more = attached(picture, rough, oval).astype(np.float32)
    rough = np.maximum(rough, np.asarray(cv2.GaussianBlur(more, (0, 0), 1), np.float32))
    return by_colour(picture, rough, oval)


def by_colour(picture: Picture, rough: FloatArray, oval: Mask) -> FloatArray:
    """Where the network is in doubt, colour decides half (GrabCut, Rother et al. 2004).

    Args:
        picture: (H, W, 3) uint8.
        rough: (H, W) 0 to 1, the network's.
        oval: (H, W) uint8, the face, which is person for certain.
    """
    kinds = np.where(rough > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    kinds[rough < DOUBT[0]] = cv2.GC_BGD
    kinds[(rough > DOUBT[1]) | (oval > 127)] = cv2.GC_FGD
    if min((kinds == sure).sum() for sure in (cv2.GC_BGD, cv2.GC_FGD)) < LEAST_SURE:
        return rough
    cv2.setRNGSeed(1)  # GrabCut starts from random clusters
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(picture[..., ::-1])
    cv2.grabCut(bgr, kinds, (0, 0, 1, 1), *models, 2, cv2.GC_INIT_WITH_MASK)
    hard = (kinds == cv2.GC_FGD) | (kinds == cv2.GC_PR_FGD)
    return np.asarray(0.5 * rough + 0.5 * hard, np.float32)


def guided_fit(
    guide: FloatArray, rough: FloatArray, radius: int, smooth: float
) -> tuple[FloatArray, FloatArray]:
    """Locally linear in colour: rough ~ slope . guide + offset (guided filter, He et al. 2013).

    Args:
        guide: (H, W, 3) 0 to 1.
        rough: (H, W).
        radius: of the window, pixels.
        smooth: variance of colour that counts as an edge.

    Returns:
        slope (H, W, 3), offset (H, W).
    """

    def mean(layer: FloatArray) -> FloatArray:
        size = (2 * radius + 1, 2 * radius + 1)
        return np.asarray(cv2.boxFilter(layer, -1, size, borderType=cv2.BORDER_REFLECT))

    mean_guide, mean_rough = mean(guide), mean(rough)
    shared = [mean(guide[..., k] * rough) - mean_guide[..., k] * mean_rough for k in range(3)]
    spread = {
        (i, j): mean(guide[..., i] * guide[..., j]) - mean_guide[..., i] * mean_guide[..., j]
        for i in range(3)
        for j in range(i, 3)
    }
    for i in range(3):
        spread[i, i] += smooth
    slope = _solve(spread, shared)
    offset = mean_rough - (slope * mean_guide).sum(-1)
    return mean(slope), mean(offset)


def _solve(a: dict[tuple[int, int], FloatArray], b: list[FloatArray]) -> FloatArray:
    """(H, W, 3) solution of symmetric 3 x 3 systems, by cofactors."""
    inverse = {
        (0, 0): a[1, 1] * a[2, 2] - a[1, 2] ** 2,
        (0, 1): a[0, 2] * a[1, 2] - a[0, 1] * a[2, 2],
        (0, 2): a[0, 1] * a[1, 2] - a[0, 2] * a[1, 1],
        (1, 1): a[0, 0] * a[2, 2] - a[0, 2] ** 2,
        (1, 2): a[0, 1] * a[0, 2] - a[0, 0] * a[1, 2],
        (2, 2): a[0, 0] * a[1, 1] - a[0, 1] ** 2,
    }
    whole = sum(a[0, k] * inverse[0, k] for k in range(3))
    rows = [sum(inverse[min(i, j), max(i, j)] * b[j] for j in range(3)) / whole for i in range(3)]
    return np.asarray(np.dstack(rows), np.float32)


def _lay(matte: FloatArray, found: FloatArray, square: Crop) -> None:
    """Lay one square's finding over `matte`, fading at the square's border."""
    height, width = matte.shape
    x, y, side = square
    x0, y0 = max(int(np.floor(x)), 0), max(int(np.floor(y)), 0)
    x1, y1 = min(int(np.ceil(x + side)), width), min(int(np.ceil(y + side)), height)
    move = of_square(x - x0, y - y0, side, found.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (x1 - x0, y1 - y0)
    part = cv2.warpAffine(found, move, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    across = [_fade(x0, x1, x, side, width), _fade(y0, y1, y, side, height)]
    weight = across[1][:, None] * across[0][None]
    matte[y0:y1, x0:x1] += weight * (part - matte[y0:y1, x0:x1])


def _fade(first: int, last: int, start: float, side: float, end: int) -> FloatArray:
    """(last - first,) 1 inside the square, 0 at its sides, except where the picture ends there."""
    place = (np.arange(first, last) + 0.5 - start) / side
    left = np.ones_like(place) if start <= 0 else np.clip(place / 0.08, 0, 1)
    right = np.ones_like(place) if start + side >= end else np.clip((1 - place) / 0.08, 0, 1)
    return np.asarray(left * right, np.float32)


def _one_person(matte: FloatArray, oval: Mask, crop_side: float) -> FloatArray:
    """Keep what hangs together with the face, fill small holes in it, make its inside solid."""
    count, parts, _, _ = cv2.connectedComponentsWithStats((matte > 0.5).astype(np.uint8))
    face = np.bincount(parts[oval > 127], minlength=count)
    face[0] = 0
    person = (parts == face.argmax()).astype(np.uint8)
    near = cv2.dilate(person, _disc(CORE * crop_side))
    matte = np.where(near > 0, matte, 0)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(1 - person)
    small = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] < HOLE * crop_side**2)
    inside = np.isin(parts, small[small > 0])
    core = cv2.erode(person | inside.astype(np.uint8), _disc(CORE * crop_side), borderValue=1)
    sure = cv2.erode(oval, _disc(CORE * crop_side)) / np.float32(255)
    return np.asarray(np.maximum(np.where(inside | (core > 0), 1, matte), sure), np.float32)


def _disc(reach: float) -> Mask:
    side = 2 * max(1, round(reach)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
