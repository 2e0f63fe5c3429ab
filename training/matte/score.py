"""The figures in the card: our matte beside both teachers on the people of the validation split.

    python -m training.matte.score --pack pack.npz --weights src/vasari/weights/matte.onnx

IoU at 0.5; MAD, mean absolute difference over the picture; edge, the same in the band within 6 px
of the label's outline (pictures of 256 px). "refined" is as at portrait time.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from vasari.networks import onnxruntime
from vasari.portrait.matte import RADIUS, SIDE, SMOOTH, guided_fit, settled, sharpened

BAND = 6  # px


def figures(found: np.ndarray, label: np.ndarray) -> tuple[float, float, float]:
    a, b = found > 0.5, label > 0.5
    kernel = np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)
    whole = b.astype(np.uint8)
    edge = cv2.dilate(whole, kernel) != cv2.erode(whole, kernel)
    far = np.abs(found - label)
    iou = (a & b).sum() / max((a | b).sum(), 1)
    return float(iou), float(far.mean()), float(far[edge].mean()) if edge.any() else 0.0


def look(session: onnxruntime.InferenceSession, picture: np.ndarray, oval: np.ndarray):
    """The network's matte, and the same refined as at portrait time."""
    seen = cv2.resize(np.dstack([picture, oval]), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    given = seen.transpose(2, 0, 1)[None].astype(np.float32) / 255
    rough = session.run(None, {"picture": given})[0][0, 0]
    colour = settled(seen[..., :3], rough, seen[..., 3])
    size = picture.shape[1::-1]
    rough, colour = (cv2.resize(m, size, interpolation=cv2.INTER_CUBIC) for m in (rough, colour))
    guide = picture.astype(np.float32) / 255
    slope, offset = guided_fit(guide, colour, max(2, round(RADIUS * len(rough))), SMOOTH)
    return rough, sharpened((slope * guide).sum(-1) + offset)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path("src/vasari/weights/matte.onnx"))
    args = parser.parse_args()
    whole = np.load(args.pack)
    pack = {k: whole[k] for k in ("pictures", "labels", "ovals", "selfie", "u2", "splits", "both")}
    session = onnxruntime.InferenceSession(args.weights, providers=["CPUExecutionProvider"])
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for i in np.flatnonzero((pack["splits"] == "val") & pack["both"]):
        label, selfie, u2 = (pack[k][i] / np.float32(255) for k in ("labels", "selfie", "u2"))
        ours, fine = look(session, pack["pictures"][i], pack["ovals"][i])
        pairs = {
            "ours to label": (ours, label), "ours refined to label": (fine, label),
            "ours to selfie": (ours, selfie), "ours to u2netp": (ours, u2),
            "selfie to label": (selfie, label), "u2netp to label": (u2, label),
            "u2netp to selfie": (u2, selfie),
        }  # fmt: skip
        for name, (found, wanted) in pairs.items():
            rows.setdefault(name, []).append(figures(found, wanted))
    print(f"{len(rows['ours to label'])} pictures of validation people")
    print("| | IoU | MAD | edge |\n| --- | --- | --- | --- |")
    for name, values in rows.items():
        iou, mad, edge = np.mean(values, 0)
        print(f"| {name} | {iou:.3f} | {mad:.4f} | {edge:.3f} |")


if __name__ == "__main__":
    main()
