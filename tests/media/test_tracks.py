"""The track with the voice; channels that cancel each other; very many of them."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from tests.conftest import Vasari
from tests.media.films import Track, film, heard, joined, tone
from vasari.errors import SoundError
from vasari.media import VideoWriter, open_sound


def test_the_first_that_is_not_silent_is_taken_and_said(tmp_path: Path) -> None:
    silent, voice = Track(tone(2, level=0)), Track(tone(2))
    for tracks, taken in (
        ([silent, voice], 2), ([voice, silent], 1), ([silent, silent, voice, voice], 3),
        ([silent, silent], 1), ([silent, Track(tone(2, level=0.01), start=0.5)], 2),
    ):  # fmt: skip
        told: list[str] = []
        path = film(tmp_path / "a.mkv", *tracks, pictures=25)
        sound = open_sound(path, tell=told.append)
        assert (sound.track, sound.tracks) == (taken, len(tracks))
        assert len(told) == (taken != 1)
        assert all(f"track {taken}" in sentence and "--track" in sentence for sentence in told)


def test_a_track_can_be_asked_for(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", Track(tone(1, level=0)), Track(tone(2)), pictures=25)
    assert np.abs(heard(open_sound(path, 1))).max() < 0.01
    assert np.abs(heard(open_sound(path, 2))).max() > 0.3
    for number in (0, 3, -1):
        with pytest.raises(SoundError, match="has 2 sound tracks"):
            open_sound(path, number)


def test_the_commands_take_a_track(vasari: Vasari, face_file: Path, tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", Track(tone(0.4, level=0)), Track(tone(0.8)))
    words = ["say", face_file, path, "-o", tmp_path / "a.mp4", "--size", "256"]
    for option, seconds, says in (([], 0.8, "track 2 is taken"), (["--track", "1"], 0.4, "silent")):
        ended = vasari(*words, *option)
        assert ended.code == 0, ended.err
        assert says in ended.err
        with av.open(str(tmp_path / "a.mp4")) as file:
            assert file.duration / av.time_base == pytest.approx(seconds, abs=0.045)
    ended = vasari(*words, "--track", "3")
    assert ended.code == 1
    assert "has 2 sound tracks" in ended.err
    ended = vasari("drive", face_file, path, "-o", tmp_path / "a.mp4", "--track", "3")
    assert ended.code == 1
    assert "has 2 sound tracks" in ended.err


def test_opposite_phase_is_heard_and_stays_as_it_is(tmp_path: Path) -> None:
    voice = tone(2)
    for kind, codec in (("wav", "pcm_s16le"), ("m4a", "aac"), ("flac", "flac")):
        path = film(tmp_path / f"a.{kind}", Track(np.vstack([voice, -voice])), codec=codec)
        sound = open_sound(path)
        assert np.abs(heard(sound)).max() == pytest.approx(0.5, abs=0.05)
        left, right = np.concatenate(
            [frame.to_ndarray() for frame in sound.frames("fltp", 48_000, "stereo")], axis=1
        )
        np.testing.assert_allclose(left, -right, atol=0.02)


def test_only_what_cancels_is_taken_from_one_channel(tmp_path: Path) -> None:
    """A second in phase, one in opposite phase, one in the right channel alone."""
    voice = tone(1)
    stereo = np.hstack([np.vstack([voice, voice]), np.vstack([voice, -voice]),
                        np.vstack([0 * voice, voice])])  # fmt: skip
    path = film(tmp_path / "a.wav", Track(stereo), codec="pcm_s16le")
    levels = np.abs(heard(open_sound(path))).reshape(3, 16_000)[:, 2000:-2000].max(1)
    assert levels == pytest.approx([0.5, 0.5, 0.25], abs=0.02)


def test_stereo_is_as_loud_as_mono(tmp_path: Path) -> None:
    mono = film(tmp_path / "1.wav", Track(tone(1, level=0.9)), codec="pcm_s16le")
    both = Track(np.tile(tone(1, level=0.9), (2, 1)))
    stereo = film(tmp_path / "2.wav", both, codec="pcm_s16le")
    np.testing.assert_allclose(heard(open_sound(mono)), heard(open_sound(stereo)), atol=1e-4)


def test_eight_channels_with_a_gap_and_a_change(tmp_path: Path) -> None:
    """PyAV cannot show eight planes; such frames are cut and mixed all the same."""
    parts = []
    for k, layout in enumerate(["7.1", "mono"]):
        with av.open(str(tmp_path / f"{k}.ts"), "w") as out:
            stream = out.add_stream("aac", 48_000, layout=layout)
            stream.codec_context.open()
            for n in range(40):
                frame = av.AudioFrame("flt", layout, 1024)
                channels = frame.layout.nb_channels
                time = (np.arange(1024) + 1024 * n) / 48_000
                wave = np.repeat(0.3 * np.sin(2 * np.pi * 440 * time), channels)
                frame.planes[0].update(wave.astype(np.float32).tobytes())
                frame.rate, frame.pts = 48_000, 1024 * n + (30_000 if n > 20 else 0)
                planar = av.AudioResampler("fltp", layout, 48_000).resample(frame)
                out.mux(stream.encode(planar[0]))
            out.mux(stream.encode(None))
        parts.append(tmp_path / f"{k}.ts")
    samples = heard(open_sound(joined(tmp_path / "a.ts", *parts)))
    assert len(samples) == pytest.approx(2 * (40 * 1024 + 30_000) / 3, abs=2000)
    assert np.isfinite(samples).all()


def test_the_results_sound_is_as_long_as_its_pictures(tmp_path: Path) -> None:
    """Cut where it goes on, silent where it ends early."""
    picture = np.zeros((64, 64, 3), np.uint8)
    for kind in ("mp4", "webm", "mov"):
        for seconds in (0.5, 2.0, 3.0):
            path = film(tmp_path / "in.wav", Track(tone(seconds)), codec="pcm_s16le")
            with VideoWriter(tmp_path / f"a.{kind}", 25, open_sound(path)) as video:
                for _ in range(50):
                    video.write(picture)
            samples = heard(open_sound(tmp_path / f"a.{kind}"))
            assert len(samples) == pytest.approx(2 * 16_000, abs=0.04 * 16_000)
            last = np.abs(samples[-1600:-640]).max()
            assert bool(last > 0.3) is (seconds >= 2)
