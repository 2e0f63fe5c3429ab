"""The far side of a turned head, which a portrait does not show."""

from __future__ import annotations

import numpy as np

from vasari.shape.landmarks import MESH_POINTS, OUTER_CORNERS
from vasari.shape.space import face_space
from vasari.values import FloatArray, Indices, Picture

# Where the far side of a turned head is laid, eye distances: its oval outside of the outline, what
# is hidden inside it, and the rim of what is seen just inside, so that the outline stays behind.
OUTSIDE, UNDER, RIM_UNDER = 0.012, 0.07, 0.025
SKIN_VARIES = 70  # levels that skin differs by over a tenth of an eye distance
BESIDE = 0.06  # how far beside a direction lies what makes the outline there
AT_OUTLINE = 0.1  # how far inside the outline a point still belongs to it


def unfold(landmarks: FloatArray, picture: Picture) -> FloatArray:
    """Landmarks with those that the portrait cannot see laid just inside its outline.

    On a turned head the far side folds behind the near one; left there, its triangles would show
    the background, or the near side twice, once the head turns back. The oval goes to the outline
    itself, so that no sliver of cheek is left to the rings; the rest goes well inside it, so that
    what a turn uncovers is the mirror of skin, not the outline drawn wide.
    """
    triangles = face_space().triangles.astype(np.int32)
    a, b, c = (landmarks[triangles[:, k], :2] for k in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    front = area * np.sign(np.median(area)) > 0
    seen = np.zeros(len(landmarks), bool)
    seen[triangles[front]] = True
    seen[MESH_POINTS:] = True
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    out, known = landmarks.copy(), seen.copy()
    while not known.all():
        reach = edges[known[edges[:, 1]] & ~known[edges[:, 0]]]
        if not len(reach):
            break
        total, count = np.zeros((len(out), 2)), np.zeros(len(out))
        np.add.at(total, reach[:, 0], out[reach[:, 1], :2])
        np.add.at(count, reach[:, 0], 1)
        new = count > 0
        out[new, :2] = total[new] / count[new, None]
        known |= new
    rim = np.unique(edges[seen[edges[:, 0]] & ~seen[edges[:, 1]], 0])
    return _parted(out, picture, np.flatnonzero(~seen), rim)


def _parted(landmarks: FloatArray, picture: Picture, hidden: Indices, rim: Indices) -> FloatArray:
    """Landmarks with the hidden ones of the oval on the outline, and inside it the others and the
    rim, the last ones that are seen."""
    oval = face_space().rings["face_oval"]
    middle = (landmarks[oval, :2].min(0) + landmarks[oval, :2].max(0)) / 2
    away = landmarks[:, :2] - middle
    unit = float(np.linalg.norm(np.subtract(*landmarks[list(OUTER_CORNERS)])))
    out = landmarks.copy()
    for points, under in ((hidden, UNDER), (rim, RIM_UNDER)):
        for k in points:
            far = float(np.linalg.norm(away[k]))
            direction = away[k] / max(far, 1e-6)
            along = away @ direction
            beside = np.abs(away @ np.array([-direction[1], direction[0]]))
            outline = float(along[(beside < BESIDE * unit) & (along > 0)].max(initial=0))
            if k in oval:
                out[k, :2] = middle + direction * (outline + OUTSIDE * unit)
            elif far > outline - AT_OUTLINE * unit and _is_skin(
                picture, middle + direction * outline, -direction, unit
            ):
                out[k, :2] = middle + direction * min(far, outline - under * unit)
    return out


def _is_skin(picture: Picture, outline: FloatArray, inwards: FloatArray, unit: float) -> bool:
    """Whether the picture looks the same from just inside an outline to farther in; where hair
    hangs before it, or the outline was read beside the true one, it does not."""
    steps = np.linspace(RIM_UNDER, 2 * UNDER, 8)[:, None] * unit
    at = np.round(outline + steps * inwards).astype(int)
    at = np.clip(at, 0, np.array(picture.shape[1::-1]) - 1)
    seen = picture[at[:, 1], at[:, 0]].astype(np.float32)
    return bool(np.ptp(seen, axis=0).max() < SKIN_VARIES)
