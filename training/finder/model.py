"""The face finder: one small network, one map of cells of 8 px.

It goes down to 8x8 cells, where a whole face fits in one sight, and up again with what it saw on
the way. Each cell says how surely the middle of a face lies in it, where exactly, and how large
the face is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.reader.model import Block, conv

SIDE = 192  # pixels of the picture that it sees
STRIDE = 8
CELLS = SIDE // STRIDE
CHANNELS = (20, 32, 64, 96)  # at strides 4, 8, 16 and 32


def up(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")


class Finder(nn.Module):
    """uint8 pictures (N, SIDE, SIDE, 3) -> heat in logits (N, h, w), middle and side of the face
    in pixels (N, h, w, 3)."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = CHANNELS
        stem = nn.Conv2d(3, a, 8, 4, 2, bias=False)
        self.stem = nn.Sequential(stem, nn.BatchNorm2d(a), nn.ReLU(True))
        self.down8 = nn.Sequential(conv(a, b, 2), Block(b))
        self.down16 = nn.Sequential(conv(b, c, 2), Block(c))
        self.down32 = nn.Sequential(conv(c, d, 2), Block(d), Block(d))
        self.side16 = nn.Conv2d(d, c, 1)
        self.up16 = conv(c, c)
        self.side8 = nn.Conv2d(c, b, 1)
        self.up8 = conv(b, b)
        self.heat = nn.Conv2d(b, 1, 1)
        self.place = nn.Conv2d(b, 3, 1)
        nn.init.constant_(self.heat.bias, -4.0)  # type: ignore[arg-type]
        rows = (torch.arange(CELLS) + 0.5) * STRIDE - 0.5
        self.register_buffer("rows", rows, persistent=False)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        x = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1.0
        at8 = self.down8(self.stem(x.contiguous(memory_format=torch.channels_last)))
        at16 = self.down16(at8)
        at32 = self.down32(at16)
        at16 = self.up16(at16 + up(self.side16(at32)))
        at8 = self.up8(at8 + up(self.side8(at16)))
        place = self.place(at8)
        x = self.rows[None, None, :] + place[:, 0] * STRIDE  # type: ignore[index]
        y = self.rows[None, :, None] + place[:, 1] * STRIDE  # type: ignore[index]
        side = torch.exp(place[:, 2].clamp(-3, 3)) * 64
        return self.heat(at8)[:, 0], torch.stack([x, y, side], -1)
