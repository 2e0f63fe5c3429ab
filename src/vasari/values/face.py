"""`Face`: all that is ever read from a portrait, and its file: an npz without pickle, its pictures
inside as PNG."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.errors import PictureError
from vasari.files import is_npz, write_whole
from vasari.values.arrays import EXPRESSION, EXPRESSION_MOST, LANDMARKS, FloatArray, Picture, moved
from vasari.values.npz import (
    FLOATS,
    Array,
    Image,
    Layout,
    Unfit,
    Values,
    check_values,
    read_npz,
)
from vasari.values.traits import EYE_SIDE, FOLDS_SIDE, SHADES, EyeTraits, MouthTraits, Traits

KIND = "vasari face"
VERSION = 3
PNG_EFFORT = [cv2.IMWRITE_PNG_COMPRESSION, 2]
AWAY = 20_000.0  # px: how far from the picture's corner anything may lie
ARRAYS = {
    "crop": Array(FLOATS, (3,), np.array([-AWAY, -AWAY, 16.0]), AWAY),
    "landmarks": Array(FLOATS, (LANDMARKS, 3), -AWAY, AWAY),
    "scale": Array(FLOATS, (), 4, 4000),
    "rotation": Array(FLOATS, (3,), -360, 360),
    "origin": Array(FLOATS, (3,), -AWAY, AWAY),
    "neutral": Array(FLOATS, (LANDMARKS, 3), -5, 5),
    "expression": Array(FLOATS, (EXPRESSION,), -EXPRESSION_MOST, EXPRESSION_MOST),
    "gaze": Array(FLOATS, (2,), -180, 180),
    "confidence": Array(FLOATS, (), 0, 1),
    "to_file": Array(FLOATS, (2, 3), -1e6, 1e6),
}
TRAITS = {
    "flat": Array("b", ()),
    "dark_glass": Array("b", ()),
    "mouth_hidden": Array("b", ()),
    "colour": Array(FLOATS, (), 0, 1),
    "drawn": Array(FLOATS, (LANDMARKS, 3), -AWAY, AWAY),
    "rims": Array(FLOATS, ("pieces", 4), -AWAY, AWAY),
    "lids": Array("u", (2, "tones", 3), 0, 255),
}
MOUTH = {
    "mouth_tooth": Array(FLOATS, (3,), 0, 512),
    "mouth_lip": Array(FLOATS, (3,), 0, 512),
    "mouth_dark": Array(FLOATS, (3,), 0, 512),
    "mouth_inset": Array(FLOATS, (2, 9), 0, 1),
    "mouth_upper": Array("u", ("high", "wide", 4), 0, 255),
    "mouth_lower": Array("u", ("high", "wide", 4), 0, 255),
    "mouth_tongue": Array("u", ("high", "wide", 4), 0, 255),
}
EYES = {
    "eyes_layers": Array("u", (2, 3, EYE_SIDE, EYE_SIDE, 3), 0, 255),
    "eyes_irises": Array(FLOATS, (2, 3), -EYE_SIDE, 2 * EYE_SIDE),
    "eyes_shade": Array(FLOATS, (2, SHADES), 0.1, 2),
    "eyes_slide": Array("b", ()),
}
PLAIN = {"crop", "scale", "confidence", "colour", "flat", "dark_glass", "mouth_hidden"}  # no arrays
FOLDS = Image(1)  # both layers, one below the other
IMAGES = {"picture": Image(3), "matte": Image(1), "plate": Image(3)}
LAYOUT = Layout(
    "saved face",
    {**ARRAYS, **IMAGES, "plate_corner": Array("iu", (2,), 0, AWAY), "folds": FOLDS, **TRAITS,
     **MOUTH, **EYES},
    {"pieces": 4096, "tones": 256, "high": 2048, "wide": 2048}, PictureError,
    "make it again with vasari read PICTURE -o FACE", KIND, VERSION, 32 << 20, VERSION,
)  # fmt: skip
AS_IT_IS = np.array([[1, 0, 0], [0, 1, 0]], np.float32)  # a file that was neither cut nor reduced


@dataclass(frozen=True)
class Face:
    """All that is ever read from a portrait. Pixel coordinates are those of `picture`, and at most
    20 000. `ARRAYS` has the ranges.

    Attributes:
        picture: (H, W, 3) uint8 RGB, the portrait as it is seen, longer side at most 2160; of a
            larger file the whole, reduced, or the part around a face that is small in it.
        matte: (H, W) uint8, how much of each pixel is person.
        plate: (H, W, 3) uint8, the background with the person's rim painted over.
        crop: x, y, side in pixels of the square that holds head and shoulders; it may reach
            beyond the picture. The side is at least 16.
        landmarks: (478, 3) float32, pixels (z in the same unit, away from the viewer).
        scale: pixels an eye distance at zero depth, 4 to 4000.
        rotation: (3,) float32, head yaw, pitch, roll in degrees, -360 to 360.
        origin: (3,) float32, pixels, where the zero of the face space lands.
        neutral: (478, 3) float32, this person without expression, face space, -5 to 5.
        expression: (EXPRESSION,) float32, the portrait's own; ranges are those of `Motion`.
        gaze: (2,) float32, the portrait's own, degrees, -180 to 180.
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
            "folds": _png(self.traits.folds.reshape(-1, self.traits.folds.shape[-1])),
            **{name: np.asarray(getattr(self.traits, name)) for name in TRAITS},
            **_of(self.traits.mouth, MOUTH),
            **_of(self.traits.eyes, EYES),
        }
        for name in ARRAYS:
            arrays[name] = np.asarray(getattr(self, name), np.float32)
        packed = io.BytesIO()
        np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
        write_whole(path, packed.getvalue())

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Face:
        """Read a face that `save` wrote.

        Raises:
            PictureError: the file is missing, damaged or something else.
        """
        return _face(read_npz(path, LAYOUT), os.fspath(path))


