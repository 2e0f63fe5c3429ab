"""The visible sign is seen, lies in its corner, and looks alike with and without alpha."""

from __future__ import annotations

import numpy as np
import pytest

from vasari.provenance.badge import Badge


@pytest.mark.parametrize(("height", "width"), [(512, 512), (256, 256), (720, 1280), (12, 20)])
@pytest.mark.parametrize("tone", [0, 128, 255])
def test_it_is_seen_in_its_corner(height: int, width: int, tone: int) -> None:
    picture = np.full((height, width, 3), tone, np.uint8)
    Badge(height, width).draw(picture)
    changed = (picture != tone).any(-1)
    assert changed.any()
    if min(height, width) > 100:
        assert int(picture.max()) - int(picture.min()) > 100  # white on dark, whatever is below
        assert not changed[: height * 3 // 4].any()
        assert not changed[:, : width * 3 // 4].any()


@pytest.mark.parametrize("hidden", [0, 255])
def test_on_transparent_pictures_it_looks_the_same(hidden: int) -> None:
    clear = np.full((256, 256, 4), hidden, np.uint8)
    clear[..., 3] = 0
    plain = np.full((256, 256, 3), 90, np.uint8)
    for picture in (clear, plain):
        Badge(256, 256).draw(picture)
    share = clear[..., 3:] / 255
    shown = clear[..., :3] * share + 90 * (1 - share)
    assert np.abs(shown - plain).max() < 2.5
