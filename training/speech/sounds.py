"""Sounds that are no voice: instruments, beeps, drums, breath, crowds. Made up anew each time.

Sampled instruments are played by FluidSynth from Debian's `timgm6mb-soundfont` when the pack is
made (`played`); everything else is computed.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from vasari.media import open_sound

HZ = 16000
FONT = "/usr/share/sounds/sf2/TimGM6mb.sf2"
VOICES = range(52, 55)  # General MIDI programs that sing: not among the instruments
SCALES = ([0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 10], [0, 3, 5, 7, 10])


def played(rng: np.random.Generator, seconds: float = 12) -> np.ndarray:
    """(n,) int16: a made-up tune for one or two sampled instruments, sometimes with drums."""
    events: list[tuple[int, bytes]] = []
    for channel in range(int(rng.integers(1, 3))):
        program = int(rng.choice([p for p in range(120) if p not in VOICES]))
        events.append((0, bytes([0xC0 | channel, program])))
        events += tune(rng, channel, seconds, int(rng.integers(36, 84)))
    if rng.random() < 0.3:
        events += tune(rng, 9, seconds, 42)
    track, last = b"", 0
    for at, message in sorted(events, key=lambda e: e[0]):
        track += variable(at - last) + message
        last = at
    track += b"\x00\xff\x2f\x00"
    head = b"MThd" + (6).to_bytes(4, "big") + b"\0\0\0\1" + (480).to_bytes(2, "big")
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "a.mid", Path(folder) / "a.wav"
        midi.write_bytes(head + b"MTrk" + len(track).to_bytes(4, "big") + track)
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.6", "-F", str(wave), FONT, str(midi)],
                       check=True, capture_output=True)  # fmt: skip
        sound = np.concatenate(list(open_sound(wave).pieces()))
    return (sound[: int(seconds * HZ)].clip(-1, 1) * 32767).astype(np.int16)


def tune(rng: np.random.Generator, channel: int, seconds: float, key: int
         ) -> list[tuple[int, bytes]]:  # fmt: skip
    """Notes at 960 ticks a second: single ones or chords, with rests."""
    out, at = [], 0.0
    scale, beat = SCALES[rng.integers(len(SCALES))], rng.uniform(0.12, 0.8)
    while at < seconds:
        held = beat * rng.choice([1, 1, 2, 4])
        for _ in range(1 if rng.random() < 0.6 else 3):
            note = min(key + int(rng.choice(scale)) + 12 * int(rng.integers(0, 2)), 110)
            start, end = int(at * 960), int((at + held * rng.uniform(0.4, 1.2)) * 960)
            out.append((start, bytes([0x90 | channel, note, int(rng.integers(50, 120))])))
            out.append((end, bytes([0x80 | channel, note, 0])))
        at += held if rng.random() < 0.85 else 2 * held
    return out


def variable(number: int) -> bytes:
    """MIDI's numbers of seven bits a byte."""
    out = [number & 127]
    while number := number >> 7:
        out.append(number & 127 | 128)
    return bytes(reversed(out))


