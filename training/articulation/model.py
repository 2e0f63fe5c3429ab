"""The articulation network: speech features at 25 Hz to coefficients of the mouth.

It sees AHEAD frames beyond the one that it makes, PAST before it, and the features themselves look
80 ms ahead and 1.2 s back.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.articulation.seen import BLENDS, MOUTH
from training.speech.model import Finer
from training.speech.whisper import KEPT
from vasari.speech import FEATURES
from vasari.speech.stream import FINE
from vasari.values import BLENDSHAPES, EXPRESSION

CHANNELS = 160
TONGUE_OUT = BLENDSHAPES.index("tongueOut")
DOUBT, SURE = 0.1, 1.8  # the tip as guessed everywhere is none, and what is more than that shows
BLOCKS = ((1, 1), (1, 1), (2, 0), (4, 0))  # dilation of a block, frames that it looks ahead
AHEAD = sum(ahead for _, ahead in BLOCKS)
PAST = sum(2 * dilation for dilation, _ in BLOCKS) - AHEAD


class Block(nn.Module):
    def __init__(self, width: int, dilation: int, ahead: int) -> None:
        super().__init__()
        self.first, self.ahead = 2 * dilation - ahead, ahead
        self.mix = nn.Conv1d(width, width, 3, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.out = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        now = x[:, :, self.first : x.shape[2] - self.ahead]
        return now + self.out(F.relu(self.norm(self.mix(x))))

    def of(self, taps: tuple[Tensor, Tensor, Tensor], now: Tensor) -> Tensor:
        """The same with each tap's input given, all (n, width, t)."""
        parts = zip(self.mix.weight.unbind(-1), taps, strict=True)
        mixed = sum(torch.einsum("oi,nit->not", weight, x) for weight, x in parts)
        return now + self.out(F.relu(self.norm(mixed)))


class Articulation(nn.Module):
    """(n, PAST + t + AHEAD, inputs) to (n, t, len(MOUTH) + 1), blendshapes not yet held to [0,
    1]; the last is how far the tongue's tip is up."""

    def __init__(self, inputs: int = FEATURES) -> None:
        super().__init__()
        self.first = nn.Conv1d(inputs, CHANNELS, 1)
        self.drop = nn.Dropout1d(0.15)
        self.blocks = nn.Sequential(*(Block(CHANNELS, d, a) for d, a in BLOCKS))
        self.last = nn.Sequential(nn.ReLU(), nn.Dropout1d(0.1))
        self.out = nn.Conv1d(CHANNELS, len(MOUTH) + 1, 1)

    def forward(self, features: Tensor, ahead: int = AHEAD) -> Tensor:
        x = self.drop(self.first(features.transpose(1, 2)))
        x = self.blocks(x) if ahead == AHEAD else self.live(x, ahead)
        return self.out(self.last(x)).transpose(1, 2)

    def live(self, x: Tensor, ahead: int) -> Tensor:
        """Each frame as MouthStream makes it where it is the newest that looks `ahead` frames on,
        0 or 1: what is farther is as the last that is known. The past was made with all ahead."""
        one, two, three, four = self.blocks
        t = x.shape[2] - PAST - AHEAD

        def at(sequence: Tensor, begins: int, shift: int) -> Tensor:
            first = PAST - begins + shift
            return sequence[:, :, first : first + t]

        ones = one(x)  # begins at frame 1 of x
        twos = two(ones)  # at 2
        threes = three(twos)  # at 6
        newest = at(x, 0, ahead)
        edge = one.of((at(x, 0, ahead - 1), newest, newest), newest)
        if ahead == 1:
            now = two.of((at(ones, 1, -1), at(ones, 1, 0), edge), at(ones, 1, 0))
        else:
            beyond = one.of((newest, newest, newest), newest)
            now = two.of((at(ones, 1, -1), edge, beyond), edge)
        now = three.of((at(twos, 2, -4), at(twos, 2, -2), now), now)
        return four.of((at(threes, 6, -8), at(threes, 6, -4), now), now)


class Whole(nn.Module):
    """The mouth, and before it what hears for it alone: the finer ear, or nothing, where `x` holds
    all (a teacher's)."""

    def __init__(self, inputs: int | None = None) -> None:
        super().__init__()
        self.finer = Finer() if inputs is None else None
        self.mouth = Articulation(inputs or FEATURES)
        self.like = nn.Linear(FINE, KEPT)  # what Whisper hears, told from what the ear hears

    def fine(self, heard: dict[str, Tensor]) -> Tensor:
        """(n, t, FINE), nothing outside of the sound."""
        return self.finer(heard["mel"]) * heard["inside"][..., None]

    def features(self, heard: dict[str, Tensor]) -> Tensor:
        x = heard["x"]
        return x if self.finer is None else torch.cat([x, self.fine(heard)], -1)

    def forward(self, heard: dict[str, Tensor], ahead: int = AHEAD) -> Tensor:
        return self.mouth(self.features(heard), ahead)


def held(raw: Tensor) -> Tensor:
    """Blendshapes held to [0, 1], the tip of the tongue by how far it is above a guess."""
    tip = (raw[..., -1:] - DOUBT) * SURE
    return torch.cat([raw[..., :BLENDS].clamp(0, 1), raw[..., BLENDS:-1], tip.clamp(0, 1)], -1)


class Shipped(nn.Module):
    """What is exported: all EXPRESSION coefficients, those of eyes and brows zero."""

    def __init__(self, inner: Articulation) -> None:
        super().__init__()
        self.inner = inner
        place = torch.zeros(len(MOUTH) + 1, EXPRESSION)
        place[torch.arange(len(MOUTH) + 1), torch.tensor([*MOUTH, TONGUE_OUT])] = 1
        self.register_buffer("place", place)

    def forward(self, features: Tensor) -> Tensor:
        return held(self.inner(features)) @ self.place
