"""What the face would show of speech: how much of acted emotion, and of calm reading.

    python -m training.feeling.score --pack feeling.npz [--split val]

Runs the packaged network and the smoothing of `Feeling` over each utterance of the split three
times over, and prints, of the last time: mean arousal and valence beyond what counts as none, the
mean strength of each emotion shown, and the share of frames with any above .1 and above .2.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from training.feeling.train import Pack
from vasari.motion.feeling import BANDS, HIDDEN, QUIET, SECONDS, SPAN_DB, beyond, shown_by
from vasari.networks import network
from vasari.values import EMOTIONS, MOTION_HZ

TIMES = 3


def shown(heard: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, 2) felt and (T, 8) shown of the last time."""
    state, now, felt = np.zeros((1, HIDDEN), np.float32), np.zeros(2), []
    for frame in np.tile(heard, (TIMES, 1)):
        told, state = network("feeling").run(None, {"heard": frame[None], "before": state})
        if frame[BANDS] * SPAN_DB > QUIET:
            now = now + (told[0] - now) / (SECONDS * MOTION_HZ)
        felt.append(beyond(now))
    last = np.array(felt)[-len(heard) :]
    return last, np.array([shown_by(f) for f in last])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--split", default="val")
    parser.add_argument("--most", type=int, default=120, help="utterances of a kind")
    args = parser.parse_args()
    pack = Pack(args.pack)
    rows = np.flatnonzero((pack.split == args.split) & (pack.speed == 1))
    for emotion in np.unique(pack.emotion[rows]):
        some = rows[pack.emotion[rows] == emotion][: args.most]
        felt, face = (np.concatenate(c) for c in zip(*(shown(pack.heard[k]) for k in some),
                                                     strict=True))  # fmt: skip
        means = {e: round(float(v), 3) for e, v in zip(EMOTIONS, face.mean(0), strict=True) if v}
        over = [round(float((face.max(1) > limit).mean()), 3) for limit in (0.1, 0.2)]
        print(f"{emotion or 'unlabelled':10s} {len(some):3d} felt {felt.mean(0).round(2)} "
              f"shown {means} over .1, .2: {over}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
