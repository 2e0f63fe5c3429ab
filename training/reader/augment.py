"""What training does to a stored crop: moves it as a finder would, then repaints it.

Half of the pictures pass nearly untouched; the rest lose light, colour, sharpness or parts, or
turn into something like a painting, because portraits are not only photographs.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.reader.data import PACK, ROOM
from vasari.portrait.detail import EYE, MOUTH, Detail, window
from vasari.portrait.reader import BOX_ROOM, FINE_ROOM
from vasari.shape.crops import upright
from vasari.values import BLENDSHAPES

Random = np.random.Generator


def _swapped() -> np.ndarray:
    other = {"Left": "Right", "Right": "Left"}
    places = {n: k for k, n in enumerate(BLENDSHAPES)}
    swap = list(range(len(BLENDSHAPES)))
    for name, k in places.items():
        for a, b in other.items():
            if name.endswith(a):
                swap[k] = places[name[: -len(a)] + b]
    return np.array(swap)


SWAPPED = _swapped()
DETAILS = {"mouth": MOUTH, "eye": EYE}


def similarity(degrees: float, scale: float, middle: np.ndarray, side: int) -> np.ndarray:
    """(2, 3): turns about `middle`, scales, and puts `middle` in the middle of the crop."""
    t = np.radians(degrees)
    a = scale * np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    return np.column_stack([a, side / 2 - a @ middle])


def moved(marks: np.ndarray, m: np.ndarray) -> np.ndarray:
    """Landmarks (478, 3) under a similarity (2, 3)."""
    out = np.empty_like(marks)
    out[:, :2] = marks[:, :2] @ m[:, :2].T + m[:, 2]
    out[:, 2] = marks[:, 2] * np.hypot(m[0, 0], m[1, 0])
    return out


def coarse_crop(marks: np.ndarray, side: int, rng: Random) -> np.ndarray:
    """A crop as the finder's box gives it: any roll, loose scale and place."""
    turn = rng.normal(0, 10) if rng.random() < 0.6 else rng.uniform(-52, 52)
    turned = moved(marks, similarity(turn, 1.0, np.full(2, PACK / 2), PACK))[:, :2]
    low, high = turned.min(0), turned.max(0)
    box = float((high - low).max())
    middle = (low + high) / 2 + rng.normal(0, 0.07, 2) * box
    scale = side / (box * BOX_ROOM) * np.exp(rng.normal(0, 0.12))
    back = cv2.invertAffineTransform(similarity(turn, 1.0, np.full(2, PACK / 2), PACK))
    return similarity(turn, scale, back[:, :2] @ middle + back[:, 2], side)


def fine_crop(marks: np.ndarray, side: int, rng: Random) -> np.ndarray:
    """A crop as earlier landmarks give it; one in six is far off, so that passes can repeat."""
    far = 3.0 if rng.random() < 0.17 else 1.0
    m = upright(marks, side, FINE_ROOM)
    jitter = similarity(
        rng.normal(0, 4.0) * far,
        np.exp(rng.normal(0, 0.055) * far),
        side / 2 + rng.normal(0, 0.055, 2) * far * side / FINE_ROOM,
        side,
    )
    whole = np.vstack([jitter, [0, 0, 1]]) @ np.vstack([m, [0, 0, 1]])
    return whole[:2]


def detail_crop(marks: np.ndarray, side: int, detail: Detail, rng: Random) -> np.ndarray:
    """A crop of mouth or eye as the fine network's landmarks give it."""
    far = 2.5 if rng.random() < 0.12 else 1.0
    m = window(marks, detail.middle, side, detail.room)
    shift = rng.normal(0, 0.03, 2) * far * side / detail.room
    jitter = similarity(rng.normal(0, 2.5) * far, np.exp(rng.normal(0, 0.04) * far),
                        side / 2 + shift, side)  # fmt: skip
    whole = np.vstack([jitter, [0, 0, 1]]) @ np.vstack([m, [0, 0, 1]])
    return whole[:2]


def tone(x: np.ndarray, rng: Random) -> np.ndarray:
    """Brightness, contrast, gamma and a colour cast through one table a channel."""
    ramp = np.linspace(0, 1, 256)[:, None]
    gain = np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.06, 3))
    curve = ramp ** np.exp(rng.normal(0, 0.3)) * gain + rng.normal(0, 0.06)
    table = np.clip(curve * 255, 0, 255).astype(np.uint8)
    return cv2.LUT(x, table[None])


def grey(x: np.ndarray, rng: Random) -> np.ndarray:
    g = cv2.cvtColor(x, cv2.COLOR_RGB2GRAY)[..., None].astype(np.float32)
    tint = 1 - np.array([0, 0.08, 0.2], np.float32) * (rng.random() if rng.random() < 0.5 else 0)
    return np.asarray(np.clip(g * tint, 0, 255).astype(np.uint8))


def blur(x: np.ndarray, rng: Random) -> np.ndarray:
    if rng.random() < 0.5:
        return cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 1.8))
    f = rng.uniform(0.3, 0.8)
    small = cv2.resize(x, None, fx=f, fy=f, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, x.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def jpeg(x: np.ndarray, rng: Random) -> np.ndarray:
    _, data = cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 70))])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def noise(x: np.ndarray, rng: Random) -> np.ndarray:
    n = rng.normal(0, rng.uniform(3, 18), x.shape).astype(np.float32)
    return np.asarray(np.clip(x + n, 0, 255).astype(np.uint8))


