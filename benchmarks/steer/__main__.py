"""Whether what is steered is met in the finished pictures, as a reader sees it that is not ours.

    python -m benchmarks.steer --teacher-python teacher/bin/python

Each video is made by `talk` from the same voice and seed, once in the natural style (the control)
and once for each value asked; MediaPipe reads its pictures. Gaze is head and eyes together,
counted from the control's own picture by picture, so glances and the head's own motion fall out;
its eyes are an iris between the corners of an eye 30 mm wide on a ball of 12 mm radius; `corners
held` takes the corners from the control, since MediaPipe's go along with the irises. `drawn` is
another reader: the circle across which the finished picture brightens most (Daugman 1993; our own
search, begun at the teacher's iris), against where it lies in the control, while the eyes alone are
asked and the head is still. It tells what the pictures show from what MediaPipe makes of it, whose
iris hardly leaves the middle of the opening. Distance is the control's eye distance in pixels over
the video's, at the same pose. The head's motion is the spread of its yaw and the median change of
its angles from picture to picture, blinks are counted over a minute.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.data import add_shared_argument
from benchmarks.record import add, save
from benchmarks.steer import emotion
from benchmarks.teacher import STILLS, VIDEO, Seen, Teacher, add_teacher_arguments, start_teacher
from vasari import Face, Style, read_portrait, talk
from vasari.demo import demo_portrait, demo_voice
from vasari.media import open_sound
from vasari.motion import MotionStream
from vasari.motion.eyes import write_eyes
from vasari.portrait.eyeballs import find_irises
from vasari.portrait.gaze import gaze_of
from vasari.render import Renderer
from vasari.shape.eyes import CORNERS, EYEBALL, RINGS, eye_frame
from vasari.shape.onto_face import onto_face
from vasari.shape.space import face_space, pose_of, rotation_matrix
from vasari.speech import SpeechStream
from vasari.values import BLENDSHAPES, EXPRESSION, Motion

PORTRAITS = (
    "photo_bc_36", "photo_bw_man", "photo_einstein", "photo_london_036n", "photo_obama",
    "paint_monalisa", "anime_girl", "photo_meb_02", "photo_meb_16", "paint_girl_19c",
    "draw_woman",
)  # fmt: skip
ACROSS, UP = (-18.0, -12.0, -5.0, 5.0, 12.0, 18.0), (-12.0, -8.0, -4.0, 4.0, 8.0, 12.0)
DISTANCES = (0.7, 0.85, 1.2, 1.4)
KINDS = ("gaze", "drawn", "distance", "head", "blink")
GAINS = (0.0, 1.0, 2.0)
SECONDS, FIRST = 2.4, 15  # of each video; pictures until what is asked must be met
HEAD_SECONDS, BLINK_SECONDS = 6.0, 60.0
SHUT = 0.5  # of the teacher's eyeBlink: such eyes tell no gaze
FALLS = 0.25  # of it, both eyes' mean above the video's median: a blink, also behind glasses
BLINK = [BLENDSHAPES.index("eyeBlink" + side) for side in ("Left", "Right")]
EYES = [33, 263]  # outer corners
HEIGHT = [10, 152]  # forehead and chin
SIZE = 512


def voice(seconds: float) -> np.ndarray:
    """(n,) the demo's voice, over and over."""
    sound = np.concatenate(list(open_sound(demo_voice()).pieces()))
    return np.resize(sound, round(16_000 * seconds))


def watched(teacher: Teacher, face: Face, seconds: float, **style: Any) -> Seen:
    pictures = talk(face, voice(seconds), size=SIZE, style=Style(**style))
    return teacher.read(pictures, VIDEO)


