"""Is the mouth that is asked for the mouth that is seen?

    python -m benchmarks.mouth --teacher-python teacher/bin/python [--sheet folder]

Twenty portraits are drawn at eleven openings of the lips and with smiling, puckered, funnelled and
rolled ones, and the teacher reads the gap between the inner lips and the mouth's width again. What
is asked is the gap in the rig's own shape: what lies between is drawing. For each portrait a line
is fitted, read = slope * asked + offset. Then one voice is put on ten portraits: how far the gap
spreads (90th less 10th percentile) against the median portrait's, and how often it is closed.
Controls: the portrait as it came, and real stills whose labels the same teacher gave at another
size. Lengths are eye distances.
"""

from __future__ import annotations

import argparse
import csv
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from benchmarks.data import add_shared_argument, upright
from benchmarks.mouth.asked import (
    APART,
    LIPS,
    OPENINGS,
    Mouth,
    code_of,
    measured,
    opened,
    resting,
    talking,
)
from benchmarks.mouth.sheet import Sheet
from benchmarks.record import save
from benchmarks.sync.__main__ import heard_motion
from benchmarks.teacher import STILLS, Teacher, add_teacher_arguments, start_teacher
from vasari import Face, read_portrait
from vasari.media import open_sound
from vasari.render import Renderer
from vasari.render.renderer import Paint
from vasari.shape.onto_face import onto_face
from vasari.shape.space import Rig
from vasari.values import SOUND_HZ

PORTRAITS = {
    "photo_london_036n": "closed, dark skin", "photo_london_079": "closed, beard",
    "photo_meb_84": "closed, beard", "photo_pix_204": "closed, old",
    "photo_pix_269": "closed, dark skin, lipstick", "photo_pix_212": "closed smile, glasses",
    "photo_london_091": "closed smile, old", "photo_meb_57": "laughing, dark skin",
    "photo_pix_050": "laughing, beard", "photo_meb_93": "laughing, beard",
    "photo_bc_66": "laughing", "photo_pix_120": "laughing, child",
    "photo_meb_12": "open, dark skin", "photo_pix_113": "open, lipstick",
    "photo_pix_208": "parted, lipstick",
    "paint_girl_19c": "painting, closed", "paint_gogol": "painting, moustache",
    "paint_beard_smile": "painting, laughing", "draw_ai_man": "drawing, closed",
    "draw_woman": "drawing, closed",
}  # fmt: skip
TALKERS = (
    "photo_london_036n", "photo_london_079", "photo_pix_269", "photo_london_091", "photo_meb_57",
    "photo_pix_050", "photo_bc_66", "photo_meb_12", "paint_girl_19c", "draw_ai_man",
)  # fmt: skip
VOICE = "01_en_f_pause.opus"
SECONDS = 6.0
CLOSED, SURELY_CLOSED = 0.02, 0.01  # gap below which lips count as closed: in speech, at rest
SLOPE, OFFSET, SPREAD = (0.85, 1.15), 0.01, (0.8, 1.25)  # goals
STILL_EVERY, BORDER = 5, 0.6  # control: each so many of the stills, with this much around them


def read(teacher: Teacher, pictures: list[np.ndarray]) -> list[Mouth | None]:
    seen = teacher.read(pictures, STILLS)
    shapes = upright(seen.landmarks, seen.blendshapes)
    return [measured(s) if ok else None for s, ok in zip(shapes, seen.found, strict=True)]


def asked_of(face: Face, rig: Rig) -> list[tuple[str, float, np.ndarray]]:
    """Name, wanted gap and code of every mouth that is asked for."""
    closed = code_of()
    out = [("open", gap, opened(face, rig, closed, gap)) for gap in OPENINGS]
    for name, codes in LIPS.items():
        out += [(name, gap, opened(face, rig, code_of(**codes), gap)) for gap in APART]
    return out


def portrait_rows(
    name: str, face: Face, renderer: Renderer, teacher: Teacher, sheet: Sheet | None
) -> list[dict[str, Any]]:
    rig = Rig(face.neutral, face.expression)
    asked = asked_of(face, rig)
    motion = talking(face, np.stack([code for *_, code in asked]))
    own = onto_face(face, resting(1), begun=0)
    drawn = [renderer.draw(motion, k) for k in range(len(motion))]
    at_rest = renderer.draw(own, 0)
    seen = read(teacher, [*drawn, at_rest])
    shapes = [rig.shape(e) for e in motion.expression]
    wanted = [*map(measured, shapes), measured(rig.shape(face.expression))]
    rows = [{"portrait": name, "lips": lips, "gap_wanted": gap, "asked": asdict(w),
             "read": asdict(r) if r else None}
            for (lips, gap, _), w, r in zip([*asked, ("own", wanted[-1].gap, None)],
                                            wanted, seen, strict=True)]  # fmt: skip
    if sheet:
        sheet.add(name, [*drawn, at_rest], renderer, motion, rows)
    return rows


