"""Packs what the articulation network learns from: features of speech, what lips did or must do.

    python -m training.articulation.data --shared ../shared --voices voices/ --part PART --out pack/
    python -m training.articulation.hear --pack pack/ --speech speech.onnx

Three kinds of segments, each at 25 Hz:
clips and people with faces (coefficients relative to rest, and what is seen, see seen.py);
utterances of shared/data/speech with forced phone times; and synthetic voices with exact ones
(voices.py). Of the last two some are sung, as are the songs of songs.py, and some hold vowels. Each
training segment of the first three kinds comes a second time at another speed (and so another
pitch). `sound.0` is the plain sound, `sound.1` the
same with noise, rooms, gain and other throats (training/speech/throats.py). hear.py makes features
`x.0` and `x.1` of them.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from training.articulation.people import People
from training.articulation.seen import GAPS, MIDDLE, MOUTH, SEEN, seen_of
from training.face_space.fit import Tracks, code_clip
from training.speech import throats
from training.speech.data import SCORE_FLOOR, Pieces, decode
from training.speech.phones import PHONES, UNKNOWN, VOWELS, number
from vasari.motion.mouth import open_lips
from vasari.shape.space import face_space
from vasari.speech import mel
from vasari.values import BLENDSHAPES, EXPRESSION

BLOCK = mel.BLOCK
REST = 10  # percentile of a one-sided coefficient that counts as rest
SHUT = 3  # percentile of the opening that counts as closed lips,
SHUT_MOST = {"clip": 0.04, "people": 0.015}  # and how much is believed of it, eye distances
SPEED = 0.16  # logarithm of the largest change of speed
CHILDREN, WHISPERS = 0.15, 0.15  # shares of what is heard otherwise
SINGERS = 12  # one of so many utterances is sung,
LONGEST_SONG = 500  # and so many frames of it kept
AMPLITUDE, EVENING = 0.05, 0.6  # clips of people who move more or less are brought to it so far


@dataclass
class Segment:
    """One utterance. `code` (T, len(MOUTH)), `seen` (T, SEEN), `known` (T,); phones in seconds."""

    name: str
    kind: str  # real, generated, unknown, grid_s1, lrc_ar, ..., speech, voice
    split: str
    sound: np.ndarray  # int16
    frames: int
    code: np.ndarray | None = None
    seen: np.ndarray | None = None
    known: np.ndarray | None = None
    phones: list[tuple[str, float, float]] | None = None
    speed: float = 1.0  # how many times as fast as the segment before, whose words it says


def faces(tracks: Tracks, kind: str, name: str) -> dict[str, np.ndarray]:
    """Coefficients and what is seen of one clip, both relative to its rest."""
    space = face_space()
    plain = {"basis": space.basis, "mean": space.mean, **space.rings}
    codes, neutral, shapes = code_clip(tracks, name, plain, space.residual_reader)
    rest = np.percentile(codes, REST, axis=0).astype(np.float32)
    rest[len(BLENDSHAPES) :] = np.median(codes[:, len(BLENDSHAPES) :], axis=0)
    seen = seen_of(shapes)
    seen[:, 9:] -= seen_of(neutral + np.tensordot(rest, space.basis, 1))[9:]
    opening = seen[:, GAPS][:, MIDDLE].mean(1)
    shut = np.clip(np.percentile(opening, SHUT), 0, SHUT_MOST[kind])
    seen[:, GAPS] = np.maximum(seen[:, GAPS] - shut, 0)
    code = codes - rest
    if kind == "clip":
        spread = max(seen[:, GAPS][:, MIDDLE].mean(1).std(), 0.01)
        even = np.clip((AMPLITUDE / spread) ** EVENING, 0.6, 1.7)
        code, seen = code * even, seen * np.float32(even)
    np.clip(code[:, : len(BLENDSHAPES)], 0, 1, out=code[:, : len(BLENDSHAPES)])
    code[:, [i for i in range(EXPRESSION) if i not in MOUTH]] = 0
    open_lips(code, seen[:, GAPS][:, MIDDLE].mean(1))
    return {"code": code[:, MOUTH], "seen": seen, "known": tracks.found(name)}


def clips(shared: Path, tracks: Tracks) -> Iterator[Segment]:
    for name, row in tracks.rows.items():
        if tracks.found(name).mean() < 0.7:
            continue
        face = faces(tracks, "clip", name)
        sound = decode(shared / "data" / "sound" / f"{name}.opus")
        yield Segment(name, row["kind"], row["split"], sound, len(face["code"]), **face)


def people(shared: Path, tracks: Tracks) -> Iterator[Segment]:
    all_of_them, sounds = People(shared, tracks), {}
    for name, row in all_of_them.rows.items():
        if all_of_them.found(name).mean() < 0.7:
            continue
        source = row["sound"]
        if source not in sounds:
            sounds[source] = decode(shared / "data" / "people" / f"{source}.opus")
        face = faces(all_of_them, "people", name)
        first = round(float(row["start"]) * 16000)
        frames = len(face["code"])
        sound = sounds[source][first : first + frames * BLOCK]
        yield Segment(name, source, row["split"], sound, frames, **face)


def spoken(shared: Path, split: str | None = None) -> Iterator[Segment]:
    """Utterances, of one split or all, whose phone times are known well enough."""
    data, sounds = shared / "data", {}
    with lzma.open(data / "speech_phones.jsonl.xz") as f:
        phones = {(p["corpus"], float(p["start"])): p for p in map(json.loads, f)}
    for k, row in enumerate(csv.DictReader((data / "speech.csv").open())):
        found = phones.get((row["corpus"], float(row["start"])))
        if found is None or found["score"] < SCORE_FLOOR or split not in (None, row["split"]):
            continue
        if row["corpus"] not in sounds:
            sounds = {row["corpus"]: decode(data / "speech" / f"{row['corpus']}.opus")}
        first, frames = int(float(row["start"]) * 16000), int(float(row["seconds"]) * 25)
        sound = sounds[row["corpus"]][first : first + frames * BLOCK]
        times = [(p, a / 100, (a + n) / 100) for p, a, n in found["phones"]]
        yield Segment(f"s{k:05d}", "speech", row["split"], sound, frames, phones=times)


def voices(folder: Path, songs: bool = False) -> Iterator[Segment]:
    """What voices.py or songs.py made."""
    for path in sorted(folder.glob("song_*.npz" if songs else "[0-9]*.npz")):
        z = np.load(path)
        frames = len(z["sound"]) // BLOCK
        times = list(zip(*(z[k].tolist() for k in ("phones", "start", "end")), strict=True))
        yield Segment(
            path.stem, "voice", "train", z["sound"][: frames * BLOCK], frames, phones=times
        )


def between(before: int, frames: int, speed: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where `frames` at a speed lie between frames before: of two neighbours, and the share
    (frames, 1) of the second."""
    at = np.arange(frames) * speed
    low = np.minimum(at.astype(int), before - 1)
    return low, np.minimum(low + 1, before - 1), (at - low)[:, None]


