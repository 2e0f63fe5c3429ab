"""The painter's network: a small U-Net that is told how the face differs from the portrait."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vasari.render.layers.light import CODE

CHANNELS = (16, 32, 64, 96)  # at 64, 32, 16 and 8 px
MOST_GAIN = 1.1  # natural logarithm
MOST_TONE = 0.12  # of full white: more would lie on teeth and dark alike, as fog


def conv(before: int, after: int, stride: int = 1, side: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(before, after, side, stride, side // 2, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    )


class Painter(nn.Module):
    """What `vasari.render.layers.light.look` gives and the code, to a smooth gain and a tone.

    Forward takes seen (n, 6, 128, 128) in 0 to 1 and code (n, CODE); it returns (n, 6, 64, 64):
    the logarithm of the gain of R, G and B, and the tone to add inside the mouth, 0 to 1.
    """

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = CHANNELS
        self.first = nn.Sequential(conv(6, a, 2), conv(a, a))
        self.down = nn.ModuleList(
            nn.Sequential(conv(x, y, 2), conv(y, y)) for x, y in ((a, b), (b, c), (c, d))
        )
        self.told = nn.Sequential(nn.Linear(CODE, 96), nn.ReLU(inplace=True))
        self.shift = nn.ModuleList(nn.Linear(96, n) for n in (b, c, d))
        self.middle = conv(d, d)
        self.up = nn.ModuleList(conv(x + y, y) for x, y in ((d, c), (c, b), (b, a)))
        self.last = nn.Conv2d(a, 6, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, seen: Tensor, code: Tensor) -> Tensor:
        told, kept = self.told(code), [self.first(seen - 0.5)]
        for down, shift in zip(self.down, self.shift, strict=True):
            kept.append(down(kept[-1]) + shift(told)[:, :, None, None])
        x = self.middle(kept.pop())
        for up in self.up:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
            x = up(torch.cat([x, kept.pop()], 1))
        raw = torch.tanh(self.last(x))
        face = F.avg_pool2d(seen[:, 5:], 2)
        return torch.cat([raw[:, :3] * MOST_GAIN * face, raw[:, 3:] * MOST_TONE], 1)


def trained(run: Path) -> tuple[Painter, int]:
    """The averaged painter of a run, for use, and after how many steps."""
    saved = torch.load(run / "last.pt", map_location="cpu", weights_only=True)
    model = Painter()
    average = torch.optim.swa_utils.AveragedModel(model, use_buffers=True)
    average.load_state_dict(saved["average"])
    model.load_state_dict(average.module.state_dict())
    return model.eval(), saved["step"]


def lit(seen: Tensor, light: Tensor) -> Tensor:
    """(n, 3, h, w) a picture seen (n, 6, h, w) under a light of the same size, 0 to 1."""
    out = seen[:, :3] * torch.exp(light[:, :3]) + seen[:, 3:4] * light[:, 3:]
    return out.clamp(0, 1)


def painted(seen: Tensor, light: Tensor) -> Tensor:
    """(n, 3, 128, 128) the picture under the network's light, which is half as fine."""
    return lit(seen, F.interpolate(light, scale_factor=2, mode="bilinear", align_corners=False))
