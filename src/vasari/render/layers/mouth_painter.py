"""The mouth painter: a small network that makes a drawn mouth look photographed.

What `Mouth` draws has its teeth in the right place, the same for ever, but a flat tongue, a hard
rim and a light of its own. The network sees that drawing within the lips around it and says by
how much each pixel inside, and on the lips' inner edge, should differ.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.networks import network
from vasari.render.layers.layer import Now
from vasari.render.layers.patch import inside_of
from vasari.shape.crops import by_pose, cut_out
from vasari.shape.space import Pose, face_space
from vasari.values import FloatArray, Picture

WIDTH, HEIGHT = 128, 96  # pixels that the network sees
DENSITY = 144  # of them an eye distance: those of a 512 pixel picture
DOWN = 0.13  # the crop's middle below the line where the lips meet, eye distances
EDGE = 0.025  # eye distances of the lips' inner edge that are painted, too
GAIN, TONE = np.float32(0.25), np.float32(8)  # of what is drawn, and levels: dark stays dark
LIT = 160  # light of teeth from which on so many levels may be added: in the dark, fewer
# The least of three colours by the largest, in lips and in teeth. What is pale is tooth: it takes
# no colour, or it becomes as pink as the lips and is taken for one, and only so much of the shade.
LIP_PALE, TOOTH_PALE, TOOTH_SHADE = np.float32(0.6), np.float32(0.8), np.float32(0.25)
BLUEST = 1.08  # blue to green, times that of the teeth: no tongue is violet in white light
ALL = 0.03  # square eye distances of open mouth from which all paint is on: a slit stays as drawn


def window(pose: Pose, line: FloatArray) -> NDArray[np.float64]:
    """Similarity (2, 3) from picture pixels to the crop, upright; `line` (3,) is the middle of
    the closed lips in the face space."""
    middle = line + np.array([0, DOWN, 0], np.float32)
    return by_pose(pose, middle, DENSITY, (WIDTH, HEIGHT))


def look(picture: Picture, ring: FloatArray, m: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(HEIGHT, WIDTH, 4): the crop `m` of a picture (H, W, 3 or 4), and the inside of the lips'
    ring (n, 2) in the picture."""
    out = np.empty((HEIGHT, WIDTH, 4), np.uint8)
    out[..., :3] = cut_out(picture, m, (WIDTH, HEIGHT), quick=True)[..., :3]
    inside = np.zeros((HEIGHT, WIDTH), np.uint8)
    there = ring @ m[:, :2].T + m[:, 2]
    cv2.fillPoly(inside, [np.round(there * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    out[..., 3] = inside
    return out


class MouthPainter:
    """Paints the mouth of one portrait.

    Args:
        line: (3,) the middle of its closed lips in the face space.
        tooth: (3,) the colour of its teeth, 0 to 255, which tells the light.
        dark: (3,) the colour of the dark in it, 0 to 255.
        colour: 0 for a portrait without any colour, 1 for one that has it.
    """

    def __init__(
        self, line: FloatArray, tooth: FloatArray, dark: FloatArray, colour: float
    ) -> None:
        self._line, self._colour = line, np.float32(colour)
        self._bluest = np.float32(BLUEST * tooth[2] / max(float(tooth[1]), 1.0))
        tone = TONE * min(1.0, float(tooth.mean()) / LIT)
        self._tone = (tone * dark / max(float(dark.mean()), 1.0)).astype(np.float32)
        self._ring = face_space().rings["lips_inner"]

    def paint(self, out: Picture, now: Now, share: float) -> None:
        """Paint over what was drawn, in place.

        Args:
            out: (H, W, 3 or 4) the picture drawn so far.
            now: the moment.
            share: 0 to 1, how much of the mouth is drawn; the rest is the portrait's own.
        """
        ring = now.points[self._ring, :2]
        share *= min(1.0, cv2.contourArea(ring) / (ALL * now.pose.scale**2))
        if share < 1e-3:
            return
        m = window(now.pose, self._line)
        seen = look(out, ring, m)
        (more,) = network("mouth").run(["more"], {"seen": seen[None]})
        most = GAIN * seen[..., :3] + self._tone
        more, flesh = np.clip(more, -most, most), _no_tooth(seen[..., :3])
        green, blue = seen[..., 1] + more[..., 1], seen[..., 2]
        more[..., 2] = np.minimum(more[..., 2], np.maximum(self._bluest * green - blue, 0))
        grey = more.mean(2, keepdims=True)  # engravings and statues stay grey
        more = grey * (TOOTH_SHADE + (1 - TOOTH_SHADE) * flesh) + self._colour * flesh * (
            more - grey
        )
        _add(out, np.float32(share) * more, m)


def _no_tooth(colour: Picture) -> FloatArray:
    """(h, w, 1) 0 where a colour (h, w, 3) is that of teeth, 1 where it is not."""
    red, green, blue = cv2.split(colour)
    least, most = (pick(pick(red, green), blue) for pick in (cv2.min, cv2.max))
    share = TOOTH_PALE - cv2.divide(least, np.maximum(most, 1), dtype=cv2.CV_32F)
    return np.asarray(np.clip(share / (TOOTH_PALE - LIP_PALE), 0, 1)[..., None])


def _add(out: Picture, more: FloatArray, m: NDArray[np.float64]) -> None:
    """Add to a picture (H, W, 3 or 4) what a crop `m` of it says, in place; colours stay below
    alpha."""
    x0, y0, x1, y1 = inside_of(m, (WIDTH, HEIGHT), out)
    from_box = m @ np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1.0]])
    box, size = out[y0:y1, x0:x1], (int(x1 - x0), int(y1 - y0))
    if min(size) < 1:
        return
    laid = cv2.warpAffine(more, from_box, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    most = box[..., 3:] if out.shape[2] == 4 else 255
    box[..., :3] = np.clip(np.rint(box[..., :3] + laid), 0, most)
