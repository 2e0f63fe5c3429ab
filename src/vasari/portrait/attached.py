"""Hats, veils and locks that the matte's network cut off: what hangs on the head and stands out.

A part that stays behind in the plate is a ghost beside the moving head. So what touches the
person, is near the head, has colours that the background does not have, and ends at a sharp edge,
belongs to the person, unless the network is all but sure that it does not. Where the background is
motley or hardly seen nothing is added. TOUCH, DOUBT and STEP were chosen on training pictures.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.plate import push_pull
from vasari.values import FloatArray, Picture

NEAR = 1.0  # face widths from the network's person: further off nothing is added
FAR = 0.55  # face widths from it: further off everything is background
BESIDE = 0.12  # the same in tight pictures, where only what is beside the face counts
FAR_SHARE = 0.15  # of the background must be far, or the picture is a tight one
SAMPLE = 300  # px of background without which its colours are not known
NARROW = 25  # px, narrower faces are too coarse to judge
COLOURS = 6  # clusters of the background's colours
RARE = 0.02  # share of the background under which a cluster is chance
NOISE = 5.0  # Lab units that any background varies by
MOTLEY = 20.0  # Lab units of spread from which a background is too motley to judge by
UNLIKE = 2.5  # spreads from every background colour
STEP = 3.4  # spreads that the edge of a part rises by on average; a glow or shadow rises slowly
STEEPEST = 12.0  # spreads, more of them count as that many
LEAST = 12  # px, smaller parts are noise
TOUCH = 2.5  # roots of a part's area, least length of its touch with the person
DOUBT = 0.08  # least mean that the network gives to a part, and more for each root of its area
DOUBT_CUT = 0.04  # that the picture's border cuts
BELOW = 0.35  # face heights under the chin: further down it is the body, which is still

Mask = NDArray[np.bool_]


def attached(picture: Picture, rough: FloatArray, oval: NDArray[np.uint8]) -> Mask:
    """(H, W) what belongs to the person though the network says otherwise.

    Args:
        picture: (H, W, 3) uint8.
        rough: (H, W) 0 to 1, the network's matte.
        oval: (H, W) uint8, the face.
    """
    person = rough > 0.5
    rows, columns = np.nonzero(oval > 127)
    if len(columns) == 0 or np.ptp(columns) < NARROW:
        return np.zeros_like(person)
    width = float(np.ptp(columns))
    away = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 5) / np.float32(width)
    known = _background(rough < 0.05, np.asarray(away, np.float32), rows)
    if known.sum() < SAMPLE:
        return np.zeros_like(person)
    near = np.asarray(away < NEAR)
    near[round(rows.max() + BELOW * float(np.ptp(rows))) :] = False
    return _parts(_strangeness(picture, known), rough, near)


def _background(empty: Mask, away: FloatArray, rows: NDArray[np.intp]) -> Mask:
    """What is background for certain; `away` in face widths."""
    known = empty & (away > FAR)
    if known.sum() > FAR_SHARE * empty.sum():
        return known
    known = empty & (away > BESIDE)
    low, high = int(rows.min()), int(rows.max())
    known[: low + (high - low) // 5] = False  # where a hat may be
    known[high:] = False
    return known


def _strangeness(picture: Picture, known: Mask) -> FloatArray:
    """(H, W) spreads by which a colour differs from all of the background; 0 if it is motley."""
    calm = cv2.GaussianBlur(cv2.medianBlur(picture, 7), (0, 0), 0.7)
    lab = cv2.cvtColor(calm.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    sample = lab[known]
    if float(np.sqrt(sample.var(0).sum())) > MOTLEY:
        return np.zeros(known.shape, np.float32)
    fill = push_pull(np.asarray(lab * known[..., None], np.float32), known)
    strange = np.sqrt(((lab - fill) ** 2).sum(-1)) / NOISE
    cv2.setRNGSeed(1)  # the clusters start at random
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    start = np.zeros((len(sample), 1), np.int32)
    _, which, _ = cv2.kmeans(sample, COLOURS, start, until, 1, cv2.KMEANS_PP_CENTERS)
    for k in range(COLOURS):
        own = sample[which[:, 0] == k]
        if len(own) < RARE * len(sample):
            continue
        spread = np.linalg.inv(np.cov(own.T) + NOISE**2 * np.eye(3))
        off = lab - own.mean(0)
        strange = np.minimum(strange, np.sqrt((off @ spread * off).sum(-1)))
    return np.asarray(strange, np.float32)


def _parts(strange: FloatArray, rough: FloatArray, near: Mask) -> Mask:
    """Of the strange parts near the person those that hang on it."""
    person = rough > 0.5
    count, parts, stats, _ = cv2.connectedComponentsWithStats(
        ((strange > UNLIKE) & near & ~person).astype(np.uint8), connectivity=4
    )
    beside = _wider(person, 3)
    out = np.zeros_like(person)
    for k in np.unique(parts[beside]):
        if 0 < k < count and stats[k, cv2.CC_STAT_AREA] >= LEAST:
            part = parts == k
            if _hangs_on(part, rough, beside) and _is_sharp(part, strange, near & ~beside):
                out |= part
    return out


def _hangs_on(part: Mask, rough: FloatArray, beside: Mask) -> bool:
    """Much of it touches the person, and the network hesitated; more so if the border cuts it."""
    size = float(np.sqrt(part.sum()))
    cut = float(part[0].sum() + part[:, 0].sum() + part[:, -1].sum()) / size
    doubt = float(rough[part].mean())
    return bool((part & beside).sum() > TOUCH * size) and doubt > DOUBT + DOUBT_CUT * cut


def _is_sharp(part: Mask, strange: FloatArray, where: Mask) -> bool:
    """Whether strangeness falls steeply at the part's own rim."""
    rim = _wider(part, 3) & ~part & where
    within = np.where(part, np.minimum(strange, STEEPEST), 0).astype(np.float32)
    window = np.ones((7, 7), np.uint8)
    fall = cv2.dilate(within, window) - cv2.erode(strange, window)
    return bool(rim.any()) and float(fall[rim].mean()) > STEP


def _wider(mask: Mask, side: int) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)
