"""Step 1, in the teacher's environment: frames and stills, and what the selfie model says of them.

    TEACHER/bin/python training/matte/teacher.py --shared ../shared --out frames.npz

MediaPipe needs numpy 1, so this file imports nothing of ours.
"""

import argparse
import csv
import random
from pathlib import Path

import av
import cv2
import mediapipe as mp
import numpy as np

SIDE = 256
VAL_STILLS = 200


def clip_frames(shared: Path, per_clip: int, rng: random.Random):
    """Yield (name, split, picture) for `per_clip` frames of each clip."""
    for row in csv.DictReader((shared / "data/clips.csv").open()):
        path = shared / f"data/clips/{row['id']}.mp4"
        if not path.exists():
            continue
        with av.open(str(path)) as clip:
            count = clip.streams.video[0].frames or int(float(row["seconds"]) * 25)
            wanted = {int((k + rng.random()) * count / per_clip) for k in range(per_clip)}
            for index, frame in enumerate(clip.decode(video=0)):
                if index in wanted:
                    yield f"{row['id']}:{index}", row["split"], frame.to_ndarray(format="rgb24")
                if index >= max(wanted):
                    break


def stills(shared: Path, count: int, rng: random.Random):
    """Yield (name, split, picture) for `count` training stills and some for validation."""
    rows = list(csv.DictReader((shared / "data/stills.csv").open()))
    rng.shuffle(rows)
    train = [r for r in rows if r["split"] == "train"][:count]
    for row in train + [r for r in rows if r["split"] == "val"][:VAL_STILLS]:
        picture = cv2.imread(str(shared / "data/stills" / row["file"]))
        how = cv2.INTER_AREA if picture.shape[0] > SIDE else cv2.INTER_CUBIC
        picture = cv2.resize(picture, (SIDE, SIDE), interpolation=how)
        yield row["file"], row["split"], cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--per-clip", type=int, default=5)
    parser.add_argument("--stills", type=int, default=1300)
    args = parser.parse_args()
    rng = random.Random(0)
    teacher = mp.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    names, splits, pictures, masks = [], [], [], []
    for source in (
        clip_frames(args.shared, args.per_clip, rng),
        stills(args.shared, args.stills, rng),
    ):
        for name, split, picture in source:
            mask = teacher.process(picture).segmentation_mask
            names.append(name)
            splits.append(split)
            pictures.append(picture)
            masks.append((mask * 255 + 0.5).astype(np.uint8))
    np.savez(
        args.out, names=np.array(names), splits=np.array(splits),
        pictures=np.stack(pictures), selfie=np.stack(masks),
    )  # fmt: skip


if __name__ == "__main__":
    main()
