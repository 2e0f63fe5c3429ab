"""A companion with a face, in a Pipecat pipeline: examples/companion_pipecat.py [PICTURE OUT].

Everything runs here, without keys: typed sentences in place of ears, a few rules in place of a
language model, espeak-ng as voice; what it shows is recorded in OUT. For a real bot put a
transport's input, STT, LLM and TTS of your choice before the face and its output behind it:

    Pipeline([transport.input(), stt, llm, tts, face, transport.output()])

with `TransportParams(audio_out_enabled=True, **face.transport)`. Needs `pip install
'vasari[pipecat]'`. An empty line interrupts.
"""

from __future__ import annotations

import asyncio
import sys

import numpy as np
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InterruptionFrame,
    OutputImageRawFrame,
    TextFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from vasari import Frame as Shown
from vasari.demo import demo_portrait
from vasari.live.pcm import from_file, from_pcm, to_pcm
from vasari.live.pipecat import VasariVideoService
from vasari.live.recorder import Recorder
from vasari.live.spoken import spoken

FPS = 25
ANSWERS = (("hello", "Hello! It is good to see you."), ("?", "That is a good question."))


class Companion(FrameProcessor):
    """Answers a sentence aloud: where STT, LLM and TTS would be."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Say the answer to a text; all else passes."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, TextFrame):
            await self.push_frame(frame, direction)
            return
        said = frame.text.lower()
        answer = next((a for word, a in ANSWERS if word in said), "Tell me more about that.")
        sound = to_pcm(from_file(await spoken(answer)))
        await self.push_frame(TTSStartedFrame())
        await self.push_frame(TTSAudioRawFrame(sound, 16_000, 1))
        await self.push_frame(TTSStoppedFrame())


class Screen(FrameProcessor):
    """Records pictures and sound: where a transport would be."""

    def __init__(self, path: str, size: int) -> None:
        super().__init__()
        self._recorder = Recorder(path, (size, size), FPS)
        self._picture: OutputImageRawFrame | None = None
        self._sound = np.zeros(0, np.float32)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Keep a picture until the next one, with the sound between them."""
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            self._sound = from_pcm(frame.audio)
        elif isinstance(frame, OutputImageRawFrame | EndFrame):
            self._write()
            self._picture = frame if isinstance(frame, OutputImageRawFrame) else None
        if isinstance(frame, EndFrame):
            self._recorder.close()
        await self.push_frame(frame, direction)

    def _write(self) -> None:
        if self._picture is None:
            return
        width, height = self._picture.size
        picture = np.frombuffer(self._picture.image, np.uint8).reshape(height, width, 3)
        sound = np.resize(np.append(self._sound, np.zeros(16_000 // FPS)), 16_000 // FPS)
        self._recorder.write(Shown(picture, sound, 0, 0, 0.0, False, False, 0))
        self._sound = np.zeros(0, np.float32)


async def main() -> None:
    """Run the example."""
    picture, out = sys.argv[1:] or (demo_portrait(), "companion.mp4")
    face = VasariVideoService(face=picture, size=512, fps=FPS)
    worker = PipelineWorker(Pipeline([Companion(), face, Screen(out, 512)]))

    async def typed() -> None:
        while line := await asyncio.to_thread(sys.stdin.readline):
            await worker.queue_frame(TextFrame(line) if line.strip() else InterruptionFrame())
        await worker.queue_frame(EndFrame())  # after the last answer

    print("Type to your companion, and press Enter after each sentence; end with Ctrl-D.")
    runner = WorkerRunner()
    await runner.add_workers(worker)
    await asyncio.gather(runner.run(), typed())
    print(f"Made {out}")


if __name__ == "__main__":
    asyncio.run(main())
