"""The mark cannot be seen, survives, says its number, and is found nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from benchmarks.marks.attacks import (
    ATTACKS,
    blurred,
    cropped,
    jpeg,
    letterboxed,
    levels,
    scaled,
    turned,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import vasari
from tests.conftest import voice_like
from tests.faces import made_face
from vasari.provenance.making import number_of
from vasari.provenance.mark import Marker
from vasari.provenance.pattern import DATA, decoded, encoded, period_of
from vasari.provenance.read_mark import MarkReading, _means, read_mark

NUMBER = 0xFACE0FF1
GREEN = (0, 255, 0)


def scene(size: int = 512, seed: int = 0) -> np.ndarray:
    """(size, size, 3) soft shapes, some edges, some grain, one even part."""
    random = np.random.default_rng(seed)
    rough = cv2.resize(
        random.uniform(40, 215, (9, 9, 3)), (size, size), interpolation=cv2.INTER_CUBIC
    )
    rough[size // 3 :, size // 2 :] *= 0.6
    rough += cv2.GaussianBlur(random.normal(0, 25, (size, size, 1)), (0, 0), 1.5)[..., None]
    rough[: size // 4] = (180, 200, 230)
    return rough.clip(0, 255).astype(np.uint8)


def marked(picture: np.ndarray, number: int = NUMBER, **keep: tuple[int, int, int]) -> np.ndarray:
    out = picture.copy()
    Marker(picture, number, **keep).mark(out)
    return out


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_any_number_comes_back_from_noise(number: int) -> None:
    noise = np.random.default_rng(number).normal(0, 0.7, (2, DATA))
    assert decoded(encoded(number) + noise[0] + 1j * noise[1]) == number


def test_noise_alone_tells_no_number() -> None:
    random = np.random.default_rng(0)
    told = [decoded(random.normal(size=DATA) + 1j * random.normal(size=DATA)) for _ in range(300)]
    assert sum(number is not None for number in told) <= 3  # one in 1024


@pytest.mark.parametrize("size", [256, 512, 900])
def test_it_is_weak_and_the_same_in_every_picture(size: int) -> None:
    first, later = scene(size), scene(size)
    later[10:50, 20:90] = 100
    marker = Marker(first, NUMBER)
    changes = []
    for picture in (first, later):
        out = picture.copy()
        marker.mark(out)
        assert cv2.PSNR(picture, out) > 44
        changes.append(out.astype(int) - picture)
    whole = (first > 10) & (first < 245) & (later > 10) & (later < 245)
    assert np.array_equal(changes[0][whole], changes[1][whole])
    even = changes[0][20 : size // 4 - 20, 20:-20]
    assert 0.4 < even.std() < 1.1
    assert np.abs(even).max() <= 4
    assert (np.ptp(changes[0][whole.all(2)], axis=1) == 0).all()  # no colour


def test_alpha_and_a_key_colour_stay() -> None:
    picture = np.dstack([scene(), np.full((512, 512), 255, np.uint8)])
    picture[:, :100, 3], picture[:, 100:120, 3] = 0, 130
    out = marked(picture)
    assert np.array_equal(out[..., 3], picture[..., 3])
    assert np.array_equal(out[:, :100], picture[:, :100])
    assert read_mark([out]).making == NUMBER
    keyed = scene()
    keyed[:, :200] = GREEN
    assert not np.array_equal(marked(keyed)[:, :200], keyed[:, :200])
    out = marked(keyed, keep=GREEN)
    assert np.array_equal(out[:, :200], keyed[:, :200])
    assert read_mark([out]).making == NUMBER


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "nothing": lambda p: p, "JPEG": jpeg(75), "half": scaled(0.5), "double": scaled(2),
    "cut": cropped(0.75), "letterboxed": letterboxed(800, 450), "turned": turned(2),
    "turned back": turned(-1.3), "mirrored": lambda p: np.ascontiguousarray(p[:, ::-1]),
    "on its side": lambda p: np.ascontiguousarray(np.rot90(p)), "bright": levels(offset=30),
    "dark": levels(gain=0.6), "blurred": blurred(1),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_it_survives(change: str) -> None:
    reading = read_mark([CHANGES[change](marked(scene()))])
    assert reading.found
    assert reading.making == NUMBER
    assert reading.chance < 1e-6


@pytest.mark.parametrize("attack", ["x264 crf 23", "x264 crf 28", "VP9 crf 33"])
def test_it_survives_encoders(attack: str) -> None:
    reading = read_mark(ATTACKS[attack]([marked(scene())] * 12))
    assert (reading.found, reading.making) == (True, NUMBER)
    assert reading.pictures == 12


def test_a_part_of_a_video_is_enough() -> None:
    others = [scene(256, seed) for seed in range(1, 5)] * 50
    ours = [marked(scene(256))] * 100
    assert read_mark(others[:200] + ours).making == NUMBER


def test_of_a_long_video_longer_parts_are_looked_at() -> None:
    grey = np.full((64, 64, 3), 120, np.uint8)
    parts = list(_means([grey] * 1650))
    assert [count for _, count in parts] == [1650, *[200] * 8, 50]
    assert all((light == 120).all() for light, _ in parts)


@pytest.mark.parametrize("change", ["nothing", "half", "cut", "turned"])
def test_it_is_not_found_where_it_is_not(change: str) -> None:
    for seed in range(3):
        reading = read_mark([CHANGES[change](scene(seed=seed))])
        assert not reading.found
        assert reading.making is None
        assert reading.chance > 1e-3


def test_another_pattern_that_repeats_is_not_it() -> None:
    once = np.random.default_rng(3).normal(0, 25, (60, 60))
    picture = (128 + np.tile(once, (9, 9))[:512, :512]).clip(0, 255)
    assert not read_mark([np.dstack([picture.astype(np.uint8)] * 3)]).found


def test_next_to_nothing_to_look_at() -> None:
    nothing = MarkReading(False, 1.0, 0.0, None, 0)
    assert read_mark([]) == nothing
    for shape in ((1, 1, 3), (63, 500, 3), (64, 64, 4), (64, 900, 3)):
        assert not read_mark([np.zeros(shape, np.uint8)]).found
    assert not read_mark([np.full((300, 200, 3), 255, np.uint8)]).found
    assert read_mark([scene(256), scene(300)]).pictures == 1


def test_large_pictures_have_a_larger_pattern() -> None:
    assert period_of(512, 512) * 2 == period_of(1024, 1024) == period_of(768, 2000)
    assert read_mark([marked(scene(1400))]).making == NUMBER


def test_talk_and_sessions_mark_and_same_seed_gives_the_same_number() -> None:
    face, voice = made_face(), voice_like(0.4)
    style = vasari.Style(seed=7)
    shown = list(vasari.talk(face, voice, size=256, style=style))
    assert read_mark(shown).making == number_of(face, 7)
    session = vasari.Session(face, size=256, fps=25, style=style)
    session.push(voice)
    frames = [session.next() for _ in range(4)]
    pictures = [frame.picture for frame in frames if frame is not None]
    assert read_mark(pictures).making == number_of(face, 7) != number_of(face, 8)
    plain = list(vasari.talk(face, voice, size=256, style=style, mark=False))
    assert not read_mark(plain).found
    assert min(cv2.PSNR(a, b) for a, b in zip(shown, plain, strict=True)) > 44
