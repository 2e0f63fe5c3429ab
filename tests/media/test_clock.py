"""Sound and pictures keep the file's time: pauses stay, overlaps are cut, restarts joined on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.media.films import (
    PICTURES,
    SOUND,
    Track,
    film,
    heard,
    joined,
    moved,
    shown,
    sounding,
    tone,
)
from vasari.media import open_sound, read_video

ALWAYS = range(10**6)
NEAR = 0.05  # seconds: an AAC frame of padding, and one cut off


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.ts"])
def test_sound_that_begins_after_the_pictures(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / name, Track(tone(2), start=1.0), pictures=75)
    assert open_sound(path).duration == pytest.approx(3.0, abs=0.06)
    ((begins, ends),) = sounding(path)
    assert (begins, ends) == pytest.approx((1.0, 3.0), abs=0.015)
    assert shown(path) == 3.0


def test_pictures_that_begin_after_the_sound(tmp_path: Path) -> None:
    """`say` loses no sound; `drive` begins with the first picture."""
    path = film(tmp_path / "a.mkv", Track(tone(2)), pictures=50, start=1.0)
    assert sounding(path)[0] == pytest.approx((0, 2), abs=0.015)
    assert sounding(path, from_picture=True)[0] == pytest.approx((0, 1), abs=0.015)
    assert shown(path) == 2.0


@pytest.mark.parametrize("name", ["a.mkv", "a.ts", "a.mka"])
def test_a_gap_is_silence(tmp_path: Path, name: str) -> None:
    track = Track(tone(2), time=lambda t: t if t < 1 else t + 1.5)
    path = film(tmp_path / name, track, pictures=0 if name == "a.mka" else 100)
    one, other = sounding(path)
    assert one == pytest.approx((0, 1), abs=NEAR)
    assert other == pytest.approx((2.5, 3.5), abs=NEAR)


def test_an_overlap_is_cut(tmp_path: Path) -> None:
    path = film(tmp_path / "a.ts", Track(tone(2), rate=48_000), pictures=50)
    moved(path, SOUND, range(2, 10**6), -0.3)
    assert len(heard(open_sound(path))) == pytest.approx(1.7 * 16_000, abs=0.09 * 16_000)


@pytest.mark.parametrize("times", [2, 3])
def test_transport_streams_joined(tmp_path: Path, times: int) -> None:
    part = film(tmp_path / "part.ts", Track(tone(1.6)), pictures=40)
    path = joined(tmp_path / "a.ts", *[part] * times)
    assert sounding(path) == [pytest.approx((0, 1.6 * times), abs=0.07)]
    assert shown(path) == pytest.approx(1.6 * times, abs=0.1)
    told: list[str] = []
    list(read_video(path, tell=told.append))
    assert len(told) == 1
    assert "1.6 s into the file" in told[0]


def test_streams_that_come_up_later(tmp_path: Path) -> None:
    """A transport stream without sound, then one with: what is known at the start is read."""
    silent = film(tmp_path / "silent.ts", pictures=200)
    full = film(tmp_path / "full.ts", Track(tone(1.6)), Track(tone(1.6)), pictures=40)
    for _ in range(5):
        assert shown(joined(tmp_path / "a.ts", silent, full)) == pytest.approx(9.6, abs=0.1)
        assert sounding(joined(tmp_path / "a.ts", full, silent))


@pytest.mark.parametrize("stream", [SOUND, PICTURES])
@pytest.mark.parametrize("seconds", [5, 100, 9000, -3, -9000])
def test_one_wrong_timestamp_changes_nothing(tmp_path: Path, stream: int, seconds: float) -> None:
    path = film(tmp_path / "a.ts", Track(tone(2)), pictures=50)
    moved(path, stream, range(4, 5), seconds)
    assert sounding(path) == [pytest.approx((0, 2), abs=NEAR)]
    assert shown(path) == 2.0


@pytest.mark.parametrize("seconds", [9000, -3])
def test_a_clock_that_leaps_for_good_is_joined_on(tmp_path: Path, seconds: float) -> None:
    path = film(tmp_path / "a.ts", Track(tone(2)), pictures=50)
    moved(moved(path, PICTURES, range(25, 10**6), seconds), SOUND, range(4, 10**6), seconds)
    assert sounding(path) == [pytest.approx((0, 2), abs=0.2)]
    assert shown(path) == pytest.approx(2.0, abs=0.2)


def test_a_picture_is_not_repeated_for_hours(tmp_path: Path) -> None:
    late = film(tmp_path / "a.mkv", pictures=50, time=lambda k: k / 25 + (7200 if k >= 25 else 0))
    assert shown(late) == 2.0
    last = film(tmp_path / "b.mkv", pictures=50, time=lambda k: k / 25 + (7200 if k == 49 else 0))
    assert shown(last) == 2.0


def test_a_still_screen_is_kept(tmp_path: Path) -> None:
    """A recorder that writes a picture only when something changes."""
    path = film(tmp_path / "a.mkv", Track(tone(30)), pictures=4, time=lambda k: 9 * k)
    assert shown(path) == pytest.approx(27.04)
    assert sounding(path) == [pytest.approx((0, 30), abs=NEAR)]


def test_a_muted_minute_is_kept_and_memory_is_not(tmp_path: Path) -> None:
    track = Track(tone(2), time=lambda t: t if t < 1 else t + 60)
    path = film(tmp_path / "a.webm", track, codec="libopus")
    assert len(heard(open_sound(path))) == pytest.approx(62 * 16_000, abs=800)
    assert max(map(len, open_sound(path).pieces())) <= 8000


def test_jitter_is_no_gap(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    track = Track(tone(2), time=lambda t: max(0.0, t + rng.uniform(-0.008, 0.008)))
    samples = heard(open_sound(film(tmp_path / "a.mkv", track)))
    assert np.abs(samples[800:28_800].reshape(-1, 160)).max(1).min() > 0.3


KINDS = {
    "mp3": ("libmp3lame", "mp3", 44_100), "opus": ("libopus", "opus", 48_000),
    "flac": ("flac", "flac", 44_100), "aac": ("aac", "adts", 44_100), "ac3": ("ac3", "ac3", 48_000),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_sounds_joined_end_to_end(tmp_path: Path, kind: str) -> None:
    codec, form, rate = KINDS[kind]
    part = film(tmp_path / f"part.{kind}", Track(tone(1.5, rate), rate), codec=codec, form=form)
    path = joined(tmp_path / f"a.{kind}", part, part)
    samples = heard(open_sound(path))
    assert len(samples) == pytest.approx(3.0 * 16_000, abs=0.1 * 16_000)
    assert np.abs(samples[-4000:]).max() > 0.3


def test_another_format_in_the_middle(tmp_path: Path) -> None:
    """Stereo at 44.1 kHz, then mono at 22.05: nothing of either is lost."""
    stereo = Track(np.tile(tone(1.6, 44_100), (2, 1)), 44_100)
    one = film(tmp_path / "one.mp3", stereo, codec="libmp3lame")
    other = film(tmp_path / "other.mp3", Track(tone(1.6, 22_050), 22_050), codec="libmp3lame")
    for parts in ((one, other), (other, one), (one, other, one)):
        samples = heard(open_sound(joined(tmp_path / "a.mp3", *parts)))
        whole = 16_000 * len(parts)
        assert len(samples) == pytest.approx(1.6 * whole, abs=0.08 * whole)
        loud = np.abs(samples[: len(samples) // 800 * 800].reshape(-1, 800)).max(1) > 0.3
        assert loud.mean() > 0.93


@pytest.mark.parametrize(("first", "second"), [(16_000, 16_000), (16_000, 44_100), (8000, 48_000)])
def test_wavs_joined_end_to_end(tmp_path: Path, first: int, second: int) -> None:
    parts = [
        film(tmp_path / f"{k}.wav", Track(tone(1, rate), rate), codec="pcm_s16le")
        for k, rate in enumerate((first, second, first))
    ]
    path = joined(tmp_path / "a b,c.wav", *parts)
    samples = heard(open_sound(path))
    assert len(samples) == 3 * 16_000
    assert np.abs(samples[: 3 * 15_840].reshape(-1, 160)).max(1).min() > 0.3  # no header, no gap
