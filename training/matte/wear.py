"""Hats, veils and insets: seen in portraits, too rare in the training pictures."""

import cv2
import numpy as np

HAT, VEIL, INSET = 0.14, 0.08, 0.06  # share of the examples


def worn(picture: np.ndarray, mask: np.ndarray, oval: np.ndarray, cloth, rng: np.random.Generator):
    """Picture and label with something worn or set into a corner, now and then.

    Args:
        picture: (S, S, 3) uint8.
        mask: (S, S) uint8, the label.
        oval: (S, S) uint8, the face.
        cloth: () -> (S, S, 3), some texture.
    """
    kind = rng.random()
    if kind < HAT:
        shape = soft(hat(oval, rng))
        return laid(picture, cloth(), shape), np.maximum(mask, shape)
    if kind < HAT + VEIL:
        shape = soft(veil(oval, rng))
        behind = (shape * (1 - mask.astype(np.float32) / 255)).astype(np.uint8)
        return laid(picture, cloth(), behind), np.maximum(mask, shape)
    if kind < HAT + VEIL + INSET:
        return inset(picture, mask, oval, cloth(), rng)
    return picture, mask


def box(oval: np.ndarray) -> tuple[float, float, float, float]:
    """Middle, top, width, height of the face."""
    rows, columns = np.nonzero(oval > 127)
    return columns.mean(), rows.min(), np.ptp(columns) + 1.0, np.ptp(rows) + 1.0


def hat(oval: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Crown and, half of the time, a brim; it begins on the forehead."""
    middle, top, width, height = box(oval)
    line = top + height * rng.uniform(-0.05, 0.2)
    low, high = width * rng.uniform(0.55, 0.75), width * rng.uniform(0.25, 0.75)
    peak = line - height * rng.uniform(0.4, 0.9)
    lean = width * rng.normal(0, 0.06)
    crown = np.array([[middle - low, line], [middle - low, 0.6 * line + 0.4 * peak],
                      [middle - high + lean, peak], [middle + lean, peak - 0.04 * height],
                      [middle + high + lean, peak], [middle + low, 0.6 * line + 0.4 * peak],
                      [middle + low, line]])  # fmt: skip
    shape = np.zeros_like(oval)
    cv2.fillPoly(shape, [np.round(crown).astype(np.int32)], 255)
    if rng.random() < 0.5:
        reach = round(width * rng.uniform(0.75, 1.25)), round(height * rng.uniform(0.03, 0.13))
        tilt = rng.normal(0, 4)
        cv2.ellipse(shape, (round(middle), round(line)), reach, tilt, 0, 360, 255, -1)
    return shape


def veil(oval: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cloth or long hair behind the head, from the crown down past the shoulders."""
    middle, top, width, height = box(oval)
    peak, ears = top - height * rng.uniform(0.3, 0.5), top + 0.4 * height
    end = top + height * rng.uniform(1.2, 3)
    left, right = width * rng.uniform(0.6, 1, 2)
    out, across = rng.uniform(0.8, 1.7, 2)
    outline = np.array([[middle, peak], [middle - 0.6 * left, 0.7 * peak + 0.3 * ears],
                        [middle - left, ears], [middle - left * out, end],
                        [middle + right * across, end], [middle + right, ears],
                        [middle + 0.6 * right, 0.7 * peak + 0.3 * ears]])  # fmt: skip
    shape = np.zeros_like(oval)
    cv2.fillPoly(shape, [np.round(outline).astype(np.int32)], 255)
    return shape


def inset(picture: np.ndarray, mask: np.ndarray, oval: np.ndarray, small: np.ndarray, rng):
    """A small picture in a corner: no part of the person."""
    side = len(oval)
    edge = int(side * rng.uniform(0.12, 0.28))
    y, x = (int(rng.uniform(0, 0.06) * side) for _ in range(2))
    y = y if rng.random() < 0.4 else side - edge - y
    x = x if rng.random() < 0.5 else side - edge - x
    place = slice(y, y + edge), slice(x, x + edge)
    if oval[place].any():
        return picture, mask
    picture, mask = picture.copy(), mask.copy()
    picture[place] = cv2.resize(small, (edge, edge), interpolation=cv2.INTER_AREA)
    mask[place] = 0
    if rng.random() < 0.6:
        frame = (int(rng.choice([0, 255, 128])),) * 3
        cv2.rectangle(picture, (x, y), (x + edge - 1, y + edge - 1), frame, rng.integers(1, 4))
    return picture, mask


def soft(shape: np.ndarray) -> np.ndarray:
    """Corners rounded, edges a pixel wide."""
    even = (cv2.GaussianBlur(shape, (0, 0), 5) > 127).astype(np.uint8) * 255
    return cv2.GaussianBlur(even, (0, 0), 0.8)


def laid(picture: np.ndarray, cloth: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """The cloth over the picture, darker towards its own edge."""
    inner = cv2.GaussianBlur(shape, (0, 0), 8)[..., None].astype(np.float32) / 255
    alpha = shape[..., None].astype(np.float32) / 255
    return (picture * (1 - alpha) + cloth * (0.4 + 0.6 * inner) * alpha).astype(np.uint8)
