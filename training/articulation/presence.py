"""Trains presence.onnx: does somebody speak or sing at this moment, told with a memory.

    python -m training.articulation.presence --pack pack/ --speech-pack speech/

The encoder hears 1.2 s, in which a vowel that is held is as steady as an instrument. What has no
such bounds is a gated recurrent unit (Cho et al. 2014) over its features: a voice that was heard to
begin goes on until something else is heard. It learns from scenes of 16 s in which speech, songs,
sounds without words and silence follow each other.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training import checkpoint
from training.articulation.hear import hear
from training.speech.data import Pieces, active_rms
from vasari.motion.gate import MEMORY
from vasari.networks import onnxruntime
from vasari.speech import COMMON
from vasari.speech.mel import BLOCK

FRAMES = 400  # of a scene
NARROW = 32
NEAR = 2  # frames around a phone that count as voice
KINDS = ("speech", "voices", "sung", "held", "wordless", "silence")
SHARES = (0.15, 0.1, 0.2, 0.15, 0.3, 0.1)
LASTS = 25, 220  # frames of one part of a scene
RATE, BATCH = 4e-3, 32


class Presence(nn.Module):
    """(n, t, COMMON) and a state (1, n, MEMORY) to (n, t) logits and the next state."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(COMMON, NARROW)
        self.memory = nn.GRU(NARROW, MEMORY, batch_first=True)
        self.last = nn.Linear(MEMORY, 1)

    def forward(self, features: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        x, state = self.memory(F.relu(self.first(features)), state)
        return self.last(x)[..., 0], state


class Shipped(nn.Module):
    """What is exported: one row of features, and how sure a voice is present, 0 to 1."""

    def __init__(self, inner: Presence) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, features: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        x, state = self.inner(features, state)
        return x.sigmoid(), state


class Scenes:
    """Sounds of the pack one after the other."""

    def __init__(self, pack: Path, noises: Pieces) -> None:
        self.rng, self.noises = noises.rng, noises
        self.rows = {k: [r for r in json.loads((pack / k / "segments.json").read_text())
                         if r["split"] == "train"] for k in KINDS[:4]}  # fmt: skip
        self.sounds = {k: np.memmap(pack / k / "sound.0.raw", np.int16, "r") for k in KINDS[:4]}

    def part(self, kind: str, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """At most `frames` of one kind: sound of power 1 and where a voice is."""
        rng = self.rng
        if kind == "silence":
            return np.zeros(frames * BLOCK // 3), np.zeros(frames // 3)
        if kind == "wordless":
            return self.noises.wordless(frames * BLOCK)[0], np.zeros(frames)
        row = self.rows[kind][rng.integers(len(self.rows[kind]))]
        first = int(rng.integers(max(1, row["frames"] - frames))) if rng.random() < 0.6 else 0
        n = min(frames, row["frames"] - first)
        at = (row["begin"] + first) * BLOCK
        sound = self.sounds[kind][at : at + n * BLOCK] / np.float32(32768)
        there = np.zeros(n + row["frames"])
        for name, start, end in row["phones"]:
            if name not in ("SIL", "#", "_"):
                there[
                    max(round(start * 25) - first - NEAR, 0) : max(
                        round(end * 25) - first + NEAR, 0
                    )
                ] = 1
        return sound / (active_rms(sound) + 1e-3), there[:n]

    def scene(self) -> tuple[np.ndarray, np.ndarray]:
        """(FRAMES BLOCK,) sound and (FRAMES,) voice."""
        sounds, theres, n = [], [], 0
        while n < FRAMES:
            kind = str(self.rng.choice(KINDS, p=SHARES))
            sound, there = self.part(kind, int(self.rng.integers(*LASTS)))
            there = there[: len(sound) // BLOCK]
            sounds.append(sound[: len(there) * BLOCK] * np.exp(self.rng.normal(0, 0.4)))
            theres.append(there)
            n += len(there)
        sound = np.concatenate(sounds)[: FRAMES * BLOCK].astype(np.float32)
        return self.noises.augment(sound * np.float32(0.1)), np.concatenate(theres)[:FRAMES]


def all_heard(args: argparse.Namespace) -> tuple[Tensor, Tensor]:
    """Features and voice of all scenes; kept beside the pack."""
    kept = args.pack / "scenes.npz"
    if not kept.exists():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        network = onnxruntime.InferenceSession(str(args.speech), options)
        scenes = Scenes(args.pack, Pieces(args.speech_pack, seed=21))
        x, y = [], []
        for _ in range(args.scenes):
            sound, there = scenes.scene()
            x.append(hear(network, np.clip(sound, -1, 1)).astype(np.float16))
            y.append(there.astype(np.float16))
        np.savez(kept, x=np.stack(x), y=np.stack(y))
    z = np.load(kept)
    return torch.from_numpy(z["x"]).float(), torch.from_numpy(z["y"]).float()


def train(args: argparse.Namespace) -> Presence:
    x, y = all_heard(args)
    val = len(x) // 8
    model, began = Presence(), time.monotonic()
    optimiser = torch.optim.AdamW(model.parameters(), RATE, weight_decay=0.02)
    mean, step = {k: v.clone() for k, v in model.state_dict().items()}, 0
    while (done := (time.monotonic() - began) / 60 / args.minutes) < 1:
        optimiser.param_groups[0]["lr"] = checkpoint.rate(done, RATE)
        some = val + torch.randint(len(x) - val, (BATCH,))
        noisy = x[some] * (1 + 0.15 * torch.randn(BATCH, 1, COMMON))
        loss = F.binary_cross_entropy_with_logits(model(noisy, nothing(BATCH))[0], y[some])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        checkpoint.averaged(model, mean, step)
        step += 1
        if step % 200 == 0:
            print(step, f"{float(loss.detach()):.3f}", flush=True)
    model.load_state_dict(mean)
    with torch.no_grad():
        sure = model(x[:val], nothing(val))[0].sigmoid()
    heard = (sure > 0.5).float()
    found, wrong = float(heard[y[:val] > 0.5].mean()), float(heard[y[:val] < 0.5].mean())
    print(f"{step} steps; kept back: voice found {found:.3f}, elsewhere {wrong:.3f}")
    return model


def nothing(rows: int) -> Tensor:
    return torch.zeros(1, rows, MEMORY)


def export(model: Presence, out: Path) -> None:
    """Writes it for one row of features, and compares it with torch."""
    shipped, example = Shipped(model).eval(), (torch.rand(1, 1, COMMON), torch.rand(1, 1, MEMORY))
    torch.onnx.export(
        shipped, example, str(out), input_names=["features", "state"],
        output_names=["present", "next"], opset_version=17, dynamo=False,
    )  # fmt: skip
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    got = session.run(None, {"features": example[0].numpy(), "state": example[1].numpy()})
    with torch.no_grad():
        for a, b in zip(got, shipped(*example), strict=True):
            assert np.abs(a - b.numpy()).max() < 1e-5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--speech-pack", type=Path, required=True)
    parser.add_argument("--speech", type=Path, default=Path("src/vasari/weights/speech.onnx"))
    parser.add_argument("--scenes", type=int, default=700)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--out", type=Path, default=Path("src/vasari/weights/presence.onnx"))
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    export(train(args), args.out)


if __name__ == "__main__":
    main()
