"""Trains one of the readers (coarse, fine, mouth, eye).

The learning rate falls to zero when the minutes are used up.

    python -m training.reader.train --stage fine --pack pack/ --out run/ --minutes 60 [--start x.pt]

Runs unchanged on a CPU or one CUDA card. Writes `run/<stage>.pt` every two minutes and goes on
from there when called again; `--start` takes the weights of an earlier run into a new schedule.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from training.checkpoint import averaged, load, rate, save
from training.reader.augment import sample, without_face
from training.reader.model import LANDMARKS, SIZES, Reader, parts
from vasari.portrait.detail import EYE, MOUTH
from vasari.portrait.reader import BOX_ROOM, FINE_ROOM

FACELESS = 0.08  # of each batch
BOX_EYES = 1.95  # eye distances a box side, on average: what a coarse crop's unit is
UNIT = {
    "coarse": BOX_EYES * BOX_ROOM,
    "fine": FINE_ROOM,
    "mouth": MOUTH.room,
    "eye": EYE.room,
}  # eye distances a crop side
LIP_GAPS = ((13, 14), (82, 87), (312, 317), (81, 178), (311, 402), (80, 88), (310, 318),
            (191, 95), (415, 324))  # fmt: skip
LID_GAPS = ((159, 145), (158, 153), (160, 144), (386, 374), (385, 380), (387, 373))


def placed(stage: str) -> np.ndarray:
    """The landmarks (n,) that a stage's network places."""
    return parts()[stage][0] if stage in parts() else np.arange(LANDMARKS)


def gaps(stage: str) -> tuple[Tensor, Tensor]:
    """Upper and lower partners of mouth and lids among the landmarks that a stage places."""
    place = {int(k): n for n, k in enumerate(placed(stage))}
    pairs = [(place[a], place[b]) for a, b in LIP_GAPS + LID_GAPS if a in place and b in place]
    upper, lower = torch.tensor(pairs).T
    return upper, lower


def weights(topology: np.lib.npyio.NpzFile, stage: str) -> Tensor:
    """(n, 3): how much each coordinate counts; mean 1 before depth is turned down."""
    w = np.ones(478, np.float32)
    for name, weight in (("face_oval", 0.7), ("left_eyebrow", 1.5), ("right_eyebrow", 1.5),
                         ("lips_outer", 3), ("lips_inner", 4), ("left_eye", 3),
                         ("right_eye", 3), ("left_iris", 3), ("right_iris", 3)):  # fmt: skip
        w[topology[name]] = weight
    w[[468, 473]] = 4
    w = w[placed(stage)]
    w /= w.mean()
    return torch.from_numpy(np.stack([w, w, 0.3 * w], 1))


class Batches:
    """Random batches out of the pack, one generator a step, so that any run can be repeated."""

    def __init__(self, pack: Path, topology: Path, stage: str, batch: int, seed: int) -> None:
        self.crops = np.load(pack / "crops.npy", mmap_mode="r")
        z = np.load(pack / "labels.npz")
        self.marks, self.blend = z["landmarks"], z["blendshapes"].astype(np.float32) / 255
        self.mirror = np.load(topology)["mirror"]
        self.train = np.flatnonzero(~z["val"])
        # Stills show many people, clips many mouths: about half and half.
        clip = z["clip"][self.train]
        weight = np.where(clip, 1.0 / max(clip.sum(), 1), 1.1 / max((~clip).sum(), 1))
        # Wide turns are rare; let them come more often.
        weight *= 1 + np.clip(np.abs(z["yaw"][self.train]) / 20, 0, 2)
        self.chance = weight / weight.sum()
        self.stage, self.batch, self.seed = stage, batch, seed

    def __call__(self, step: int) -> tuple[np.ndarray, ...]:
        """Crops, landmarks, blendshapes, whether a face, and eye distances of that face."""
        rng = np.random.default_rng((self.seed, step))
        side = SIZES[self.stage].side
        x = np.empty((self.batch, side, side, 3), np.uint8)
        y = np.zeros((self.batch, LANDMARKS, 3), np.float32)
        b = np.zeros((self.batch, 52), np.float32)
        faceless = 0 if self.stage in parts() else round(FACELESS * self.batch)
        face = (np.arange(self.batch) >= faceless).astype(np.float32)
        for k, n in enumerate(rng.choice(self.train, self.batch, p=self.chance)):
            if face[k]:
                x[k], y[k], b[k] = sample(self.crops[n], self.marks[n], self.blend[n], self.mirror,
                                          self.stage, side, rng)  # fmt: skip
            else:
                x[k] = without_face(self.crops[n], self.marks[n], side, rng)
        y[:, :, :2] -= (side - 1) / 2
        y *= UNIT[self.stage] / side
        eye = np.linalg.norm(y[:, 33] - y[:, 263], axis=1).clip(1e-3)
        return x, y[:, placed(self.stage)], b, face, eye


