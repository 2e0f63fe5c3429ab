from __future__ import annotations

import numpy as np

from vasari.render.raster import blend, find_cuts, over, rasterise, soften


def plain_rasterise(triangles, target, source, backward, depth):  # type: ignore[no-untyped-def]
    """The numpy twin: every pixel of every triangle, one by one."""
    for a, b, c in triangles:
        corners = target[[a, b, c], :2].astype(float)
        matrix = np.vstack([corners.T, np.ones(3)])
        if abs(np.linalg.det(matrix)) < 1e-6:
            continue
        inverse = np.linalg.inv(matrix)
        for y in range(depth.shape[0]):
            for x in range(depth.shape[1]):
                share = inverse @ np.array([x, y, 1.0])
                z = share @ target[[a, b, c], 2]
                if share.min() >= -1e-4 and z < depth[y, x]:
                    depth[y, x] = z
                    backward[y, x] = share @ source[[a, b, c]]


def test_like_its_twin() -> None:
    rng = np.random.default_rng(3)
    target = (rng.random((12, 3)) * 30 - 4).astype(np.float32)
    source = (rng.random((12, 2)) * 30).astype(np.float32)
    triangles = rng.integers(0, 12, (14, 3)).astype(np.int32)
    maps = [(np.zeros((24, 22, 2), np.float32), np.full((24, 22), 1e9, np.float32)) for _ in "ab"]
    rasterise(triangles, target, source, *maps[0])
    plain_rasterise(triangles, target, source, *maps[1])
    same = np.isclose(maps[0][1], maps[1][1], atol=1e-2)
    assert same.mean() > 0.99  # pixels exactly on an edge may fall to either side
    assert np.abs(maps[0][0] - maps[1][0])[same].max() < 0.05


def test_over_and_blend() -> None:
    person = np.array([[[50, 60, 70, 255], [10, 10, 10, 51]]], np.uint8)
    plate = np.full((1, 2, 3), 100, np.uint8)
    out = np.empty_like(plate)
    over(person, plate, out)
    assert out.tolist() == [[[50, 60, 70], [90, 90, 90]]]
    blend(person, plate, np.array([[0, 255]], np.uint8))
    assert person.tolist() == [[[50, 60, 70, 255], [100, 100, 100, 255]]]


def test_edges_before_something_far_are_smoothed() -> None:
    """Where the map jumps, and nowhere else."""
    ys, xs = np.mgrid[:20, :24].astype(np.float32)
    backward = np.ascontiguousarray(np.dstack([xs, ys]))
    cuts, room = np.empty((100, 2), np.int32), np.empty((100, 4), np.uint8)
    assert find_cuts(backward, np.float32(8), cuts) == 0
    backward[:, 12:, 0] += 30
    found = find_cuts(backward, np.float32(8), cuts)
    assert {tuple(c) for c in cuts[:found]} == {(y, x) for y in range(1, 19) for x in (11, 12)}
    picture = np.zeros((20, 24, 4), np.uint8)
    picture[:, 12:] = 200
    before = picture.copy()
    soften(picture, cuts, room, found)
    assert (picture[5, 11] == 50).all()
    assert (picture[5, 12] == 150).all()
    changed = (picture != before).any(2)
    assert set(np.flatnonzero(changed.any(0))) == {11, 12}
    assert find_cuts(backward, np.float32(8), cuts[:7]) == 7
