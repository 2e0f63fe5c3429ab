"""The life network: a transformer over patches of motion, and a small head that draws each patch.

Patches of PATCH frames are the tokens. A causal transformer reads the patches so far, the speech
around the one to come and what is asked for; of what it thinks a small network makes the next patch
from noise by flow matching (Lipman et al. 2023; patch by patch as Li et al. 2024, "Autoregressive
image generation without vector quantization"). Speech enters through the scale and shift of each
normalisation (Peebles and Xie 2023).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vasari.motion.life import AHEAD, BLINK, DRAWN, PATCH, SIZE, TOLD
from vasari.motion.manner import MANNER

WIDTH, LAYERS, HEADS = 192, 3, 6
CONTEXT = 40  # patches that are remembered, 8 s
SPAN = PATCH + AHEAD  # frames of speech that a patch is told of
KINDS = 3  # generated, reading, talking
# What is asked for, and whether it is: a manner, a kind, where to look (10 degrees), a feeling.
ASKED = MANNER + 1 + KINDS + 2 + 1 + 2 + 1
PART = PATCH * DRAWN  # values that are drawn
DRAW, DRAW_LAYERS = 256, 3  # of the head
TIME = 64
TIME_FASTEST = 1000.0


def waves(time: Tensor) -> Tensor:
    """(...,) 0 to 1 to (..., TIME) sines and cosines."""
    rate = torch.exp(torch.linspace(0, math.log(TIME_FASTEST), TIME // 2, device=time.device))
    angle = time[..., None] * rate
    return torch.cat([angle.sin(), angle.cos()], -1)


class Block(nn.Module):
    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.to_norms = nn.Linear(WIDTH, 4 * WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.near = nn.Parameter(torch.zeros(HEADS, CONTEXT))  # by how many patches ago
        self.drop = nn.Dropout(dropout)
        nn.init.zeros_(self.to_norms.weight)
        nn.init.zeros_(self.to_norms.bias)

    def split(self, x: Tensor, told: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Query, key, value (n, HEADS, t, WIDTH / HEADS), and the second norm's scale and shift."""
        s1, b1, s2, b2 = self.to_norms(told).chunk(4, -1)
        n, t, _ = x.shape
        h = F.layer_norm(x, (WIDTH,)) * (1 + s1) + b1
        q, k, v = self.qkv(h).view(n, t, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        return q, k, v, s2, b2

    def join(self, x: Tensor, h: Tensor, s2: Tensor, b2: Tensor) -> Tensor:
        n, t, _ = x.shape
        x = x + self.drop(self.out(h.transpose(1, 2).reshape(n, t, WIDTH)))
        h = F.layer_norm(x, (WIDTH,)) * (1 + s2) + b2
        return x + self.drop(self.down(F.gelu(self.up(h))))


class Draw(nn.Module):
    """Which way a patch that is mixed with noise has to go."""

    def __init__(self) -> None:
        super().__init__()
        self.time = nn.Linear(TIME, DRAW)
        self.thought = nn.Linear(WIDTH, DRAW)
        self.first, self.last = nn.Linear(PART, DRAW), nn.Linear(DRAW, PART)
        self.norms = nn.ModuleList(nn.Linear(DRAW, 3 * DRAW) for _ in range(DRAW_LAYERS))
        self.ups = nn.ModuleList(nn.Linear(DRAW, 2 * DRAW) for _ in range(DRAW_LAYERS))
        self.downs = nn.ModuleList(nn.Linear(2 * DRAW, DRAW) for _ in range(DRAW_LAYERS))
        for layer in (*self.norms, self.last):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, part: Tensor, thought: Tensor, time: Tensor) -> Tensor:
        """(..., PART), (..., WIDTH), (...,) to (..., PART)."""
        told = F.silu(self.thought(thought) + self.time(waves(time)))
        h = self.first(part)
        for norm, up, down in zip(self.norms, self.ups, self.downs, strict=True):
            s, b, g = norm(told).chunk(3, -1)
            h = h + g * down(F.silu(up(F.layer_norm(h, (DRAW,)) * (1 + s) + b)))
        return self.last(F.layer_norm(h, (DRAW,)))


