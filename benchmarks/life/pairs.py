"""A blind look: of each pair of sheets one shows a real person's motion, the other a made one.

    python -m benchmarks.life --pairs OUT --key KEY.json     # OUT/pair_00.png and so on
    python -m benchmarks.life --score ANSWERS.json --key KEY.json

Both on the same portrait, with the same sound, in chance order, one above the other as A and B. The
answers are a JSON object from the number of a pair ("00") to the letter that is taken for real.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from scipy.stats import binomtest

from benchmarks.life import seen
from benchmarks.life.made import seed_of
from benchmarks.life.people import Take, part, validation
from vasari import Face, Style
from vasari.render import Renderer

PAIRS = 40
FRAMES, EVERY = 75, 3  # of a sheet; each so many one is on it
ACROSS, TILE = 13, 112
REACH = 1.45  # eye distances from the middle of the face to a tile's border
MARGIN = 22  # pixels above each sheet, with its letter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("a blind look")
    group.add_argument("--pairs", type=Path, help="folder for the sheets")
    group.add_argument("--key", type=Path, help="which letter is real: written, or read to score")
    group.add_argument("--score", type=Path, help="answers to count")


def asked(args: argparse.Namespace) -> bool:
    """Does what the arguments ask for here; False where they ask for nothing."""
    if not (args.pairs or args.score):
        return False
    if not args.key:
        raise SystemExit("Give --key: the file that says which letter is real.")
    if args.pairs:
        draw(args)
    else:
        answers, key = (json.loads(p.read_text()) for p in (args.score, args.key))
        print(told(answers, key))
    return True


def told(answers: dict[str, str], key: dict[str, str]) -> dict[str, float]:
    """How many pairs were told apart; `by chance` is how likely so many or more are by guessing."""
    unknown = sorted(answers.keys() ^ key.keys())
    if unknown:
        raise SystemExit(f"Answers and key differ in the pairs {', '.join(unknown)}.")
    right = sum(answers[k].strip().upper() == key[k] for k in key)
    p = binomtest(right, len(key), alternative="greater").pvalue
    return {"pairs": len(key), "right": right, "share": right / len(key), "by chance": float(p)}


def draw(args: argparse.Namespace) -> None:
    shared, out = Path(args.shared), args.pairs
    faces, takes = seen.portraits(shared, args.work), parts(validation(shared), args.takes or PAIRS)
    order = np.random.default_rng().permuted(np.arange(len(takes)) % 2)
    out.mkdir(parents=True, exist_ok=True)
    letters = {}
    for k, (take, real_first) in enumerate(zip(takes, order, strict=True)):
        face, style = faces[k % len(faces)], Style(seed_of(k, 0))
        two = [sheet(face, p) for p in
               (seen.driven(face, take), seen.spoken(face, take.sound, style))]  # fmt: skip
        whole = np.vstack([_titled(s, n) for s, n in zip(two[:: 1 if real_first else -1], "AB",
                                                         strict=True)])  # fmt: skip
        cv2.imwrite(str(out / f"pair_{k:02}.png"), cv2.cvtColor(whole, cv2.COLOR_RGB2BGR))
        letters[f"{k:02}"] = "A" if real_first else "B"
        print(f"{k + 1} of {len(takes)}", end="\r", flush=True)
    args.key.write_text(json.dumps(letters))
    print(f"{len(letters)} pairs in {out}, the key in {args.key}")


def parts(takes: Sequence[Take], most: int) -> list[Take]:
    """Stretches of FRAMES, of as many takes as there are, then of the long ones again."""
    out: list[Take] = []
    for begin in range(0, max(map(len, takes)), FRAMES):
        out += [part(t, begin, FRAMES) for t in takes if len(t) >= begin + FRAMES]
    return out[:most]


def sheet(face: Face, pictures: Iterable[np.ndarray]) -> np.ndarray:
    """(H, W, 3) each EVERY-th picture, the face alone; the window never moves."""
    stage = Renderer(face, seen.SIZE).stage
    middle = stage.landmarks[[33, 263, 152], :2].mean(0)
    zoom = TILE / (2 * REACH * stage.pose.scale)
    m = np.array([[zoom, 0, TILE / 2 - zoom * middle[0]], [0, zoom, TILE / 2 - zoom * middle[1]]])
    tiles = [cv2.warpAffine(picture, m, (TILE, TILE), borderMode=cv2.BORDER_REPLICATE)
             for picture in islice(pictures, 0, None, EVERY)]  # fmt: skip
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % ACROSS)
    return np.vstack([np.hstack(tiles[k : k + ACROSS]) for k in range(0, len(tiles), ACROSS)])


def _titled(sheet_: np.ndarray, letter: str) -> np.ndarray:
    head = np.zeros((MARGIN, sheet_.shape[1], 3), np.uint8)
    cv2.putText(head, letter, (6, MARGIN - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1,
                cv2.LINE_AA)  # fmt: skip
    return np.vstack([head, sheet_])
