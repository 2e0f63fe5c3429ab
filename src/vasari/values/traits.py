"""What the renderer needs to know of a portrait beyond its shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasari.values.arrays import FloatArray

FOLDS_SIDE = 288  # pixels of the upright crop in which lines are found
FOLD_STEP = 1 / 256  # of the light: what one step of a fold's depth is
NO_FOLD = 128  # the step that is none
EYE_SIDE = 128  # pixels of an eye's crop (`shape.eyes`)
SHADES = 24  # distances below an upper lid, SHADE_STEP pixels of that crop apart
SHADE_STEP = 1.5


@dataclass(frozen=True)
class MouthTraits:
    """What the renderer must know to draw this portrait's mouth.

    Attributes:
        upper, lower, tongue: (h, w, 4) uint8 RGBA, in the plane of the teeth (`teeth.DENSITY`).
        tooth, lip, dark: (3,) float32 colours, 0 to 255.
        inset: (2, 9) float32, upper and lower pairs of the inner lips: how far outwards from the
            line that was read the lip itself begins, eye distances; 0 for a closed mouth.
    """

    upper: NDArray[np.uint8]
    lower: NDArray[np.uint8]
    tongue: NDArray[np.uint8]
    tooth: FloatArray
    lip: FloatArray
    dark: FloatArray
    inset: FloatArray


@dataclass(frozen=True)
class EyeTraits:
    """What the renderer must know to turn this portrait's eyes, the right one, then the left.

    Attributes:
        layers: (2, 3, EYE_SIDE, EYE_SIDE, 3) uint8 RGB in the eye's crop (`shape.eyes`): the white
            without an iris, the iris without a lid before it, and the catch-lights to be added.
        irises: (2, 3) float32, x, y and radius of each iris in that crop; radius 0: none is seen.
        shade: (2, SHADES) float32, how much of the light falls on the eyeball at so many
            SHADE_STEP below the upper lid.
        slide: whether the irises are moved by a stretch of the white, as in drawings with large
            eyes, whose irises are no discs.
    """

    layers: NDArray[np.uint8]
    irises: FloatArray
    shade: FloatArray
    slide: bool


@dataclass(frozen=True)
class Traits:
    """How one portrait looks, read once (`portrait.traits`). Pixels are those of the picture.

    Attributes:
        flat: whether it is a flat drawing, such as anime.
        dark_glass: whether its eyes are behind sunglasses, where nothing moves.
        mouth_hidden: whether something lies before its mouth, so that the lips stay as they are.
        colour: 0 for a face without any colour, 1 for one that has it.
        drawn: (478, 3) float32, the landmarks as they are drawn: those that the portrait cannot
            see are laid inside its outline.
        rims: (n, 4) float32, pieces of the rims of clear glasses, from x, y to x, y; none: (0, 4).
        folds: (2, FOLDS_SIDE, FOLDS_SIDE) uint8, its lines in the crop of `shape.folds`: how much
            brighter than what is around them, in steps of FOLD_STEP around NO_FOLD; and the region
            that each pixel belongs to.
        lids: (2, n + 1, 3) uint8, right and left: the tones of a closed lid from the outer to the
            inner corner, then that of its lashes.
        eyes: what is drawn between the lids.
        mouth: what is drawn where lips part.
    """

    flat: bool
    dark_glass: bool
    mouth_hidden: bool
    colour: float
    drawn: FloatArray
    rims: FloatArray
    folds: NDArray[np.uint8]
    lids: NDArray[np.uint8]
    eyes: EyeTraits
    mouth: MouthTraits