class Life(nn.Module):
    """Patches are in units of UNIT; the one to come is drawn as its way from the last frame, each
    column by the axes and spreads of such ways (`axes` (DRAWN, PATCH, PATCH), `spread`). Of blinks
    it says in which frame of the patch one begins."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.before = nn.Linear(PATCH * SIZE + SIZE, WIDTH)
        self.speech = nn.Sequential(nn.Linear(SPAN * TOLD, WIDTH), nn.SiLU(), nn.Dropout(dropout),
                                    nn.Linear(WIDTH, WIDTH))  # fmt: skip
        self.ask = nn.Sequential(nn.Linear(ASKED, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH))
        self.blocks = nn.ModuleList(Block(dropout) for _ in range(LAYERS))
        self.blinks = nn.Linear(WIDTH, PATCH + 1)
        self.blink = nn.Embedding(PATCH + 1, WIDTH)
        self.draw = Draw()
        self.register_buffer("axes", torch.eye(PATCH).repeat(DRAWN, 1, 1))
        self.register_buffer("spread", torch.ones(DRAWN, PATCH))
        self.register_buffer("manner_mean", torch.zeros(MANNER))
        self.register_buffer("manner_spread", torch.ones(MANNER))

    def told(self, speech: Tensor, asked: Tensor) -> tuple[Tensor, Tensor]:
        """What each patch is told, for the norms and for the input: speech (n, t, SPAN, TOLD),
        asked (n, t, ASKED) with manners as they are read."""
        manner = (asked[..., :MANNER] - self.manner_mean) / self.manner_spread
        known = asked[..., MANNER : MANNER + 1]
        manner = manner.clamp(-3, 3) * known
        rest = asked[..., MANNER:]
        speech = self.speech(speech.flatten(-2))
        return speech, self.ask(torch.cat([manner, rest], -1))

    def enter(self, patch: Tensor) -> Tensor:
        """(n, t, PATCH, SIZE) the patches before, to (n, t, WIDTH)."""
        moved = patch[..., -1, :] - patch[..., -2, :]
        return self.before(torch.cat([patch.flatten(-2), 5 * moved], -1))

    def forward(self, patch: Tensor, speech: Tensor, asked: Tensor, there: Tensor) -> Tensor:
        """What is thought of each patch that follows: (n, t, WIDTH); `there` (n, t) bool."""
        speech, ask = self.told(speech, asked)
        told = F.silu(speech + ask)
        x = self.enter(patch) + speech
        t = x.shape[1]
        ago = torch.arange(t, device=x.device)[:, None] - torch.arange(t, device=x.device)[None]
        blind = torch.where((ago < 0) | (ago >= CONTEXT), -1e9, 0.0)
        blind = blind + torch.where(there, 0.0, -1e9)[:, None, None, :]
        for block in self.blocks:
            q, k, v, s2, b2 = block.split(x, told)
            bias = block.near[:, ago.clamp(0, CONTEXT - 1)]
            h = F.scaled_dot_product_attention(q, k, v, bias[None] + blind)
            x = block.join(x, h, s2, b2)
        return F.layer_norm(x, (WIDTH,))

    def with_blink(self, thought: Tensor, blink: Tensor) -> Tensor:
        """What is drawn knows whether a blink begins: `blink` (...) its frame, PATCH for none."""
        return thought + self.blink(blink)

    def ways(self, last: Tensor, patch: Tensor) -> Tensor:
        """The patch (..., PATCH, SIZE) after the frame `last` (..., SIZE), to (..., PART)."""
        way = (patch - last[..., None, :])[..., :DRAWN]
        way = torch.einsum("...ps,spk->...sk", way, self.axes)
        return (way / self.spread).flatten(-2)

    def patch(self, last: Tensor, way: Tensor) -> Tensor:
        """The reverse of `ways`, but for blinks: (..., PATCH, DRAWN)."""
        way = way.unflatten(-1, (DRAWN, PATCH)) * self.spread
        return torch.einsum("...sk,spk->...ps", way, self.axes) + last[..., None, :DRAWN]


class Step(nn.Module):
    """One patch more, as it ships: state in and out, several faces at once, each in several
    variants of what it is told, whose ways are mixed by `weights` (guidance, of each column its
    own)."""

    def __init__(self, life: Life, steps: int) -> None:
        super().__init__()
        self.life, self.steps = life, steps

    def forward(self, patch: Tensor, speech: Tensor, asked: Tensor, weights: Tensor, noise: Tensor,
                dice: Tensor, often: Tensor, cache: Tensor,
                age: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        """
        Args:
            patch: (n, PATCH, SIZE) the patch before, as is (degrees, eye distances, ...) / UNIT.
            speech: (n, m, SPAN, TOLD), asked: (n, m, ASKED): told in m variants.
            weights: (m, SIZE) of the variants, of each column and of blinks, sum 1.
            noise: (n, PART) normal; dice: (n,) 0 to 1, decides whether a blink begins.
            often: (n,) by how much the chance of a blink is multiplied.
            cache: (LAYERS, 2, n, m, HEADS, CONTEXT - 1, WIDTH / HEADS) oldest first.
            age: (n,) patches that are in it, as float.

        Returns:
            (n, PATCH, DRAWN) the next patch; (n,) the frame in which a blink begins, PATCH for
            none; the cache.
        """
        life = self.life
        n, m = asked.shape[:2]
        speech, ask = life.told(speech.flatten(0, 1)[:, None], asked.flatten(0, 1)[:, None])
        told = F.silu(speech + ask)
        x = life.enter(patch[:, None]).repeat_interleave(m, 0) + speech
        slot = torch.arange(CONTEXT - 1, -1, -1, device=x.device)  # patches ago
        blind = torch.where(slot[None] > age[:, None], -1e9, 0.0)
        blind = blind.repeat_interleave(m, 0)[:, None, None]
        kept = []
        for layer, block in enumerate(life.blocks):
            q, k, v, s2, b2 = block.split(x, told)
            k = torch.cat([cache[layer, 0].flatten(0, 1), k], 2)
            v = torch.cat([cache[layer, 1].flatten(0, 1), v], 2)
            bias = block.near[:, slot][None, :, None] + blind
            score = q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + bias
            x = block.join(x, score.softmax(-1) @ v, s2, b2)
            kept.append(torch.stack([k[:, :, 1:], v[:, :, 1:]]))
        thought = F.layer_norm(x, (WIDTH,))[:, 0]
        chance = self.mixed(life.blinks(thought), weights[:, BLINK:], n).softmax(-1)[:, :PATCH]
        begins = dice[:, None] < (chance * often[:, None]).cumsum(-1)
        blink = PATCH - begins.sum(-1)
        thought = life.with_blink(thought, blink.repeat_interleave(m, 0))
        part, step = noise, 1 / self.steps
        weights = weights[:, :DRAWN].repeat_interleave(PATCH, 1)  # as the way of a patch is
        for k in range(self.steps):  # midpoints: Euler's rule would still the motion, ever more
            half = part + step / 2 * self.way(part, thought, weights, k * step)
            part = part + step * self.way(half, thought, weights, (k + 0.5) * step)
        kept = torch.stack(kept).unflatten(2, (n, m))
        return life.patch(patch[:, -1], part), blink, kept

    def way(self, part: Tensor, thought: Tensor, weights: Tensor, time: float) -> Tensor:
        """Which way parts (n, PART) have to go at a time, 0 to 1."""
        n, m = part.shape[0], weights.shape[0]
        now = torch.full((1,), time, device=part.device)
        return self.mixed(self.life.draw(part.repeat_interleave(m, 0), thought, now), weights, n)

    @staticmethod
    def mixed(values: Tensor, weights: Tensor, n: int) -> Tensor:
        """(n m, values) of the variants to (n, values), by weights (m, values) or (m, 1)."""
        return (values.unflatten(0, (n, weights.shape[0])) * weights).sum(1)