def faster(s: Segment, speed: float) -> Segment:
    """The same said `speed` times as fast, with everything higher."""
    frames = int(s.frames / speed)
    grid = np.arange(frames * BLOCK) * speed
    sound = np.interp(grid, np.arange(len(s.sound)), s.sound).astype(np.int16)
    low, high, share = between(s.frames, frames, speed)
    new = replace(s, name=s.name + "~", sound=sound, frames=frames, speed=speed)
    if s.code is not None and s.seen is not None and s.known is not None:
        new.code, new.seen = (a[low] * (1 - share) + a[high] * share for a in (s.code, s.seen))
        new.known = s.known[low] & s.known[high]
    if s.phones is not None:
        new.phones = [(n, a / speed, b / speed) for n, a, b in s.phones]
    return new


def twice(segments: Iterator[Segment]) -> Iterator[Segment]:
    rng = np.random.default_rng(11)
    for s in segments:
        yield s
        if s.split == "train":
            yield faster(s, float(np.exp(rng.uniform(-SPEED, SPEED))))


def longer(segments: Iterator[Segment], throat: Callable[..., Any]) -> Iterator[Segment]:
    """Some of them with vowels held: `sung` or `held` of training/speech/throats.py."""
    rng = np.random.default_rng(12)
    offset = SINGERS // 2 if throat is throats.held else 0
    for k, s in enumerate(segments):
        if s.split != "train" or s.phones is None or k % SINGERS != offset:
            continue
        label = np.zeros(s.frames * 4, np.uint8)
        for name, start, end in s.phones:
            label[round(start * 100) : round(end * 100)] = number(name)
        sound, label = throat(s.sound / np.float32(32768), label, VOWELS, rng)
        frames = min(len(sound) // BLOCK, LONGEST_SONG)
        sound, label = sound[: frames * BLOCK], label[: frames * 4]
        edges = np.flatnonzero(np.diff(label, prepend=UNKNOWN, append=UNKNOWN))
        times = [(PHONES[label[a]], a / 100, b / 100)
                 for a, b in itertools.pairwise(edges) if label[a] != UNKNOWN]  # fmt: skip
        sound = (sound / np.abs(sound).max() * 16384).astype(np.int16)
        yield replace(s, name=s.name + "+", sound=sound, frames=frames, phones=times)


def altered(sound: np.ndarray, noises: Pieces) -> np.ndarray:
    """The same words at the same times from another throat and place."""
    rng = noises.rng
    kind = rng.random()
    if kind < CHILDREN:
        sound = throats.child(sound, rng)
    elif kind < CHILDREN + WHISPERS:
        sound = throats.whispered(sound, rng)
    return np.clip(noises.augment(sound), -1, 1)


def pack(segments: Iterator[Segment], out: Path, noises: Pieces) -> None:
    """Writes the segments into `out`; arrays of all frames one after the other."""
    rows: list[dict[str, Any]] = []
    columns: dict[str, list[np.ndarray]] = {k: [] for k in ("code", "seen", "known")}
    out.mkdir(parents=True, exist_ok=True)
    begin = 0
    with (out / "sound.0.raw").open("wb") as plain, (out / "sound.1.raw").open("wb") as other:
        for s in segments:
            sound, t = np.zeros(s.frames * BLOCK, np.int16), s.frames
            sound[: min(len(s.sound), len(sound))] = s.sound[: len(sound)]
            plain.write(sound.tobytes())
            if s.split == "train":
                sound = (altered(sound / np.float32(32768), noises) * 32767).round()
            other.write(sound.astype(np.int16).tobytes())
            zero = {"code": np.zeros((t, len(MOUTH))), "seen": np.zeros((t, SEEN)),
                    "known": np.zeros(t, bool)}  # fmt: skip
            for key, nothing in zero.items():
                value = getattr(s, key)
                value = nothing if value is None else value
                columns[key].append(value if value.dtype == bool else value.astype(np.float16))
            rows.append({"name": s.name, "kind": s.kind, "split": s.split, "begin": begin,
                         "frames": t, "phones": s.phones or [], "speed": s.speed})  # fmt: skip
            begin += t
            if len(rows) % 200 == 0:
                print(len(rows), "segments", begin / 1500, "minutes", flush=True)
    for key, parts in columns.items():
        np.save(out / f"{key}.npy", np.concatenate(parts))
    (out / "segments.json").write_text(json.dumps(rows))
    print(len(rows), "segments", begin / 1500, "minutes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--speech-pack", type=Path, required=True, help="of training.speech.data")
    parser.add_argument("--voices", type=Path)
    parser.add_argument(
        "--part", choices=("faces", "speech", "voices", "sung", "held"), required=True
    )
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    noises = Pieces(args.speech_pack, seed=7)
    if args.part == "faces":
        tracks = Tracks(args.shared)

        def both() -> Iterator[Segment]:
            yield from clips(args.shared, tracks)
            yield from people(args.shared, tracks)

        pack(twice(both()), args.out / "faces", noises)
    elif args.part == "speech":
        pack(twice(spoken(args.shared)), args.out / "speech", noises)
    elif args.part == "voices":
        pack(twice(voices(args.voices)), args.out / "voices", noises)
    else:
        both_kinds = itertools.chain(spoken(args.shared), voices(args.voices))
        made = longer(both_kinds, throats.sung if args.part == "sung" else throats.held)
        songs = voices(args.voices, songs=True) if args.part == "sung" else iter(())
        pack(itertools.chain(made, songs), args.out / args.part, noises)


if __name__ == "__main__":
    main()
