"""The loops over pixels that OpenCV lacks, compiled by numba, on buffers made once."""

from __future__ import annotations

import numpy as np

from vasari.kernels import kernel

_EDGE = np.float32(-1e-4)  # how far outside a triangle a pixel may lie: neighbours leave no gap


@kernel("UniTuple(int64, 2)(float32, float32, float32, float32, int64)")
def _span(u, du, v, dv, reach):  # type: ignore[no-untyped-def]
    """First and last step k in [0, reach] where u + k du, v + k dv and what is left are >= 0."""
    first, last = np.float32(0), np.float32(reach)
    for value, step in ((u, du), (v, dv), (np.float32(1.0) - u - v, -du - dv)):
        if step > 1e-9:
            first = max(first, (_EDGE - value) / step)
        elif step < -1e-9:
            last = min(last, (_EDGE - value) / step)
        elif value < _EDGE:
            return 1, 0
    return int(np.ceil(first)), int(np.floor(last))


@kernel(
    "void(int32[:,::1], float32[:,::1], float32[:,::1], float32[:,:,::1], float32[:,::1])",
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
        du, dv = (by - cy) * inv, (cy - ay) * inv  # per pixel to the right
        dz = du * (target[a, 2] - target[c, 2]) + dv * (target[b, 2] - target[c, 2])
        dsx = du * (source[a, 0] - source[c, 0]) + dv * (source[b, 0] - source[c, 0])
        dsy = du * (source[a, 1] - source[c, 1]) + dv * (source[b, 1] - source[c, 1])
        for y in range(y0, y1 + 1):
            u = ((bx - x0) * (cy - y) - (cx - x0) * (by - y)) * inv
            v = ((cx - x0) * (ay - y) - (ax - x0) * (cy - y)) * inv
            first, last = _span(u, du, v, dv, x1 - x0)
            if first > last:
                continue
            u, v, x = u + du * first, v + dv * first, x0 + first
            w = np.float32(1.0) - u - v
            z = u * target[a, 2] + v * target[b, 2] + w * target[c, 2]
            sx = u * source[a, 0] + v * source[b, 0] + w * source[c, 0]
            sy = u * source[a, 1] + v * source[b, 1] + w * source[c, 1]
            for k in range(last - first + 1):
                if z < depth[y, x + k]:
                    depth[y, x + k] = z
                    backward[y, x + k, 0] = sx
                    backward[y, x + k, 1] = sy
                z += dz
                sx += dsx
                sy += dsy


@kernel("int64(float32[:,:,::1], float32, int32[:,::1])")
def find_cuts(backward, jump, cuts):  # type: ignore[no-untyped-def]
    """Fill `cuts` (n, 2) with the y, x of pixels at which something near hides something far: their
    neighbours come from more than `jump` away. Returns how many, at most n."""
    height, width = backward.shape[:2]
    n = 0
    for y in range(1, height - 1):
        worst = np.float32(0)  # most rows have none, and a maximum is quick to find
        for x in range(1, width - 1):
            worst = max(worst, abs(backward[y, x + 1, 0] - backward[y, x - 1, 0]))
            worst = max(worst, abs(backward[y + 1, x, 1] - backward[y - 1, x, 1]))
        if worst <= jump:
            continue
        for x in range(1, width - 1):
            across = abs(backward[y, x + 1, 0] - backward[y, x - 1, 0])
            down = abs(backward[y + 1, x, 1] - backward[y - 1, x, 1])
            if max(across, down) > jump and n < cuts.shape[0]:
                cuts[n, 0], cuts[n, 1] = y, x
                n += 1
    return n


@kernel("void(uint8[:,:,::1], int32[:,::1], uint8[:,::1], int64)")
def soften(picture, cuts, colours, n):  # type: ignore[no-untyped-def]
    """Smooth the first n pixels of `cuts` in `picture` (H, W, 4) with their neighbours, 1 2 1 each
    way; `colours` (n, 4) is room to work in."""
    for k in range(n):
        y, x = cuts[k, 0], cuts[k, 1]
        for c in range(4):
            near = 0
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    near += (2 - abs(dx)) * (2 - abs(dy)) * picture[y + dy, x + dx, c]
            colours[k, c] = (near + 8) // 16
    for k in range(n):
        for c in range(4):
            picture[cuts[k, 0], cuts[k, 1], c] = colours[k, c]


@kernel("void(uint8[:,:,::1], uint8[:,:,::1], uint8[:,:,::1])")
def over(person, plate, out):  # type: ignore[no-untyped-def]
    """Out = person + (1 - alpha) * plate; person is (H, W, 4) with premultiplied alpha."""
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            left = 255 - person[y, x, 3]
            for c in range(3):
                value = person[y, x, c] + (left * plate[y, x, c] + 127) // 255
                out[y, x, c] = min(value, 255)


@kernel("void(uint8[:,:,::1], uint8[:,:,::1], uint8[:,::1])")
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


@kernel("void(uint8[:,:,::1], float32[:,:,::1], uint8[:,::1], float32[:,::1], int64[::1])")
def relight(out, light, inner, back, box):  # type: ignore[no-untyped-def]
    """Multiply each pixel by a gain, but not inside the mouth, in place.

    Args:
        out: (H, W, C) the picture; a fourth channel is alpha, which colours stay below.
        light: (n, n, 3) gain, smooth, sampled bilinearly.
        inner: (H, W) 0 to 255, how much of each pixel is the inside of the mouth.
        back: (2, 3) from pixels to places in `light`.
        box: x0, y0, x1, y1 of the pixels that may lie inside it.
    """
    n = light.shape[0]
    for y in range(box[1], box[3]):
        for x in range(box[0], box[2]):
            u = back[0, 0] * x + back[0, 1] * y + back[0, 2]
            v = back[1, 0] * x + back[1, 1] * y + back[1, 2]
            if u < 0 or v < 0 or u >= n - 1 or v >= n - 1 or inner[y, x] == 255:
                continue
            i, j = int(v), int(u)
            fv, fu = v - i, u - j
            a, b = (1 - fv) * (1 - fu), (1 - fv) * fu
            c, d = fv * (1 - fu), fv * fu
            share = np.float32(1) - inner[y, x] * np.float32(1 / 255)
            most = np.float32(out[y, x, 3]) if out.shape[2] == 4 else np.float32(255)
            for k in range(3):
                gain = (a * light[i, j, k] + b * light[i, j + 1, k]
                        + c * light[i + 1, j, k] + d * light[i + 1, j + 1, k])  # fmt: skip
                value = out[y, x, k] * (np.float32(1) + share * (gain - np.float32(1)))
                out[y, x, k] = min(max(value + np.float32(0.5), np.float32(0)), most)