def looks(seen: Seen, control: Seen | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(T, 2) where the eyes look in the world, and (T, 3) the head's pose, degrees.

    Of a control the eyes' corners are taken, put into the head's pose: a gaze does not move them,
    but those of MediaPipe go along with the irises, by a third of their way up and down.
    """
    gaze, head = np.zeros((len(seen.landmarks), 2)), np.zeros((len(seen.landmarks), 3))
    expression = np.zeros(EXPRESSION, np.float32)
    for k, (points, blends) in enumerate(zip(seen.landmarks, seen.blendshapes, strict=True)):
        expression[: len(BLENDSHAPES)] = blends
        pose = pose_of(points, expression)
        shape = pose.unproject(points)
        if control is not None:
            expression[: len(BLENDSHAPES)] = control.blendshapes[k]
            other = control.landmarks[k]
            shape[CORNERS] = pose_of(other, expression).unproject(other)[CORNERS]
        eyes = np.radians(gaze_of(shape))
        ahead = np.array([np.sin(eyes[0]), -np.sin(eyes[1]), 0])
        ahead[2] = -np.sqrt(max(0.0, 1 - (ahead**2).sum()))
        x, y, z = rotation_matrix(pose.rotation) @ ahead
        gaze[k] = np.degrees([np.arctan2(x, -z), np.arcsin(-y)])
        head[k] = pose.rotation
    return gaze, head


def opened(seen: Seen, other: Seen) -> np.ndarray:
    """Pictures after the change, in which both eyes are open in both videos and a face is found."""
    shut = np.maximum(seen.blendshapes[:, BLINK].max(1), other.blendshapes[:, BLINK].max(1))
    kept = (shut < SHUT) & seen.found & other.found
    kept[:FIRST] = False
    return np.asarray(kept)


def gaze_rows(teacher: Teacher, face: Face, control: Seen) -> list[dict[str, Any]]:
    rows = []
    plain = looks(control)
    asked = [(yaw, 0.0) for yaw in ACROSS] + [(0.0, pitch) for pitch in UP]
    for target in asked:
        seen = watched(teacher, face, SECONDS, gaze=target)
        (gaze, head), (held, _) = looks(seen), looks(seen, control)
        kept = opened(seen, control)
        axis = int(target[0] == 0)
        way = np.median((gaze - plain[0])[kept], axis=0)
        still = np.median((held - plain[0])[kept], axis=0)
        turn = np.median((head - plain[1])[kept], axis=0)
        lips = lip_change(seen, control, kept)
        rows.append({"axis": ("across", "up")[axis], "asked": target[axis], "read": way[axis],
                     "held": still[axis],
                     "aside": way[1 - axis], "head": turn[axis], "lips": lips})  # fmt: skip
    return rows


def drawn_rows(teacher: Teacher, face: Face) -> list[dict[str, Any]]:
    """How far the irises go in the pictures, as circles that are searched for in them."""
    asked = [(0.0, 0.0), *((yaw, 0.0) for yaw in ACROSS), *((0.0, pitch) for pitch in UP)]
    motion = onto_face(face, looking(np.array(asked, np.float32)))
    renderer = Renderer(face, SIZE)
    pictures = [renderer.draw(motion, k) for k in range(len(asked))]
    seen = teacher.read(iter(pictures), STILLS)
    places = [irises_in(p, marks) for p, marks in zip(pictures, seen.landmarks, strict=True)]
    middle = renderer.stage.landmarks[CORNERS, :2]  # (2 eyes, 2 corners, 2)
    widths = np.linalg.norm(middle[:, 0] - middle[:, 1], axis=1) / np.cos(
        np.radians(face.rotation[0])
    )
    rows = []
    for target, place in zip(asked[1:], places[1:], strict=True):
        axis = int(target[0] == 0)
        way = ((place - places[0]) / widths[:, None]).mean(0) * (1, -1)
        read = np.degrees(np.arcsin(np.clip(way / EYEBALL, -1, 1)))
        rows.append({"axis": ("across", "up")[axis], "asked": target[axis], "read": read[axis]})
    return rows


def looking(gaze: np.ndarray) -> Motion:
    """Nothing but a gaze (T, 2), with the lids that follow it."""
    still = np.zeros((len(gaze), 3), np.float32)
    expression = np.zeros((len(gaze), EXPRESSION), np.float32)
    write_eyes(expression, np.zeros(len(gaze), np.float32), gaze)
    return Motion(still, still, gaze, expression)


def irises_in(picture: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """(2, 2) the middles of the irises in a picture, pixels."""
    scale = float(np.linalg.norm(landmarks[EYES[0], :2] - landmarks[EYES[1], :2]))
    circles = find_irises(picture, landmarks, scale)[:, :2]
    frames = [eye_frame(landmarks, face_space().rings[ring], scale) for ring in RINGS]
    return np.stack([(c - f[:, 2]) / f[0, 0] for c, f in zip(circles, frames, strict=True)])


def lip_change(seen: Seen, control: Seen, kept: np.ndarray) -> float:
    """By how much the lips open otherwise than in the control, per cent of the eye distance."""
    gaps = [np.linalg.norm(s.landmarks[:, 13] - s.landmarks[:, 14], axis=1) /
            np.linalg.norm(s.landmarks[:, 33] - s.landmarks[:, 263], axis=1)
            for s in (seen, control)]  # fmt: skip
    return 100 * float(np.abs(gaps[0] - gaps[1])[kept].mean())


def distance_rows(teacher: Teacher, face: Face, control: Seen) -> list[dict[str, Any]]:
    rows = []
    for distance in DISTANCES:
        seen = watched(teacher, face, SECONDS, distance=distance)
        kept = opened(seen, control)
        row: dict[str, Any] = {"asked": distance}
        for name, pair in (("read", EYES), ("height", HEIGHT)):
            far = [np.linalg.norm(np.diff(s.landmarks[:, pair, :2], axis=1)[:, 0], axis=1)
                   for s in (control, seen)]  # fmt: skip
            row[name] = float(np.median((far[0] / far[1])[kept]))
        rows.append(row)
    return rows


def head_rows(teacher: Teacher, face: Face) -> list[dict[str, Any]]:
    rows = []
    for gain in GAINS:
        seen = watched(teacher, face, HEAD_SECONDS, head=gain)
        head = looks(seen)[1][seen.found]
        rows.append({"asked": gain, "yaw_spread": float(head[:, 0].std()),
                     "a_picture": float(np.median(np.abs(np.diff(head, axis=0))))})  # fmt: skip
    return rows


def blink_rows(teacher: Teacher, face: Face) -> list[dict[str, Any]]:
    rows = []
    for gain in GAINS:
        pictures = talk(face, voice(BLINK_SECONDS), size=256, style=Style(blink=gain))
        seen = teacher.read(pictures, VIDEO)
        lids = seen.blendshapes[:, BLINK].mean(1)
        features = SpeechStream(25).push(voice(BLINK_SECONDS), last=True)
        made = MotionStream(Style(blink=gain), 25).push(features, last=True)
        rows.append({"asked": gain, "blinks_a_minute": begun(lids > np.median(lids) + FALLS),
                     "made_a_minute": begun(made.expression[:, BLINK[0]] > SHUT)})  # fmt: skip
    return rows


def begun(shut: np.ndarray) -> float:
    """How often a minute eyes begin to be shut, of (T,)."""
    return int((shut[1:] & ~shut[:-1]).sum()) * 60 / BLINK_SECONDS


def summary(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Errors and gains over all portraits, of the kinds that were asked for."""
    out: dict[str, Any] = {}
    for axis in ("across", "up"):
        for kind in ("gaze", "drawn"):
            some = [r for r in rows[kind] if r["axis"] == axis]
            if some:
                out[f"{kind} {axis}"] = _angles(some)
            if some and kind == "gaze":
                held = [{"asked": r["asked"], "read": r["held"]} for r in some]
                out[f"gaze {axis}, corners held"] = _angles(held)
    for name in ("read", "height") if rows["distance"] else ():
        off = np.array([100 * (r[name] / r["asked"] - 1) for r in rows["distance"]])
        out[f"distance by {'eyes' if name == 'read' else name}"] = {
            "error_per_cent": float(np.abs(off).mean()), "worst_per_cent": float(np.abs(off).max()),
        }  # fmt: skip
    for kind, name in (
        ("head", "yaw_spread"), ("head", "a_picture"),
        ("blink", "blinks_a_minute"), ("blink", "made_a_minute"),
    ):  # fmt: skip
        if rows[kind]:
            out[f"{kind}: {name}"] = {
                str(gain): float(np.mean([r[name] for r in rows[kind] if r["asked"] == gain]))
                for gain in GAINS
            }
    return out


def _angles(some: list[dict[str, Any]]) -> dict[str, Any]:
    """Of rows with what was asked and what was read, degrees; positive is the way asked."""
    asked, read = (np.array([r[k] for r in some]) for k in ("asked", "read"))
    off, large = np.abs(read - asked), np.abs(asked)
    out: dict[str, Any] = {
        "share": float((asked * read).sum() / (asked**2).sum()),
        "error": float(off.mean()),
        "error_by_asked": {str(a): float(off[large == a].mean()) for a in np.unique(large)},
        "read_by_asked": {str(a): float(read[asked == a].mean()) for a in np.unique(asked)},
    }
    if "head" in some[0]:
        head = np.array([r["head"] for r in some])
        out["head_share"] = float((asked * head).sum() / (asked**2).sum())
        out["aside"] = float(np.abs([r["aside"] for r in some]).mean())
        out["lips"] = float(np.mean([r["lips"] for r in some]))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description="Whether what is steered is met.")
    add_shared_argument(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--portraits", type=int, default=1 + len(PORTRAITS))
    parser.add_argument("--blink-portraits", type=int, default=2, help="a minute each, three times")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, help="of the table")
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    start = perf_counter()
    folder = Path(args.shared) / "data" / "portraits"
    paths = [demo_portrait(), *(next(folder.glob(f"{name}.*")) for name in PORTRAITS)]
    rows: dict[str, list[dict[str, Any]]] = {k: [] for k in KINDS}
    control_rows = []
    with start_teacher(args) as teacher:
        for number, path in enumerate(paths[: args.portraits]):
            face, name = read_portrait(path), path.stem
            control = watched(teacher, face, SECONDS)
            again = watched(teacher, face, SECONDS, gaze=(0, 0), distance=1, head=1, blink=1)
            same = bool((again.landmarks == control.landmarks).all())
            control_rows.append({"portrait": name, "found": float(control.found.mean()),
                                 "same": same})  # fmt: skip
            make: dict[str, Callable[[], list[dict[str, Any]]]] = {
                "gaze": lambda: gaze_rows(teacher, face, control),  # noqa: B023
                "drawn": lambda: drawn_rows(teacher, face),  # noqa: B023
                "distance": lambda: distance_rows(teacher, face, control),  # noqa: B023
                "head": lambda: head_rows(teacher, face),  # noqa: B023
                "blink": lambda: blink_rows(teacher, face),  # noqa: B023
            }
            for kind in args.only:
                if kind != "blink" or number < args.blink_portraits:
                    rows[kind] += [{"portrait": name, **row} for row in make[kind]()]
            print(name, f"{perf_counter() - start:.0f} s", flush=True)
    table = summary(rows)
    for what, values in table.items():
        print(what, values)
    path = save("steer", {"took_seconds": perf_counter() - start, "summary": table,
                          "control": control_rows, "rows": rows}, args.out)  # fmt: skip
    if tuple(args.only) == tuple(KINDS):
        with start_teacher(args) as teacher:
            add("steer", "emotion", emotion.measure(args, teacher), args.out)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
