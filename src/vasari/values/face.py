"""`Face`: all that is ever read from a portrait, and its file: an npz without pickle, its pictures
inside as PNG."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.errors import PictureError
from vasari.files import as_path, is_npz, write_whole
from vasari.values.arrays import EXPRESSION, LANDMARKS, FloatArray, Picture, moved
from vasari.values.traits import Traits

KIND = "vasari face"
VERSION = 2
PNG_EFFORT = [cv2.IMWRITE_PNG_COMPRESSION, 2]
SHAPES = {
    "landmarks": (LANDMARKS, 3), "rotation": (3,), "origin": (3,), "neutral": (LANDMARKS, 3),
    "expression": (EXPRESSION,), "gaze": (2,), "crop": (3,), "scale": (), "confidence": (),
    "to_file": (2, 3),
}  # fmt: skip
AS_IT_IS = np.array([[1, 0, 0], [0, 1, 0]], np.float32)  # a file that was neither cut nor reduced


@dataclass(frozen=True)
class Face:
    """All that is ever read from a portrait. Pixel coordinates are those of `picture`.

    Attributes:
        picture: (H, W, 3) uint8 RGB, the portrait as it is seen, longer side at most 2160; of a
            larger file the whole, reduced, or the part around a face that is small in it.
        matte: (H, W) uint8, how much of each pixel is person.
        plate: (H, W, 3) uint8, the background with the person's rim painted over.
        crop: x, y, side in pixels of the square that holds head and shoulders; it may reach
            beyond the picture.
        landmarks: (478, 3) float32, pixels (z in the same unit, away from the viewer).
        scale: pixels an eye distance at zero depth.
        rotation: (3,) float32, head yaw, pitch, roll in degrees.
        origin: (3,) float32, pixels, where the zero of the face space lands.
        neutral: (478, 3) float32, this person without expression, face space.
        expression: (EXPRESSION,) float32, the portrait's own.
        gaze: (2,) float32, the portrait's own, degrees.
        confidence: 0 to 1, how sure the reader is; 1 where the landmarks were given.
        traits: what else the renderer needs to know.
        to_file: (2, 3) float32, the way back: takes pixels of `picture` to those of the file as
            viewers show it.
    """

    picture: Picture
    matte: NDArray[np.uint8]
    plate: Picture
    crop: tuple[float, float, float]
    landmarks: FloatArray
    scale: float
    rotation: FloatArray
    origin: FloatArray
    neutral: FloatArray
    expression: FloatArray
    gaze: FloatArray
    confidence: float
    traits: Traits
    to_file: FloatArray = field(default_factory=AS_IT_IS.copy)

    def in_file(self, points: FloatArray) -> FloatArray:
        """Points (n, 2 or 3) of `picture`, such as `landmarks`, in pixels of the file."""
        return moved(points, self.to_file)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this face to one file without pickle, whole or not at all.

        Raises:
            OutputError: the file cannot be written there.
        """
        x, y, plate = _painted_part(self)
        arrays: dict[str, NDArray[np.generic]] = {
            "kind": np.array(KIND),
            "version": np.array(VERSION),
            "picture": _png(self.picture),
            "matte": _png(self.matte),
            "plate": _png(plate),  # only the part that differs from the picture
            "plate_corner": np.array([x, y]),
            **_packed(self.traits),
        }
        for name, shape in SHAPES.items():
            arrays[name] = np.asarray(getattr(self, name), np.float32).reshape(shape)
        packed = io.BytesIO()
        np.savez(packed, **arrays)  # type: ignore[arg-type]
        write_whole(path, packed.getvalue())

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Face:
        """Read a face that `save` wrote.

        Raises:
            PictureError: the file is missing, damaged or something else.
        """
        where = as_path(path)
        if where.is_dir() or not where.exists():
            what = "is a folder" if where.is_dir() else "does not exist"
            raise PictureError(f"“{where}” {what}; give the path of a saved face.")
        try:
            with where.open("rb") as file, np.load(file, allow_pickle=False) as packed:
                _check_kind(packed, where)
                return _face({name: packed[name] for name in packed.files})
        except PictureError:
            raise
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            EOFError,
            zipfile.BadZipFile,
            cv2.error,
        ) as error:
            raise PictureError(
                f"“{where.name}” is not a saved face or is damaged ({error}); make it again with "
                "vasari read PICTURE -o FACE."
            ) from None


