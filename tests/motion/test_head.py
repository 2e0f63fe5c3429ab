import numpy as np

from vasari.motion.head import MOST, Head, kneed


def test_small_ways_stay_as_they_are() -> None:
    small = 0.3 * MOST * [1, 0, 0, 0, 1, 0]
    np.testing.assert_allclose(kneed(small), small, rtol=0.01)


def test_all_at_once_share_one_bound() -> None:
    for far in (0.5, 1.0, 5.0, 100.0):
        for way in ([1, 0, 0], [1, 1, 1], [-1, 1, 0]):
            turned = kneed(np.array([*far * MOST[:3] * way, 0, 0, 0]))
            assert np.linalg.norm(turned[:3] / MOST[:3]) <= 1
            assert not turned[3:].any()


def test_a_head_leaves_its_own_pose_smoothly_and_holds_a_tilt() -> None:
    head, drawn = Head(), np.array([4, 4, 4, 0.05, 0, 0], np.float32)
    went = np.array([head.step(drawn, np.zeros(3)) for _ in range(100)])
    assert np.abs(went[0]).max() < 0.5
    assert (np.diff(went[:, 2]) > -1e-9).all()  # of what lasts more and more is held
    assert went[-1, 2] > 1.2 * went[15, 2] > 0
    np.testing.assert_allclose(went[-1, 0], went[15, 0], rtol=0.05)  # yaw is not


def test_who_spreads_wider_turns_farther() -> None:
    drawn = np.array([4, 0, 0, 0, 0, 0], np.float32)
    calm, lively = Head(), Head()
    for _ in range(20):
        near, far = calm.step(drawn, np.full(3, -1.0)), lively.step(drawn, np.full(3, 1.0))
    assert far[0] > 1.5 * near[0]
