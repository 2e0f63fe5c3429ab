"""Contact sheets of a sentence: mouth after mouth, with its phone and the opening that was read."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from benchmarks.lips.voices import Phone
from vasari.values import MOTION_HZ

TILE = 144  # pixels
REACH = 0.62  # eye distances from the middle of the mouth to a tile's border
LABEL = 18  # pixels of text under a tile
ACROSS = 13
IPA = str.maketrans("əɪʊɛæɑɔʌɚɜɐθðʃʒŋɹɡɾː", "@IUE{AOV@36TDSZNrg4:")  # to X-SAMPA
EYES, MOUTH = (33, 263), (13, 14, 61, 291)


def sheet(
    path: Path, pictures: list[np.ndarray], landmarks: np.ndarray, phones: list[Phone],
    opening: np.ndarray, every: int = 1,
) -> None:  # fmt: skip
    """Write every so many of the pictures; landmarks (T, 478, 3) in their pixels."""
    eyes = np.median(np.linalg.norm(landmarks[:, EYES[0], :2] - landmarks[:, EYES[1], :2], axis=1))
    middles = landmarks[:, MOUTH, :2].mean(1) + (0, 0.06 * eyes)
    middles = cv2.blur(middles.astype(np.float32), (1, 9))  # the lips move, not the window
    tiles = []
    for k in range(0, len(pictures), every):
        at = (k + 0.5) / MOTION_HZ
        names = [n for n, start, end in phones if start <= at < end]
        text = f"{plain(names[0]) if names else '-'} {100 * opening[k]:.1f}"
        tiles.append(tile(pictures[k], middles[k], REACH * eyes, text))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % ACROSS)
    whole = np.vstack([np.hstack(tiles[k : k + ACROSS]) for k in range(0, len(tiles), ACROSS)])
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(whole, cv2.COLOR_RGB2BGR))


def plain(phone: str) -> str:
    """A phone in letters that OpenCV can write."""
    return phone.translate(IPA).encode("ascii", "replace").decode()


def tile(picture: np.ndarray, middle: np.ndarray, reach: float, text: str) -> np.ndarray:
    zoom = TILE / (2 * reach)
    m = np.array([[zoom, 0, TILE / 2 - zoom * middle[0]], [0, zoom, TILE / 2 - zoom * middle[1]]])
    out = np.zeros((TILE + LABEL, TILE, 3), np.uint8)
    out[:TILE] = cv2.warpAffine(picture, m, (TILE, TILE), flags=cv2.INTER_CUBIC,
                                borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    cv2.putText(out, text, (3, TILE + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1,
                cv2.LINE_AA)  # fmt: skip
    return out
