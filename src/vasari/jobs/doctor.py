"""What is installed, what the machine can do, and whether both work together."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from time import perf_counter

import av
import cv2
import llvmlite.binding as llvm
import numba
import numpy as np

import vasari
from vasari._talk import talk
from vasari.files import scratch
from vasari.media import VideoWriter
from vasari.networks import WEIGHTS, network
from vasari.portrait.traits import read_traits
from vasari.shape.space import Pose, face_space
from vasari.values import EXPRESSION, SOUND_HZ, Face

LIBRARIES = (
    "av", "c2pa-python", "cryptography", "llvmlite", "numba", "numpy", "onnxruntime",
    "opencv-python-headless", "pi-heif", "pillow", "rich", "typer",
)  # fmt: skip
CODECS = ("aac", "libopus", "libvpx-vp9", "libx264", "prores_ks")
SPEED_UPS = ("sse4.2", "avx2", "fma", "avx512f", "avx512vnni", "neon", "dotprod", "sve")
SECONDS = 2  # of video that the self-check makes

Print = Callable[[str], None]


def examine(say: Print) -> bool:
    """Say line by line what was found.

    Returns:
        Whether everything works.
    """
    say(f"Vasari {vasari.__version__}, Python {platform.python_version()}, {platform.platform()}")
    _describe_machine(say)
    broken = [*_missing_libraries(say), *_broken_weights(say), *_missing_codecs(say)]
    if not broken:
        broken = list(_failing_check(say))
    for sentence in broken:
        say(f"BROKEN: {sentence}")
    say("Something is broken: install Vasari again." if broken else "Everything works.")
    return not broken


def _describe_machine(say: Print) -> None:
    features = llvm.get_host_cpu_features()
    used = [name for name in SPEED_UPS if features.get(name)]
    say(f"Processor {llvm.get_host_cpu_name()}: {', '.join(used) or 'no special instructions'}")
    say(
        f"Cores {os.cpu_count()}; threads: two draw, one encodes "
        f"(OpenCV {cv2.getNumThreads()}, numba {numba.get_num_threads()}, each network 1)"
    )


def _missing_libraries(say: Print) -> Iterator[str]:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield f"{name} is not installed."
    say("Libraries: " + ", ".join(found))


def _broken_weights(say: Print) -> Iterator[str]:
    folder = files("vasari") / "weights"
    there = {entry.name: len(entry.read_bytes()) for entry in folder.iterdir() if entry.is_file()}
    say(f"Weights: {len(there)} files, {sum(there.values()) / 1e6:.1f} MB")
    for name in WEIGHTS:
        if name not in there:
            yield f"the weights {name} are missing."
    for name in sorted(there):
        if name.endswith(".onnx"):
            try:
                network(name.removesuffix(".onnx"))
            except Exception as error:  # whatever it is, it is the finding
                yield f"the network {name} does not load ({error})."


def _missing_codecs(say: Print) -> Iterator[str]:
    missing = [name for name in CODECS if name not in av.codecs_available]
    say(f"FFmpeg: {', '.join(name for name in CODECS if name not in missing)}")
    for name in missing:
        yield f"FFmpeg's codec {name} is missing."


def _failing_check(say: Print) -> Iterator[str]:
    """Make a two-second video of a plain face, and look at it again."""
    start = perf_counter()
    sound = _hum()
    try:
        with scratch() as folder:
            out = folder / "check.mp4"
            with VideoWriter(out) as video:
                for picture in talk(plain_face(), sound, size=256):
                    video.write(picture)
            with av.open(str(out)) as made:
                count = sum(1 for _ in made.decode(video=0))
    except Exception as error:  # whatever it is, it is the finding
        yield f"the self-check failed ({type(error).__name__}: {error})."
        return
    say(f"Self-check: {count} pictures in {perf_counter() - start:.1f} s")
    if count != SECONDS * 25:
        yield f"the self-check made {count} pictures instead of {SECONDS * 25}."


def _hum() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Two seconds of a hum in syllables."""
    time = np.arange(SECONDS * SOUND_HZ) / SOUND_HZ
    hum = sum(np.sin(2 * np.pi * 120 * n * time) / n for n in range(1, 20))
    return (0.2 * hum * (np.sin(2 * np.pi * 4 * time) > 0)).astype(np.float32)


def plain_face(side: int = 256) -> Face:
    """The mean face on a plain picture: enough to draw, and no portrait is needed."""
    pose = Pose(
        np.zeros(3, np.float32), side / 4, np.array([side / 2, side / 2, 0], np.float32)
    )  # fmt: skip
    picture = np.full((side, side, 3), (196, 160, 140), np.uint8)
    matte = np.zeros((side, side), np.uint8)
    cv2.circle(matte, (side // 2, side // 2), side // 3, 255, -1, cv2.LINE_AA)
    neutral, expression = face_space().mean, np.zeros(EXPRESSION, np.float32)
    landmarks = pose.project(neutral)
    crop = (0.0, 0.0, float(side))
    return Face(
        picture=picture, matte=matte, plate=picture.copy(), crop=crop, landmarks=landmarks,
        scale=pose.scale, rotation=pose.rotation, origin=pose.origin, neutral=neutral,
        gaze=np.zeros(2, np.float32), expression=expression, confidence=1.0,
        traits=read_traits(picture, crop, landmarks, pose, neutral, expression),
    )  # fmt: skip
