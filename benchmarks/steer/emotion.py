"""Whether emotions are seen in the finished pictures, by readers that are not ours.

    python -m benchmarks.steer.emotion --teacher-python teacher/bin/python

`python -m benchmarks.steer` prints this as well. Twelve portraits, photos and paintings, say the
same without emotion (the control, `none`) and with each emotion at four strengths. The
teacher's landmarks, upright and in eye distances, are counted from the control's own picture by
picture; each emotion has its own (`SIGNS`). The classifier (`benchmarks.steer.classifier`) tells
how much likelier it takes a picture for the emotion than the control's. Lips at p, b and m are
those of `benchmarks.lips`, in one voice with phone times. A change by keyframes is complete when
the sign is what it is with the emotion from the beginning; its jerk is the largest third difference
of the sign, beside that of the lips' opening of the same speech. The head's pose is the teacher's
own.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.data import add_shared_argument, upright
from benchmarks.lips import voices
from benchmarks.lips.measure import at_phones, lips_of
from benchmarks.lips.pictures import lips_seen
from benchmarks.lips.sentences import ENGLISH
from benchmarks.record import add
from benchmarks.steer.classifier import NAMES, classify, crop
from benchmarks.teacher import STILLS, VIDEO, Seen, Teacher, add_teacher_arguments, start_teacher
from vasari import Face, Key, Style, read_portrait
from vasari.demo import demo_portrait, demo_voice
from vasari.media import open_sound
from vasari.performer import Performer
from vasari.render import Renderer
from vasari.shape.space import rotation_angles
from vasari.values import EMOTIONS

PORTRAITS = ("photo_bc_36", "photo_obama", "photo_einstein", "paint_monalisa", "photo_bw_man",
             "photo_london_036n", "photo_meb_16", "photo_pix_040", "paint_vangogh",
             "paint_pearl_earring", "photo_pix_120")  # fmt: skip
STRENGTHS = (0.25, 0.5, 0.75, 1.0)
SECONDS, TOLD = 2.0, range(14, 50, 10)  # of a video, and its pictures that are drawn and read
SIZE = 384
LIPS, LIP_FACES = (0,), 2  # of ENGLISH, and portraits: where lips are looked at
KEY_AT, KEY_OVER, KEY_SECONDS = 0.8, 0.4, 2.0
ROOM = 0.3  # probability in the control, up to which there is room for the goals
INNER, OUTER = [55, 107, 285, 336], [70, 46, 300, 276]
UPPER, LOWER, CORNERS = [159, 386], [145, 374], [61, 291]


def signs(shapes: np.ndarray) -> dict[str, np.ndarray]:
    """What emotions move in (T, 478, 3) upright landmarks in eye distances, each (T,)."""
    y = shapes[..., 1]
    corners = y[:, CORNERS]
    middle = (y[:, 13] + y[:, 14]) / 2
    return {
        "corners up": middle - corners.mean(1),
        "mouth wide": shapes[:, 291, 0] - shapes[:, 61, 0],
        "inner brows up": -y[:, INNER].mean(1),
        "brows oblique": y[:, OUTER].mean(1) - y[:, INNER].mean(1),
        "eyes open": (y[:, LOWER] - y[:, UPPER]).mean(1),
        "lip to nose": y[:, 2] - y[:, 0],
        "one corner": np.abs((corners[:, 1] - corners[:, 0])
                             + shapes[:, 291, 0] + shapes[:, 61, 0] - 2 * shapes[:, 1, 0]),
    }  # fmt: skip


SIGNS = {  # the landmarks of each emotion, and which way they go
    "happy": (("corners up", 1), ("mouth wide", 1)),
    "sad": (("corners up", -1), ("brows oblique", 1)),
    "angry": (("inner brows up", -1),),
    "surprised": (("inner brows up", 1), ("eyes open", 1)),
    "afraid": (("brows oblique", 1), ("eyes open", 1)),
    "disgusted": (("inner brows up", -1), ("eyes open", -1), ("lip to nose", 1)),
    "contempt": (("one corner", 1),),
}


def sound(seconds: float) -> np.ndarray:
    whole = np.concatenate(list(open_sound(demo_voice()).pieces()))
    return np.resize(whole, round(16_000 * seconds))


class Actor:
    """A portrait that speaks; only the pictures that are asked for are drawn."""

    def __init__(self, face: Face) -> None:
        self.face, self._renderer = face, Renderer(face, SIZE)

    def pictures(
        self, heard: np.ndarray, which: Iterable[int] | None = None, **style: Any
    ) -> list[np.ndarray]:
        """Those of `talk`, all or some."""
        performer = Performer(self.face, Fraction(25), Style(**style))
        count = len(heard) // 640
        motion, carried = performer.push(np.concatenate([heard, np.zeros(32_000, np.float32)]))
        some = range(count) if which is None else which
        return [self._renderer.draw(motion, k, carried) for k in some]


class Watched:
    """What was read of one video."""

    def __init__(self, teacher: Teacher, pictures: list[np.ndarray]) -> None:
        self.seen = teacher.read(pictures, STILLS)
        self.signs = signs(in_eyes(self.seen))
        self.crops = [crop(p, x) for p, x in zip(pictures, self.seen.landmarks, strict=True)]
        self.head = turns(self.seen)


def turns(seen: Seen) -> np.ndarray:
    """(T, 3) yaw, pitch and roll, degrees, as the teacher itself tells them."""
    flip = np.diag([1.0, -1.0, -1.0])  # its y is up and its z towards the viewer
    return np.array([rotation_angles(flip @ m[:3, :3] @ flip) for m in seen.matrix])


def in_eyes(seen: Seen) -> np.ndarray:
    shapes = upright(seen.landmarks, seen.blendshapes)
    eyes = np.median(np.linalg.norm(shapes[:, 33] - shapes[:, 263], axis=1))
    return np.asarray(shapes / eyes)


def rows_of(teacher: Teacher, python: str, actor: Actor) -> list[dict[str, Any]]:
    """Each emotion at each strength on one portrait."""

    def watched(emotion: Any) -> Watched:
        return Watched(teacher, actor.pictures(sound(SECONDS), TOLD, emotion=emotion, blink=0))

    control = watched("none")
    made = {(e, s): watched({e: s}) for e in EMOTIONS[1:] for s in STRENGTHS}
    crops = np.array([*control.crops, *(c for w in made.values() for c in w.crops)])
    told = classify(python, crops).reshape(len(made) + 1, -1, len(NAMES)).mean(1)
    out = []
    for k, ((emotion, strength), now) in enumerate(made.items(), 1):
        moved = {
            name: sign * 100 * float(np.median(now.signs[name] - control.signs[name]))
            for name, sign in SIGNS[emotion]
        }
        row = {"emotion": emotion, "strength": strength, "moved": moved,
               "head": float(np.abs((now.head - control.head).mean(0)).max()),
               "found": float(now.seen.found.mean())}  # fmt: skip
        if emotion in NAMES:
            at = NAMES.index(emotion)
            row |= {"likely": float(told[k, at]), "control": float(told[0, at])}
        out.append(row)
    return out


def lips_at(teacher: Teacher, actors: list[Actor]) -> dict[str, dict[str, float]]:
    """Closed lips at p, b, m and at open vowels, for each emotion at strength 1."""
    said = [voices.flite("rms", ENGLISH[k]) for k in LIPS]
    out = {}
    for emotion in ("none", *EMOTIONS[1:]):
        shows: Any = "none" if emotion == "none" else {emotion: 1.0}
        read = [(lips_seen(teacher.read(a.pictures(s.sound, emotion=shows), STILLS)), s.phones)
                for a in actors for s in said]  # fmt: skip
        figures = at_phones(read)
        out[emotion] = {k: figures[k] for k in ("closed", "open_closed", "labials")}
    return out


def key_rows(teacher: Teacher, actor: Actor) -> list[dict[str, Any]]:
    """How a change by keyframes goes, for each emotion, while speech goes on: how much of the sign
    that an emotion from the beginning has, in the pictures before and just after the change."""

    def seen(emotion: Any) -> np.ndarray:
        pictures = actor.pictures(sound(KEY_SECONDS), emotion=emotion, head=0, blink=0)
        return in_eyes(teacher.read(pictures, STILLS))

    before, end = round(25 * KEY_AT), round(25 * (KEY_AT + KEY_OVER)) + 1
    out, plain = [], seen("none")
    control, speech = signs(plain), jerk(lips_of(plain).opening)
    for emotion in EMOTIONS[1:]:
        name, sign = SIGNS[emotion][0]
        now, always = (
            sign * (signs(seen(shows))[name] - control[name])
            for shows in ([Key(0, "none"), Key(KEY_AT, {emotion: 1.0}, KEY_OVER)], {emotion: 1.0})
        )
        out.append({"emotion": emotion,
                    "before": float(now[5:before].mean() / always[5:before].mean()),
                    "done": float(now[end : end + 5].mean() / always[end : end + 5].mean()),
                    "jerk": jerk(now[before - 3 : end + 3]), "speech": speech})  # fmt: skip
    return out


def jerk(values: np.ndarray) -> float:
    """Largest third difference, eye distances a picture cubed, per cent."""
    return 100 * float(np.abs(np.diff(values, 3)).max())


def still_head(teacher: Teacher, actor: Actor) -> float:
    """Degrees a picture that the head turns with `head=0` and a strong emotion."""
    pictures = actor.pictures(sound(1.6), head=0, emotion={"happy": 1})
    head = turns(teacher.read(pictures, VIDEO))
    return float(np.median(np.abs(np.diff(head[10:], axis=0))))


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for emotion in EMOTIONS[1:]:
        of = [r for r in rows if r["emotion"] == emotion]
        table: dict[str, Any] = {}
        for name, _ in SIGNS[emotion]:
            ways = np.array([[r["moved"][name] for r in of if r["strength"] == s]
                             for s in STRENGTHS])  # fmt: skip
            steps = np.diff(np.concatenate([np.zeros((1, ways.shape[1])), ways]), axis=0)
            table[name] = {"per cent": ways.mean(1).round(2).tolist(),
                           "monotone": float((steps > 0).all(0).mean())}  # fmt: skip
        full = [r for r in of if r["strength"] == 1]
        heads = [r["head"] for r in full]
        table["head degrees"] = {"mean": float(np.mean(heads)), "worst": float(np.max(heads))}
        if "likely" in of[0]:
            table["likelier"] = [
                float(np.mean([r["likely"] - r["control"] for r in of if r["strength"] == s]))
                for s in STRENGTHS
            ]
            table["control"] = float(np.mean([r["control"] for r in full]))
            room = [r["likely"] - r["control"] for r in full if r["control"] < ROOM]
            table["likelier where the control is below .3"] = [float(np.mean(room)), len(room)]
            table["likelier by portrait"] = [round(r["likely"] - r["control"], 2) for r in full]
        out[emotion] = table
    return out


def measure(args: argparse.Namespace, teacher: Teacher) -> dict[str, Any]:
    """All of it, printed as it comes."""
    start = perf_counter()
    folder = Path(args.shared) / "data" / "portraits"
    paths = [demo_portrait(), *(next(folder.glob(f"{name}.*")) for name in PORTRAITS)]
    actors = [Actor(read_portrait(path)) for path in paths[: args.portraits]]
    rows = []
    for path, actor in zip(paths, actors, strict=False):
        rows += [{"portrait": path.stem, **row}
                 for row in rows_of(teacher, args.teacher_python, actor)]  # fmt: skip
        print(path.stem, f"{perf_counter() - start:.0f} s", flush=True)
    table = {
        "emotions": summary(rows), "lips": lips_at(teacher, actors[:LIP_FACES]),
        "keys": key_rows(teacher, actors[1]), "still head, degrees a picture":
        still_head(teacher, actors[0]),
    }  # fmt: skip
    for emotion, figures in table["emotions"].items():
        print(emotion, figures)
    for name in ("lips", "keys", "still head, degrees a picture"):
        print(name, table[name])
    return {"took_seconds": perf_counter() - start, "summary": table, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_shared_argument(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--portraits", type=int, default=1 + len(PORTRAITS))
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    with start_teacher(args) as teacher:
        made = measure(args, teacher)
    print(f"written to {add('steer', 'emotion', made, args.out)}")


if __name__ == "__main__":
    main()