def fitted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Of one portrait: slope and offset of the openings, and what closed lips and shapes give."""
    line = [(r["gap_wanted"], r["read"]["gap"]) for r in rows if r["lips"] == "open" and r["read"]]
    x, y = np.array(line).T
    slope, offset = np.polyfit(x, y, 1)
    rest, own = rows[0]["read"], rows[-1]["read"]
    nothing = float("nan")
    out = {
        "slope": float(slope), "offset": float(offset), "read": len(line),
        "closed": rest["gap"] if rest else nothing, "rig_closed": rows[0]["asked"]["gap"],
        "own": own["gap"] if own else nothing, "own_asked": rows[-1]["asked"]["gap"],
    }  # fmt: skip
    for name in LIPS:
        some = [r for r in rows if r["lips"] == name and r["read"]]
        for part in ("gap", "width"):
            wrong = [r["read"][part] - r["asked"][part] for r in some]
            out[f"{name}_{part}"] = float(np.mean(wrong)) if wrong else nothing
    ahead = [r["read"]["width"] - r["asked"]["width"] for r in rows if r["lips"] == "open"
             and r["read"]]  # fmt: skip
    out["open_width"] = float(np.mean(ahead))
    return out


def good(fit: dict[str, Any]) -> bool:
    return (SLOPE[0] <= fit["slope"] <= SLOPE[1] and abs(fit["offset"]) < OFFSET
            and fit["closed"] < SURELY_CLOSED)  # fmt: skip


def voice_rows(
    faces: dict[str, Face], teacher: Teacher, shared: Path, size: int, paint: Paint
) -> dict[str, dict[str, float]]:
    """The same voice on each portrait: spread of the gap and share of closed pictures, as asked
    and as read."""
    sound = open_sound(shared / "data" / "voices" / VOICE)
    heard = np.concatenate(list(sound.pieces()))[: round(SECONDS * SOUND_HZ)]
    motion, out = heard_motion(heard), {}
    for name, face in faces.items():
        on_face, renderer = onto_face(face, motion), Renderer(face, size, paint=paint)
        rig = Rig(face.neutral, face.expression)
        asked = np.array([measured(rig.shape(e)).gap for e in on_face.expression])
        seen = read(teacher, [renderer.draw(on_face, k) for k in range(len(on_face))])
        gap = np.array([np.nan if s is None else s.gap for s in seen])
        ok = np.isfinite(gap)
        out[name] = {
            "read": float(ok.mean()), "spread": _spread(gap[ok]), "asked_spread": _spread(asked),
            "closed": float((gap[ok] < CLOSED).mean()),
            "asked_closed": float((asked < CLOSED).mean()),
            "correlation": float(np.corrcoef(gap[ok], asked[ok])[0, 1]),
        }  # fmt: skip
    middle = {k: float(np.median([r[k] for r in out.values()])) for k in ("spread", "asked_spread")}
    for row in out.values():
        row["to_median"] = row["spread"] / max(middle["spread"], 1e-6)
    return out


def _spread(gap: np.ndarray) -> float:
    return float(np.subtract(*np.percentile(gap, (90, 10))))


def stills_control(teacher: Teacher, shared: Path) -> dict[str, float]:
    """Real mouths: the label against the same teacher's reading of the still with a border."""
    data = shared / "data"
    with (data / "stills.csv").open() as table:
        rows = [r for r in csv.DictReader(table) if r["split"] == "val"][::STILL_EVERY]
    pictures = []
    for row in rows:
        still = cv2.cvtColor(cv2.imread(str(data / "stills" / row["file"])), cv2.COLOR_BGR2RGB)
        edge = round(BORDER * still.shape[0])
        still = cv2.copyMakeBorder(still, *[edge] * 4, cv2.BORDER_REPLICATE)
        pictures.append(cv2.resize(still, (512, 512), interpolation=cv2.INTER_AREA))
    seen = read(teacher, pictures)
    pairs = np.array([(float(r["lip_gap"]), s.gap) for r, s in zip(rows, seen, strict=True) if s])
    slope, offset = np.polyfit(pairs[:, 0], pairs[:, 1], 1)
    shut = pairs[pairs[:, 0] < SURELY_CLOSED, 1]
    return {"stills": len(pairs), "slope": float(slope), "offset": float(offset),
            "correlation": float(np.corrcoef(pairs.T)[0, 1]),
            "closed_mean": float(shut.mean()),
            "closed_share": float((shut < SURELY_CLOSED).mean())}  # fmt: skip


