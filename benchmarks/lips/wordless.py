"""Sounds that are no voice, at which lips should stay closed. From fixed seeds; written apart from
those that the speech encoder learned from (training/speech/sounds.py)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from vasari.errors import SoundError
from vasari.media import open_sound
from vasari.values import SOUND_HZ

SECONDS = 8
N = SECONDS * SOUND_HZ
LEVEL = 0.08  # root mean square: as loud as speech
CHORDS = ([0, 4, 7, 12], [5, 9, 12, 17], [7, 11, 14, 19], [9, 12, 16, 21])
REAL = {  # of Debian: asterisk-moh-opsound-wav, sound-theme-freedesktop; left out where absent
    "music on hold": ["/usr/share/asterisk/moh/macroform-cold_day.wav",
                      "/usr/share/asterisk/moh/manolo_camp-morning_coffee.wav"],
    "desktop sounds": ["/usr/share/sounds/freedesktop/stereo"],
}  # fmt: skip


def tones() -> np.ndarray:
    hz = np.repeat([220.0, 440, 880, 300, 1000, 150, 600, 2000], SOUND_HZ)
    return np.sin(2 * np.pi * np.cumsum(hz) / SOUND_HZ)


def beeps() -> np.ndarray:
    t = np.arange(N) / SOUND_HZ
    hz = np.where(t < 4, 950, 440 + 40 * np.sign(np.sin(2 * np.pi * 8 * t)))
    on = np.where(t < 4, t % 0.5 < 0.2, t % 2 < 1)
    return np.sin(2 * np.pi * np.cumsum(hz) / SOUND_HZ) * on


def guitar() -> np.ndarray:
    """Chords strummed on six strings (Karplus and Strong 1983)."""
    random, out = np.random.default_rng(1), np.zeros(2 * N)
    for k, at in enumerate(range(0, N, SOUND_HZ // 2)):
        for j, step in enumerate([-12, *CHORDS[k // 4 % 4]]):
            tone = string(196 * 2 ** (step / 12), random)
            first = at + j * 300
            out[first : first + len(tone)] += tone
    return out[:N]


def picked() -> np.ndarray:
    """The same chords note for note."""
    random, out = np.random.default_rng(2), np.zeros(2 * N)
    for k, at in enumerate(range(0, N, SOUND_HZ // 4)):
        tone = string(196 * 2 ** (CHORDS[k // 8 % 4][k % 4] / 12), random)
        out[at : at + len(tone)] += tone
    return out[:N]


def string(hz: float, random: np.random.Generator) -> np.ndarray:
    period = round(SOUND_HZ / hz)
    wave, out = random.uniform(-1, 1, period), np.empty((int(1.5 * hz), period))
    for row in out:
        row[:] = wave
        wave = 0.996 * 0.5 * (wave + np.roll(wave, 1))
    return out.reshape(-1)


def piano() -> np.ndarray:
    """Struck strings: partials a little too high, that die away, and the thud of the key."""
    random, out = np.random.default_rng(3), np.zeros(2 * N)
    t = np.arange(2 * SOUND_HZ) / SOUND_HZ
    for k, at in enumerate(range(0, N, int(0.4 * SOUND_HZ))):
        for step in (CHORDS[k // 5 % 4][k % 4], CHORDS[k // 5 % 4][0] - 12):
            hz = 262 * 2 ** (step / 12)
            for n in range(1, 11):
                partial = n * hz * np.sqrt(1 + 4e-4 * n * n)
                out[at : at + len(t)] += np.sin(2 * np.pi * partial * t) * np.exp(
                    -(1.5 + 0.7 * n) * t) / n**1.2  # fmt: skip
        out[at : at + 400] += 0.3 * random.standard_normal(400) * np.exp(-np.arange(400) / 80)
    return out[:N]


def organ() -> np.ndarray:
    t, out = np.arange(N) / SOUND_HZ, np.zeros(N)
    for k in range(4):
        on = np.clip(np.minimum(t - 2 * k, 2 * k + 2 - t) / 0.05, 0, 1)
        for step in CHORDS[k]:
            for n, strength in ((0.5, 0.5), (1, 1), (1.5, 0.4), (2, 0.7), (3, 0.3), (4, 0.3)):
                out += on * strength * np.sin(2 * np.pi * n * 262 * 2 ** (step / 12) * t)
    return out


def drums() -> np.ndarray:
    random, out = np.random.default_rng(4), np.zeros(2 * N)
    t = np.arange(SOUND_HZ // 3) / SOUND_HZ
    kick = np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-25 * t)))) * np.exp(-9 * t)
    for k, at in enumerate(range(0, N, SOUND_HZ // 4)):
        hiss = random.standard_normal(len(t))
        hat = np.diff(hiss, prepend=0) * np.exp(-60 * t) * 0.3
        snare = (hiss + np.sin(2 * np.pi * 190 * t)) * np.exp(-18 * t) * 0.6
        out[at : at + len(t)] += hat + (kick if k % 4 == 0 else 0) + (snare if k % 4 == 2 else 0)
    return out[:N]


def jingle() -> np.ndarray:
    """A rising theme of three voices with bass and hats, one long chord at its end; twice."""
    random, out = np.random.default_rng(5), np.zeros(2 * N)
    for k, step in enumerate([0, 4, 7, 12, 7, 12, 16, 19, 24] * 2):
        at, t = int(k * 0.4 * SOUND_HZ), np.arange(int((0.5 if k % 9 < 8 else 1) * SOUND_HZ))
        t = t / SOUND_HZ
        for voice, strength in ((0, 1), (7, 0.5), (-12, 0.7)):
            hz = 330 * 2 ** ((step + voice) / 12)
            wave = sum(np.sin(2 * np.pi * hz * n * t) / n for n in (1, 3, 5, 7))
            out[at : at + len(t)] += strength * wave * np.exp(-3 * t) * np.minimum(1, t / 0.01)
        out[at : at + 800] += 0.4 * random.standard_normal(800) * np.exp(-np.arange(800) / 100)
    return out[:N]


def breath() -> np.ndarray:
    """In for a second, out for one and a half, as after running."""
    random, f = np.random.default_rng(6), np.fft.rfftfreq(N, 1 / SOUND_HZ)
    white = np.fft.rfft(random.standard_normal(N))
    inward = np.fft.irfft(white * np.exp(-0.5 * ((f - 2200) / 1100) ** 2), N)
    outward = np.fft.irfft(white / (1 + (f / 900) ** 2), N)
    t = np.arange(N) / SOUND_HZ % 2.8
    rise, fall = np.clip(t, 0, 1), np.clip((t - 1.2) / 1.5, 0, 1)
    swell = np.sin(np.pi * rise), np.sin(np.pi * fall)
    return inward / inward.std() * swell[0] + outward / outward.std() * swell[1]


def noise() -> np.ndarray:
    return np.random.default_rng(7).standard_normal(N)


def crowd(voices: list[np.ndarray]) -> np.ndarray:
    """Each of the voices thrice, from places of its own: nobody is understood."""
    random, out = np.random.default_rng(8), np.zeros(N)
    for voice in voices * 3:
        wave = np.take(voice, np.arange(N) + random.integers(len(voice)), mode="wrap")
        out += np.roll(wave, random.integers(N)) * random.uniform(0.5, 1)
    tail = random.standard_normal(6000) * np.exp(-np.arange(6000) / 1500)
    return np.fft.irfft(np.fft.rfft(out, 2 * N) * np.fft.rfft(tail, 2 * N))[:N]


MADE: dict[str, Callable[[], np.ndarray]] = {
    "tones": tones, "beeps": beeps, "guitar, strummed": guitar, "guitar, picked": picked,
    "piano": piano, "organ": organ, "drums": drums, "jingle": jingle, "breath": breath,
    "white noise": noise,
}  # fmt: skip


def sounds(voices: list[np.ndarray]) -> dict[str, np.ndarray]:
    """By name, (n,) float32 at 16 kHz as loud as speech, a second of silence after each."""
    made = {name: make() for name, make in MADE.items()} | {"crowd": crowd(voices)}
    for name, places in REAL.items():
        files = [f for p in map(Path, places) for f in (sorted(p.glob("*.oga")) or [p])]
        kept = [f for f in files if f.is_file() and not f.name.startswith("audio-channel")]
        heard = [x for f in kept for x in listened(f)]
        if heard:
            made[name] = np.concatenate(heard)
    return {name: np.pad(leveled(x), (0, SOUND_HZ)) for name, x in made.items()}


def listened(file: Path) -> list[np.ndarray]:
    """Its first 20 seconds; nothing of one that is too short."""
    try:
        return [leveled(np.concatenate(list(open_sound(file).pieces()))[: 20 * SOUND_HZ])]
    except SoundError:
        return []


def leveled(sound: np.ndarray) -> np.ndarray:
    return np.asarray(sound * (LEVEL / (np.sqrt(np.mean(sound**2)) + 1e-6)), np.float32)
