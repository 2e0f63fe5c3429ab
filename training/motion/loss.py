"""What the mouth network is trained for, and how guesses are made of a whole clip.

Losses: codes (weighted by how much of the lips they move), lip points, lip opening (its value, its
shape over time as a correlation, extra where the mouth is shut) and velocities.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from training.motion.clips import Clip, heard_by_streams
from training.motion.data import JAW, opening_of_code
from training.motion.model import HISTORY, OUTPUTS, Mouth, speech_features
from training.speech.model import Recogniser
from training.speech.train import padded
from vasari.shape.landmarks import LIP_RINGS_LOWER, LIP_RINGS_UPPER
from vasari.shape.space import face_space

SHUT = 0.02  # eye distances: the lips are closed


def lip_basis() -> Tensor:
    """(OUTPUTS, 108) x and y of the lip rings by each output, eye distances."""
    points = np.concatenate([LIP_RINGS_UPPER.ravel(), LIP_RINGS_LOWER.ravel()])
    return torch.from_numpy(face_space().basis[OUTPUTS][:, points, :2].reshape(len(OUTPUTS), -1))


class Loss:
    """Weighs a guess of codes against the truth. `spread` (OUTPUTS,): the codes' deviation."""

    def __init__(self, spread: np.ndarray) -> None:
        self.basis = lip_basis()
        self.by_code = torch.from_numpy(opening_of_code()[OUTPUTS])
        moved = np.linalg.norm(self.basis.numpy(), axis=1) * spread
        self.scale = torch.from_numpy((1 / np.maximum(spread, 0.02)).astype(np.float32))
        self.weight = torch.from_numpy((0.05 + moved / moved.max()).astype(np.float32))

    def __call__(self, guess: Tensor, code: Tensor, opening: Tensor, known: Tensor) -> Tensor:
        truth = code[..., OUTPUTS]
        total = known.sum() + 1e-6
        wrong = ((guess - truth) * self.scale) ** 2 * self.weight
        codes = (wrong.mean(-1) * known).sum() / total
        lips = ((guess - truth) @ self.basis * 20) ** 2
        lips = (lips.mean(-1) * known).sum() / total
        gap = torch.relu(guess @ self.by_code)
        shut = 1 + 2 * (opening < SHUT).float()
        gaps = (((gap - opening) * 20) ** 2 * shut * known).sum() / total
        both = known[:, 1:] * known[:, :-1]
        speed = torch.diff(guess @ self.basis, dim=1) - torch.diff(truth @ self.basis, dim=1)
        speeds = ((speed * 20) ** 2).mean(-1)
        speeds = (speeds * both).sum() / total
        shapes = unlike(gap + 0.05 * guess @ self.by_code, opening, known)
        return codes + 2 * lips + gaps + 2 * speeds + 0.5 * shapes + 0.1 * unlike(
            guess[..., OUTPUTS.index(JAW)], truth[..., OUTPUTS.index(JAW)], known
        )  # fmt: skip


def unlike(guess: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """One minus the correlation over time, pieces weighed by how far they are known."""
    n = known.sum(1, keepdim=True) + 1e-6
    a = guess - (guess * known).sum(1, keepdim=True) / n
    b = truth - (truth * known).sum(1, keepdim=True) / n
    together = (a * b * known).sum(1)
    r = together / torch.sqrt((a**2 * known).sum(1) * (b**2 * known).sum(1) + 1e-8)
    return ((1 - r) * n[:, 0]).sum() / n.sum()


def lead_in(features: Tensor) -> Tensor:
    """Features of block b tell of frame b - 1; before the first frame there is nothing."""
    return F.pad(features[:, 1:], (0, 0, HISTORY, 0))


@torch.no_grad()
def guess_clip(recogniser: Recogniser, mouth: Mouth, clip: Clip, lag: float | None = None):
    """(T, OUTPUTS) of one clip; `lag` in place of the clip's own."""
    own, clip.lag = clip.lag, clip.lag if lag is None else lag
    sound = clip.heard(0, len(clip) + 1)[None]
    clip.lag = own
    mels, energy = heard_by_streams(sound)
    features = speech_features(recogniser, padded(mels), torch.from_numpy(energy))
    return mouth(lead_in(features))[0].numpy()


def check(recogniser: Recogniser, mouth: Mouth, clips: list[Clip]) -> str:
    recogniser.eval()
    mouth.eval()
    by_code, r = opening_of_code()[OUTPUTS], {"real": [], "generated": [], "unknown": []}
    for clip in clips:
        gap, ok = np.maximum(guess_clip(recogniser, mouth, clip) @ by_code, 0), clip.found
        r[clip.kind].append(correlation(gap[ok], clip.opening[ok]))
    return " ".join(f"{k} {np.mean(v):.3f}" for k, v in r.items())


def lead_in_cached(features: Tensor) -> Tensor:
    """Features of frames 0, 1, ... with the nothing that comes before."""
    return F.pad(features, (0, 0, HISTORY, 0))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return 0.0 if a.std() < 1e-6 or b.std() < 1e-6 else float(np.corrcoef(a, b)[0, 1])
