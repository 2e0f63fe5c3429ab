"""A small U-Net: picture and face oval in, person out. 1.1 M parameters, 0.2 GMAC at 192 px."""

from itertools import pairwise

import torch
from torch import Tensor, nn


def conv(given: int, made: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(given, made, 3, stride, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU(True)
    )


class Block(nn.Module):
    """Two convolutions beside a straight way through."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        self.second = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


class Matte(nn.Module):
    """(N, 4, 192, 192) picture and oval, 0 to 1, to (N, 1, 192, 192) logits."""

    def __init__(self, widths: tuple[int, ...] = (8, 24, 48, 80, 128)) -> None:
        super().__init__()
        self.stem = conv(4, widths[0], 2)  # 96
        self.down = nn.ModuleList(
            nn.Sequential(conv(a, b, 2), Block(b)) for a, b in pairwise(widths)
        )  # 48, 24, 12, 6
        self.wide = Block(widths[-1])
        pairs = list(pairwise(widths[::-1]))
        self.narrow = nn.ModuleList(nn.Conv2d(a, b, 1) for a, b in pairs)
        self.up = nn.ModuleList(conv(2 * b, b) for _, b in pairs)
        self.fine = nn.Sequential(conv(widths[0], widths[0]), nn.Conv2d(widths[0], 4, 3, 1, 1))
        self.shuffle = nn.PixelShuffle(2)
        self.large = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, x: Tensor) -> Tensor:
        kept = [self.stem(x - 0.5)]
        for down in self.down:
            kept.append(down(kept[-1]))
        y = self.wide(kept.pop())
        for narrow, up in zip(self.narrow, self.up, strict=True):
            y = up(torch.cat([self.large(narrow(y)), kept.pop()], 1))
        return self.shuffle(self.fine(y))
