"""Flat drawings: eyes and mouth are looked for in the drawing itself.

The reader learned from faces with human proportions. In a flat drawing (anime, a cartoon of
even colours) it finds the face, but puts the mouth where a human one would be and human eyes into
drawn ones. Such a picture is simple, though: one even skin tone with holes in it. The hole below
the eyes is the mouth, the holes around the read eyes are the eyes, and the skin ends at the chin.
The other landmarks follow by a thin-plate spline.

A picture that is not flat is left alone, bit for bit: the measure in `_skin` is .13 to .35 on
flat drawings, at most .054 on photos, paintings, renderings and pencil drawings.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.shape.crops import cut_out, upright
from vasari.shape.landmarks import (
    CHIN,
    LEFT_IRIS,
    LIDS_ABOVE,
    LIDS_LOWER,
    LIDS_UPPER,
    LIP_RINGS_LOWER,
    LIP_RINGS_UPPER,
    OUTER_CORNERS,
    RIGHT_IRIS,
)
from vasari.shape.space import face_space
from vasari.values import FloatArray, Indices, Picture

UNIT = 100  # pixels an eye distance in the crop that is looked at
ROOM = 2.8  # eye distances: side of that crop
EVEN = 1.5  # CIELAB: the skin of a flat drawing changes less than this over 5 pixels
FLAT = 0.09  # share of the lower face that is even skin, from which a picture is a flat drawing
SKIN = 7.0  # CIELAB around the skin tone that are skin; the white of an eye is just beyond
ABOVE = 0.1  # share of the root of the nose that is the same even skin, in a flat drawing
DRAWN = 10.0  # CIELAB from the skin tone at which something is drawn on it
WHITE = 18.0  # CIELAB from the skin tone that a drawn white stays within, and an iris does not
FAR = 36  # pixels: the farthest from its middle that a drawn eye ends
GAP = 2  # pixels of skin that end an eye
RAYS = 48
LASH = 0.16  # of an eye's height: the stroke along the upper lid, which moves with it
STROKE = 2.0  # pixels of the mouth's outline, which stay with the lips
LIP = 4.0  # pixels of skin around a drawn mouth that move as its lips
THIN = 7.0  # pixels: a mouth less high on the average is a closed one
CHIN_BELOW = (12, 90)  # pixels below the mouth between which a chin may lie


@dataclass(frozen=True)
class _Eye:
    """Landmarks of one eye from left to right: its ends, both lids, the fold above; its iris."""

    ends: tuple[int, int]
    upper: Indices
    lower: Indices
    above: Indices
    iris: int


EYES = (
    _Eye((33, 133), LIDS_UPPER[:7], LIDS_LOWER[:7], LIDS_ABOVE[:7], RIGHT_IRIS),
    _Eye((362, 263), LIDS_UPPER[:6:-1], LIDS_LOWER[:6:-1], LIDS_ABOVE[:6:-1], LEFT_IRIS),
)
OUTER_UPPER = np.array([185, 40, 39, 37, 0, 267, 269, 270, 409])
OUTER_LOWER = np.array([146, 91, 181, 84, 17, 314, 405, 321, 375])
NOSE_ROOT = (193, 168, 417, 351, 197, 122)
LIP_CORNERS = np.array([[78, 308], [61, 291]])  # inner, outer

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Wanted:
    """Landmarks by index and where they should lie, pixels of the crop."""

    index: NDArray[np.int64]
    place: FloatArray


def is_flat(picture: Picture, landmarks: FloatArray) -> bool:
    """Whether a face, with landmarks (478, 3) in pixels of the picture, is a flat drawing."""
    return _look(picture, landmarks)[2] is not None


def settle_flat(picture: Picture, landmarks: FloatArray) -> FloatArray:
    """Landmarks (478, 3) with eyes, mouth and chin where a flat drawing has them."""
    m, marks, away = _look(picture, landmarks)
    if away is None:
        return landmarks
    eyes = [w for eye in EYES if (w := _eye(away, marks, eye)) is not None]
    mouth = _mouth(away, marks)
    parts = [*eyes, *([] if mouth is None else [mouth, _jaw(away, marks, mouth)])]
    if not parts:
        return landmarks
    index = np.concatenate([p.index for p in parts])
    place = np.concatenate([p.place for p in parts])
    still = np.setdiff1d(_forehead(marks), index)
    moved = _bent(marks, np.r_[index, still], np.concatenate([place, marks[still]]))
    back = cv2.invertAffineTransform(m)
    out = landmarks.copy()
    out[:, :2] += ((moved - marks) @ back[:, :2].T).astype(np.float32)
    return out


def _look(
    picture: Picture, landmarks: FloatArray
) -> tuple[NDArray[np.float64], FloatArray, FloatArray | None]:
    """The similarity (2, 3) to an upright crop, the landmarks (478, 2) there, and its `_skin`."""
    side = round(ROOM * UNIT)
    m = upright(landmarks, side, ROOM)
    marks = (landmarks[:, :2] @ m[:, :2].T + m[:, 2]).astype(np.float32)
    return m, marks, _skin(cut_out(picture, m, side), marks)


def _skin(crop: Picture, marks: FloatArray) -> FloatArray | None:
    """(side, side) distance from the skin tone in CIELAB, or None if this is no flat drawing."""
    lab = cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    face = np.zeros(lab.shape[:2], np.uint8)
    cv2.fillPoly(face, [np.round(marks[face_space().rings["face_oval"]]).astype(np.int32)], 1)
    face[: max(0, round(float(marks[list(OUTER_CORNERS), 1].mean())))] = 0
    if not face.any():
        return None
    tones = lab[face > 0]
    _, which, count = np.unique(
        np.round(tones / 3), axis=0, return_inverse=True, return_counts=True
    )
    most = tones[which.ravel() == count.argmax()].mean(0)
    tone = tones[np.linalg.norm(tones - most, axis=1) < SKIN].mean(0)
    away = np.linalg.norm(lab - tone, axis=2)
    square = np.ones((5, 5), np.uint8)
    change = (cv2.dilate(lab, square) - cv2.erode(lab, square)).max(2)
    even = (change < EVEN) & (away < SKIN)
    root = np.zeros_like(face)
    cv2.fillPoly(root, [np.round(marks[list(NOSE_ROOT)]).astype(np.int32)], 1)
    # a mask of cloth is even too, but the skin above it is not, or has another tone
    flat = even[face > 0].mean() > FLAT and even[root > 0].mean() > ABOVE
    return np.asarray(away, np.float32) if flat else None


def _eye(away: FloatArray, marks: FloatArray, eye: _Eye) -> _Wanted | None:
    """Lids, corners and iris of one drawn eye."""
    outline = _outline(away < SKIN, marks[[*eye.ends, *eye.upper, *eye.lower]].mean(0))
    if outline is None:
        return None
    top, bottom, ends = _sides(outline, 7)
    lash = np.zeros_like(top)
    lash[:, 1] = LASH * float(np.ptp(outline[:, 1])) * np.sin(np.linspace(0, np.pi, 9)[1:-1]) ** 0.5
    top, above = top + lash, top - lash
    middle, radius = _iris(away, np.concatenate([ends[:1], top, ends[1:], bottom[::-1]]))
    rim = marks[eye.iris + 1 : eye.iris + 5] - marks[eye.iris]
    rim *= radius / max(float(np.linalg.norm(rim, axis=1).mean()), 1e-3)
    index = np.r_[eye.ends, eye.upper, eye.lower, eye.above, eye.iris : eye.iris + 5]
    place = np.concatenate([ends, top, bottom, above, middle[None], middle + rim])
    return _Wanted(index, place)


def _outline(skin: Mask, middle: FloatArray) -> FloatArray | None:
    """(RAYS, 2) where skin begins around an eye; where it does not, an ellipse goes on."""
    turn = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    direction = np.stack([np.cos(turn), np.sin(turn)], 1).astype(np.float32)
    reach = np.arange(4, FAR + GAP, dtype=np.float32)
    for _ in range(3):  # the read middle may be far from the drawn one
        at = middle + reach[:, None, None] * direction
        seen = cv2.remap(skin.astype(np.float32), at[..., 0], at[..., 1], cv2.INTER_LINEAR) > 0.5
        run = np.all([seen[k : len(seen) - GAP + k] for k in range(GAP)], axis=0)
        found = run.any(0)
        if found.sum() < RAYS // 3:
            return None
        points = middle + reach[run.argmax(0)][:, None] * direction
        centre, radii = _ellipse(points[found])
        middle = centre.astype(np.float32)
    expected = 1 / np.linalg.norm(direction / radii, axis=1)
    length = np.where(found, reach[run.argmax(0)], expected)
    length = np.where(np.abs(length / expected - 1) < 0.3, length, expected)
    soft = np.convolve(np.pad(length, 2, mode="wrap"), np.ones(5) / 5, "valid")
    return np.asarray(middle + soft[:, None] * direction, np.float32)


def _ellipse(points: FloatArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle and half axes of the upright ellipse through most of the points (n, 2)."""
    origin, unit = points.mean(0), 20.0
    x, y = ((points - origin) / unit).T.astype(np.float64)
    rows = np.stack([x * x, y * y, x, y], 1)
    use = np.ones(len(rows), bool)
    for _ in range(4):
        a, b, c, d = np.linalg.lstsq(rows[use], np.ones(use.sum()), rcond=None)[0]
        off = np.abs(rows @ [a, b, c, d] - 1)
        use = off <= np.percentile(off, 75)
    a, b = max(a, 0.1), max(b, 0.1)
    size = 1 + c * c / (4 * a) + d * d / (4 * b)
    half = np.clip(np.sqrt(size / np.array([a, b])) * unit, 6, FAR)
    return origin + unit * np.array([-c / (2 * a), -d / (2 * b)]), half


