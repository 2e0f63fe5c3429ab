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
from vasari.values import Picture

LONGEST = 2160  # px, longer side of every picture inside Vasari
LARGEST_SIDE = 8000  # px, of a file that is still read
SMALLEST_SIDE = 64  # px
FORMATS = (
    "JPEG", "PNG", "WEBP", "BMP", "DIB", "TIFF", "AVIF", "HEIF", "GIF", "JPEG2000", "PPM",
)  # fmt: skip
FORMATS_SAID = "jpg, png, webp, bmp, tiff, gif, avif or heic"
DEEP_MODES = ("I", "I;16", "I;16L", "I;16B", "I;16N", "F")  # grey with more than 8 bits
PAPER = 255  # what shows through transparent pixels: white, as viewers have it


class Opened(NamedTuple):
    """rgb (H, W, 3) uint8 sRGB, upright; alpha (H, W) uint8 where the file has one."""

    rgb: Picture
    alpha: NDArray[np.uint8] | None


def open_picture(path: str | os.PathLike[str]) -> Opened:
    """Read a picture file as it is meant to be seen, longer side at most `LONGEST`.

    Turned as its EXIF says, in sRGB, 8 bits a channel, transparent pixels laid on white.

    Raises:
        PictureError: with one sentence that says what is wrong and what to do.
    """
    where = Path(path).expanduser()
    _check_file(where)
    with warnings.catch_warnings():
        # Too large pictures are refused below; the bomb warning would be a second sentence.
        warnings.simplefilter("ignore")
        try:
            return _open(where)
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


def from_array(picture: NDArray[np.uint8]) -> Opened:
    """The same for pixels that are in memory: (H, W), (H, W, 3) or (H, W, 4) uint8."""
    if picture.dtype != np.uint8 or not (
        picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (3, 4))
    ):
        raise PictureError(
            f"A picture must be (H, W, 3) uint8, not {picture.shape} {picture.dtype}; convert it."
        )
    image = Image.fromarray(np.ascontiguousarray(picture))
    _check_size(image, "The picture")
    return _as_seen(_reduced(image))


def shrinkage(path: str | os.PathLike[str]) -> float:
    """Pixels of what `open_picture` gives to one of the file, at most 1.

    Raises:
        PictureError: there is no such picture.
    """
    where = Path(path).expanduser()
    _check_file(where)
    _know_formats()
    try:
        with Image.open(where, formats=FORMATS) as image:
            return min(1.0, LONGEST / max(image.size))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return 1.0  # what is wrong with it is said when it is opened


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


def _open(where: Path) -> Opened:
    _know_formats()
    with Image.open(where, formats=FORMATS) as image:
        _check_size(image, f"“{where.name}”")
        if image.format in ("JPEG", "MPO"):
            shrink = min(1.0, LONGEST / max(image.size))
            width, height = (math.ceil(side * shrink) for side in image.size)
            image.draft(image.mode, (width, height))  # decodes at 1/2, 1/4, 1/8 if that will do
        image.load()
        return _as_seen(_reduced(_simple(image)))


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


def _reduced(image: Image.Image) -> Image.Image:
    shrink = LONGEST / max(image.size)
    if shrink >= 1:
        return image
    width, height = (max(1, round(side * shrink)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _as_seen(image: Image.Image) -> Opened:
    """Upright, in sRGB, laid on paper."""
    image = ImageOps.exif_transpose(image)
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    colour = _srgb(image)
    if alpha is None:
        return Opened(np.array(colour), None)
    paper = Image.new("RGB", colour.size, (PAPER, PAPER, PAPER))
    return Opened(np.array(Image.composite(colour, paper, alpha)), np.array(alpha))


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
