"""The mouth painter's network and the critic that it is trained against."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.painter.model import conv
from vasari.render.layers.mouth_painter import DENSITY, EDGE

CHANNELS = (24, 48, 72, 96)  # at 1/2, 1/4, 1/8 and 1/16 of the crop
EDGE_PX = round(EDGE * DENSITY)
GAIN, TONE = 0.7, 0.05  # of what is drawn, and of white: the most that may be added


def region(seen: Tensor) -> Tensor:
    """(n, 1, h, w) 0 to 1, what is painted: the inside of the lips and their edge, softly."""
    grown = F.max_pool2d(seen[:, 3:4], 2 * EDGE_PX + 1, 1, EDGE_PX)
    return F.avg_pool2d(grown, EDGE_PX | 1, 1, EDGE_PX // 2, count_include_pad=False)


class MouthPainter(nn.Module):
    """What `vasari.render.layers.mouth_painter.look` gives, to what is to be added.

    Forward takes seen (n, 4, 96, 128) in 0 to 1 and returns (n, 3, 96, 128) in -1 to 1.
    """

    def __init__(self) -> None:
        super().__init__()
        a, *_, d = CHANNELS
        self.first = nn.Sequential(nn.PixelUnshuffle(2), conv(16, a), conv(a, a))
        steps = list(pairwise(CHANNELS))
        self.down = nn.ModuleList(nn.Sequential(conv(x, y, 2), conv(y, y)) for x, y in steps)
        self.middle = conv(d, d)
        self.narrow = nn.ModuleList(conv(y, x, side=1) for x, y in reversed(steps))
        self.up = nn.ModuleList(conv(x, x) for x, _ in reversed(steps))
        self.last = nn.Sequential(nn.Conv2d(a, 12, 3, padding=1), nn.PixelShuffle(2))
        nn.init.zeros_(self.last[0].weight)
        nn.init.zeros_(self.last[0].bias)

    def forward(self, seen: Tensor) -> Tensor:
        kept = [self.first(seen - 0.5)]
        for down in self.down:
            kept.append(down(kept[-1]))
        x = self.middle(kept.pop())
        for narrow, up in zip(self.narrow, self.up, strict=True):
            x = F.interpolate(narrow(x), scale_factor=2, mode="nearest")
            x = up(x + kept.pop())
        return torch.tanh(self.last(x)) * (GAIN * seen[:, :3] + TONE) * region(seen)


class Critic(nn.Module):
    """Tells real mouths from painted ones, patch by patch.

    Forward takes pictures (n, 3, h, w) and the painted region (n, 1, h, w); it returns every
    layer's features, the last being the verdicts (n, 1, h / 8, w / 8).
    """

    def __init__(self) -> None:
        super().__init__()
        sizes = (4, 24, 48, 96)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Conv2d(x, y, 4, 2, 1)),
                          nn.LeakyReLU(0.2))
            for x, y in pairwise(sizes)
        )  # fmt: skip
        self.verdict = nn.Conv2d(sizes[-1], 1, 3, padding=1)

    def forward(self, picture: Tensor, where: Tensor) -> list[Tensor]:
        x, out = torch.cat([picture - 0.5, where], 1), []
        for layer in self.layers:
            x = layer(x)
            out.append(x)
        return [*out, self.verdict(x)]


def trained(run: Path) -> tuple[MouthPainter, int]:
    """The averaged network of a run, for use, and after how many steps."""
    saved = torch.load(run / "last.pt", map_location="cpu", weights_only=True)
    model = MouthPainter()
    model.load_state_dict(saved["mean"])
    return model.eval(), saved["step"]