def loss_of(out: tuple[Tensor, Tensor, Tensor], y: Tensor, b: Tensor, face: Tensor, eye: Tensor,
            weight: Tensor, pairs: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:  # fmt: skip
    """The loss, and the plain landmark error in eye distances for the log."""
    marks, blend, logit = out
    on = face > 0
    d = (marks[on] - y[on]) / eye[on][:, None, None]  # a far-off crop must not count double
    place = (d.abs() * weight).mean()
    gap = (d[:, pairs[0], 1] - d[:, pairs[1], 1]).abs().mean()
    shapes = (torch.sigmoid(blend[on]) - b[on]).abs().mean()
    believed = nn.functional.binary_cross_entropy_with_logits(logit, face)
    total = place + gap + 0.15 * shapes + 0.01 * believed
    return total, d[..., :2].norm(dim=2).mean().detach()


def ahead(batches: Batches, start: int, workers: int):  # type: ignore[no-untyped-def]
    """Batches in order; with workers, prepared beside the training step."""
    if not workers:
        while True:
            yield batches(start)
            start += 1
    with ThreadPoolExecutor(workers) as pool:
        queue = deque(pool.submit(batches, start + k) for k in range(2 * workers))
        start += 2 * workers
        while True:
            yield queue.popleft().result()
            queue.append(pool.submit(batches, start))
            start += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=sorted(SIZES), required=True)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(0)  # many small pictures: its threads would only wait for each other
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    topology = Path(args.shared) / "data" / "topology.npz"
    batches = Batches(args.pack, topology, args.stage, args.batch, args.seed)
    weight = weights(np.load(topology), args.stage).to(device)
    pairs = gaps(args.stage)
    model = Reader(SIZES[args.stage])
    path = args.out / f"{args.stage}.pt"
    step, used = 0, 0.0
    saved = load(path, device)
    if saved:
        step, used = saved["step"], saved["used"]
        model.load_state_dict(saved["model"])
    elif args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True)["mean"])
    else:
        model.start_from(examples(batches))
    model = model.to(device, memory_format=torch.channels_last).train()
    mean = {k: v.detach().clone() for k, v in model.state_dict().items()}
    slow = [p for n, p in model.named_parameters() if n.startswith("shape.")]
    fast = [p for n, p in model.named_parameters() if not n.startswith("shape.")]
    best = torch.optim.AdamW([{"params": fast, "weight_decay": 0.02},
                              {"params": slow, "weight_decay": 0.0}], lr=args.rate)  # fmt: skip
    if saved:
        mean = saved["mean"]
        best.load_state_dict(saved["best"])
    begun, kept, shown, errors = time.time() - used, time.time(), time.time(), []
    for batch in ahead(batches, step, args.workers):
        progress = (time.time() - begun) / (60 * args.minutes)
        for group, share in zip(best.param_groups, (1.0, 0.1), strict=True):
            group["lr"] = rate(progress, args.rate) * share
        tensors = [torch.from_numpy(a).to(device) for a in batch]
        loss, error = loss_of(model(tensors[0]), *tensors[1:], weight, pairs)
        best.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        best.step()
        step += 1
        averaged(model, mean, step)
        errors.append((float(loss.detach()), float(error)))
        if time.time() - shown > 30:
            now = np.mean(errors, 0)
            print(f"step {step} {progress:.1%} loss {now[0]:.4f} error {now[1]:.2%}", flush=True)
            shown, errors = time.time(), []
        if time.time() - kept > 120 or progress >= 1:
            save(path, model=model.state_dict(), mean=mean, best=best.state_dict(), step=step,
                 used=time.time() - begun)  # fmt: skip
            kept = time.time()
        if progress >= 1:
            break


def examples(batches: Batches) -> np.ndarray:
    """(M, 478, 3) targets to take the first shape space from."""
    shapes = []
    rng = np.random.default_rng(batches.seed)
    side = SIZES[batches.stage].side
    blank = np.zeros((2, 2, 3), np.uint8)
    for n in rng.choice(batches.train, 3000, p=batches.chance):
        _, y, _ = sample(blank, batches.marks[n], batches.blend[n], batches.mirror,
                         batches.stage, side, rng)  # fmt: skip
        y[:, :2] -= (side - 1) / 2
        shapes.append(y[None, placed(batches.stage)] * (UNIT[batches.stage] / side))
    return np.concatenate(shapes)


if __name__ == "__main__":
    main()
