"""One training example out of a labelled picture: moved, set before something else, restyled."""

import cv2
import numpy as np

from training.matte.wear import worn

OUT = 192  # px


def example(pack, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(OUT, OUT, 4) uint8 picture and oval, (OUT, OUT) uint8 label."""
    picture, mask, oval = (pack[k][index] for k in ("pictures", "labels", "ovals"))
    picture, mask = worn(picture, mask, oval, lambda: cloth(pack, rng, len(oval)), rng)
    move = warp(oval, rng)
    flags = cv2.INTER_AREA if abs(move[0, 0]) < 0.5 else cv2.INTER_LINEAR
    border = cv2.BORDER_REPLICATE
    picture = cv2.warpAffine(picture, move, (OUT, OUT), flags=flags, borderMode=border)
    mask = cv2.warpAffine(mask, move, (OUT, OUT), flags=flags, borderMode=border)
    oval = cv2.warpAffine(oval, move + wobble(rng), (OUT, OUT), flags=flags)
    if rng.random() < 0.3:
        alpha = mask[..., None].astype(np.float32) / 255
        picture = (picture * alpha + background(pack, rng) * (1 - alpha)).astype(np.uint8)
    picture = restyled(picture, rng)
    if rng.random() < 0.5:
        picture, mask, oval = picture[:, ::-1], mask[:, ::-1], oval[:, ::-1]
    return np.dstack([picture, oval]), mask


def warp(oval: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(2, 3) so that the face comes to lie, and to be as large, as it may be at portrait time."""
    rows, columns = np.nonzero(oval > 127)
    centre = np.array([columns.mean(), rows.mean()])
    high = float(np.ptp(rows)) + 1
    native = high / oval.shape[0]
    least = native * (0.65 if rng.random() < 0.8 else 0.35)  # beyond the border it is all streaks
    share = rng.uniform(max(least, 0.1), max(0.48, native))  # of OUT that the oval is high
    zoom = share * OUT / high
    turn = np.radians(rng.normal(0, 8 if rng.random() < 0.85 else 25))
    linear = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    target = OUT * np.array([rng.normal(0.5, 0.09), rng.normal(0.44, 0.08)])
    return np.column_stack([linear, target - linear @ centre])


def wobble(rng: np.random.Generator) -> np.ndarray:
    """The reader is not the teacher: the oval is a little off."""
    return np.column_stack([np.zeros((2, 2)), rng.normal(0, 1.5, 2)])


def background(pack, rng: np.random.Generator) -> np.ndarray:
    """(OUT, OUT, 3): another picture (with its person), blurred, a gradient, noise, or flat."""
    kind = rng.random()
    if kind < 0.65:
        other = pack["pictures"][rng.integers(len(pack["pictures"]))]
        side = int(rng.uniform(0.4, 1) * 256)
        y, x = rng.integers(0, 257 - side, 2)
        other = cv2.resize(other[y : y + side, x : x + side], (OUT, OUT))
        return cv2.GaussianBlur(other, (0, 0), rng.uniform(2, 9)) if kind < 0.2 else other
    ends = rng.uniform(0, 255, (2, 3))
    if kind < 0.85:
        ramp = np.linspace(0, 1, OUT)[:, None, None] * np.ones((1, OUT, 1))
        ramp = np.rot90(ramp, rng.integers(4))
        return ends[0] + (ends[1] - ends[0]) * ramp * (rng.random() < 0.6)
    noise = rng.normal(0, rng.uniform(5, 60), (rng.integers(3, 60), rng.integers(3, 60), 3))
    return np.clip(ends[0] + cv2.resize(noise, (OUT, OUT)), 0, 255)


def cloth(pack, rng: np.random.Generator, side: int) -> np.ndarray:
    """(side, side, 3) uint8: anything that may stand behind someone can also be worn."""
    return cv2.resize(background(pack, rng), (side, side)).astype(np.uint8)


def restyled(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.18:
        picture = drawn(picture, rng)
    shade = picture.astype(np.float32) / 255
    if rng.random() < 0.2:
        shade = np.repeat(shade.mean(2, keepdims=True), 3, 2)
        shade = shade * rng.uniform(0.75, 1, 3) if rng.random() < 0.5 else shade
    shade = shade ** rng.uniform(0.6, 1.6)
    shade = (shade - 0.5) * rng.uniform(0.6, 1.25) + 0.5 + rng.normal(0, 0.07)
    shade = shade * rng.normal(1, 0.08, 3)
    if rng.random() < 0.3:
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.4, 2))
    if rng.random() < 0.3:
        shade = shade + rng.normal(0, rng.uniform(0.01, 0.06), shade.shape)
    out = (np.clip(shade, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.25:
        packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(20, 80))])[1]
        out = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return out


def drawn(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Like a pencil drawing, a cartoon with lines, or brush strokes."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    kind = rng.integers(3)
    if kind == 0:
        soft = cv2.GaussianBlur(255 - grey, (0, 0), rng.uniform(2, 6))
        pencil = cv2.divide(grey, 255 - soft, scale=256)
        return cv2.merge([pencil] * 3)
    flat = cv2.medianBlur(picture, int(rng.choice([5, 7, 9])))
    if kind == 1:
        steps = rng.integers(4, 9)
        flat = (np.round(flat / 255 * steps) / steps * 255).astype(np.uint8)
        lines = cv2.adaptiveThreshold(
            cv2.medianBlur(grey, 3), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 6
        )
        return cv2.bitwise_and(flat, flat, mask=lines)
    canvas = cv2.resize(rng.normal(0, 1, (OUT, OUT // 4)), (OUT, OUT))
    return np.clip(flat + canvas[..., None] * rng.uniform(3, 14), 0, 255).astype(np.uint8)
