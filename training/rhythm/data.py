"""Packs sound and face of the training clips for the rhythm score.

    python -m training.rhythm.data --pack life.npz --shared ../shared --out rhythm.npz

Of the pack of training/life it takes what is heard; how the face moved is read again: angles are
those of the skull, so that an opening jaw is no nod. `sound` (N, SOUND), `head` (N, HEAD), `upper`
(N, UPPER), clip after clip; `rows` is a JSON list of name, kind, begin and frames.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np

from training.articulation.people import People
from training.face_space.fit import Tracks
from training.life.data import landmarks_of, rotations
from training.rhythm.inputs import TONE, of_head, of_upper

FEWEST, MOST = 28, 300  # frames of a clip
ONE_OF = {"grid_s1": 3, "lrc_ar": 3}  # so many clips: they are many and alike


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=os.environ.get("VASARI_SHARED", "../shared"))
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    z = np.load(args.pack)
    heard = np.concatenate([z["x"], z["felt"][:, : len(TONE)]], 1)
    known = z["known"]
    tracks = Tracks(Path(args.shared))
    people = People(Path(args.shared), tracks)
    rows, columns, begin = [], ([], [], []), 0
    for k, clip in enumerate(json.loads(str(z["segments"]))):
        name, n = clip["name"], min(clip["frames"], MOST)
        part = slice(clip["begin"], clip["begin"] + n)
        if clip["split"] != "train" or k % ONE_OF.get(clip["kind"], 1) or n < FEWEST:
            continue
        if not known[part].all():
            continue
        of = tracks if name in tracks.rows else people
        blendshapes = of.blendshapes(name)[:n]
        turned = rotations(landmarks_of(of, name)[:n], blendshapes)
        made = heard[part], of_head(turned), of_upper(blendshapes)
        for column, values in zip(columns, made, strict=True):
            column.append(values.astype(np.float16))
        rows.append({"name": name, "kind": clip["kind"], "begin": begin, "frames": n})
        begin += n
    arrays = dict(zip(("sound", "head", "upper"), map(np.concatenate, columns), strict=True))
    np.savez(args.out, **arrays, rows=np.array(json.dumps(rows)))
    print(len(rows), "clips,", round(begin / 1500, 1), "minutes")


if __name__ == "__main__":
    main()
