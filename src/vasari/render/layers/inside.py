"""One loop over the pixels of a mouth: what lies behind the lips, in the light that comes in."""

from __future__ import annotations

import numpy as np

from vasari.kernels import kernel

STEPS = 128  # places from corner to corner at which the lips' lines are known
# All lengths in eye distances.
MARGIN = 0.03  # around the opening that is shaded, too
LIP_SHADOW, LIP_REACH = 0.30, 0.014  # of the upper lip on what lies behind it
FLOOR_SHADOW, FLOOR_REACH = 0.40, 0.010  # just above the lower lip
WET_UPPER, WET_LOWER = 0.50, 0.60  # the lips' wet inner sides: how light, against the lips
WET_UPPER_REACH, WET_LOWER_REACH = 0.004, 0.008  # and how far they are seen
WET = 0.8  # how much of what lies behind they cover at their edge
ROLLED_UPPER, ROLLED_LOWER = 0.12, 0.05  # how dark the rims become that turn inwards
ROLL_REACH = 0.012
THROAT, THROAT_REACH = 0.35, 0.03  # how much darker the dark is in its middle
SEAM_REACH = 0.010  # of the dark line between closed lips


@kernel("float32(float32, float32)")
def _fall(far, reach):  # type: ignore[no-untyped-def]
    """Like exp(-far / reach), but 0 from three times the reach on."""
    t = max(np.float32(0), np.float32(1) - far / (np.float32(3) * reach))
    return t * t * t


@kernel()
def _rim(below, above, rolled, seam, lift):  # type: ignore[no-untyped-def]
    """How light the lips are so far from their inner lines."""
    one, upper, lower = np.float32(1), abs(below), abs(above)
    shade = one - rolled * np.float32(ROLLED_UPPER) * _fall(upper, np.float32(ROLL_REACH))
    shade *= one - rolled * np.float32(ROLLED_LOWER) * _fall(lower, np.float32(ROLL_REACH))
    near = min(upper, lower) * np.float32(1 / SEAM_REACH)
    line = max(np.float32(0), one - near * near)
    if below < 0:
        far = upper * np.float32(1 / MARGIN)
        shade *= one + lift * max(np.float32(0), one - far * far)
    return shade * (one - seam * line * line)


@kernel()
def _light(below, above, aside):  # type: ignore[no-untyped-def]
    """How much of the light that comes in reaches a place so far from the lips' inner lines, at
    -1 to 1 from corner to corner."""
    one = np.float32(1)
    light = one - np.float32(LIP_SHADOW) * _fall(below, np.float32(LIP_REACH))
    light *= one - np.float32(FLOOR_SHADOW) * _fall(above, np.float32(FLOOR_REACH))
    return light * np.sqrt(max(one - aside * aside, np.float32(0)))


@kernel("void(uint8[:,:,::1], float32, float32, float32[::1])")
def _lay(texture, u, v, seen):  # type: ignore[no-untyped-def]
    """Lay one pixel of a texture (h, w, 4), bilinear, over a colour (3,), in place."""
    if u < 0 or v < 0 or u >= texture.shape[1] - 1 or v >= texture.shape[0] - 1:
        return
    i, j, one = int(v), int(u), np.float32(1)
    fv, fu = v - i, u - j
    a, b, c, d = (one - fv) * (one - fu), (one - fv) * fu, fv * (one - fu), fv * fu
    p, q, r, s = texture[i, j], texture[i, j + 1], texture[i + 1, j], texture[i + 1, j + 1]
    alpha = (a * p[3] + b * q[3] + c * r[3] + d * s[3]) * np.float32(1 / 255)
    for k in range(3):
        seen[k] += (a * p[k] + b * q[k] + c * r[k] + d * s[k] - seen[k]) * alpha


@kernel(
    "void(uint8[:,:,::1], uint8[:,::1], float32[:,::1], float32[:,::1], float32[::1], "
    "uint8[:,:,:,::1], float32[:,::1], float32, float32[:,::1], float32[::1])",
)  # fmt: skip
def draw_inside(  # type: ignore[no-untyped-def]
    out, mask, back, lines, corners, textures, places, density, colours, amounts
):
    """Draw the inside of a mouth over a box of a picture, and shade the lips' rims, in place.

    Args:
        out: (h, w, C) the box; a fourth channel is alpha, which fills up.
        mask: (h, w) the opening, antialiased.
        back: (2, 3) from the box's pixels to the plane of the lips, eye distances.
        lines: (STEPS, 2) heights of the upper and lower lip's inner line, from corner to corner.
        corners: (2,) x of the mouth's corners in that plane.
        textures: (n, th, tw, 4) from back to front: tongue, both rows, the tongue's tip.
        places: (n, 2) what is added to plane coordinates times `density` to get pixels of each.
        density: pixels of a texture an eye distance.
        colours: (2, 3) of the dark and of the lips.
        amounts: (5,) 0 to 1 each: how much is drawn, how much light comes in, how far the rims
            turn inwards, how dark the line between the lips is drawn; and how much lighter the
            upper lip becomes, 0 or more.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    share, enters, rolled, seam, lift = amounts
    left, right = corners
    step = np.float32(STEPS - 1) / max(right - left, np.float32(1e-3))
    margin = np.float32(-MARGIN)
    seen, dark = np.empty(3, np.float32), np.empty(3, np.float32)
    for row in range(mask.shape[0]):
        for column in range(mask.shape[1]):
            x = back[0, 0] * column + back[0, 1] * row + back[0, 2]
            y = back[1, 0] * column + back[1, 1] * row + back[1, 2]
            at = min(max((x - left) * step, zero), np.float32(STEPS - 1.001))
            k = int(at)
            f = at - k
            below = y - (lines[k, 0] + f * (lines[k + 1, 0] - lines[k, 0]))
            above = lines[k, 1] + f * (lines[k + 1, 1] - lines[k, 1]) - y
            if below < margin or above < margin:
                continue
            ends = min(max((x - left) * (right - x) * np.float32(40), zero), one)
            shade = one + (_rim(below, above, rolled, seam, lift) - one) * ends
            for c in range(3):
                value = out[row, column, c] * shade + half
                out[row, column, c] = np.uint8(min(value, np.float32(255)))
            m = mask[row, column] * share * np.float32(1 / 255)
            if m <= zero:
                continue
            below, above = max(below, zero), max(above, zero)
            aside = np.float32(2) * at / np.float32(STEPS - 1) - one
            light = enters * _light(below, above, aside)
            deep = min(one, min(below, above) / np.float32(THROAT_REACH)) * (one - aside * aside)
            for c in range(3):
                seen[c] = dark[c] = colours[0, c] * (one - np.float32(THROAT) * deep)
            for t in range(len(textures)):
                _lay(textures[t], x * density + places[t, 0], y * density + places[t, 1], seen)
            upper = np.float32(WET) * _fall(below, np.float32(WET_UPPER_REACH))
            lower = np.float32(WET) * _fall(above, np.float32(WET_LOWER_REACH))
            for c in range(3):
                value = dark[c] + (seen[c] - dark[c]) * light
                value += upper * (colours[1, c] * np.float32(WET_UPPER) - value)
                value += lower * (colours[1, c] * np.float32(WET_LOWER) - value)
                value = out[row, column, c] * (one - m) + value * m
                out[row, column, c] = np.uint8(min(max(value + half, zero), np.float32(255)))
            if out.shape[2] == 4:
                out[row, column, 3] = max(out[row, column, 3], np.uint8(m * 255 + half))
