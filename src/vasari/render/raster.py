"""The loops over pixels that OpenCV lacks, compiled by numba, on buffers made once.

Whatever their inputs hold, no loop writes outside its buffers: sizes are compared first, and places
are clipped before they become whole numbers. Where such a comparison decides, the compiler may not
assume that there is no NaN.
"""

from __future__ import annotations

import numpy as np

from vasari.kernels import kernel

_EDGE = np.float32(-1e-4)  # how far outside a triangle a pixel may lie: neighbours leave no gap
_STIFF = np.float32(1.1)  # iris radii around the middle of an iris that slide as one
_REACH = np.float32(2.4)  # iris radii where the stretch of the white ends
_FAR = np.float32(1e5)  # pixels: a triangle with a corner farther out is left out


@kernel("UniTuple(int64, 2)(float32, float32, float32, float32, int64)", exact=True)
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
    if not (np.float32(0) <= first and first <= last and last <= reach):  # NaN is not, either
        return 1, 0
    return int(np.ceil(first)), int(np.floor(last))


@kernel("boolean(float32, float32)", exact=True)
def _near(x, y):  # type: ignore[no-untyped-def]
    """Whether a point can lie in a picture; NaN cannot."""
    return abs(x) < _FAR and abs(y) < _FAR


@kernel(
    "void(int32[:,::1], float32[:,::1], float32[:,::1], float32[:,:,::1], float32[:,::1])",
    exact=True,
)
def rasterise(triangles, target, source, backward, depth):  # type: ignore[no-untyped-def]
    """Write where each pixel of the target comes from.

    Args:
        triangles: (n, 3) vertex indices; one with others, or with a corner far out, is left out.
        target: (V, 3) where vertices go: x, y in pixels, z away from the viewer.
        source: (V, 2) where they come from.
        backward: (H, W, 2) written: source x, y of each covered pixel.
        depth: (H, W) nearest z so far; the nearer triangle wins.
    """
    height, width = depth.shape
    if backward.shape != (height, width, 2) or triangles.shape[1] != 3:
        raise ValueError("rasterise: shapes differ")
    if target.shape[1] != 3 or source.shape[1] != 2 or len(source) != len(target):
        raise ValueError("rasterise: shapes differ")
    most = len(target)
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        if min(a, b, c) < 0 or max(a, b, c) >= most:
            continue
        ax, ay, bx, by, cx, cy = (
            target[a, 0], target[a, 1], target[b, 0], target[b, 1], target[c, 0], target[c, 1],
        )  # fmt: skip
        if not (_near(ax, ay) and _near(bx, by) and _near(cx, cy)):
            continue
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
    if backward.shape[2] != 2 or cuts.shape[1] != 2:
        raise ValueError("find_cuts: shapes differ")
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
    way, but for those at its border and beyond; `colours` (n, 4) is room to work in."""
    height, width = picture.shape[:2]
    if picture.shape[2] != 4 or cuts.shape[1] != 2 or colours.shape[1] != 4:
        raise ValueError("soften: shapes differ")
    n = min(n, cuts.shape[0], colours.shape[0])
    for k in range(n):
        y, x = cuts[k, 0], cuts[k, 1]
        if y < 1 or x < 1 or y >= height - 1 or x >= width - 1:
            continue
        for c in range(4):
            near = 0
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    near += (2 - abs(dx)) * (2 - abs(dy)) * picture[y + dy, x + dx, c]
            colours[k, c] = (near + 8) // 16
    for k in range(n):
        y, x = cuts[k, 0], cuts[k, 1]
        if y < 1 or x < 1 or y >= height - 1 or x >= width - 1:
            continue
        for c in range(4):
            picture[y, x, c] = colours[k, c]


@kernel("void(uint8[:,:,::1], uint8[:,:,::1], uint8[:,:,::1])")
def over(person, plate, out):  # type: ignore[no-untyped-def]
    """Out = person + (1 - alpha) * plate; person is (H, W, 4) with premultiplied alpha."""
    height, width = out.shape[:2]
    if person.shape != (height, width, 4) or plate.shape != out.shape or out.shape[2] != 3:
        raise ValueError("over: shapes differ")
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            left = 255 - person[y, x, 3]
            for c in range(3):
                value = person[y, x, c] + (left * plate[y, x, c] + 127) // 255
                out[y, x, c] = min(value, 255)


@kernel("void(uint8[:,:,::1], uint8[:,:,::1], uint8[:,::1])")
def blend(out, layer, mask):  # type: ignore[no-untyped-def]
    """Lay `layer` (h, w, 3) over `out` (h, w, C) where `mask` (h, w) says; alpha fills up too."""
    if layer.shape != (mask.shape[0], mask.shape[1], 3) or out.shape[:2] != mask.shape:
        raise ValueError("blend: shapes differ")
    if out.shape[2] < 3 or out.shape[2] > 4:
        raise ValueError("blend: shapes differ")
    for y in range(mask.shape[0]):
        for x in range(mask.shape[1]):
            m = int(mask[y, x])
            if m == 0:
                continue
            for c in range(3):
                out[y, x, c] = (layer[y, x, c] * m + out[y, x, c] * (255 - m) + 127) // 255
            if out.shape[2] == 4:
                out[y, x, 3] = max(out[y, x, 3], m)


@kernel(
    "void(uint8[:,:,::1], float32[:,:,::1], uint8[:,::1], float32[:,::1], int64[::1])", exact=True
)
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
    height, width = inner.shape
    if light.shape[1:] != (n, 3) or out.shape[:2] != inner.shape or len(box) != 4:
        raise ValueError("relight: shapes differ")
    if out.shape[2] < 3 or out.shape[2] > 4 or back.shape != (2, 3):
        raise ValueError("relight: shapes differ")
    for y in range(max(box[1], 0), min(box[3], height)):
        for x in range(max(box[0], 0), min(box[2], width)):
            u = back[0, 0] * x + back[0, 1] * y + back[0, 2]
            v = back[1, 0] * x + back[1, 1] * y + back[1, 2]
            if not (u >= 0 and v >= 0 and u < n - 1 and v < n - 1) or inner[y, x] == 255:
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


@kernel("float32(uint8[:,:,::1], float32, float32, int64)")
def _at(layer, x, y, c):  # type: ignore[no-untyped-def]
    """A channel of a layer (h, w, 3) at x, y, bilinear; outside it the border goes on."""
    height, width = layer.shape[:2]
    x = min(max(x, np.float32(0)), np.float32(width - 1.001))
    y = min(max(y, np.float32(0)), np.float32(height - 1.001))
    j, i = int(x), int(y)
    fx, fy = x - np.float32(j), y - np.float32(i)
    above = layer[i, j, c] + fx * (np.float32(layer[i, j + 1, c]) - layer[i, j, c])
    below = layer[i + 1, j, c] + fx * (np.float32(layer[i + 1, j + 1, c]) - layer[i + 1, j, c])
    return above + fy * (below - above)


@kernel("float32(float32[::1], float32)")
def _along(values, at):  # type: ignore[no-untyped-def]
    """Values (n,) between their steps, held at both ends."""
    at = min(max(at, np.float32(0)), np.float32(len(values) - 1.001))
    k = int(at)
    return values[k] + (at - np.float32(k)) * (values[k + 1] - values[k])


@kernel(
    "void(uint8[:,:,::1], uint8[:,::1], uint8[:,:,:,::1], float32[:,:,::1], float32[:,::1], "
    "float32[:,::1], float32[::1], float32[::1], float32[:,::1], float32[::1], float32, "
    "float32[:,::1], float32[::1], float32[::1], float32[::1], float32, float32, boolean)",
)
def turn_eye(  # type: ignore[no-untyped-def]
    out, mask, layers, rest, to_layers, to_portrait, corner, iris, disc, moved, glint, axes,
    line, lid, shade, step, share, slide,
):  # fmt: skip
    """Paint an eyeball that has turned, in place.

    Args:
        out: (h, w, C) a box of the picture; a fourth channel is alpha.
        mask: (h, w) 0 to 255, how much of each pixel is eyeball.
        layers: (3, n, n, 3) white, iris and catch-lights.
        rest: (a, b, 3) what the portrait shows otherwise, of its pixels from `corner` on.
        to_layers: (3, 3) from the box's pixels to the layers', with the gaze at rest.
        to_portrait: (3, 3) from the box's pixels to the portrait's.
        corner: (2,) x, y.
        iris: (3,) x, y and radius in the layers.
        disc: (2, 2) from about the iris as it is now to about its rest.
        moved: (2,) by how much its middle has moved.
        glint: share of this way that the catch-lights go.
        axes: (2, 2) along the eye and down.
        line: (m,) how far below the iris's rest the upper lid's line lies, along n pixels of the
            eye, in the portrait.
        lid: (m,) the same, now.
        shade: (k,) how much light there is so many `step` below the lid.
        step: pixels of the layers.
        share: how much of `rest` is seen, 0 to 1.
        slide: the iris is moved by a stretch of what is around it instead.
    """
    height, width = mask.shape
    n = layers.shape[1]
    if out.shape[:2] != (height, width) or layers.shape[0] != 3 or layers.shape[3] != 3:
        raise ValueError("turn_eye: shapes differ")
    if out.shape[2] < 3 or out.shape[2] > 4 or rest.shape[2] != 3 or n < 3:
        raise ValueError("turn_eye: shapes differ")
    radius, half = iris[2], np.float32(0.5)
    soft = max(np.float32(0.17) * radius, np.float32(1))
    for y in range(height):
        for x in range(width):
            m = np.float32(mask[y, x]) * np.float32(1 / 255)
            if m == 0:
                continue
            u = to_layers[0, 0] * x + to_layers[0, 1] * y + to_layers[0, 2]
            v = to_layers[1, 0] * x + to_layers[1, 1] * y + to_layers[1, 2]
            du, dv = u - iris[0] - moved[0], v - iris[1] - moved[1]
            p = disc[0, 0] * du + disc[0, 1] * dv
            q = disc[1, 0] * du + disc[1, 1] * dv
            cover = np.float32(0)
            if slide:
                far = (np.sqrt(du * du + dv * dv) / max(radius, half) - _STIFF) / (_REACH - _STIFF)
                far = min(max(far, np.float32(0)), np.float32(1))
                far = np.float32(1) - far * far * (np.float32(3) - np.float32(2) * far)
                u, v = u - far * moved[0], v - far * moved[1]
            elif radius > 0:
                cover = (radius - np.sqrt(p * p + q * q)) / soft + half
                cover = min(max(cover, np.float32(0)), np.float32(1))
            a, b = u - iris[0], v - iris[1]
            s = ((axes[0, 0] * a + axes[0, 1] * b) / n + half) * (len(line) - 1)
            t = axes[1, 0] * a + axes[1, 1] * b
            now = _along(shade, (t - _along(lid, s)) / step)
            white = now / _along(shade, (t - _along(line, s)) / step)
            s = ((axes[0, 0] * p + axes[0, 1] * q) / n + half) * (len(line) - 1)
            t = axes[1, 0] * p + axes[1, 1] * q
            dark = now / _along(shade, (t - _along(line, s)) / step)
            px = to_portrait[0, 0] * x + to_portrait[0, 1] * y + to_portrait[0, 2] - corner[0]
            py = to_portrait[1, 0] * x + to_portrait[1, 1] * y + to_portrait[1, 2] - corner[1]
            px = min(max(px, np.float32(0)), np.float32(rest.shape[1] - 1))
            py = min(max(py, np.float32(0)), np.float32(rest.shape[0] - 1))
            j, i = min(int(px), rest.shape[1] - 2), min(int(py), rest.shape[0] - 2)
            fx, fy = px - np.float32(j), py - np.float32(i)
            for c in range(3):
                value = (np.float32(1) - cover) * white * _at(layers[0], u, v, c)
                value += cover * dark * _at(layers[1], iris[0] + p, iris[1] + q, c)
                value += _at(layers[2], u - glint * moved[0], v - glint * moved[1], c)
                if share > 0:
                    above = rest[i, j, c] + fx * (rest[i, j + 1, c] - rest[i, j, c])
                    below = rest[i + 1, j, c] + fx * (rest[i + 1, j + 1, c] - rest[i + 1, j, c])
                    value += share * (above + fy * (below - above))
                value = min(max(value, np.float32(0)), np.float32(255))
                out[y, x, c] = int(m * value + (np.float32(1) - m) * out[y, x, c] + half)
            if out.shape[2] == 4:
                out[y, x, 3] = max(out[y, x, 3], mask[y, x])
