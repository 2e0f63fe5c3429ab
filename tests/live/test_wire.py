"""What goes over the wire: packed and unpacked, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pydantic", reason="the extra `live` is not installed")

from vasari.errors import VasariError
from vasari.live.stamp import stamp, stamp_in
from vasari.live.wire import (
    Shown,
    message_in,
    sound_in,
    sound_out,
    start_in,
    style_in,
    unpacked,
)


@given(
    st.integers(0, 2**32 - 1), st.integers(-1, 2**40), st.binary(max_size=300),
    st.lists(st.integers(-32768, 32767), max_size=50), st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_a_picture_comes_out_as_it_went_in(index, sample, picture, sound, key, end, idle) -> None:
    shown = Shown(index, sample, picture, np.array(sound, np.int16), key, end, idle)
    back = unpacked(shown.packed("h264"))
    assert (back.index, back.sample, back.picture) == (index, sample, picture)
    assert (back.key, back.end, back.idle) == (key, end, idle)
    assert back.sound.tolist() == sound


def test_the_header_is_as_the_page_says() -> None:
    packed = Shown(7, 400, b"abc", np.array([1, -2], np.int16), key=True).packed("jpeg")
    assert packed[:4] == b"V\x01\x02\x01"
    assert packed[4:24].hex() == "07000000" + "9001000000000000" + "03000000" + "04000000"
    assert packed[24:] == b"abc" + b"\x01\x00\xfe\xff"


@pytest.mark.parametrize("text", [
    "", "{}", "[]", "{", '{"type": "dance"}', '{"type": "style"}',
    '{"type": "flush", "x": 1}',
    '{"type": "style", "style": {"gaze": [1]}}', '{"type": "style", "style": {"head": NaN}}',
    '{"type": "style", "style": {"path": "/etc/passwd"}}', '"' + "x" * 100_000 + '"', "[",
])  # fmt: skip
def test_garbage_is_refused_in_a_sentence(text: str) -> None:
    for read in (message_in, start_in):
        with pytest.raises(VasariError) as caught:
            read(text)
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("start", [
    {"face": "demo", "fps": 1000}, {"face": "demo", "size": 511}, {"face": "x" * 65},
    {"face": "demo", "pictures": "gif"},
])  # fmt: skip
def test_what_cannot_be_asked_for(start: dict[str, object]) -> None:
    with pytest.raises(VasariError):
        start_in(json.dumps({"type": "start", **start}))


def test_a_style_keeps_what_is_not_said() -> None:
    first = style_in('{"gaze": [5, -2], "distance": 0.9}')
    wish = message_in('{"type": "style", "style": {"head": 0.5}}')
    both = wish.style.style(first)
    assert (both.gaze, both.distance, both.head) == ((5.0, -2.0), 0.9, 0.5)
    with pytest.raises(VasariError):
        style_in('{"distance": 9}')


def test_sound_comes_back() -> None:
    sound = np.linspace(-1, 1, 99, dtype=np.float32)
    assert np.abs(sound_in(sound_out(sound).tobytes()) - sound).max() < 1e-4
    for message in (b"abc", bytes(2 << 20)):
        with pytest.raises(VasariError):
            sound_in(message)


@pytest.mark.parametrize("sample", [-1, 0, 400, 16_000 * 3600])
def test_a_stamp_survives_the_encoder(sample: int) -> None:
    from fractions import Fraction

    import av

    from vasari.live.encode import H264

    picture = np.random.default_rng(1).integers(0, 255, (512, 512, 3), np.uint8)
    stamp(picture, sample)
    packed, key = H264((512, 512), Fraction(40)).encode(picture)
    assert key
    decoder = av.CodecContext.create("h264", "r")
    seen = [*decoder.decode(av.Packet(packed)), *decoder.decode(None)]
    assert stamp_in(seen[0].to_ndarray(format="rgb24")) == sample


def test_a_picture_without_a_stamp_says_so() -> None:
    assert stamp_in(np.full((64, 512, 3), 90, np.uint8)) is None
