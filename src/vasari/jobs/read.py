"""`vasari read`: a picture in, what was read out, as numbers, a file and a drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vasari.checks import Framing, Which
from vasari.errors import OutputError
from vasari.files import Draft, as_path, cannot_write, same_file, write_npz
from vasari.jobs.say import portrait_of
from vasari.portrait.draw import draw_face
from vasari.portrait.read import box_of
from vasari.telling import Tell
from vasari.values import Face

DRAWINGS = (".png", ".jpg", ".jpeg", ".webp")


def read_files(
    picture: str, which: Which, landmarks: str | None, out: str | None, draw: str | None,
    points: str | None, tell: Tell, frame: Framing = "crop",
) -> dict[str, Any]:  # fmt: skip
    """Read a face, save and draw it where asked for.

    Args:
        picture: a picture file, or a saved face.
        which: which face of the picture.
        landmarks: a file with the landmarks of the face, taken instead of reading them.
        out: where the face is saved.
        draw: where the drawing goes.
        points: where the landmarks go, an npz with `landmarks` (478, 3).
        tell: called with each sentence that the user should know.
        frame: what the face is for; "full" keeps the whole of a large picture.

    Returns:
        What `describe` gives; its landmarks, and those of `points`, are pixels of the picture file.
    """
    for path in filter(None, (out, draw, points)):
        for given in filter(None, (picture, landmarks)):
            if same_file(as_path(path), as_path(given)):
                raise OutputError(f"{given} is an input: give the output another name.")
    if draw and Path(draw).suffix.lower() not in DRAWINGS:
        raise OutputError(f"{draw} cannot be drawn: use a name that ends in .png.")
    if points and Path(points).suffix.lower() != ".npz":
        raise OutputError(f"{points} cannot hold landmarks: use a name that ends in .npz.")
    face = portrait_of(picture, which, landmarks, tell, frame)
    if out:
        face.save(out)
        tell(f"Saved the face in {out}")
    if draw:
        _save_drawing(face, as_path(draw))
        tell(f"Drew what was read in {draw}")
    if points:
        write_npz(points, {"landmarks": face.in_file(face.landmarks)})
        tell(f"Saved the landmarks in {points}")
    yaw, pitch, roll = (f"{angle:+.0f}" for angle in face.rotation)
    tell(f"The head: yaw {yaw}, pitch {pitch}, roll {roll} degrees.")
    return describe(face)


def describe(face: Face) -> dict[str, Any]:
    """A face as one object for JSON; places are pixels of the picture's file as viewers show it."""
    landmarks = face.in_file(face.landmarks)
    return {
        "landmarks": np.round(landmarks.astype(np.float64), 3).tolist(),
        "box": _named(("x", "y", "width", "height"), np.array(box_of(landmarks))),
        "pose": _named(("yaw", "pitch", "roll"), face.rotation),
        "gaze": _named(("yaw", "pitch"), face.gaze),
        "confidence": round(face.confidence, 4),
    }


def _named(names: tuple[str, ...], values: NDArray[np.floating]) -> dict[str, float]:
    return {name: round(float(value), 3) for name, value in zip(names, values, strict=True)}


def _save_drawing(face: Face, target: Path) -> None:
    draft = Draft(target.absolute())
    try:
        kind = {".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}.get(target.suffix.lower(), "PNG")
        Image.fromarray(draw_face(face)).save(draft.path, format=kind)
        draft.publish()
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        draft.discard()
