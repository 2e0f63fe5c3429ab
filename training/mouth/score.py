"""The mouth painter on validation people, beside controls.

    python -m training.mouth.score --pack pack.npz --run run/

PSNR in dB (of the mean squared error over all pictures) in the painted region, and how sharp the
inside of the mouth is as a ratio to the camera's (mean |Laplacian|): as drawn, painted, and with
what another picture of the list would get (if the picture did not matter, that would be as good).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.mouth.model import region, trained
from training.mouth.train import Pack

BATCH = 64
LAPLACE = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])[None, None]


def edges(picture: Tensor) -> Tensor:
    return F.conv2d(picture.mean(1, keepdim=True), LAPLACE, padding=1).abs()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    args = parser.parse_args()
    model, steps = trained(args.run)
    pack = Pack(args.pack, val=True)
    for kind, pool in (("stills", pack.stills), ("clips", pack.clips)):
        sums: dict[str, np.ndarray] = {}
        for at in range(0, len(pool), BATCH):
            seen, real = pack(pool[at : at + BATCH])
            with torch.no_grad():
                more = model(seen)
            where, inside = region(seen), seen[:, 3:]
            shown = {
                "camera": real,
                "drawn": seen[:, :3],
                "painted": (seen[:, :3] + more).clamp(0, 1),
                "painted as another": (seen[:, :3] + more.roll(17, 0) * where).clamp(0, 1),
            }
            for name, picture in shown.items():
                error = (((picture - real) ** 2).mean(1, keepdim=True) * where).sum()
                sharp = (edges(picture) * inside).sum()
                now = np.array([float(error), float(where.sum()), float(sharp)])
                sums[name] = sums.get(name, 0) + now
        print(f"{len(pool)} {kind} of validation people, step {steps}")
        for name, (error, weight, sharp) in sums.items():
            decibel = 10 * np.log10(weight / max(error, 1e-9))
            print(f"{name:20} {decibel:6.2f} dB  sharpness {sharp / sums['camera'][2]:.2f}")


if __name__ == "__main__":
    main()
