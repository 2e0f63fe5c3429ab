"""An invisible mark in the pixels: put in, and found again."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.provenance.pattern import period_of, tile
from vasari.values import FloatArray, Picture

FLAT, BUSY = 0.7, 3.2  # levels, root mean square, on even tone, and at most
GAIN = 0.33  # levels for each level of the picture's own texture
MOST = 1.55  # levels, root mean square, over a whole picture: 44.5 dB
CALM = 25  # pixels: texture counts where it is all around, so that it may move by half of that


class Marker:
    """Marks the pictures of one making, all of one size.

    A pattern that never changes cannot flicker. How strong it is where follows from one picture,
    since the pictures of a portrait hardly differ in that.

    Args:
        like: (H, W, 3) or (H, W, 4) uint8, what the pictures look like: the portrait at rest.
        making: a number from 0 to 2**32 - 1 that the mark carries.
        keep: a colour, (red, green, blue), whose pixels stay as they are, so that they can be
            keyed out exactly.
    """

    def __init__(
        self, like: Picture, making: int, keep: tuple[int, int, int] | None = None
    ) -> None:
        height, width, channels = like.shape
        once = tile(making, period_of(height, width))
        times = -(-height // len(once)), -(-width // len(once))
        pattern = np.tile(once, times)[:height, :width] * strength(like)
        change = np.repeat(np.rint(pattern).astype(np.int16)[..., None], channels, 2)
        change[..., 3:] = 0
        self._more = np.ascontiguousarray(change.clip(0, 255).astype(np.uint8))
        self._less = np.ascontiguousarray((-change).clip(0, 255).astype(np.uint8))
        self._keep = keep

    def mark(self, picture: Picture) -> None:
        """Mark a picture (H, W, 3), or (H, W, 4) whose last channel stays, in place."""
        mask = self._mask(picture)
        cv2.add(picture, self._more, dst=picture, mask=mask)
        cv2.subtract(picture, self._less, dst=picture, mask=mask)

    def _mask(self, picture: Picture) -> NDArray[np.uint8] | None:
        """255 where the picture is marked; None for everywhere."""
        if picture.shape[2] == 4:
            return np.ascontiguousarray(picture[..., 3])
        if self._keep is None:
            return None
        return np.asarray(255 - np.asarray(cv2.inRange(picture, self._keep, self._keep)), np.uint8)


def strength(picture: Picture) -> FloatArray:
    """(H, W) root mean square of the mark, levels: little on even tone, more where texture hides
    it."""
    light = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_RGB2GRAY)
    light = light.astype(np.float32)
    fine = light - cv2.GaussianBlur(light, (0, 0), 3)
    around = cv2.sqrt(cv2.blur(fine * fine, (9, 9)).clip(0))
    around = cv2.erode(around, np.ones((CALM, CALM), np.uint8))
    out = cv2.GaussianBlur(np.clip(FLAT + GAIN * around, None, BUSY), (0, 0), CALM / 4)
    return np.asarray(out * min(1.0, MOST / np.sqrt(np.mean(out * out))), np.float32)
