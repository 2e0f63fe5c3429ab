"""A folder of numbered PNG pictures, for those who compose further."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vasari.media.encode import SAYS

QUICK = 1  # zlib level: higher takes five times as long for a tenth of the size


class PictureFolder:
    """Pictures as 000000.png, 000001.png, ... with or without alpha.

    Args:
        folder: is there, and empty.
        note: is added to the sentence in the metadata.
    """

    def __init__(self, folder: Path, note: str = "") -> None:
        self._folder = folder
        self._count = 0
        self._says = PngInfo()
        self._says.add_text("Software", "Vasari")
        self._says.add_text("Comment", SAYS + note)

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Write the next picture, (H, W, 3) or (H, W, 4) uint8."""
        name = self._folder / f"{self._count:06d}.png"
        Image.fromarray(picture).save(name, compress_level=QUICK, pnginfo=self._says)
        self._count += 1

    def finish(self) -> bool:
        """Everything is written already, and there is no sound that could be left over."""
        return False

    def close(self) -> None:
        """Nothing is held open."""
