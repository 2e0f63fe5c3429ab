"""A tutor reads a lesson aloud: python examples/lesson.py [PICTURE TEXT OUT].

TEXT is a file; an empty line is a pause, in which the tutor looks down at the page. espeak-ng
speaks (`apt install espeak-ng`); for a better voice, put your own synthesiser into `voice_of`.
"""

from __future__ import annotations

import asyncio
import sys
import wave
from pathlib import Path

import numpy as np

import vasari
from vasari.demo import demo_portrait
from vasari.live.pcm import from_file, to_pcm
from vasari.live.spoken import spoken
from vasari.values import SOUND_HZ

LESSON = """Why is the sky blue? Sunlight holds all colours.

Air scatters the short waves, the blue ones, much more than the long ones. So blue comes to us
from everywhere."""
PAUSE = 1.2  # seconds between paragraphs
PAGE = (4.0, -14.0)  # where the page lies, degrees of gaze


def voice_of(text: str) -> np.ndarray:
    """(n,) float32 at 16 kHz."""
    return from_file(asyncio.run(spoken(text, speed=145)))


def main() -> None:
    """Run the example."""
    picture, text, out = sys.argv[1:] or (demo_portrait(), "", "lesson.mp4")
    lesson = Path(text).read_text(encoding="utf-8") if text else LESSON
    sound, looks = np.zeros(0, np.float32), [vasari.Key(0, (0.0, 0.0))]
    for paragraph in filter(str.strip, lesson.split("\n\n")):
        if len(sound):
            looks.append(vasari.Key(len(sound) / SOUND_HZ + 0.2, PAGE))
            looks.append(vasari.Key(len(sound) / SOUND_HZ + PAUSE - 0.1, (0.0, 0.0)))
            sound = np.concatenate([sound, np.zeros(round(PAUSE * SOUND_HZ), np.float32)])
        sound = np.concatenate([sound, voice_of(" ".join(paragraph.split()))])
    voice = Path(out).with_suffix(".wav")
    with wave.open(str(voice), "wb") as file:
        file.setparams((1, 2, SOUND_HZ, 0, "NONE", ""))
        file.writeframes(to_pcm(sound))
    vasari.say(picture, voice, out, style=vasari.Style(gaze=looks), tell=print)
    print(f"Made {out}, {len(sound) / SOUND_HZ:.0f} s")


if __name__ == "__main__":
    main()
