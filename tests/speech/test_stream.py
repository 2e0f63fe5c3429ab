import numpy as np
import pytest

from vasari.errors import SoundError
from vasari.speech import COMMON, FEATURES, LOUDNESS, VOICE, SpeechStream


def noise(samples: int, level: float = 0.1) -> np.ndarray:
    return np.random.default_rng(1).normal(0, level, samples).astype(np.float32)


def test_looks_no_more_than_80_ms_ahead() -> None:
    same, k = noise(32_000), 20
    other = same.copy()
    other[640 * k + 1280 :] = 0  # differs from 80 ms after frame k
    a, b = (SpeechStream().push(s, last=True) for s in (same, other))
    np.testing.assert_array_equal(a[: k + 1], b[: k + 1])
    assert np.abs(a[k + 1 :] - b[k + 1 :]).max() > 0


def test_features_come_as_soon_as_they_can() -> None:
    stream = SpeechStream()
    assert len(stream.push(noise(1279))) == 0
    assert len(stream.push(noise(1))) == 1
    assert len(stream.push(noise(640))) == 1


def test_silence_has_no_voice() -> None:
    features = SpeechStream().push(np.zeros(32_000, np.float32), last=True)
    assert features.shape == (50, FEATURES)
    assert features[:, VOICE].max() < 0.3
    assert features[:, LOUDNESS].max() < -2


def test_chunks_agree() -> None:
    one, many = (SpeechStream(c).push(noise(20_000), last=True) for c in (1, 25))
    np.testing.assert_allclose(one, many, atol=2e-3)


@pytest.mark.parametrize("chunk", [1, 25])
def test_the_mouths_ear_has_heard_silence_before(chunk: int) -> None:
    fine = SpeechStream(chunk).push(np.zeros(16_000, np.float32), last=True)[:, COMMON:]
    np.testing.assert_allclose(fine, np.broadcast_to(fine[-1], fine.shape), atol=1e-4)
    assert np.ptp(SpeechStream(chunk).push(noise(16_000), last=True)[:, COMMON:], 0).max() > 0.1


def test_state_does_not_grow() -> None:
    def size(stream: SpeechStream) -> int:
        return sum(v.size for v in vars(stream).values() if isinstance(v, np.ndarray))

    stream = SpeechStream()
    stream.push(noise(1000))
    first = size(stream)
    for _ in range(100):
        stream.push(noise(1600))
    assert size(stream) <= first + 640


def test_broken_samples_do_no_harm() -> None:
    sound = noise(16_000)
    sound[100:200], sound[300] = np.nan, np.inf
    assert np.isfinite(SpeechStream().push(sound, last=True)).all()


def test_ended_stream_says_so() -> None:
    stream = SpeechStream()
    stream.push(noise(10), last=True)
    with pytest.raises(SoundError):
        stream.push(noise(10))


def test_stereo_is_refused() -> None:
    with pytest.raises(SoundError):
        SpeechStream().push(np.zeros((10, 2), np.float32))
