import numpy as np

from vasari.speech import mel


def tone(hz: float, level: float, samples: int = 16_000) -> np.ndarray:
    t = np.arange(samples) / 16_000
    return (10 ** (level / 20) * np.sqrt(2) * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def levels(sound: np.ndarray) -> np.ndarray:
    stream, out = mel.MelStream(), []
    for block in sound[: len(sound) // mel.BLOCK * mel.BLOCK].reshape(-1, mel.BLOCK):
        stream.push(block)
        out.append(stream.level)
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
    assert stream.level == mel.LEVEL_FLOOR


def test_gain_hardly_matters_after_a_second() -> None:
    random = np.random.default_rng(0)
    voice = random.normal(0, 0.1, 48_000).astype(np.float32)
    both = []
    for gain in (1.0, 0.2):
        stream = mel.MelStream()
        rows = (voice * np.float32(gain)).reshape(-1, mel.BLOCK)
        both.append([stream.push(r)[0] for r in rows][-10:])
    assert np.abs(np.array(both[0]) - np.array(both[1])).mean() < 0.5