def check_face(face: Face) -> None:
    """Whether a face holds what its attributes say, wherever it was made.

    Raises:
        PictureError: it does not.
    """
    try:
        check_values(_values(face), {**ARRAYS, **IMAGES}, {})
        if not isinstance(face.traits, Traits):
            raise Unfit("it has no traits")
        check_values(_values(face.traits), TRAITS, LAYOUT.most)
        if not isinstance(face.traits.mouth, MouthTraits):
            raise Unfit("it has no mouth")
        check_values(_of(face.traits.mouth, MOUTH), MOUTH, LAYOUT.most)
        if not isinstance(face.traits.eyes, EyeTraits):
            raise Unfit("it has no eyes")
        check_values(_of(face.traits.eyes, EYES), EYES, LAYOUT.most)
        _check_traits(face.traits.folds, face.traits.lids)
        _check_layers(face.picture, face.matte, face.plate)
    except Unfit as error:
        raise PictureError(
            f"The face cannot be used ({error}): make it with read_portrait or Face.load."
        ) from None


def is_face_file(path: str | os.PathLike[str]) -> bool:
    """Whether the file is a saved face rather than a picture, judged by its first bytes."""
    return is_npz(path)


def _values(known: Face | Traits) -> Values:
    """By name, its numbers as arrays."""
    values = {field.name: getattr(known, field.name) for field in fields(known)}
    for name in PLAIN & values.keys():
        try:
            values[name] = np.asarray(values[name], np.float64)
        except (TypeError, ValueError, OverflowError):
            raise Unfit(f"its {name} holds no numbers") from None
    return values


def _of(part: MouthTraits | EyeTraits, names: Iterable[str]) -> Values:
    """By the names that they have in a file: that of the part, then their own."""
    return {name: np.asarray(getattr(part, name.partition("_")[2])) for name in names}


def _check_traits(folds: NDArray[np.uint8], lids: NDArray[np.uint8]) -> None:
    if lids.shape[1] < 2:
        raise Unfit("its lids have no tones")
    kind, shape = getattr(folds, "dtype", None), getattr(folds, "shape", None)
    if kind != np.uint8 or shape != (2, FOLDS_SIDE, FOLDS_SIDE):
        raise Unfit(f"its folds are {kind} of the shape {shape}")


def _check_layers(
    picture: NDArray[np.uint8], matte: NDArray[np.uint8], plate: NDArray[np.uint8]
) -> None:
    if matte.shape != picture.shape[:2] or plate.shape != picture.shape:
        raise Unfit("its matte, plate and picture differ in size")


def _face(values: Values, path: str) -> Face:
    picture, matte = values.pop("picture"), values.pop("matte")
    try:
        plate = _whole_plate(picture, values.pop("plate"), values.pop("plate_corner"))
        _check_layers(picture, matte, plate)
        folds = values.pop("folds").reshape(2, -1, FOLDS_SIDE)
        _check_traits(folds, values["lids"])
    except (Unfit, ValueError) as error:
        raise PictureError(f"{path} is damaged ({error}): {LAYOUT.again}.") from None
    traits = Traits(
        flat=bool(values["flat"]), dark_glass=bool(values["dark_glass"]),
        mouth_hidden=bool(values["mouth_hidden"]),
        colour=float(values["colour"]), drawn=np.asarray(values["drawn"], np.float32),
        rims=np.asarray(values["rims"], np.float32), folds=folds,
        lids=np.asarray(values["lids"], np.uint8),
        eyes=_eyes(values),
        mouth=MouthTraits(**{name.removeprefix("mouth_"): values[name] for name in MOUTH}),
    )  # fmt: skip
    plain = {name: np.asarray(values[name], np.float32) for name in ARRAYS}
    crop = tuple(float(v) for v in plain.pop("crop"))
    scale, confidence = float(plain.pop("scale")), float(plain.pop("confidence"))
    return Face(
        picture=picture, matte=matte, plate=plate, crop=(crop[0], crop[1], crop[2]), scale=scale,
        confidence=confidence, traits=traits, **plain,
    )  # fmt: skip


def _eyes(values: Values) -> EyeTraits:
    layers, irises, shade = (values["eyes_" + name] for name in ("layers", "irises", "shade"))
    return EyeTraits(layers, irises, shade, bool(values["eyes_slide"]))


def _whole_plate(picture: Picture, part: Picture, corner: NDArray[np.integer]) -> Picture:
    """The picture with the painted part of the plate laid over it."""
    x, y = (int(v) for v in corner)
    height, width = part.shape[:2]
    if y + height > picture.shape[0] or x + width > picture.shape[1]:
        raise Unfit("its plate lies outside the picture")
    plate = picture.copy()
    plate[y : y + height, x : x + width] = part
    return plate


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
