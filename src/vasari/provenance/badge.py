"""The visible sign: "AI" in a corner, small, for those who look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from vasari.values import Picture

HIGH = 0.056  # of the shorter side
LEAST = 18  # pixels, so that it can be read
WIDE = 1.55  # of its height
MARGIN = 0.55  # of its height, to the borders
GROUND, INK = (16, 18, 22), (255, 255, 255)
THROUGH = 0.68  # how much the ground hides of the picture
FINE = 4  # drawn so many times larger, for smooth edges


class Badge:
    """Draws the sign into the lower right corner of pictures of one size.

    Args:
        height, width: of the pictures, pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        high = max(LEAST, round(HIGH * min(height, width)))
        wide, gap = round(WIDE * high), round(MARGIN * high)
        self._where = (slice(max(0, height - gap - high), max(0, height - gap)),
                       slice(max(0, width - gap - wide), max(0, width - gap)))  # fmt: skip
        self._colour, self._cover = _drawn(high, wide)
        self._ink = np.rint(self._colour * self._cover * 256).astype(np.uint16)
        self._left = np.rint(256 * (1 - self._cover)).astype(np.uint16)

    def draw(self, picture: Picture) -> None:
        """Into a picture (H, W, 3) uint8, or (H, W, 4) with straight alpha, in place."""
        corner = picture[self._where]
        high, wide = corner.shape[:2]  # cut off where a picture is smaller than the sign
        if picture.shape[2] == 4:
            _over(corner, self._colour[:high, :wide], self._cover[:high, :wide])
        else:
            corner[:] = (corner * self._left[:high, :wide] + self._ink[:high, :wide]) >> 8


def _over(corner: Picture, colour: NDArray[np.float64], cover: NDArray[np.float64]) -> None:
    """Colours (h, w, 3) that cover so much (h, w, 1) laid over (h, w, 4) straight alpha."""
    below = corner[..., 3:] / 255 * (1 - cover)
    alpha = cover + below
    mixed = (colour * cover + corner[..., :3] * below) / np.maximum(alpha, 1e-6)
    corner[:] = np.rint(np.concatenate([mixed, 255 * alpha], -1))


def _drawn(high: int, wide: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Colours (high, wide, 3), levels, and how much they cover, (high, wide, 1), 0 to 1."""
    size = wide * FINE, high * FINE
    ground, ink = Image.new("L", size), Image.new("L", size)
    ImageDraw.Draw(ground).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), size[1] * 0.3, 255)
    font = ImageFont.load_default(size[1] * 0.68)
    ImageDraw.Draw(ink).text(
        (size[0] / 2, size[1] / 2), "AI", 255, font, anchor="mm", stroke_width=FINE / 4,
    )  # fmt: skip
    reduced = (
        np.asarray(i.resize((wide, high), Image.Resampling.BOX)) / 255 for i in (ground, ink)
    )
    below, above = (layer[..., None] for layer in reduced)
    cover = np.maximum(THROUGH * below, above)
    share = np.divide(above, cover, out=np.zeros_like(cover), where=cover > 0)
    return share * INK + (1 - share) * GROUND, cover
