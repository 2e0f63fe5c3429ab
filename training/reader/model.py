"""The landmark reader: a small residual network over one square crop.

Four of them make the product. The coarse one sees a rough 64 px crop of any face that the finder
boxed; the fine one sees 128 px that the coarse landmarks stood upright; two more see mouth and eye
from near by. Dense 3x3 convolutions at few channels, because they use a plain CPU better than
depthwise ones do.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np
import torch
from torch import Tensor, nn

from vasari.portrait.detail import EYE, MOUTH

LANDMARKS, BLENDSHAPES = 478, 52
# Landmarks whose place among all others decides how much a detail network is believed.
WHOLLY, HARDLY = {"mouth": 0.36, "eye": 0.24}, {"mouth": 0.52, "eye": 0.36}  # eye distances


@functools.cache
def parts() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For mouth and right eye: the landmarks (n,) around it and how much each is moved (n,)."""
    space = np.load(str(resources.files("vasari") / "weights" / "face_space.npz"))
    mean, out = space["mean"], {}
    rings = {"mouth": ("lips_outer", "lips_inner"), "eye": ("right_eye", "right_iris")}
    for name, part in (("mouth", MOUTH), ("eye", EYE)):
        away = np.linalg.norm((mean - mean[list(part.middle)].mean(0))[:, :2], axis=1)
        weight = np.clip((HARDLY[name] - away) / (HARDLY[name] - WHOLLY[name]), 0, 1)
        weight[np.concatenate([space[r] for r in rings[name]])] = 1
        if name == "mouth":  # closed under mirroring
            weight = np.maximum(weight, weight[space["mirror"]])
        else:
            weight[468] = 1
        index = np.flatnonzero(weight)
        out[name] = (index, weight[index])
    return out


@dataclass(frozen=True)
class Size:
    """`side` px of input; channels and residual blocks at strides 4, 8, ...; the last is 4x4."""

    side: int
    channels: tuple[int, ...]
    blocks: tuple[int, ...]
    hidden: int
    axes: int  # of the shape space
    points: int = LANDMARKS


SIZES = {
    "coarse": Size(64, (24, 48, 96), (1, 1, 1), 160, 48),
    "fine": Size(128, (32, 64, 96, 160), (1, 1, 2, 1), 256, 112),
    "mouth": Size(64, (32, 64, 96), (1, 1, 1), 192, 56, len(parts()["mouth"][0])),
    "eye": Size(64, (32, 64, 96), (1, 1, 1), 192, 48, len(parts()["eye"][0])),
}


def conv(before: int, after: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(True)
    )


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = conv(channels, channels)
        self.second = conv(channels, channels)[:2]

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class Reader(nn.Module):
    """uint8 crops (N, side, side, 3) -> landmarks (N, points, 3) in eye distances from the middle
    of the crop, blendshapes (N, 52) in logits, face (N,) in logits."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        stem = nn.Conv2d(3, size.channels[0], 8, 4, 2, bias=False)
        layers: list[nn.Module] = [stem, nn.BatchNorm2d(size.channels[0]), nn.ReLU(True)]
        for k, (channels, blocks) in enumerate(zip(size.channels, size.blocks, strict=True)):
            if k:
                layers.append(conv(size.channels[k - 1], channels, 2))
            layers += [Block(channels) for _ in range(blocks)]
        self.body = nn.Sequential(*layers)
        self.hidden = nn.Sequential(
            nn.Flatten(), nn.Linear(size.channels[-1] * 16, size.hidden), nn.ReLU(True)
        )
        self.code = nn.Linear(size.hidden, size.axes)
        self.shape = nn.Linear(size.axes, size.points * 3)
        self.blend = nn.Linear(size.hidden, BLENDSHAPES)
        self.face = nn.Linear(size.hidden, 1)

    def start_from(self, shapes: np.ndarray) -> None:
        """Sets the shape space to the principal axes of (M, 478, 3) example targets."""
        flat = torch.from_numpy(shapes.reshape(len(shapes), -1)).float()
        mean = flat.mean(0)
        _, s, v = torch.linalg.svd(flat - mean, full_matrices=False)
        axes = v[: self.size.axes] * (s[: self.size.axes, None] / len(flat) ** 0.5)
        with torch.no_grad():
            self.shape.weight.copy_(axes.T)
            self.shape.bias.copy_(mean)
            self.code.weight.mul_(0.3)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = crops.permute(0, 3, 1, 2).float() / 127.5 - 1.0
        h = self.hidden(self.body(x.contiguous(memory_format=torch.channels_last)))
        marks = self.shape(self.code(h)).reshape(-1, self.size.points, 3)
        return marks, self.blend(h), self.face(h)[:, 0]
