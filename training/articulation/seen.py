"""What of an expression is seen of a mouth: linear in the coefficients, lengths in eye distances.

Columns of SEEN: nine gaps of the inner lip pairs, width, how far the lips stick out, how far the
inner line of the lower lip, that of the upper lip and the chin lie below their rest.
"""

from __future__ import annotations

import numpy as np

from vasari.shape.space import LIP_RINGS_LOWER, LIP_RINGS_UPPER, face_space
from vasari.values import BLENDSHAPES, EXPRESSION

GAPS = slice(0, 9)
MIDDLE = slice(2, 7)  # lip pairs whose mean is the opening
WIDTH, OUT, LOWER, UPPER, CHIN = range(9, 14)
SEEN = 14
CORNERS = (61, 291)  # picture's left, right
FRONT = (0, 17)  # middle of the outer lines
MOUTH = [i for i, n in enumerate(BLENDSHAPES) if n.startswith(("jaw", "mouth"))]
MOUTH += [BLENDSHAPES.index(n) for n in ("cheekPuff", "cheekSquintLeft", "cheekSquintRight",
          "noseSneerLeft", "noseSneerRight")]  # fmt: skip
MOUTH += list(range(len(BLENDSHAPES), EXPRESSION))  # residuals
BLENDS = sum(i < len(BLENDSHAPES) for i in MOUTH)  # the first so many lie in [0, 1]


def seen_of(shape: np.ndarray) -> np.ndarray:
    """(..., 478, 3) shapes, or axes of the basis, to (..., SEEN)."""
    y = shape[..., 1]
    out = np.empty((*shape.shape[:-2], SEEN), np.float32)
    out[..., GAPS] = y[..., LIP_RINGS_LOWER[0]] - y[..., LIP_RINGS_UPPER[0]]
    out[..., WIDTH] = shape[..., CORNERS[1], 0] - shape[..., CORNERS[0], 0]
    out[..., OUT] = -shape[..., FRONT, 2].mean(-1)
    out[..., LOWER], out[..., UPPER], out[..., CHIN] = y[..., 14], y[..., 13], y[..., 152]
    return out


def seen_by_code() -> np.ndarray:
    """(EXPRESSION, SEEN): what a unit of each coefficient changes."""
    return seen_of(face_space().basis)
