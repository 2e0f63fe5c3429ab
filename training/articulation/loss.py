"""What the articulation network is trained for.

On faces: what is seen of the mouth, its value, its course over time (one minus the correlation),
its spread and its travel; and the coefficients. On speech whose phones are known: hinges, which ask
only for what the phone needs.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from training.articulation.phones import APART, OPEN, ROUND, SHUT, SPREAD, TEETH, TONGUE
from training.articulation.seen import (
    BLENDS,
    CHIN,
    GAPS,
    LOWER,
    MIDDLE,
    MOUTH,
    OUT,
    UPPER,
    WIDTH,
    seen_by_code,
)

UNIT = 0.05  # eye distances that count as one
CLOSED = 0.012  # lips nearer than this are closed
PRESSED = (-0.025, -0.006)  # gap at p, b, m: lips are pressed on each other
OPENED = (0.085, 0.16)  # opening at an open vowel
PARTED = (0.03, 0.13)  # at other vowels
TOOTH = (0.02, 0.04)  # at f and v
LOWER_LIP = 0.02  # how far the lower lip may lie below its rest at f and v
NARROW, WIDE = -0.06, 0.0  # width at u, o, w and at i, e against rest
HOLE = (0.02, 0.13)  # opening at u, o, w
VALUES = {WIDTH: 0.6, OUT: 0.3, LOWER: 0.5, UPPER: 0.3, CHIN: 0.3}  # weights of seen columns
COURSES = {WIDTH: 0.3, OUT: 0.15}  # and of their correlations
FLOOR = 0.05  # of a coefficient's variance that its own noise has
USUAL = 1.2  # distance from the mean expression, in deviations, that is not strange
HINGES = {SHUT: 2.2, OPEN: 0.3, TEETH: 1.2, ROUND: 0.8, SPREAD: 0.15, APART: 0.3}
COURSE = 1.5  # weight of the correlation of the opening
TIP, SELDOM = 15.0, 7.0  # weight of the tongue, and how much more where its tip is up


class Loss:
    """`codes` (n, len(MOUTH)): coefficients of real faces."""

    def __init__(self, codes: np.ndarray) -> None:
        spread = codes.std(0)
        values, axes = np.linalg.eigh(np.cov(codes.T) + np.diag(FLOOR * spread**2 + 1e-5))
        self.mean = torch.from_numpy(codes.mean(0).astype(np.float32))
        self.whiten = torch.from_numpy((axes / np.sqrt(values)).astype(np.float32))
        by_code = seen_by_code()[MOUTH]
        self.by_code = torch.from_numpy(by_code)
        moved = np.linalg.norm(by_code, axis=1) * spread
        self.scale = torch.from_numpy((1 / np.maximum(spread, 0.02)).astype(np.float32))
        self.weight = torch.from_numpy((0.05 + moved / moved.max()).astype(np.float32))

    def codes(self, raw: Tensor, gate: Tensor) -> Tensor:
        """What reaches the face, with gradients also where a blendshape is held."""
        raw = raw[..., :-1]
        blends = raw[..., :BLENDS]
        blends = blends + (blends.clamp(0, 1) - blends).detach()
        return torch.cat([blends, raw[..., BLENDS:]], -1) * gate[..., None]

    def seen(self, codes: Tensor) -> Tensor:
        """(..., SEEN), gaps below zero where lips press on each other."""
        return codes @ self.by_code

    def faces(self, codes: Tensor, truth: Tensor, seen: Tensor, known: Tensor) -> Tensor:
        """`known` (n, t): how much each frame counts."""
        made = self.seen(codes)
        total = known.sum() + 1e-6
        gaps, real = opened(made[..., GAPS]), seen[..., GAPS]
        shut = real < CLOSED
        wrong = torch.where(shut, torch.relu(gaps - real), (gaps - real).abs()) / UNIT
        wrong = wrong[..., MIDDLE].mean(-1) + 0.3 * wrong.mean(-1)
        wrong = wrong * (1 + 1.5 * shut[..., MIDDLE].all(-1))
        loss = (wrong * known).sum() / total
        for k, w in VALUES.items():
            loss = loss + w * (((made[..., k] - seen[..., k]).abs() / UNIT) * known).sum() / total
        opening = torch.relu(made[..., GAPS][..., MIDDLE]).mean(-1)
        truly = real[..., MIDDLE].mean(-1)
        course = opening + 0.05 * made[..., GAPS][..., MIDDLE].mean(-1)
        loss = loss + COURSE * unlike(course, truly, known)
        loss = loss + 0.5 * strength(opening, truly, known)
        both = known[:, 1:] * known[:, :-1]
        wrong = (opening.diff(dim=1) - truly.diff(dim=1)).abs() / UNIT
        loss = loss + 0.3 * (wrong * both).sum() / total
        wrong = (opening.diff(2, dim=1) - truly.diff(2, dim=1)).abs() / UNIT
        loss = loss + 0.15 * (wrong * both[:, 1:] * both[:, :-1]).sum() / total
        for k, w in COURSES.items():
            loss = loss + w * unlike(made[..., k], seen[..., k], known)
        loss = loss + 0.1 * strength(made[..., WIDTH], seen[..., WIDTH], known)
        wrong = ((codes - truth).abs() * self.scale * self.weight).mean(-1)
        return loss + (wrong * known).sum() / total

    def strange(self, codes: Tensor) -> Tensor:
        """How far expressions lie outside what faces make: hinges alone would roll lips in."""
        away = ((codes - self.mean) @ self.whiten).square().mean(-1).add(1e-6).sqrt()
        return torch.relu(away - USUAL).mean()

    def phones(self, codes: Tensor, marks: Tensor) -> Tensor:
        """`marks` (n, t, MARKS): how much each phone's demand counts in a frame."""
        made = self.seen(codes)
        gaps, opening = made[..., GAPS], made[..., GAPS][..., MIDDLE].mean(-1)
        asked = {
            SHUT: outside(gaps[..., 1:8], PRESSED).mean(-1),
            OPEN: outside(opening, OPENED),
            APART: outside(opening, PARTED),
            TEETH: outside(opening, TOOTH) + torch.relu(made[..., LOWER] - LOWER_LIP),
            ROUND: torch.relu(made[..., WIDTH] - NARROW) + outside(opening, HOLE),
            SPREAD: torch.relu(WIDE - made[..., WIDTH]),
        }  # fmt: skip
        loss = made.new_zeros(())
        for k, short in asked.items():
            loss = loss + HINGES[k] * (short / UNIT * marks[..., k]).sum() / (
                marks[..., k].sum() + 1
            )
        return loss

    def tongue(self, raw: Tensor, gate: Tensor, marks: Tensor) -> Tensor:
        """Where phones are known: how far the tip is from where it should be; it is seldom up, and
        that counts more."""
        up = marks[..., TONGUE]
        weight = gate * (1 + SELDOM * up)
        return TIP * (weight * (raw[..., -1] - up).square()).sum() / (weight.sum() + 1)


