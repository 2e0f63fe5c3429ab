"""One clip: every kind beside the real pictures."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.reenact.features import distances
from benchmarks.reenact.kinds import HELD, OURS, RATE, REAL, all_kinds, pictures, save_sheet
from benchmarks.reenact.measure import Likeness, boxes
from benchmarks.reenact.mouth import Mouth, beside, read_mouth
from benchmarks.teacher import STILLS, Teacher

STRAIGHT = 15.0  # degrees
EVERY = 3  # pictures: features are compared in one of so many, neighbours are alike
SHOWN = 8  # pictures of each clip on its sheet


@dataclass(frozen=True)
class Job:
    """What one worker needs.

    Attributes:
        path: of the clip.
        landmarks: (T, 478, 3) the teacher's, pixels of the clip.
        yaw: (T,) the teacher's, degrees.
        teacher: its interpreter and its model.
        sheets: folder for contact sheets, or None.
    """

    path: Path
    landmarks: np.ndarray
    yaw: np.ndarray
    teacher: tuple[str, str | None]
    sheets: Path | None


@cache
def _teacher(python: str, model: str | None) -> Teacher:
    """One for each worker: it ends with the pipe to it."""
    cv2.setNumThreads(1)  # the workers share the cores among them
    return Teacher(python, model)


def turns_little(yaw: np.ndarray) -> bool:
    """Whether a head (T,) keeps within STRAIGHT degrees of the camera and of its first picture."""
    return bool(max(np.abs(yaw).max(), np.abs(yaw - yaw[0]).max()) < STRAIGHT)


def measure(job: Job) -> dict[str, Any]:
    """Figures of every kind, and of the real clip beside itself."""
    real = pictures(job.path)
    result: dict[str, Any] = {"pictures": len(real), "turns_little": turns_little(job.yaw)}
    mouth = _read(real, job)
    result[REAL] = {"mouth seen": beside(mouth, mouth)}
    with tempfile.TemporaryDirectory() as folder:
        for kind, made, bits in all_kinds(job.path, real, Path(folder)):
            result[kind] = _likeness(real, made, job.landmarks)
            if kind != HELD:
                result[kind]["mouth seen"] = beside(_read(made, job), mouth)
            if kind == OURS:
                result["kbit a second"] = bits * RATE / len(real) / 1000
                if job.sheets:
                    save_sheet((real, made), job.sheets / f"{job.path.stem}.png", SHOWN)
    return result


def _read(shown: list[np.ndarray], job: Job) -> Mouth:
    return read_mouth(shown, _teacher(*job.teacher).read(shown, STILLS))


def _likeness(
    real: list[np.ndarray], made: list[np.ndarray], landmarks: np.ndarray
) -> dict[str, dict[str, float]]:
    """PSNR and SSIM by part, and the mean distances of features; the given picture left out."""
    likeness, apart = Likeness(), list[dict[str, float]]()
    for k in range(1, min(len(real), len(landmarks))):
        likeness.add(real[k], made[k], boxes(landmarks[k], real[k].shape[:2]))
        if k % EVERY == 1:
            apart.append(distances(real[k], made[k], landmarks[k]))
    features = {part: float(np.mean([d[part] for d in apart])) for part in apart[0]}
    return {**likeness.summary(), "features": features}
