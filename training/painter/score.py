"""The painter on validation people, beside controls.

    python -m training.painter.score --pack pack.npz --run run/

PSNR in dB (of the mean squared error over all pictures) of the drawn face against the camera's,
without a painter, with it, and with the painter given another clip's code (if the code did not
matter, that would be as good). "Soft" compares after a blur of 2.5 px, which is what light does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.painter.model import painted, trained
from training.painter.train import Pack, blurred

BATCH = 64


def zones(seen: Tensor) -> dict[str, Tensor]:
    lips = torch.nn.functional.max_pool2d(seen[:, 3:4], 17, 1, 8)
    return {"face": seen[:, 5:], "around the mouth": lips, "inside the mouth": seen[:, 3:4]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    args = parser.parse_args()
    model, steps = trained(args.run)
    pack = Pack(args.pack, val=True)
    sums: dict[tuple[str, str, str], np.ndarray] = {}
    for at in range(0, len(pack.pool), BATCH):
        seen, real, code = pack(pack.pool[at : at + BATCH])
        with torch.no_grad():
            shown = {
                "no painter": seen[:, :3],
                "painter": painted(seen, model(seen, code)),
                "painter, another's code": painted(seen, model(seen, code.roll(17, 0))),
            }
        for kind, picture in shown.items():
            for blur, off in (("sharp", picture - real), ("soft", blurred(picture - real, 2.5))):
                for zone, weight in zones(seen).items():
                    error = float(((off**2).mean(1, keepdim=True) * weight).sum())
                    now = np.array([error, float(weight.sum())])
                    sums[kind, blur, zone] = sums.get((kind, blur, zone), 0) + now
    print(f"{len(pack.pool)} pictures of validation people, step {steps}")
    for (kind, blur, zone), (error, weight) in sums.items():
        print(f"{kind:24} {blur:6} {zone:18} {10 * np.log10(weight / error):6.2f} dB")


if __name__ == "__main__":
    main()
