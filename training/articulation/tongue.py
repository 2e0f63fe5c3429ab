"""The mean of several rounds' weights, and the tip of the tongue fitted to it as it is: weighted
least squares from the last layer's 160 numbers to how far the phone asks for it.

    python -m training.articulation.tongue --pack pack/ --models a9.pt a10.pt --out final.pt
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from training import checkpoint
from training.articulation.loss import SELDOM
from training.articulation.model import Whole
from training.articulation.phones import TONGUE
from training.articulation.train import Data

UTTERANCES = 900  # of each part
RIDGE = 30.0


def mean_of(models: list[Path]) -> Whole:
    states = [torch.load(path, weights_only=True)["mean"] for path in models]
    model = Whole()
    model.load_state_dict({
        name: sum(s[name] for s in states) / len(states) if value.dtype.is_floating_point else value
        for name, value in states[0].items()
    })  # fmt: skip
    return model.eval()


@torch.no_grad()
def fit(model: Whole, parts: list[Data]) -> None:
    mouth = model.mouth
    size = mouth.out.in_channels + 1
    square, product = np.zeros((size, size)), np.zeros(size)
    for data in parts:
        some = [r for r in data.rows if r["split"] == "train"]
        for row in some[:: max(1, len(some) // UTTERANCES)]:
            heard = data.heard(row, 0, row["frames"])
            x = model.features({k: torch.from_numpy(v[None]) for k, v in heard.items()})
            seen = mouth.last(mouth.blocks(mouth.first(x.transpose(1, 2))))[0].numpy()
            seen = np.vstack([seen, np.ones(seen.shape[1])]).astype(np.float64)
            up = data.take("marks", row, 0, row["frames"])[:, TONGUE]
            weight = (1 + SELDOM * up) * (data.take("gate", row, 0, row["frames"]) > 0.5)
            square += (seen * weight) @ seen.T
            product += (seen * weight) @ up
    found = np.linalg.solve(square + RIDGE * np.eye(size), product)
    mouth.out.weight[-1, :, 0] = torch.from_numpy(found[:-1])
    mouth.out.bias[-1] = float(found[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = mean_of(args.models)
    fit(model, [Data(args.pack / part) for part in ("speech", "voices")])
    checkpoint.save(args.out, mean=model.state_dict())


if __name__ == "__main__":
    main()