def printed(fits: dict[str, dict[str, Any]], voices: dict[str, dict[str, float]]) -> str:
    shapes = [f"{n}_{p}" for n in LIPS for p in ("gap", "width")]
    head = "".join(f"{s.replace('_gap', ' gap').replace('_width', ' w'):>11}" for s in shapes)
    first = f"{'portrait':20}{'':28}{'slope':>6}{'offset':>8}{'closed':>8}{'own':>7}{'asked':>7}"
    lines = [first + head]
    for name, f in fits.items():
        cells = "".join(f"{f[s]:11.3f}" for s in shapes)
        mark = "" if good(f) else " *"
        first = f"{name:20}{PORTRAITS[name]:28}{f['slope']:6.2f}{f['offset']:8.3f}"
        own = f"{f['closed']:8.3f}{f['own']:7.3f}{f['own_asked']:7.3f}"
        lines.append(first + own + cells + mark)
    lines.append("one voice: spread of gaps, to the median portrait's, closed, asked closed, r")
    for name, v in voices.items():
        cells = "".join(f"{v[k]:8.2f}" for k in ("to_median", "closed", "asked_closed",
                                                 "correlation"))  # fmt: skip
        lines.append(f"{name:20}{v['spread']:8.3f} of {v['asked_spread']:.3f}{cells}")
    return "\n".join(lines)


def summary(
    fits: dict[str, dict[str, Any]], voices: dict[str, dict[str, float]]
) -> dict[str, float]:
    slopes, rows = np.array([f["slope"] for f in fits.values()]), fits.values()
    offsets = np.abs([f["offset"] for f in rows])
    out = {
        "portraits": len(fits), "all goals met": sum(map(good, rows)),
        "slope within": int(((slopes >= SLOPE[0]) & (slopes <= SLOPE[1])).sum()),
        "offset within": int((offsets < OFFSET).sum()),
        "closed is closed": sum(f["closed"] < SURELY_CLOSED for f in rows),
        "slope median": float(np.median(slopes)), "slope least": float(slopes.min()),
        "slope most": float(slopes.max()),
    }  # fmt: skip
    if voices:
        ratio = np.array([v["to_median"] for v in voices.values()])
        out["spread within"] = int(((ratio >= SPREAD[0]) & (ratio <= SPREAD[1])).sum())
        out["spread least"], out["spread most"] = float(ratio.min()), float(ratio.max())
    return out


def faces_of(shared: Path, names: list[str], kept: Path | None) -> dict[str, Face]:
    """Portraits, read now or taken from where they were kept."""
    folder, out = shared / "data" / "portraits", {}
    for name in names:
        saved = kept / f"{name}.face" if kept else None
        if saved and saved.is_file():
            out[name] = Face.load(saved)
        else:
            out[name] = read_portrait(next(iter(folder.glob(f"{name}.*"))))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description="Asked and seen mouths of twenty portraits.")
    add_shared_argument(parser)
    add_teacher_arguments(parser)
    parser.add_argument("--size", type=int, default=512, help="side of the pictures")
    parser.add_argument("--paint", choices=("all", "baked"), default="all", help="as Renderer's")
    parser.add_argument("--only", nargs="*", default=list(PORTRAITS), help="some of the portraits")
    parser.add_argument("--no-voice", action="store_true", help="leave the second table out")
    parser.add_argument("--faces", type=Path, help="folder of saved NAME.face to use where there")
    parser.add_argument("--sheet", type=Path, help="folder for contact sheets")
    parser.add_argument("--out", type=Path, help="where the JSON goes [benchmarks/results]")
    args = parser.parse_args()
    start, shared = perf_counter(), Path(args.shared)
    faces = faces_of(shared, args.only, args.faces)
    sheet = Sheet(args.sheet) if args.sheet else None
    with start_teacher(args) as teacher:
        rows = {}
        for name, face in faces.items():
            print(name, file=sys.stderr)
            renderer = Renderer(face, args.size, paint=args.paint)
            rows[name] = portrait_rows(name, face, renderer, teacher, sheet)
        talkers = {n: f for n, f in faces.items() if n in TALKERS and not args.no_voice}
        voices = voice_rows(talkers, teacher, shared, args.size, args.paint) if talkers else {}
        control = stills_control(teacher, shared)
    if sheet:
        sheet.write()
    fits = {name: fitted(some) for name, some in rows.items()}
    print(printed(fits, voices))
    for title, table in (("summary", summary(fits, voices)), ("real stills", control)):
        print(f"{title}: " + ", ".join(f"{k} {v:.3g}" for k, v in table.items()))
    path = save("mouth", {
        "settings": {"size": args.size, "paint": args.paint, "voice": VOICE, "seconds": SECONDS},
        "took_seconds": perf_counter() - start, "summary": summary(fits, voices),
        "real_stills": control, "portraits": fits, "one_voice": voices,
        "rows": [r for some in rows.values() for r in some],
    }, args.out)  # fmt: skip
    print(f"written to {path}")


if __name__ == "__main__":
    main()
