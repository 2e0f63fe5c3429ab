"""How fast this machine makes a video: stages by themselves, then the command as a whole."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter, time
from typing import Any

import numpy as np

import vasari
from vasari._talk import CHUNK
from vasari.demo import demo_portrait, demo_voice
from vasari.files import scratch
from vasari.jobs.say import say
from vasari.media import open_sound
from vasari.media.encode import RECIPES, MovieFile
from vasari.motion import MotionStream
from vasari.portrait.read import read_portrait
from vasari.render import Renderer
from vasari.shape.onto_face import onto_face
from vasari.speech import SpeechStream
from vasari.telling import Tell
from vasari.values import MOTION_HZ, SOUND_HZ, FloatArray, Motion, Style

SECONDS = 20.0  # of sound for the whole run
STAGE_SECONDS = 8.0  # of sound for the stages
SIZE, FPS = 512, 25
MEBIBYTE = 1 << 20


def measure(tell: Tell, seconds: float = SECONDS) -> dict[str, Any]:
    """Figures of this machine, with the demo portrait and the demo voice.

    Args:
        tell: called with what is being done.
        seconds: of sound for the whole run.

    Returns:
        An object for JSON: pictures a second, milliseconds of each stage, seconds to the first
        picture, peak memory in MiB.
    """
    with scratch() as here:
        voice = _repeated_voice(here / "voice.wav", seconds)
        tell("Reading the portrait and timing each stage ...")
        stages = _stages(here)
        tell(f"Making {seconds:.0f} s of video from the photo, then a short one from the face ...")
        whole = _command(demo_portrait(), voice, here / "whole.mp4")
        short = _command(here / "demo.face", demo_voice(), here / "short.mp4")
    return {
        "pictures_per_second": whole["pictures_per_second"],
        "pictures_per_second_with_start": whole["pictures"] / whole["seconds"],
        "pictures": whole["pictures"],
        "stage_ms": stages,
        "first_picture_s": {"photo": whole["first_picture"], "face": short["first_picture"]},
        "peak_memory_mib": whole["peak_memory"],
        "size": SIZE,
        "fps": FPS,
        "cores": os.cpu_count(),
        "machine": f"{platform.machine()} {platform.system()}, Python {platform.python_version()}",
        "version": vasari.__version__,
    }


def report(result: dict[str, Any]) -> str:
    """The figures for a person."""
    memory = result["peak_memory_mib"]
    lines = [
        f"{result['pictures_per_second']:.1f} pictures a second, {SIZE} x {SIZE}, photo to MP4",
        f"with the start     {result['pictures_per_second_with_start']:.1f}, "
        f"for {result['pictures']} pictures",
        *(f"{name:<18} {t['p50']:6.1f} ms a picture (p95 {t['p95']:.1f})"
          for name, t in result["stage_ms"].items()),
        "first picture      "
        + ", ".join(f"{t:.1f} s from a {k}" for k, t in result["first_picture_s"].items()),
        "peak memory        " + (f"{memory:.0f} MiB" if memory else "not known on this system"),
    ]  # fmt: skip
    return "\n".join(lines)


def _repeated_voice(path: Path, seconds: float) -> Path:
    """The demo voice over and over, as a WAV file."""
    import wave

    once = np.concatenate(list(open_sound(demo_voice()).pieces()))
    samples = (np.clip(once, -1, 1) * 32767).astype("<i2")
    left = round(seconds * SOUND_HZ)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_HZ)
        while left > 0:
            file.writeframes(samples[:left].tobytes())
            left -= len(samples)
    return path


def _stages(folder: Path) -> dict[str, dict[str, float]]:
    """Milliseconds a picture of each stage, one after the other on one thread."""
    face = read_portrait(demo_portrait())
    face.save(folder / "demo.face")
    renderer = Renderer(face, SIZE)
    movie = MovieFile(folder / "stages.mp4", RECIPES[".mp4", False], (SIZE, SIZE), FPS, None)
    hear, draw, encode = _Clock(), _Clock(), _Clock()
    for moves, spent in _moves(open_sound(demo_voice()).pieces()):
        hear.spent += [spent / max(len(moves), 1)] * len(moves)
        placed = onto_face(face, moves)
        for k in range(len(placed)):
            picture = draw(renderer.draw, placed, k)
            encode(movie.add, picture)
    movie.finish()
    movie.close()
    clocks = {"speech and motion": hear, "draw": draw, "encode": encode}
    return {name: clock.milliseconds() for name, clock in clocks.items()}


def _moves(pieces: Iterator[FloatArray]) -> Iterator[tuple[Motion, float]]:
    """Motion of a sound, with the seconds that it took."""
    speech, motion = SpeechStream(CHUNK), MotionStream(Style(), CHUNK)
    for piece in islice(pieces, round(STAGE_SECONDS * MOTION_HZ)):
        start = perf_counter()
        moves = motion.push(speech.push(piece))
        yield moves, perf_counter() - start


class _Clock:
    """Seconds that calls took; the first is not counted, since it may compile."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    def __call__(self, work: Callable[..., Any], *on: Any) -> Any:
        start = perf_counter()
        done = work(*on)
        self.spent.append(perf_counter() - start)
        return done

    def milliseconds(self) -> dict[str, float]:
        half, most = np.percentile(np.array(self.spent[1:]) * 1000, [50, 95])
        return {"p50": float(half), "p95": float(most)}


def _command(picture: Path, sound: Path, out: Path) -> dict[str, Any]:
    """Run `say` in a process of its own, as a user would."""
    words = [
        sys.executable,
        "-m",
        "vasari.jobs.bench",
        repr(time()),
        str(picture),
        str(sound),
        str(out),
    ]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _timed_say(started: float, picture: str, sound: str, out: str) -> dict[str, Any]:
    """What `_command` runs: `say` with a look at the clock after each picture."""
    from vasari.threads import settle_libraries

    settle_libraries()
    first, pictures = 0.0, 0

    def look(done: int, total: int | None) -> None:
        nonlocal first, pictures
        first, pictures = first or time(), done

    say(picture, sound, out, progress=look)
    end = time()
    return {
        "first_picture": first - started,
        "pictures": pictures,
        "seconds": end - started,
        "pictures_per_second": (pictures - 1) / (end - first),
        "peak_memory": _peak_memory(),
    }


def _peak_memory() -> float | None:
    """MiB, where the system tells."""
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (MEBIBYTE if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(_timed_say(float(sys.argv[1]), *sys.argv[2:5])))
