"""The mouth network: speech features at 25 Hz to expression codes, causal.

Features are the encoder's WIDTH values, then how sure a voice is heard (0 to 1) and how loud it is
against its running level (SPAN_DB decibels to the unit).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.motion.data import MOUTH
from training.speech.model import WIDTH, Block
from vasari.values import BLENDSHAPES

FEATURES = WIDTH + 2
BROWS = [i for i, n in enumerate(BLENDSHAPES) if n.startswith("brow")]
OUTPUTS = MOUTH + BROWS
MOTION_WIDTH = 160
DILATIONS = (1, 2, 4, 8)
HISTORY = 2 * sum(DILATIONS)  # motion frames of past that one output needs: 30


class Mouth(nn.Module):
    """(n, t + HISTORY, FEATURES) -> (n, t, len(OUTPUTS))."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv1d(FEATURES, MOTION_WIDTH, 1)
        self.drop = nn.Dropout1d(0.15)
        self.blocks = nn.Sequential(*(Block(MOTION_WIDTH, d) for d in DILATIONS))
        self.last = nn.Sequential(nn.ReLU(), nn.Dropout1d(0.1))
        self.out = nn.Conv1d(MOTION_WIDTH, len(OUTPUTS), 1)

    def forward(self, features: Tensor) -> Tensor:
        x = self.drop(self.first(features.transpose(1, 2)))
        return self.out(self.last(self.blocks(x))).transpose(1, 2)


def speech_features(recogniser: nn.Module, mels: Tensor, energy: Tensor) -> Tensor:
    """(n, t, MELS) padded mels and (n, blocks) energies to (n, blocks, FEATURES)."""
    features = recogniser.encoder(mels)
    silence = recogniser.phones(features).unflatten(-1, (2, -1)).softmax(-1)[..., 0]
    voice = 1 - silence.mean(-1, keepdim=True)
    return torch.cat([features, voice, energy.unsqueeze(-1)], -1)
