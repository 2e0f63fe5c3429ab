"""The network: one layer, one state, two numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vasari.motion.feeling import HEARD, HIDDEN


class Feels(nn.Module):
    """What is heard of a frame (n, HEARD) and the state before (n, HIDDEN) to arousal and valence
    (n, 2), -1 to 1, and the state after."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = nn.Sequential(nn.Linear(HEARD, HIDDEN), nn.ReLU(), nn.Dropout(0.3))
        self.cell = nn.GRU(HIDDEN, HIDDEN, batch_first=True)
        self.out = nn.Sequential(nn.Dropout(0.3), nn.Linear(HIDDEN, 2), nn.Tanh())

    def forward(self, heard: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        states, after = self.cell(self.seen(heard)[:, None], before[None])
        return self.out(states[:, 0]), after[0]

    def whole(self, heard: Tensor) -> Tensor:
        """(n, T, HEARD) from silence to (n, T, 2)."""
        return self.out(self.cell(self.seen(heard))[0])


def loss_of(said: Tensor, felt: Tensor, weight: Tensor) -> Tensor:
    """Mean squared error of (n, T, 2) against acted (n, T, 2), weighted (n, T)."""
    return (((said - felt) ** 2).sum(-1) * weight).sum() / weight.sum()


if __name__ == "__main__":
    print(sum(p.numel() for p in Feels().parameters()), "weights", torch.__version__)
