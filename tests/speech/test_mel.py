import numpy as np
import pytest

from vasari.speech import mel


def tone(hz: float, level: float, samples: int = 16_000) -> np.ndarray:
    t = np.arange(samples) / 16_000
    return (10 ** (level / 20) * np.sqrt(2) * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def levels(sound: np.ndarray) -> np.ndarray:
    stream, out = mel.MelStream(), []
    for block in sound[: len(sound) // mel.BLOCK * mel.BLOCK].reshape(-1, mel.BLOCK):
        stream.push(block)
        out.append(stream.level.now)
    return np.array(out)


def test_a_tone_lights_its_own_band() -> None:
    frames = np.lib.stride_tricks.sliding_window_view(tone(1000, -20), mel.WINDOW)[::1600]
    bands, energy = mel.mel_decibels(frames)
    centre = np.argmax(mel.mel_bands()[round(1000 / 16_000 * mel.FFT)])
    assert np.all(np.abs(bands.argmax(1) - centre) <= 1)
    np.testing.assert_allclose(energy, -20, atol=2.5)


def test_no_band_is_empty() -> None:
    assert mel.mel_bands().sum(0).min() > 0


def test_level_follows_a_voice_and_stays_through_a_pause() -> None:
    loud = levels(np.concatenate([tone(300, -12, 32_000), np.zeros(32_000, np.float32)]))
    assert abs(loud[49] + 12) < 3
    assert loud[-1] > loud[49] - 3


def test_silence_stays_silence() -> None:
    stream = mel.MelStream()
    for _ in range(1000):
        frames, energy = stream.push(np.zeros(mel.BLOCK, np.float32))
    assert frames.max() <= -2.5
    assert energy.max() < -40
    assert stream.level.now == mel.LEVEL_START


def test_gain_hardly_matters_after_a_second() -> None:
    random = np.random.default_rng(0)
    voice = random.normal(0, 0.1, 48_000).astype(np.float32)
    both = []
    for gain in (1.0, 0.2):
        stream = mel.MelStream()
        rows = (voice * np.float32(gain)).reshape(-1, mel.BLOCK)
        both.append([stream.push(r)[0] for r in rows][-10:])
    assert np.abs(np.array(both[0]) - np.array(both[1])).mean() < 0.5


def test_a_quiet_voice_is_found_in_a_second_and_a_pause_does_not_lower_the_level() -> None:
    random = np.random.default_rng(0)
    voice = random.normal(0, 10 ** (-70 / 20), 32_000).astype(np.float32)
    found = levels(voice)
    assert found[0] > -35
    assert abs(found[-1] + 70) < mel.HEARD + 1
    loud = levels(np.concatenate([tone(300, -20), voice]))
    assert loud[-1] > -25


def test_training_hears_the_same() -> None:
    listen = pytest.importorskip("training.speech.data").listen
    random = np.random.default_rng(0)
    swell = 10 ** np.interp(np.arange(64_000), [0, 20_000, 40_000, 64_000], [-4, -3, -0.8, -2])
    sound = (random.normal(0, 0.3, 64_000) * swell).astype(np.float32)
    stream = mel.MelStream()
    mels, energy = zip(*(stream.push(b) for b in sound.reshape(-1, mel.BLOCK)), strict=True)
    heard, above = listen(sound[None])
    np.testing.assert_allclose(np.concatenate(mels), heard[0], atol=2e-3)
    np.testing.assert_allclose(np.concatenate(energy), above[0], atol=2e-2)
