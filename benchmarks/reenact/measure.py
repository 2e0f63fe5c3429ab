"""How alike two pictures are, in whole and in part."""

from __future__ import annotations

import cv2
import numpy as np

C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # as in Wang, Bovik, Sheikh, Simoncelli 2004
TAPS, SIGMA = 11, 1.5
LIPS = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409]
EYES = [33, 133, 159, 145, 263, 362, 386, 374]
ROOM = {"mouth": (0.12, 0.15), "eyes": (0.12, 0.15)}  # eye distances right and left, up and down

Box = tuple[slice, slice]


def grey(picture: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 RGB to (H, W) float64."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64)


def ssim_map(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(H, W) structural similarity of grey pictures at each pixel."""
    a, b = a.astype(np.float32), b.astype(np.float32)  # half the time, the same four digits

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(x, (TAPS, TAPS), SIGMA, borderType=cv2.BORDER_REFLECT)

    ma, mb = mean(a), mean(b)
    va, vb, vab = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    light = (2 * ma * mb + C1) / (ma * ma + mb * mb + C1)
    return light * (2 * vab + C2) / (va + vb + C2)


def boxes(landmarks: np.ndarray, size: tuple[int, int]) -> dict[str, Box]:
    """The parts of a picture (height, width) that are looked at, by landmarks (478, 3)."""
    unit = float(np.linalg.norm(landmarks[33] - landmarks[263]))
    edge = TAPS // 2  # where the window leaves the picture nothing is said
    out: dict[str, Box] = {
        "whole": (slice(edge, size[0] - edge), slice(edge, size[1] - edge)),
    }
    for name, points in (("mouth", LIPS), ("eyes", EYES)):
        room = np.array(ROOM[name]) * unit
        low = np.maximum(landmarks[points, :2].min(0) - room, edge).astype(int)
        high = np.minimum(landmarks[points, :2].max(0) + room, np.array(size[::-1]) - edge)
        out[name] = (slice(low[1], int(high[1])), slice(low[0], int(high[0])))
    return out


class Likeness:
    """Mean squared error and SSIM of pictures against real ones, gathered by part."""

    def __init__(self) -> None:
        self._errors: dict[str, list[float]] = {}
        self._ssim: dict[str, list[float]] = {}

    def add(self, real: np.ndarray, ours: np.ndarray, parts: dict[str, Box]) -> None:
        a, b = grey(real), grey(ours)
        alike = ssim_map(a, b)
        for name, part in parts.items():
            if alike[part].size:
                self._errors.setdefault(name, []).append(float(((a - b)[part] ** 2).mean()))
                self._ssim.setdefault(name, []).append(float(alike[part].mean()))

    def summary(self) -> dict[str, dict[str, float]]:
        """PSNR in dB (of the clip's mean squared error) and mean SSIM, by part."""
        return {
            name: {
                "psnr": float(10 * np.log10(255**2 / max(np.mean(errors), 1e-9))),
                "ssim": float(np.mean(self._ssim[name])),
            }
            for name, errors in self._errors.items()
        }