def outside(x: Tensor, band: tuple[float, float]) -> Tensor:
    return torch.relu(band[0] - x) + torch.relu(x - band[1])


def opened(gaps: Tensor) -> Tensor:
    """Gaps as they are seen, with a little slope where the lips press on each other."""
    return torch.where(gaps > 0, gaps, 0.1 * gaps)


def moments(x: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """(n, t) less its mean over what is known, and its deviation (n,)."""
    n = known.sum(1, keepdim=True) + 1e-6
    a = x - (x * known).sum(1, keepdim=True) / n
    return a, ((a**2 * known).sum(1) / n[:, 0] + 1e-7).sqrt()


def unlike(made: Tensor, real: Tensor, known: Tensor) -> Tensor:
    """One minus the correlation over time, pieces weighed by how far they are known."""
    n = known.sum(1)
    (a, da), (b, db) = moments(made, known), moments(real, known)
    r = (a * b * known).sum(1) / (n + 1e-6) / (da * db)
    sure = n * (db > 0.004)
    return ((1 - r) * sure).sum() / (sure.sum() + 1e-6)


def strength(made: Tensor, real: Tensor, known: Tensor) -> Tensor:
    """How far spread and travel are from the real ones, as logarithms."""
    n = known.sum(1)
    (_, a), (_, b) = moments(made, known), moments(real, known)
    both = known[:, 1:] * known[:, :-1]
    moves = [(x.diff(dim=1).abs() * both).sum(1) / (both.sum(1) + 1e-6) for x in (made, real)]
    wrong = (2 * torch.log((a + 0.01) / (b + 0.01)).abs()
             + 0.5 * torch.log((moves[0] + 0.003) / (moves[1] + 0.003)).abs())  # fmt: skip
    return (wrong * n).sum() / (n.sum() + 1e-6)