def is_face_file(path: str | os.PathLike[str]) -> bool:
    """Whether the file is a saved face rather than a picture, judged by its first bytes."""
    return is_npz(path)


def _check_kind(packed: np.lib.npyio.NpzFile, where: Path) -> None:
    if "kind" not in packed.files or str(packed["kind"]) != KIND:
        raise PictureError(f"“{where.name}” is not a saved face; make one with vasari read -o.")
    if int(packed["version"]) > VERSION:
        raise PictureError(
            f"“{where.name}” was made by a newer Vasari; update Vasari or read the picture again."
        )
    if int(packed["version"]) < VERSION:
        raise PictureError(f"“{where.name}” was made by an older Vasari; read the picture again.")


def _face(arrays: dict[str, NDArray[np.generic]]) -> Face:
    for name, shape in SHAPES.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has shape {arrays[name].shape}")
    picture = _unpng(arrays["picture"], 3)
    matte = _unpng(arrays["matte"], 1)
    if matte.shape != picture.shape[:2]:
        raise ValueError("matte and picture differ in size")
    part = _unpng(arrays["plate"], 3)
    x, y = (int(v) for v in arrays["plate_corner"])
    plate = picture.copy()
    plate[y : y + part.shape[0], x : x + part.shape[1]] = part
    plain = {name: np.asarray(arrays[name], np.float32) for name in SHAPES}
    crop = tuple(float(v) for v in plain.pop("crop"))
    scale, confidence = float(plain.pop("scale")), float(plain.pop("confidence"))
    return Face(
        picture=picture, matte=matte, plate=plate, crop=(crop[0], crop[1], crop[2]), scale=scale,
        confidence=confidence, traits=_traits(arrays), **plain,
    )  # fmt: skip


def _packed(traits: Traits) -> dict[str, NDArray[np.generic]]:
    """The traits as arrays, those of many pixels as PNG."""
    return {
        "flat": np.array(traits.flat),
        "dark_glass": np.array(traits.dark_glass),
        "mouth_hidden": np.array(traits.mouth_hidden),
        "colour": np.array(traits.colour, np.float32),
        "drawn": np.asarray(traits.drawn, np.float32),
        "rims": np.asarray(traits.rims, np.float32),
        "folds": _png(traits.folds.reshape(-1, traits.folds.shape[-1])),
        "lids": np.asarray(traits.lids, np.uint8),
    }


def _traits(arrays: dict[str, NDArray[np.generic]]) -> Traits:
    folds = _unpng(arrays["folds"], 1)
    return Traits(
        flat=bool(arrays["flat"]), dark_glass=bool(arrays["dark_glass"]),
        mouth_hidden=bool(arrays["mouth_hidden"]),
        colour=float(np.float32(arrays["colour"])),
        drawn=np.asarray(arrays["drawn"], np.float32),
        rims=np.asarray(arrays["rims"], np.float32).reshape(-1, 4),
        folds=folds.reshape(2, -1, folds.shape[-1]), lids=np.asarray(arrays["lids"], np.uint8),
    )  # fmt: skip


def _painted_part(face: Face) -> tuple[int, int, NDArray[np.uint8]]:
    """Corner and pixels of the part of the plate that differs from the picture."""
    differs = (face.plate != face.picture).any(-1)
    if not differs.any():
        return 0, 0, face.plate[:1, :1]
    rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    y, x = int(rows[0]), int(columns[0])
    return x, y, face.plate[y : rows[-1] + 1, x : columns[-1] + 1]


def _png(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bytes of a PNG. OpenCV calls the first channel blue; it is given red and gives it back."""
    _, packed = cv2.imencode(".png", picture, PNG_EFFORT)
    return np.asarray(packed, np.uint8)


def _unpng(packed: NDArray[np.generic], channels: int) -> NDArray[np.uint8]:
    how = cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR_BGR
    picture = cv2.imdecode(np.asarray(packed, np.uint8), how)
    if picture is None:
        raise ValueError("a picture inside cannot be read")
    return np.asarray(picture, np.uint8)
