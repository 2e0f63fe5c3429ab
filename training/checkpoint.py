"""What all recipes share: checkpoints that are whole or absent, averaged weights, the rate."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

DECAY = 0.998  # of the averaged weights
WARM = 0.02  # share of the time in which the rate rises


def save(path: Path, **state: Any) -> None:
    """Writes the state beside `path` first: a run that is killed leaves the checkpoint before."""
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def load(path: Path, device: str = "cpu") -> dict[str, Any] | None:
    """What `save` wrote, to go on from; None where nothing was."""
    return torch.load(path, map_location=device, weights_only=True) if path.exists() else None


def averaged(model: nn.Module, mean: dict[str, Tensor], step: int) -> None:
    """Moves the mean weights a little towards the model's, further in the first steps."""
    decay = min(DECAY, (1 + step) / (10 + step))
    for name, value in model.state_dict().items():
        if value.dtype.is_floating_point:
            mean[name].lerp_(value, 1 - decay)
        else:
            mean[name].copy_(value)


def cosine(progress: float) -> float:
    """Half a cosine: 1 at progress 0, 0 from progress 1 on."""
    return 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def rate(progress: float, top: float) -> float:
    """Two per cent of warming up, then half a cosine to zero."""
    if progress < WARM:
        return top * max(progress, 0.0005) / WARM
    return top * cosine((progress - WARM) / (1 - WARM))
