"""An invisible mark in the pixels: put in, and found again."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.provenance.pattern import ID_BITS, period_of, tile
from vasari.values import FloatArray, Picture

FLAT, BUSY = 0.6, 3.2  # levels, root mean square, on even tone, and at most
GAIN = 0.33  # levels for each level of the picture's own texture
MOST = 1.52  # levels, root mean square, over a whole picture: 44.5 dB
CALM = 25  # pixels: texture counts where it is all around, so that it may move by half of that


class Marker:
    """Marks the pictures of one making, all of one size.

    How strong the mark is where follows from the first picture: a portrait's later pictures hardly
    differ from it, and a pattern that never changes cannot flicker.

    Args:
        height, width: of the pictures, pixels.
        making: a number below 2**32 that the mark carries.
        keep: a colour, (red, green, blue), whose pixels stay as they are, so that they can be
            keyed out exactly.
    """

    def __init__(
        self, height: int, width: int, making: int, keep: tuple[int, int, int] | None = None
    ) -> None:
        period = period_of(height, width)
        once = tile(making & (1 << ID_BITS) - 1, period)
        times = -(-height // period), -(-width // period)
        self._pattern: FloatArray = np.tile(once, times)[:height, :width]
        self._keep = keep
        self._more: Picture | None = None
        self._less: Picture | None = None

    def mark(self, picture: Picture) -> None:
        """Mark a picture (H, W, 3), or (H, W, 4) whose last channel stays, in place."""
        if self._more is None or self._less is None or self._more.shape != picture.shape:
            self._more, self._less = self._steps(picture)
        mask = self._mask(picture)
        cv2.add(picture, self._more, dst=picture, mask=mask)
        cv2.subtract(picture, self._less, dst=picture, mask=mask)

    def _steps(self, picture: Picture) -> tuple[Picture, Picture]:
        """What is added to and taken from every picture, of its shape."""
        change = np.rint(self._pattern * strength(picture)).astype(np.int16)
        shown = np.repeat(change[..., None], picture.shape[2], 2)
        shown[..., 3:] = 0
        return (
            np.ascontiguousarray(shown.clip(0, 255).astype(np.uint8)),
            np.ascontiguousarray((-shown).clip(0, 255).astype(np.uint8)),
        )

    def _mask(self, picture: Picture) -> NDArray[np.uint8] | None:
        """255 where the picture is marked; None for everywhere."""
        if picture.shape[2] == 4:
            return np.ascontiguousarray(picture[..., 3])
        if self._keep is None:
            return None
        return cv2.bitwise_not(cv2.inRange(picture, self._keep, self._keep))


def strength(picture: Picture) -> FloatArray:
    """(H, W) root mean square of the mark, levels: little on even tone, more where texture hides
    it."""
    light = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_RGB2GRAY)
    light = light.astype(np.float32)
    fine = light - cv2.GaussianBlur(light, (0, 0), 3)
    around = cv2.sqrt(cv2.blur(fine * fine, (9, 9)).clip(0))
    around = cv2.erode(around, np.ones((CALM, CALM), np.uint8))
    out = cv2.GaussianBlur(np.clip(FLAT + GAIN * around, None, BUSY), (0, 0), CALM / 4)
    return out * np.float32(min(1.0, MOST / np.sqrt(np.mean(out * out))))
