"""The two loops over pixels that OpenCV lacks, compiled by numba, on buffers made once."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_COMPILE: dict[str, Any] = {"nogil": True, "cache": True, "fastmath": True, "boundscheck": False}


@numba.njit(
    "void(int32[:,::1], float32[:,::1], float32[:,::1], float32[:,:,::1], float32[:,::1])",
    **_COMPILE,
)
def rasterise(triangles, target, source, backward, depth):  # type: ignore[no-untyped-def]
    """Write where each pixel of the target comes from.

    Args:
        triangles: (n, 3) vertex indices.
        target: (V, 3) where vertices go: x, y in pixels, z away from the viewer.
        source: (V, 2) where they come from.
        backward: (H, W, 2) written: source x, y of each covered pixel.
        depth: (H, W) nearest z so far; the nearer triangle wins.
    """
    height, width = depth.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by, cx, cy = (
            target[a, 0], target[a, 1], target[b, 0], target[b, 1], target[c, 0], target[c, 1],
        )  # fmt: skip
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if abs(area) < 1e-6:
            continue
        inv = np.float32(1.0) / area
        x0 = max(0, int(np.ceil(min(ax, bx, cx))))
        x1 = min(width - 1, int(np.floor(max(ax, bx, cx))))
        y0 = max(0, int(np.ceil(min(ay, by, cy))))
        y1 = min(height - 1, int(np.floor(max(ay, by, cy))))
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                u = ((bx - x) * (cy - y) - (cx - x) * (by - y)) * inv
                v = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) * inv
                w = np.float32(1.0) - u - v
                if u < -1e-4 or v < -1e-4 or w < -1e-4:
                    continue
                z = u * target[a, 2] + v * target[b, 2] + w * target[c, 2]
                if z < depth[y, x]:
                    depth[y, x] = z
                    backward[y, x, 0] = u * source[a, 0] + v * source[b, 0] + w * source[c, 0]
                    backward[y, x, 1] = u * source[a, 1] + v * source[b, 1] + w * source[c, 1]


@numba.njit("void(uint8[:,:,::1], uint8[:,:,::1], uint8[:,:,::1])", **_COMPILE)
def over(person, plate, out):  # type: ignore[no-untyped-def]
    """out = person + (1 - alpha) * plate; person is (H, W, 4) with premultiplied alpha."""
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            left = 255 - person[y, x, 3]
            for c in range(3):
                value = person[y, x, c] + (left * plate[y, x, c] + 127) // 255
                out[y, x, c] = min(value, 255)


@numba.njit("void(uint8[:,:,::1], uint8[:,:,::1], uint8[:,::1])", **_COMPILE)
def blend(out, layer, mask):  # type: ignore[no-untyped-def]
    """Lay `layer` (h, w, 3) over `out` (h, w, C) where `mask` (h, w) says; alpha fills up too."""
    for y in range(mask.shape[0]):
        for x in range(mask.shape[1]):
            m = int(mask[y, x])
            if m == 0:
                continue
            for c in range(3):
                out[y, x, c] = (layer[y, x, c] * m + out[y, x, c] * (255 - m) + 127) // 255
            if out.shape[2] == 4:
                out[y, x, 3] = max(out[y, x, 3], m)