def occlude(x: np.ndarray, rng: Random) -> np.ndarray:
    side = len(x)
    w, h = (rng.uniform(0.08, 0.4, 2) * side).astype(int)
    left, top = rng.integers(-8, side - 4, 2)
    x = x.copy()
    patch = x[max(top, 0) : top + h, max(left, 0) : left + w]
    patch[:] = rng.integers(0, 256, 3) if rng.random() < 0.6 else patch[::-1, ::-1].copy()
    return x


def paint(x: np.ndarray, rng: Random) -> np.ndarray:
    """Flat strokes, few colours, drawn edges, or the light of a pencil sheet."""
    kind = rng.integers(5)
    if kind == 0:
        return cv2.medianBlur(x, int(rng.choice([3, 5, 7])))
    if kind == 1:
        levels = rng.integers(4, 10)
        step = 256 // levels
        return np.asarray(x // step * step + step // 2).astype(np.uint8)
    if kind == 2:
        return cv2.bilateralFilter(x, 7, 60, 5)
    g = cv2.cvtColor(x, cv2.COLOR_RGB2GRAY)
    if kind == 3:  # pencil: what is darker than its surroundings
        soft = cv2.GaussianBlur(g, (0, 0), rng.uniform(2, 6))
        sketch = np.clip(g.astype(np.float32) / (soft + 1.0) * 245, 0, 255).astype(np.uint8)
        return cv2.cvtColor(sketch, cv2.COLOR_GRAY2RGB)
    flat = cv2.medianBlur(x, 5).astype(np.float32)  # ink lines over flat colour
    soft = cv2.GaussianBlur(g, (0, 0), 2.0)
    ink = np.clip((g.astype(np.float32) - soft + 8) / 10, 0, 1)[..., None]
    return np.asarray((flat * ink).astype(np.uint8))


CHANCES = (
    (tone, 0.7),
    (paint, 0.14),
    (grey, 0.12),
    (blur, 0.15),
    (noise, 0.12),
    (jpeg, 0.15),
    (occlude, 0.15),
)


def repainted(x: np.ndarray, rng: Random) -> np.ndarray:
    if rng.random() < 0.2:
        return x
    for change, chance in CHANCES:
        if rng.random() < chance:
            x = change(x, rng)
    return x


def sample(
    crop: np.ndarray, marks: np.ndarray, blend: np.ndarray, mirror: np.ndarray,
    stage: str, side: int, rng: Random,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """One training picture (side, side, 3), its landmarks in crop pixels and blendshapes."""
    if rng.random() < 0.5:
        crop, marks, blend = crop[:, ::-1], marks[mirror], blend[SWAPPED]
        marks[:, 0] = PACK - 1 - marks[:, 0]
    if stage in DETAILS:
        m = detail_crop(marks, side, DETAILS[stage], rng)
    else:
        m = (coarse_crop if stage == "coarse" else fine_crop)(marks, side, rng)
    border = cv2.BORDER_REPLICATE if rng.random() < 0.7 else cv2.BORDER_CONSTANT
    colour = tuple(float(v) for v in rng.integers(0, 256, 3))
    x = cv2.warpAffine(np.ascontiguousarray(crop), m, (side, side), flags=cv2.INTER_LINEAR,
                       borderMode=border, borderValue=colour)  # fmt: skip
    return repainted(x, rng), moved(marks, m), blend


def without_face(crop: np.ndarray, marks: np.ndarray, side: int, rng: Random) -> np.ndarray:
    """A picture that holds no face the reader should believe: surroundings, noise, texture."""
    kind = rng.random()
    if kind < 0.45:  # beside the face, or far too small a piece of it
        low, high = marks[:, :2].min(0), marks[:, :2].max(0)
        angle = rng.uniform(0, 2 * np.pi)
        reach = (high - low) * rng.uniform(0.6, 1.0)
        middle = (low + high) / 2 + reach * np.array([np.cos(angle), np.sin(angle)])
        m = similarity(rng.uniform(-180, 180), rng.uniform(0.7, 3) * side / PACK, middle, side)
        x = cv2.warpAffine(crop, m, (side, side), borderMode=cv2.BORDER_REFLECT)
    elif kind < 0.65:  # a small piece of the face, many times too large
        middle = marks[rng.integers(468), :2].astype(float)
        m = similarity(rng.uniform(-180, 180), rng.uniform(4, 8) * side / PACK, middle, side)
        x = cv2.warpAffine(crop, m, (side, side), borderMode=cv2.BORDER_REFLECT)
    else:  # noise of some grain, over a gradient
        n = int(2 ** rng.uniform(1, 7))
        x = rng.integers(0, 256, (n, n, 3)).astype(np.uint8)
        x = cv2.resize(x, (side, side), interpolation=int(rng.choice([0, 1, 2])))
        ramp = np.linspace(rng.random(), rng.random(), side)[:, None, None]
        x = (x * rng.uniform(0.2, 1) * ramp + rng.integers(0, 128)).clip(0, 255).astype(np.uint8)
    return repainted(np.ascontiguousarray(x), rng)


__all__ = ["PACK", "ROOM", "sample", "without_face"]