def _iris(away: FloatArray, opening: FloatArray) -> tuple[FloatArray, float]:
    """Middle and radius of what is far from the skin tone in an eye's opening (n, 2)."""
    opened = np.zeros(away.shape, np.uint8)
    cv2.fillPoly(opened, [np.round(opening).astype(np.int32)], 1)
    inside = cv2.erode(opened, np.ones((3, 3), np.uint8)) > 0
    y, x = np.nonzero((away > WHITE) & inside)
    extent = np.ptp(opening, axis=0) / 2
    if len(x) < 9:
        return opening.mean(0), float(0.5 * extent.min())
    radius = float(min(2 * x.std(), 2 * y.std(), 0.8 * extent.min()))
    return np.array([x.mean(), y.mean()], np.float32), radius


def _mouth(away: FloatArray, marks: FloatArray) -> _Wanted | None:
    """Both lip lines around the largest thing drawn on the skin between eyes and chin."""
    hole = _mouth_hole(away, marks)
    if hole is None:
        return None
    xs = np.nonzero(hole)[1]
    closed = len(xs) / len(np.unique(xs)) < THIN
    contours, _ = cv2.findContours(hole.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    top, bottom, ends = _sides(contours[0][:, 0].astype(np.float32), 9)
    if closed:
        top = bottom = np.float32(0.5) * (top + bottom)
    else:
        top[:, 1] += STROKE
        bottom[:, 1] -= STROKE
    down, along = np.array([0, LIP], np.float32), np.array([LIP, 0], np.float32)
    outer = np.stack([ends[0] - along, ends[1] + along])
    index = np.concatenate([LIP_RINGS_UPPER[0], LIP_RINGS_LOWER[0], OUTER_UPPER, OUTER_LOWER,
                            LIP_CORNERS.ravel()])  # fmt: skip
    return _Wanted(index, np.concatenate([top, bottom, top - down, bottom + down, ends, outer]))


def _mouth_hole(away: FloatArray, marks: FloatArray) -> Mask | None:
    """The hole in the skin that is the mouth."""
    eyes, chin = marks[[33, 133, 362, 263]].mean(0), marks[CHIN]
    count, label, stats, centre = cv2.connectedComponentsWithStats(
        (away > DRAWN).astype(np.uint8), connectivity=8
    )
    best, which = 0.0, 0
    for k in range(1, count):
        _, y, width, height, area = (int(v) for v in stats[k])
        depth = float((centre[k, 1] - eyes[1]) / max(chin[1] - eyes[1], 1))
        aside = float(centre[k, 0] - eyes[0] - depth * (chin[0] - eyes[0])) / UNIT
        low = y > eyes[1] + 0.2 * UNIT and y + height < chin[1] + 0.1 * UNIT
        if low and 8 <= width <= 70 and height <= 60:
            worth = area * float(np.exp(-((aside / 0.2) ** 2)))
            best, which = max((best, which), (worth, k))
    if best < 12:
        return None
    strong = label == which
    _, label = cv2.connectedComponents((away > SKIN).astype(np.uint8))
    whole = label == label[strong][0]  # with its teeth, which may be nearly as light as skin
    return np.asarray(whole if whole.sum() < 2 * strong.sum() else strong)


def _sides(outline: FloatArray, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """`n` points of an outline's upper and lower side from left to right, and its two ends."""
    low, high = outline.min(0), outline.max(0)
    x = (low[0] + high[0]) / 2 - np.cos(np.pi * np.arange(1, n + 1) / (n + 1)) * (
        high[0] - low[0]
    ) / 2
    mask = np.zeros((int(high[1]) + 3, int(high[0]) + 3), np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    column = np.clip(np.round(x), np.ceil(low[0]), np.floor(high[0])).astype(int)
    filled = mask[:, column] > 0
    top = filled.argmax(0)
    bottom = len(mask) - 1 - filled[::-1].argmax(0)
    ends = outline[[outline[:, 0].argmin(), outline[:, 0].argmax()]]
    return (np.stack([x, top], 1).astype(np.float32), np.stack([x, bottom], 1).astype(np.float32),
            ends.astype(np.float32))  # fmt: skip


def _jaw(away: FloatArray, marks: FloatArray, mouth: _Wanted) -> _Wanted:
    """The face's outline below the eyes, drawn together so that it ends where the skin ends."""
    middle, low = mouth.place[:, 0].mean(), mouth.place[:, 1].max()
    begin = round(float(low)) + CHIN_BELOW[0]
    strip = away[begin : round(float(low)) + CHIN_BELOW[1], round(float(middle)) - 3 :][:, :7]
    ended = np.median(strip, axis=1) > DRAWN
    read = marks[LIP_CORNERS[1], 1].mean()
    found = mouth.place[-2:, 1].mean()
    chin = begin + int(ended.argmax()) if ended.any() else marks[CHIN, 1] + found - read
    eyes = marks[list(OUTER_CORNERS), 1].mean()
    oval = face_space().rings["face_oval"].astype(np.int64)
    oval = oval[marks[oval, 1] > eyes]
    place = marks[oval].copy()
    place[:, 1] = eyes + (place[:, 1] - eyes) * (chin - eyes) / (marks[CHIN, 1] - eyes)
    return _Wanted(oval, place)


def _forehead(marks: FloatArray) -> NDArray[np.int64]:
    """The face's outline above the eyes, which stays."""
    oval = face_space().rings["face_oval"].astype(np.int64)
    return np.asarray(oval[marks[oval, 1] <= marks[list(OUTER_CORNERS), 1].mean()])


def _bent(marks: FloatArray, index: NDArray[np.int64], place: FloatArray) -> FloatArray:
    """All landmarks (478, 2), moved by the thin-plate spline that moves some to their place."""
    fixed = marks[index].astype(np.float64) / UNIT
    n = len(fixed)
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = _plate(fixed, fixed) + 1e-4 * np.eye(n)
    system[:n, n:] = np.c_[np.ones(n), fixed]
    system[n:, :n] = system[:n, n:].T
    wanted = np.concatenate([place - marks[index], np.zeros((3, 2))])
    weight = np.linalg.solve(system, wanted)
    every = marks.astype(np.float64) / UNIT
    moved = marks + np.c_[_plate(every, fixed), np.ones(len(every)), every] @ weight
    moved[index] = place
    return np.asarray(moved, np.float32)


def _plate(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(len(a), len(b)) r² log r²."""
    square = ((a[:, None] - b[None]) ** 2).sum(2)
    return np.asarray(square * np.log(square + 1e-9))
