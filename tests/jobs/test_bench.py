"""The figures of `vasari bench` are all there."""

from __future__ import annotations

import json

import pytest

from vasari.jobs.bench import measure, report


@pytest.mark.slow
def test_bench() -> None:
    result = measure(lambda sentence: None, seconds=2.0)
    assert json.loads(json.dumps(result)) == result
    assert result["pictures"] == 50
    assert result["pictures_per_second"] > 0
    assert set(result["stage_ms"]) == {"speech and motion", "draw", "encode"}
    assert all(0 < stage["p50"] <= stage["p95"] for stage in result["stage_ms"].values())
    assert result["first_picture_s"]["face"] > 0
    assert "pictures a second" in report(result)
