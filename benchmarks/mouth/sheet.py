"""Contact sheets: each portrait's mouths side by side, with what was asked and what was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vasari.render import Renderer
from vasari.values import Motion

TILE = 224  # pixels
REACH = 0.62  # eye distances from the middle of the mouth to a tile's border
LABEL = 16  # pixels of text under a tile
OVERVIEW = (0, 1, 2, 3, 5, 8, 11, 13, 15, 17, 18)  # mouths on the sheet of all portraits


class Sheet:
    """Writes one PNG a portrait and one of all, into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: list[np.ndarray] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(
        self, name: str, pictures: list[np.ndarray], renderer: Renderer, motion: Motion,
        rows: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        unit = renderer.stage.pose.scale
        middle = renderer.now(motion, 0).points[[13, 14], :2].mean(0) + (0, 0.08 * unit)
        middle, reach = middle + np.array(renderer.stage.box[:2]), REACH * unit
        tiles = [_tile(p, middle, reach, r) for p, r in zip(pictures, rows, strict=True)]
        across = 5
        blank = [np.zeros_like(tiles[0])] * (-len(tiles) % across)
        grid = [*tiles, *blank]
        whole = np.vstack([np.hstack(grid[k : k + across]) for k in range(0, len(grid), across)])
        _write(self._folder / f"{name}.png", whole)
        row = np.hstack([tiles[k] for k in OVERVIEW if k < len(tiles)])
        cv2.putText(row, name, (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 0), 1)
        self._rows.append(row)

    def write(self) -> None:
        """The sheet of all portraits."""
        for k in range(0, len(self._rows), 5):
            _write(self._folder / f"all_{k // 5}.png", np.vstack(self._rows[k : k + 5]))


def _tile(picture: np.ndarray, middle: np.ndarray, reach: float, row: dict[str, Any]) -> np.ndarray:
    zoom = TILE / (2 * reach)
    m = np.array([[zoom, 0, TILE / 2 - zoom * middle[0]], [0, zoom, TILE / 2 - zoom * middle[1]]])
    tile = cv2.warpAffine(picture, m, (TILE, TILE), flags=cv2.INTER_CUBIC,
                          borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    out = np.zeros((TILE + LABEL, TILE, 3), np.uint8)
    out[:TILE] = tile
    seen = row["read"]["gap"] if row["read"] else float("nan")
    text = f"{row['lips']} {row['asked']['gap']:.3f} seen {seen:.3f}"
    cv2.putText(out, text, (2, TILE + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 255, 255), 1)
    return out


def _write(path: Path, picture: np.ndarray) -> None:
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
