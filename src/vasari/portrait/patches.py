"""The background continued into a hole piece by piece, by what lies next to it (Criminisi 2004).

Lines are continued first and straight on, texture stays texture. Which piece goes where is found in
a small copy; the picture's own pixels are then laid there at full size.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.kernels import kernel
from vasari.values import FloatArray, Picture

EYES = 40  # px, eye distance in the small copy
HALF = 3  # px, half of a piece's side there
REACH = 1.0  # eye distances within which a piece is looked for
NEAR = 5.0  # squared levels a pixel and px of way: the nearer of two equal pieces is taken
SHADE = 12.0  # of 255, by which a piece may be made lighter or darker
KEEP = 0.01  # how much a piece insists on its tone where it meets another: 1 / px²
ROUNDS = 40  # of evening out the tones

Mask = NDArray[np.bool_]


def continued(
    picture: Picture, unknown: Mask, eye_distance: float, depth: float
) -> tuple[FloatArray, FloatArray]:
    """The picture's background laid into the outer part of the unknown.

    Args:
        picture: (H, W, 3) uint8.
        unknown: (H, W).
        eye_distance: pixels.
        depth: pixels to which the unknown is filled.

    Returns:
        colours (H, W, 3), and (H, W) how much of a pixel is filled, 0 to 1.
    """
    shrink = min(1.0, EYES / eye_distance)
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    size = small.shape[1::-1]
    hole = cv2.resize(unknown.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 1e-3
    inside = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5)
    tone = small.astype(np.float32)
    filled = ~hole
    piece = np.ones((2 * HALF + 3,) * 2, np.uint8)  # one more: the steps at its edge are known too
    centres = cv2.erode(filled.astype(np.uint8), piece, borderValue=0) > 0
    source = np.moveaxis(np.indices(hole.shape, np.int32), 0, 2).copy()
    wanted = hole & (inside <= depth * shrink + 1)
    _fill(tone, filled, source, wanted, centres, round(REACH * EYES))
    plain = small.astype(np.float32)
    _even(tone, plain, source, filled, filled & hole)
    shade = tone - plain[source[..., 0], source[..., 1]]
    colours = np.zeros(picture.shape, np.float32)
    share = np.zeros(unknown.shape, np.float32)
    _lay(picture, unknown, source, shade, filled & hole, colours, share)
    return colours, share


@kernel()
def _fill(tone, filled, source, wanted, centres, reach):  # type: ignore[no-untyped-def]
    """Lay piece after piece, the surest and most structured place first.

    Args:
        tone: (h, w, 3) float32, written where filled.
        filled: (h, w) bool, grows.
        source: (h, w, 2) int32 row and column each pixel comes from, written.
        wanted: (h, w) bool, places that ask for a piece; used up.
        centres: (h, w) bool, where a piece may come from.
        reach: px.
    """
    height, width = filled.shape
    sure = filled.astype(np.float32)
    rank = np.zeros((height, width), np.float32)
    shade = np.zeros(3, np.float32)
    top, end, left, right = 0, height, 0, width
    while True:
        for y in range(top, end):
            for x in range(left, right):
                rank[y, x] = _rank(tone, filled, sure, y, x) if wanted[y, x] else 0
        best = np.argmax(rank)
        y, x = best // width, best % width
        if rank[y, x] <= 0:
            return
        from_y, from_x = _search(tone, filled, centres, y, x, reach, shade)
        trust = sure[max(y - HALF, 0) : y + HALF + 1, max(x - HALF, 0) : x + HALF + 1].mean()
        wanted[y, x] = False
        if from_y >= 0:
            for v in range(max(-HALF, -y), min(HALF + 1, height - y)):
                for u in range(max(-HALF, -x), min(HALF + 1, width - x)):
                    if not filled[y + v, x + u]:
                        filled[y + v, x + u], wanted[y + v, x + u] = True, False
                        sure[y + v, x + u] = trust
                        source[y + v, x + u, 0], source[y + v, x + u, 1] = from_y + v, from_x + u
                        for k in range(3):
                            tone[y + v, x + u, k] = tone[from_y + v, from_x + u, k] + shade[k]
        top, end = max(y - 2 * HALF - 1, 0), min(y + 2 * HALF + 2, height)
        left, right = max(x - 2 * HALF - 1, 0), min(x + 2 * HALF + 2, width)


@kernel()
def _rank(tone, filled, sure, y, x):  # type: ignore[no-untyped-def]
    """How soon a place is filled: how sure its surroundings are, and how strong a line comes in."""
    height, width = filled.shape
    beside = (y > 0 and filled[y - 1, x]) or (y < height - 1 and filled[y + 1, x])
    if not (beside or (x > 0 and filled[y, x - 1]) or (x < width - 1 and filled[y, x + 1])):
        return np.float32(0)
    xx = xy = yy = trust = way_x = way_y = np.float32(0)
    count = 0
    for v in range(max(y - HALF, 0), min(y + HALF + 1, height)):
        for u in range(max(x - HALF, 0), min(x + HALF + 1, width)):
            count += 1
            if not filled[v, u]:
                continue
            trust += sure[v, u]
            way_x += x - u
            way_y += y - v
            if v + 1 < height and u + 1 < width and filled[v + 1, u] and filled[v, u + 1]:
                for k in range(3):
                    across = tone[v, u + 1, k] - tone[v, u, k]
                    down = tone[v + 1, u, k] - tone[v, u, k]
                    xx += across * across
                    xy += across * down
                    yy += down * down
    long = way_x * way_x + way_y * way_y + np.float32(1e-6)
    along = (xx * way_y * way_y - 2 * xy * way_x * way_y + yy * way_x * way_x) / long
    return trust / count * (1 + np.sqrt(max(along, np.float32(0)) / (3 * count)))


@kernel()
def _search(tone, filled, centres, y, x, reach, shade):  # type: ignore[no-untyped-def]
    """The centre of the piece that fits best around (y, x), and its shade; -1 if there is none."""
    height, width = filled.shape
    known = np.empty(((2 * HALF + 1) ** 2, 2), np.int64)
    count = 0
    for v in range(max(-HALF, -y), min(HALF + 1, height - y)):
        for u in range(max(-HALF, -x), min(HALF + 1, width - x)):
            if filled[y + v, x + u]:
                known[count, 0], known[count, 1] = v, u
                count += 1
    lowest, best_y, best_x = np.float32(1e18), -1, -1
    slack = 3 * count * np.float32(SHADE * SHADE)
    off = np.zeros(3, np.float32)
    for from_y in range(max(y - reach, 0), min(y + reach + 1, height)):
        for from_x in range(max(x - reach, 0), min(x + reach + 1, width)):
            if not centres[from_y, from_x]:
                continue
            way = np.float32((from_y - y) ** 2 + (from_x - x) ** 2)
            cost = np.float32(NEAR) * np.sqrt(way) * count
            off[:] = 0
            for i in range(count):
                v, u = known[i, 0], known[i, 1]
                for k in range(3):
                    wrong = tone[y + v, x + u, k] - tone[from_y + v, from_x + u, k]
                    off[k] += wrong
                    cost += wrong * wrong
                if cost - slack >= lowest:
                    break
            for k in range(3):
                off[k] = min(max(off[k] / count, -SHADE), SHADE)
                cost -= count * off[k] * off[k] * np.float32(0.75)  # a piece as it is, if it fits
            if cost < lowest:
                lowest, best_y, best_x = cost, from_y, from_x
                shade[:] = off
    return best_y, best_x


@kernel()
def _even(tone, plain, source, filled, laid):  # type: ignore[no-untyped-def]
    """Let the pieces run into each other: the steps between pixels become those of their sources.

    Args:
        tone: (h, w, 3) float32 with the pieces laid, changed.
        plain: (h, w, 3) the small copy.
        source: (h, w, 2) int32.
        filled: (h, w) bool, known or laid.
        laid: (h, w) bool.
    """
    height, width = laid.shape
    first = tone.copy()
    total = np.zeros(3, np.float32)
    for _ in range(ROUNDS):
        for y in range(height):
            for x in range(width):
                if not laid[y, x]:
                    continue
                t, s = source[y, x]
                total[:] = KEEP * first[y, x]
                weight = np.float32(KEEP)
                for v, u in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                    b, a = y + v, x + u
                    if not (0 <= b < height and 0 <= a < width and filled[b, a]):
                        continue
                    r, q = source[b, a]
                    both = np.float32(0.5) if laid[b, a] else np.float32(0)
                    for k in range(3):
                        step = plain[t + v, s + u, k] - plain[t, s, k]
                        step += both * (plain[r, q, k] - plain[r - v, q - u, k] - step)
                        total[k] += tone[b, a, k] - step
                    weight += 1
                for k in range(3):
                    tone[y, x, k] = total[k] / weight


@kernel()
def _lay(picture, unknown, source, shade, laid, colours, share):  # type: ignore[no-untyped-def]
    """The pieces at full size; between four small pixels, the four pictures that they bring, mixed.

    Args:
        picture: (H, W, 3) uint8.
        unknown: (H, W) bool.
        source: (h, w, 2) int32.
        shade: (h, w, 3) float32.
        laid: (h, w) bool.
        colours: (H, W, 3) float32 zeros, written.
        share: (H, W) float32 zeros, written.
    """
    height, width = unknown.shape
    rows, columns = laid.shape
    tall, wide = rows / height, columns / width
    for y in range(height):
        row = (y + 0.5) * tall - 0.5
        for x in range(width):
            if not unknown[y, x]:
                continue
            column = (x + 0.5) * wide - 0.5
            for v in range(2):
                b = min(max(int(np.floor(row)) + v, 0), rows - 1)
                for u in range(2):
                    a = min(max(int(np.floor(column)) + u, 0), columns - 1)
                    if not laid[b, a]:
                        continue
                    part = abs(1 - v - row + np.floor(row)) * abs(1 - u - column + np.floor(column))
                    from_y = min(max(y + round((source[b, a, 0] - b) / tall), 0), height - 1)
                    from_x = min(max(x + round((source[b, a, 1] - a) / wide), 0), width - 1)
                    share[y, x] += part
                    for k in range(3):
                        colours[y, x, k] += part * (picture[from_y, from_x, k] + shade[b, a, k])
            if share[y, x] > 0:
                for k in range(3):
                    colours[y, x, k] /= share[y, x]
