"""The mean over clips of what was measured, and how it is shown."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from benchmarks.reenact.kinds import KINDS, REAL

PARTS = ("whole", "mouth", "eyes")
GROUPS = {"mean": "All clips", "turns below 15 degrees": "Turns below 15 degrees"}
HEAD = ("", *(f"{part}, dB and SSIM" for part in PARTS), "features, face", "features, mouth",
        "sharpness to real", "to cheek", "flicker to real", "constancy")  # fmt: skip


def summary(clips: dict[str, Any]) -> dict[str, Any]:
    """The mean of every figure over all clips, and over those whose head turns little."""
    straight = [clip for clip in clips.values() if clip["turns_little"]]
    return {
        "mean": means(list(clips.values())),
        "turns below 15 degrees": {"clips": len(straight), **means(straight)},
    }


def means(clips: list[dict[str, Any]]) -> dict[str, Any]:
    """kind -> part -> figure, of clips where it could be measured; NaN where of none."""
    if not clips:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the mean of nothing is NaN
        return {
            kind: {
                part: {f: float(np.nanmean([c[kind][part][f] for c in clips])) for f in figures}
                for part, figures in clips[0][kind].items()
            }
            for kind in (REAL, *KINDS)
        }


def markdown(result: dict[str, Any]) -> str:
    """Both tables, as docs/how-it-works.md has them. Features are in thousandths."""
    tables = []
    for group, title in GROUPS.items():
        rows = result[group]
        count = rows.get("clips", len(result["clips"]))
        lines = [f"{title} ({count}):", "", _row(HEAD), _row(["---"] * len(HEAD))]
        lines += [_row((kind, *_cells(rows[kind]))) for kind in (*KINDS, REAL) if kind in rows]
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def _row(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"


def _cells(parts: dict[str, Any]) -> list[str]:
    alike = [f"{parts[p]['psnr']:.2f}, {parts[p]['ssim']:.3f}" if p in parts else "" for p in PARTS]
    features, mouth = parts.get("features", {}), parts.get("mouth seen", {})
    felt = [_number(features.get(p), 1000, 1) for p in ("face", "mouth")]
    names = ("sharpness", "to_cheek", "flicker", "constancy")
    return [*alike, *felt, *(_number(mouth.get(name), 1, 2) for name in names)]


def _number(value: float | None, times: int, digits: int) -> str:
    """Nothing for what was not measured: None once it is stored, NaN before."""
    return "" if value is None or value != value else f"{times * value:.{digits}f}"
