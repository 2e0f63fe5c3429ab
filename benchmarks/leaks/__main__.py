"""The leak table: change one thing, render, read the picture again, see what else moved.

    python -m benchmarks.leaks --teacher-python teacher/bin/python [--portraits 8]

Rows are what was changed (yaw, pitch and roll by up to 15 degrees, gaze by up to 20, four
expressions, and the person), columns what was read to move against the same portrait at rest, by
our own reader and by the teacher. `noise` is the same resting picture shifted, scaled and
recompressed: what a reader tells of nothing. The diagonal is in brackets: there it should move.
The last columns say how much of what was asked is read.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from benchmarks.data import add_shared_argument, test_portraits
from benchmarks.leaks.factors import FACES, GROUP, Told, answer, motion_of, moved, steps, told
from benchmarks.record import save
from benchmarks.teacher import STILLS, Teacher, add_teacher_arguments, start_teacher
from vasari import Face
from vasari.portrait.finder import find_faces
from vasari.portrait.reader import read_landmarks
from vasari.render import Renderer
from vasari.shape.onto_face import onto_face
from vasari.values import EXPRESSION, Motion

SIZE = 512
SHAKES = ((3, -2, 1.0, 95), (-4, 3, 1.03, 90), (2, 5, 0.97, 90), (-1, -3, 1.01, 75))
COLUMNS = ("pose", "gaze", "shape", "lips", "blendshapes", "neutral")
UNITS = ("deg", "deg", "% eye", "% eye", "units", "% eye")
OWN = {"pose": {"pose"}, "gaze": {"gaze"}, "expression": {"shape", "lips", "blendshapes"},
       "person": {"shape", "lips", "neutral"}}  # fmt: skip
Reader = Callable[[list[np.ndarray]], list[Told | None]]


def shaken(picture: np.ndarray) -> list[np.ndarray]:
    """The same picture shifted by pixels, scaled, and compressed to JPEG."""
    out = []
    for right, down, scale, quality in SHAKES:
        half = np.array(picture.shape[1::-1]) / 2
        move = half - scale * half + (right, down)
        matrix = np.array([[scale, 0, move[0]], [0, scale, move[1]]])
        moved_picture = cv2.warpAffine(
            picture, matrix, picture.shape[1::-1], flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        code = cv2.imencode(".jpg", moved_picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        out.append(np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR)))
    return out


def our_reader(pictures: list[np.ndarray]) -> list[Told | None]:
    out: list[Told | None] = []
    for picture in pictures:
        found = find_faces(picture)
        reading = read_landmarks(picture, found[0]) if found else None
        out.append(told(reading.landmarks, reading.blendshapes) if reading else None)
    return out


def teacher_reader(teacher: Teacher) -> Reader:
    def read(pictures: list[np.ndarray]) -> list[Told | None]:
        seen = teacher.read(pictures, STILLS)
        return [told(points, blend) if found else None for points, blend, found in
                zip(seen.landmarks, seen.blendshapes, seen.found, strict=True)]  # fmt: skip

    return read


def pictures_of(face: Face) -> list[np.ndarray]:
    """Rest, every step, the shaken rest, and the person looking straight ahead."""
    motion = motion_of(face, steps())
    renderer = Renderer(face, SIZE)
    pictures = [renderer.draw(motion, k) for k in range(len(motion))]
    ahead = onto_face(face, _still())
    ahead = Motion(np.zeros_like(ahead.rotation), ahead.position, np.zeros_like(ahead.gaze),
                   np.zeros_like(ahead.expression))  # fmt: skip
    return [*pictures, *shaken(pictures[0]), renderer.draw(ahead, 0)]


def _still() -> Motion:
    return Motion(*(np.zeros((1, n), np.float32) for n in (3, 3, 2, EXPRESSION)))


def portrait_rows(name: str, seen: list[Told | None]) -> list[dict[str, Any]]:
    """What moved in each picture of one portrait."""
    rest, changes = seen[0], steps()
    if rest is None:
        return []
    rows = []
    for step, now in zip(changes, seen[1:], strict=False):
        if now is not None:
            rows.append({"portrait": name, "factor": step.factor, "asked": step.amount,
                         "read": answer(step, now, rest), **moved(now, rest)})  # fmt: skip
    for now in seen[1 + len(changes) : -1]:
        if now is not None:
            rows.append({"portrait": name, "factor": "noise", **moved(now, rest)})
    return rows


def person_rows(ahead: dict[str, Told | None]) -> list[dict[str, Any]]:
    """Everyone looks straight ahead without expression: how far each is from the mean of all."""
    all_seen = {name: t for name, t in ahead.items() if t is not None}
    if not all_seen:
        return []
    fields = ("rotation", "gaze", "shape", "blendshapes", "neutral")
    mean = Told(*(np.mean([getattr(t, f) for t in all_seen.values()], axis=0) for f in fields))
    return [{"portrait": n, "factor": "person", **moved(t, mean)} for n, t in all_seen.items()]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """By factor: mean and largest of every column, and how much of what was asked is read."""
    out: dict[str, Any] = {}
    for factor in (*GROUP, "person", "noise"):
        some = [r for r in rows if r["factor"] == factor]
        if not some:
            continue
        values = {c: np.array([r[c] for r in some]) for c in COLUMNS}
        out[factor] = {"pictures": len(some), **{
            c: {"mean": float(v.mean()), "p95": float(np.percentile(v, 95))}
            for c, v in values.items()
        }}  # fmt: skip
        if factor in GROUP:
            asked, read = (np.array([r[k] for r in some]) for k in ("asked", "read"))
            out[factor]["gain"] = float((asked * read).sum() / (asked**2).sum())
            out[factor]["error"] = float(np.abs(read - asked).mean())
    return out


def verdict(table: dict[str, Any]) -> dict[str, float]:
    """The three figures that have a goal, and the gaze that was asked against the one read."""

    def mean(factors: tuple[str, ...], column: str) -> float:
        return float(np.mean([table[f][column]["mean"] for f in factors if f in table]))

    poses, faces = ("yaw", "pitch", "roll"), tuple(FACES)
    return {
        "pose into expression, % of the eye distance (goal < 2)": mean(poses, "shape"),
        "the same at the lips": mean(poses, "lips"),
        "expression into pose, degrees (goal < 1)": mean(faces, "pose"),
        "identity under pose, % (goal: below noise)": mean(poses, "neutral"),
        "identity under expression, %": mean(faces, "neutral"),
        "identity: noise of the reader, %": mean(("noise",), "neutral"),
        "gaze asked against read, degrees": float(
            np.mean([table[f]["error"] for f in ("gaze yaw", "gaze pitch")])
        ),
    }


def printed(title: str, table: dict[str, Any]) -> str:
    head = "".join(f"{c + ' ' + u:>20}" for c, u in zip(COLUMNS, UNITS, strict=True))
    lines = [f"{title}: mean (95th percentile)", f"{'changed':12}{head}{'gain':>8}{'error':>8}"]
    for factor, row in table.items():
        own = OWN.get(GROUP.get(factor, factor), set())
        cells = []
        for c in COLUMNS:
            cell = f"{row[c]['mean']:.2f} ({row[c]['p95']:.2f})"
            cells.append(f"{'[' + cell + ']' if c in own else cell:>20}")
        tail = f"{row['gain']:8.2f}{row['error']:8.2f}" if "gain" in row else ""
        lines.append(f"{factor:12}{''.join(cells)}{tail}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="The leak table of the face space.")
    add_shared_argument(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--portraits", type=int, default=8)
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    start = perf_counter()
    faces = test_portraits(Path(args.shared), args.portraits)
    rows: dict[str, list[dict[str, Any]]] = {"our reader": [], "teacher": []}
    ahead: dict[str, dict[str, Told | None]] = {"our reader": {}, "teacher": {}}
    with start_teacher(args) as teacher:
        readers = {"our reader": our_reader, "teacher": teacher_reader(teacher)}
        for name, face in faces.items():
            pictures = pictures_of(face)
            for who, read in readers.items():
                seen = read(pictures)
                rows[who] += portrait_rows(name, seen)
                ahead[who][name] = seen[-1]
    tables = {who: summary(r + person_rows(ahead[who])) for who, r in rows.items()}
    for who, table in tables.items():
        print(printed(who, table))
        for sentence, value in verdict(table).items():
            print(f"  {sentence}: {value:.2f}")
    path = save("leaks", {
        "took_seconds": perf_counter() - start, "portraits": list(faces),
        "goals": {who: verdict(t) for who, t in tables.items()}, "tables": tables, "rows": rows,
    }, args.out)  # fmt: skip
    print(f"written to {path}")


if __name__ == "__main__":
    main()
