"""Step 2: the second teacher, u2netp, which is softer at hair.

    python -m training.matte.saliency --frames frames.npz --model u2netp.onnx --out u2.npz

All validation pictures that are scored, then training pictures until `--count`; the others are
learned from the first teacher alone. u2netp asks for 320 px; it runs at 256 here, the size of the
pictures, in half the time.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx

from vasari.networks import onnxruntime

SCORED = 200  # validation pictures
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


def order(splits: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    val = rng.permutation(np.flatnonzero(splits == "val"))[:SCORED]
    train = rng.permutation(np.flatnonzero(splits == "train"))
    return np.concatenate([train[:100], val, train[100:2000]])


def any_size(path: Path) -> bytes:
    model = onnx.load(path)
    for value in [*model.graph.input, *model.graph.output]:
        for axis in (2, 3):
            value.type.tensor_type.shape.dim[axis].dim_param = "side"
    del model.graph.value_info[:]
    return model.SerializeToString()


def look(session: onnxruntime.InferenceSession, picture: np.ndarray) -> np.ndarray:
    given = picture.astype(np.float32) / max(float(picture.max()), 1)
    given = ((given - MEAN) / SPREAD).transpose(2, 0, 1)[None]
    found = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: given})
    mask = found[0][0, 0]
    mask = (mask - mask.min()) / max(float(np.ptp(mask)), 1e-6)
    return (mask * 255 + 0.5).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1200)
    args = parser.parse_args()
    frames = np.load(args.frames)
    pictures = frames["pictures"]
    session = onnxruntime.InferenceSession(any_size(args.model), providers=["CPUExecutionProvider"])
    which = order(frames["splits"])[: args.count]
    np.savez(args.out, which=which, masks=np.stack([look(session, pictures[i]) for i in which]))


if __name__ == "__main__":
    main()
