"""A face for somebody who types instead of speaking: each line is said at once.

python examples/type_to_speak.py [PICTURE OUT]

Lines come from the keyboard; an empty one interrupts. What was said is recorded in OUT (.mp4); with
OUT "camera" the face appears in a virtual camera for meetings (`pip install vasari[camera]`), and
the voice is played by `aplay`. espeak-ng speaks (`apt install espeak-ng`).
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

from vasari import Frame, Session
from vasari.demo import demo_portrait
from vasari.live import offer, run
from vasari.live.pcm import from_file, to_pcm
from vasari.live.recorder import Recorder
from vasari.live.spoken import spoken


class Meeting:
    """The pictures into a virtual camera, the sound to the speakers."""

    def __init__(self, session: Session) -> None:
        import pyvirtualcam

        self._camera: Any = pyvirtualcam.Camera(*session.size, float(session.fps))
        words = ["aplay", "-q", "-f", "S16_LE", "-r", "16000"]
        self._player = subprocess.Popen(words, stdin=subprocess.PIPE)

    def write(self, frame: Frame) -> None:
        """Show and play one frame."""
        self._camera.send(frame.picture)
        assert self._player.stdin is not None
        self._player.stdin.write(to_pcm(frame.sound))
        self._player.stdin.flush()


async def listen(session: Session) -> None:
    """Say what is typed, until the keyboard ends."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip():
            await offer(session, from_file(await spoken(line)))
            session.flush()
        else:
            session.interrupt()
    while session.speaking:
        await asyncio.sleep(0.1)
    session.close()


async def main() -> None:
    """Run the example."""
    picture, out = sys.argv[1:] or (demo_portrait(), "typed.mp4")
    session = await asyncio.to_thread(Session, picture, fps=25)
    print("Type, and press Enter after each sentence; end with Ctrl-D.")
    with ExitStack() as stack:
        recorder = None if out == "camera" else Recorder(out, session.size, session.fps)
        to = stack.enter_context(recorder) if recorder else Meeting(session)
        typing = asyncio.create_task(listen(session))
        async for frame in run(session):
            await asyncio.to_thread(to.write, frame)
        await typing


if __name__ == "__main__":
    asyncio.run(main())