def notes(n: int, rng: np.random.Generator) -> np.ndarray:
    """Plucked, struck, blown or beeped notes."""
    x, at = np.zeros(n + 4 * HZ), 0
    kind = rng.choice([plucked, additive, beep])
    beat, root = rng.uniform(0.1, 0.9), 55 * 2 ** (rng.integers(0, 48) / 12)
    scale = SCALES[rng.integers(len(SCALES))]
    colour = np.random.default_rng(rng.integers(1 << 30))
    state = colour.bit_generator.state
    while at < n + HZ // 2:
        for _ in range(1 if rng.random() < 0.7 else int(rng.integers(2, 5))):
            colour.bit_generator.state = state  # one instrument a tune
            hz = min(root * 2 ** (int(rng.choice(scale)) / 12) * rng.choice([1, 1, 2]), 4000)
            note = kind(hz, beat * rng.uniform(0.8, 3), colour) * rng.uniform(0.4, 1)
            x[at : at + len(note)] += note
        at += int(beat * rng.choice([1, 1, 2, 3]) * HZ)
    return x[HZ // 2 : HZ // 2 + n]


def plucked(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A string (Karplus and Strong 1983), by its harmonics, which decay faster the higher."""
    t = np.arange(int(min(seconds * 2, 2.9) * HZ)) / HZ
    place, decay = rng.uniform(0.08, 0.4), rng.uniform(1, 5)
    out = np.zeros(len(t))
    for k in range(1, min(24, int(7500 / hz)) + 1):
        sharp = k * np.sqrt(1 + rng.uniform(0, 4e-4) * k * k)
        rate = decay * (1 + 0.08 * k * k * hz / 400)
        out += (
            np.sin(np.pi * k * place) / k * np.exp(-rate * t) * np.sin(2 * np.pi * hz * sharp * t)
        )
    return out


def additive(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A pipe, reed or bowed string: steady harmonics, soft ends, some vibrato."""
    t = np.arange(int(min(seconds, 2.9) * HZ)) / HZ
    phase = 2 * np.pi * hz * t + rng.choice([0, 0, 0.8]) * np.sin(2 * np.pi * rng.uniform(4, 7) * t)
    out, slope = np.zeros(len(t)), rng.uniform(0.3, 2)
    for k in range(1, min(16, int(7500 / hz)) + 1):
        out += rng.uniform(0.1, 1) * k**-slope * np.sin(k * phase)
    rise = rng.uniform(0.003, 0.15)
    return out * np.minimum(1, t / rise) * np.minimum(1, (t[-1] - t) / rng.uniform(0.01, 0.3))


def beep(hz: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Sine, square or swept: telephones, alarms, signals."""
    t = np.arange(int(min(seconds, 2.9) * rng.uniform(0.2, 0.9) * HZ)) / HZ
    phase = 2 * np.pi * hz * t * (1 + rng.choice([0, 0, 0.3, -0.2]) * t / max(t[-1], 0.05))
    phase = phase + rng.choice([0, 0, 4]) * np.sin(2 * np.pi * rng.uniform(8, 25) * t)
    wave = np.sin(phase)
    return (np.sign(wave) if rng.random() < 0.3 else wave) * np.minimum(1, (t[-1] - t) / 0.005)


def drums(n: int, rng: np.random.Generator) -> np.ndarray:
    x, beat = np.zeros(n + HZ), rng.uniform(0.15, 0.6)
    for k, at in enumerate(np.arange(0, n, int(beat * HZ))):
        t = np.arange(HZ // 2) / HZ
        if k % 2 == 0:
            hz = rng.uniform(45, 120)
            x[at : at + len(t)] += np.sin(2 * np.pi * hz * (t + 0.02 * np.exp(-30 * t))) * np.exp(
                -t * rng.uniform(6, 25))  # fmt: skip
        if rng.random() < 0.7:
            hit = rng.standard_normal(len(t)) * np.exp(-t * rng.uniform(10, 70))
            x[at : at + len(t)] += rng.uniform(0.2, 1) * hit
    return x[:n]


def bursts(n: int, rng: np.random.Generator) -> np.ndarray:
    """Clicks, knocks, claps and rustle."""
    x = np.zeros(n + HZ)
    for _ in range(int(rng.integers(2, 20))):
        t = np.arange(int(rng.uniform(0.005, 0.3) * HZ)) / HZ
        ring = np.sin(2 * np.pi * rng.uniform(150, 4000) * t) if rng.random() < 0.5 else 1.0
        hit = ring * rng.standard_normal(len(t)) * np.exp(-t * rng.uniform(10, 200))
        at = int(rng.integers(0, n))
        x[at : at + len(t)] += hit * rng.uniform(0.1, 1)
    return x[:n]


def breath(n: int, rng: np.random.Generator) -> np.ndarray:
    """In and out, through nose or mouth: noise with one or two wide resonances, slowly swelling."""
    x, at = np.zeros(n + 4 * HZ), int(rng.uniform(0, 0.5) * HZ)
    while at < n:
        m = int(rng.uniform(0.3, 2.0) * HZ)
        f = np.fft.rfftfreq(m, 1 / HZ)
        shape = np.zeros(len(f)) + 0.02
        for _ in range(int(rng.integers(1, 4))):
            centre, wide = rng.uniform(300, 5000), rng.uniform(200, 1500)
            shape += rng.uniform(0.2, 1) / (1 + ((f - centre) / wide) ** 2)
        noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(m)) * shape, m)
        swell = np.sin(np.pi * np.linspace(0, 1, m) ** rng.uniform(0.5, 1.6)) ** rng.uniform(0.5, 2)
        x[at : at + m] += noise / noise.std() * swell * rng.uniform(0.3, 1)
        at += m + int(rng.uniform(0.1, 1.5) * HZ)
    return x[:n]
