"""The figures of benchmarks.life on motion made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.life import apart, long, rhythm
from benchmarks.life.measure import (
    LIDS,
    SMILE,
    Moved,
    blinks,
    changes,
    spectrum,
    table_of,
    within,
)
from benchmarks.life.pairs import told

RANDOM = np.random.default_rng(0)


def moved(rotation: np.ndarray, gaze: np.ndarray | None = None) -> Moved:
    n = len(rotation)
    gaze = np.zeros((n, 2)) if gaze is None else gaze
    return Moved(rotation, gaze, np.zeros((n, 52)), np.ones(n, bool))


def swinging(hz: float, degrees: float, frames: int = 250) -> Moved:
    yaw = degrees * np.sin(2 * np.pi * hz * np.arange(frames) / 25)
    return moved(np.stack([yaw, 0 * yaw, 0 * yaw], 1))


def restless(frames: int, seed: int = 0) -> Moved:
    steps = np.random.default_rng(seed).normal(0, 0.3, (frames, 3))
    return moved(np.stack([np.convolve(s, np.ones(9) / 3, "same") for s in steps.T], 1))


def test_a_swinging_head_is_measured() -> None:
    row = table_of([swinging(1.0, 3.0)])
    assert row["std yaw, degrees"] == pytest.approx(3 / np.sqrt(2), rel=0.02)
    assert row["dP yaw"] == pytest.approx(3 * 2 * np.pi / 25 * 2 / np.pi, rel=0.03)
    assert row["dP pitch"] == 0


def test_power_lies_in_the_band_of_the_motion() -> None:
    both = moved(np.repeat(swinging(2.5, 1.0).rotation[:, :1], 3, 1))
    assert spectrum([both]).argmax() == 2
    assert spectrum([both])[2] > 0.95


def test_frames_out_of_sight_do_not_count() -> None:
    jump = swinging(1.0, 1.0)
    jump.rotation[100:] += 50
    jump.found[98:102] = False
    assert changes([jump], 1).max() < 1


def test_a_blink_is_counted_with_its_length() -> None:
    lids = np.full(100, 0.1)
    lids[40:45] = (0.4, 0.9, 0.9, 0.5, 0.2)
    ((first, ms, depth),) = blinks(lids)
    assert first == 40
    assert depth == pytest.approx(0.8)
    # 0.5 is crossed a fifth of the way from 0.4 to 0.9, and again where it is 0.5
    assert ms == pytest.approx(40 * (43 - 40.2))


def test_a_still_face_does_not_blink_and_looks_at_the_viewer() -> None:
    row = table_of([moved(np.zeros((100, 3)))])
    assert row["blinks a minute"] == 0
    assert row["gaze on the viewer, share"] == 1
    assert row["glances away a minute"] == 0


def test_a_glance_away_is_counted() -> None:
    gaze = np.zeros((250, 2))
    gaze[100:110, 0] = 12
    row = table_of([moved(np.zeros((250, 3)), gaze)])
    assert row["gaze on the viewer, share"] == pytest.approx(0.96)
    assert row["glances away a minute"] == pytest.approx(6)


def test_a_smile_that_comes_is_seen() -> None:
    still, smiles = moved(np.zeros((100, 3))), moved(np.zeros((100, 3)))
    smiles.blends[50:, SMILE] = 0.4
    assert table_of([still])["smile, std"] == 0
    assert table_of([smiles])["smile, std"] == pytest.approx(0.2)


def test_a_fifth_off_is_within_and_more_is_not() -> None:
    assert within(1.2, 1.0)
    assert not within(1.21, 1.0)
    assert not within(0.79, 1.0)


def test_sets_that_move_alike_are_near() -> None:
    real = [restless(100, k) for k in range(40)]
    alike = [restless(100, 100 + k) for k in range(40)]
    slower = [moved(m.rotation * 0.3) for m in alike]
    near, far = (apart.frechet(apart.windows(real, "head"), apart.windows(some, "head"))
                 for some in (alike, slower))  # fmt: skip
    assert near < 0.5 * far


def test_seeds_that_do_the_same_have_no_diversity() -> None:
    real = [restless(100, k) for k in range(10)]
    found = apart.diversity(real, [real, real])["head"]
    assert found["seeds"] == 0
    assert found["real, other people"] > 0


def test_a_seam_is_found_at_its_phase() -> None:
    smooth = swinging(0.3, 3.0, 500)
    torn = moved(smooth.rotation + np.repeat(RANDOM.normal(0, 0.5, (100, 3)), 5, axis=0))
    assert long.seams([torn], 5, 0)["at borders"] > 1.5
    assert long.seams([torn], 5, 0)["at borders"] == long.seams([torn], 5, 0)["worst phase"]
    assert long.seams([smooth], 5, 0)["at borders"] == pytest.approx(1, abs=0.1)


def test_a_loop_and_its_gestures_are_found() -> None:
    once = restless(200)
    loop = moved(np.tile(once.rotation, (10, 1)))
    found = long.loops(loop)
    assert found["at seconds"] == 8
    assert found["highest"] > found["by chance"]
    assert long.gestures([loop])["with a twin"] > 0.9
    never = restless(2000)
    assert long.loops(never)["highest"] < 0.5
    assert long.gestures([never])["with a twin"] < 0.1


def test_a_drifting_head_is_told() -> None:
    away = restless(25 * 60 * 5)
    away.rotation[:, 0] += np.arange(len(away)) / 1500
    assert long.drift(away)["degrees a minute"][0] == pytest.approx(1, abs=0.1)


def test_windows_in_time_score_higher_than_shifted() -> None:
    rows = RANDOM.normal(0, 1, (200, 16))
    assert rhythm.windows(rows, rows).min() == pytest.approx(1)
    assert abs(rhythm.windows(rhythm.shifted(rows, 25), rows).mean()) < 0.1


def test_answers_are_counted_against_the_key() -> None:
    key = {f"{k:02}": "A" for k in range(40)}
    half = {k: "AB"[int(k) % 2] for k in key}
    assert told(half, key)["share"] == 0.5
    assert told(half, key)["by chance"] > 0.4
    assert told(key, key)["by chance"] < 1e-9
    with pytest.raises(SystemExit, match="differ"):
        told({"00": "A"}, key)


def test_lids_are_those_of_both_eyes() -> None:
    one = moved(np.zeros((3, 3)))
    one.blends[1, LIDS[0]] = 1
    assert one.lids[1] == 0.5
