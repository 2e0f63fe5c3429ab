"""The speech encoder: normalised log-mel at 100 Hz to features at 25 Hz, 80 ms ahead.

All convolutions are `valid` and every skip takes the newest frames, so the last input frame is the
newest thing any output has seen: features of motion frame k see the sound of block k + 1 to its
end, that is up to k / 25 s + 80 ms.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from vasari.speech.stream import FINE

MELS, WIDTH, PHONES = 80, 192, 40
KINDS = 6  # voice, silence, music, noise, breath, crowd
DILATIONS = (1, 2, 4, 1, 2, 4)
CONTEXT = 2 * sum(DILATIONS)  # motion frames of past that the blocks need: 28
STEM = 11  # mel frames that one 25 Hz frame of the stem sees
FIELD = 4 * CONTEXT + STEM  # mel frames of past and present that one feature sees: 123
PAD = FIELD - 4  # mel frames to put before the first block


class Block(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.crop = 2 * dilation
        self.mix = nn.Conv1d(width, width, 3, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.out = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :, self.crop :] + self.out(F.relu(self.norm(self.mix(x))))


class Encoder(nn.Module):
    """(n, t, MELS) -> (n, (t - FIELD) // 4 + 1, WIDTH)."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.one = nn.Conv1d(MELS, width, 5, stride=2, bias=False)
        self.one_norm = nn.BatchNorm1d(width)
        self.two = nn.Conv1d(width, width, 4, stride=2, bias=False)
        self.two_norm = nn.BatchNorm1d(width)
        self.blocks = nn.Sequential(*(Block(width, d) for d in DILATIONS))
        self.last = nn.BatchNorm1d(width)

    def stem(self, mel: Tensor) -> Tensor:
        x = F.relu(self.one_norm(self.one(mel.transpose(1, 2))))
        return F.relu(self.two_norm(self.two(x)))

    def top(self, x: Tensor) -> Tensor:
        return F.relu(self.last(x)).transpose(1, 2)

    def forward(self, mel: Tensor) -> Tensor:
        return self.top(self.blocks(self.stem(mel)))


class Finer(nn.Module):
    """What the mouth hears beside the recogniser's features: an encoder of its own, (n, t, MELS)
    -> (n, (t - FIELD) // 4 + 1, FINE)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.out = nn.Linear(WIDTH, FINE)

    def forward(self, mel: Tensor) -> Tensor:
        return self.out(self.encoder(mel))


class Recogniser(nn.Module):
    """Encoder and heads: two 20 ms phone guesses a motion frame, and what is heard, twice: `kinds`
    learned with the encoder, `held` later, when long vowels were sung to it."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.phones = nn.Linear(WIDTH, 2 * PHONES)
        self.kinds = nn.Linear(WIDTH, KINDS)
        self.held = nn.Sequential(nn.Linear(WIDTH, 64), nn.ReLU(), nn.Linear(64, KINDS))

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features (n, frames, WIDTH), phones (n, 2 frames, PHONES), kinds (n, frames, KINDS)."""
        x = self.encoder(mel)
        return x, self.phones(x).reshape(x.shape[0], -1, PHONES), self.kinds(x)
