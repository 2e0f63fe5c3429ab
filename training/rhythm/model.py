"""Two small networks that put a sound and a motion where they meet, frame by frame.

Each frame becomes EMBEDDED numbers; a window's score is the correlation of the two rows of frames,
each freed of its mean over the window. So what only tells who speaks or what the microphone was
says nothing, and when things happen says all.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

EMBEDDED = 16
WIDTH = 48
LEAK = 0.1


class Encoder(nn.Module):
    """(n, T, inputs) to (n, T, EMBEDDED); a frame sees 8 before and 8 after it."""

    def __init__(self, inputs: int, drop: float) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs)
        self.drop = nn.Dropout(drop)
        self.first = nn.Conv1d(inputs, WIDTH, 1)
        self.layers = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, 5, padding=2 * d, dilation=d) for d in (1, 3)
        )
        self.out = nn.Conv1d(WIDTH, EMBEDDED, 1)

    def forward(self, frames: Tensor) -> Tensor:
        x = self.first(self.drop(self.norm(frames.transpose(1, 2))))
        for layer in self.layers:
            x = x + layer(self.drop(F.leaky_relu(x, LEAK)))
        return self.out(F.leaky_relu(x, LEAK)).transpose(1, 2)


class Rhythm(nn.Module):
    def __init__(self, sound: int, motion: int) -> None:
        super().__init__()
        self.sound, self.motion = Encoder(sound, 0.3), Encoder(motion, 0.1)
        self.sharp = nn.Parameter(torch.tensor(2.0))


def unit(frames: Tensor) -> Tensor:
    """(n, T, EMBEDDED) to (n, T * EMBEDDED), without its mean over time, of length 1."""
    x = frames - frames.mean(1, keepdim=True)
    return F.normalize(x.flatten(1), dim=1)
