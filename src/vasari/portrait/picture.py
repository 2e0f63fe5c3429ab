"""Opening a picture: any usual format in, upright sRGB out."""

from __future__ import annotations

import io
import math
import os
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from vasari.errors import PictureError
from vasari.files import as_path
from vasari.values import Picture
from vasari.values.arrays import LONGEST

LARGEST_SIDE = 8000  # px, of a file that is still read
SMALLEST_SIDE = 64  # px
FORMATS = (
    "JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF", "AVIF", "HEIF", "GIF", "JPEG2000", "PPM",
)  # fmt: skip
FORMATS_SAID = "jpg, png, webp, bmp, tiff, gif, avif or heic"
DEEP_MODES = ("I", "I;16", "I;16L", "I;16B", "I;16N", "F")  # grey with more than 8 bits
PAPER = 255  # what shows through transparent pixels: white, as viewers have it


Part = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the file as it is seen


class Opened(NamedTuple):
    """A picture file, or a part of it, as it is worked on.

    Attributes:
        rgb: (H, W, 3) uint8 sRGB, upright, longer side at most `LONGEST`.
        alpha: (H, W) uint8 where the file has one.
        size: width and height in pixels of the whole file as viewers show it.
        to_file: (2, 3) takes pixels of `rgb` to those of the file as viewers show it.
    """

    rgb: Picture
    alpha: NDArray[np.uint8] | None
    size: tuple[int, int]
    to_file: NDArray[np.float64]

    @property
    def zoom(self) -> float:
        """Pixels of `rgb` to one of the file."""
        return 1 / float(np.hypot(*self.to_file[:, 0]))

    @property
    def from_file(self) -> NDArray[np.float64]:
        """(2, 3), the inverse of `to_file`."""
        linear = np.linalg.inv(self.to_file[:, :2])
        return np.column_stack([linear, -linear @ self.to_file[:, 2]])

    def turned(self, quarters: int) -> Opened:
        """The same, turned counter-clockwise by so many quarters."""
        rgb, alpha, to_file = self.rgb, self.alpha, self.to_file
        for _ in range(quarters % 4):
            # pixel (x, y) of the turned picture was (width - 1 - y, x)
            back = np.array([[0.0, -1.0, rgb.shape[1] - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
            rgb, to_file = np.rot90(rgb), to_file @ back
            alpha = None if alpha is None else np.rot90(alpha)
        still = None if alpha is None else np.ascontiguousarray(alpha)
        return Opened(np.ascontiguousarray(rgb), still, self.size, to_file)


def open_picture(
    path: str | os.PathLike[str], part: Part | None = None, longest: int = LONGEST
) -> Opened:
    """Read a picture file as it is meant to be seen, longer side at most `longest`.

    Turned as its EXIF says, in sRGB, 8 bits a channel, transparent pixels laid on white.

    Args:
        path: of the file.
        part: only this part of it, reduced only where it is itself longer than `longest`.
        longest: pixels.

    Raises:
        PictureError: with one sentence that says what is wrong and what to do.
    """
    where = as_path(path, "picture")
    _check_file(where)
    with warnings.catch_warnings():
        # Too large pictures are refused below; the bomb warning would be a second sentence.
        warnings.simplefilter("ignore")
        try:
            return _open(where, part, longest)
        except PictureError:
            raise
        except Image.DecompressionBombError:
            raise PictureError(_too_large(where.name)) from None
        except UnidentifiedImageError:
            raise PictureError(
                f"“{where.name}” is not a picture that can be read; use {FORMATS_SAID}."
            ) from None
        except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, MemoryError) as error:
            why = " ".join(str(error).split())
            raise PictureError(
                f"“{where.name}” is damaged or cut off ({why}); get a complete copy of it."
            ) from None


def from_array(
    picture: NDArray[np.uint8], part: Part | None = None, longest: int = LONGEST
) -> Opened:
    """The same for pixels that are in memory: (H, W), (H, W, 3) or (H, W, 4) uint8."""
    if picture.dtype != np.uint8 or not (
        picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (3, 4))
    ):
        raise PictureError(
            f"A picture must be (H, W, 3) uint8, not {picture.shape} {picture.dtype}; convert it."
        )
    image = Image.fromarray(np.ascontiguousarray(picture))
    _check_size(image, "The picture")
    return _as_seen(image, image.size, part, longest)


def _check_file(where: Path) -> None:
    try:
        if where.is_dir():
            raise PictureError(f"“{where}” is a folder; give the path of a picture in it.")
        if not where.exists():
            raise PictureError(f"There is no file “{where}”; check the path.")
        if not where.is_file():
            raise PictureError(f"“{where}” is not a plain file; give the path of a picture.")
        if where.stat().st_size == 0:
            raise PictureError(f"“{where.name}” is empty; get a complete copy of it.")
        if not os.access(where, os.R_OK):
            raise PictureError(f"“{where}” may not be read; change its permissions.")
    except (OSError, ValueError) as error:
        raise PictureError(f"“{where}” cannot be opened ({error}); check the path.") from None


@cache
def _know_formats() -> None:
    """Once a process: all of Pillow's readers, and the one for phones' pictures."""
    import pi_heif  # here, since it is slow to load and saved faces never need it

    Image.init()
    pi_heif.register_heif_opener()


def _open(where: Path, part: Part | None, longest: int) -> Opened:
    _know_formats()
    with Image.open(where, formats=FORMATS) as image:
        _check_size(image, f"“{where.name}”")
        size = image.size
        if image.format in ("JPEG", "MPO") and part is None:
            shrink = min(1.0, longest / max(size))
            width, height = (math.ceil(side * shrink) for side in size)
            image.draft(image.mode, (width, height))  # decodes at 1/2, 1/4, 1/8 if that will do
        image.load()
        return _as_seen(_simple(image), size, part, longest)


def _too_large(name: str) -> str:
    return f"{name} is too large; scale it down to at most {LARGEST_SIDE} px."


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if max(width, height) > LARGEST_SIDE:
        raise PictureError(_too_large(f"{name} ({width} x {height} px)"))
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(
            f"{name} is only {width} x {height} px; use one of at least {SMALLEST_SIDE} px."
        )


def _simple(image: Image.Image) -> Image.Image:
    """To a mode that can be resized: L, LA, RGB, RGBA or CMYK."""
    if image.mode in DEEP_MODES:
        return _eight_bits(image)
    if image.mode in ("L", "RGB", "CMYK", "P", "1") and "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("RGBA" if image.mode in ("PA", "La", "RGBa") else "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    deep = np.asarray(image).astype(np.float32)
    if deep.max() <= 1.0 and image.mode == "F":
        deep *= 65535
    most = 65535 if deep.max() > 255 else 255
    small = Image.fromarray((np.clip(deep / most, 0, 1) * 255 + 0.5).astype(np.uint8))
    small.info.update({k: v for k, v in image.info.items() if k == "exif"})
    return small


def _reduced(image: Image.Image, longest: int) -> Image.Image:
    shrink = longest / max(image.size)
    if shrink >= 1:
        return image
    width, height = (max(1, round(side * shrink)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _as_seen(image: Image.Image, size: tuple[int, int], part: Part | None, longest: int) -> Opened:
    """Upright, cut, reduced, in sRGB, laid on paper; `size` is that of the file as it is stored."""
    if part is not None:  # what a cut needs to be upright for, a reduced picture is sooner
        ImageOps.exif_transpose(image, in_place=True)
        size, image = image.size, image.crop(part)
    image = ImageOps.exif_transpose(_reduced(image, longest))
    if part is None and (image.width > image.height) != (size[0] > size[1]):
        size = size[1], size[0]
    to_file = _to_file(part or (0, 0, *size), image.size)
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    colour = _srgb(image)
    if alpha is None:
        return Opened(np.array(colour), None, size, to_file)
    paper = Image.new("RGB", colour.size, (PAPER, PAPER, PAPER))
    rgb = np.array(Image.composite(colour, paper, alpha))
    return Opened(rgb, np.array(alpha), size, to_file)


def _to_file(part: Part, size: tuple[int, int]) -> NDArray[np.float64]:
    """(2, 3) from the pixels of a part that was reduced to `size` to those of the file; both are
    counted from the middle of their first pixel."""
    grown = np.subtract(part[2:], part[:2]) / size
    return np.column_stack([np.diag(grown), np.array(part[:2]) + grown / 2 - 0.5])


def _srgb(image: Image.Image) -> Image.Image:
    """RGB in sRGB; a profile that cannot be used is left aside, as viewers do."""
    plain = {"RGBA": "RGB", "LA": "L"}.get(image.mode, image.mode)
    image_icc = image.info.get("icc_profile")
    colour = image.convert(plain) if plain != image.mode else image
    if image_icc:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(image_icc))
            if "srgb" not in ImageCms.getProfileDescription(profile).lower():
                turned = ImageCms.profileToProfile(
                    colour, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
                )
                if turned is not None:
                    return turned
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return colour.convert("RGB")
