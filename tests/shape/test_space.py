from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faces import expression, made_face
from vasari.shape.space import (
    Pose,
    Rig,
    face_space,
    lid_gaps,
    lip_gaps,
    pose_of,
    rotation_angles,
    rotation_matrix,
)

angle = st.floats(-60, 60)


@given(angle, angle, angle)
def test_angles_are_read_back(yaw: float, pitch: float, roll: float) -> None:
    turned = np.array([yaw, pitch, roll], np.float32)
    assert np.allclose(rotation_angles(rotation_matrix(turned)), turned, atol=1e-2)


@pytest.mark.parametrize(
    ("rotation", "axis", "sign"), [((20, 0, 0), 0, 1), ((0, 20, 0), 1, -1)]
)  # fmt: skip
def test_signs_of_the_pose(rotation: tuple[float, ...], axis: int, sign: int) -> None:
    """The nose goes right with yaw and up (smaller y) with pitch."""
    nose = np.array([0, 0, -1], np.float32)
    assert sign * (rotation_matrix(np.array(rotation, np.float32)) @ nose)[axis] > 0.3


@given(angle, st.floats(-40, 40), angle, st.floats(20, 400))
def test_pose_is_read_back(yaw: float, pitch: float, roll: float, scale: float) -> None:
    pose = Pose(np.array([yaw, pitch, roll], np.float32), scale, np.array([9, 8, 7], np.float32))
    code = expression(jawOpen=0.5, mouthSmile=0.7)
    shape = face_space().mean + np.tensordot(code, face_space().basis, 1)
    read = pose_of(pose.project(shape.astype(np.float32)), code)
    assert np.allclose(read.rotation, pose.rotation, atol=0.05)
    assert read.scale == pytest.approx(scale, rel=1e-3)


def test_closed_means_closed() -> None:
    """Lips meet when the code says closed, also on a person whose mouth was read open."""
    for own in (expression(), expression(jawOpen=0.5, mouthSmile=0.8)):
        face = made_face(own=own)
        rig = Rig(face.neutral, face.expression)
        for code in (expression(), expression(mouthPress=0.8), expression(mouthSmile=0.6)):
            assert np.abs(lip_gaps(rig.shape(code))[2:7]).max() < 0.01
        assert lip_gaps(rig.shape(expression(jawOpen=0.5)))[4] > 0.1


def test_lids_close_and_open() -> None:
    face = made_face()
    rig = Rig(face.neutral, face.expression)
    assert np.allclose(lid_gaps(rig.shape(expression(eyeBlink=1))), 0, atol=1e-3)
    half = lid_gaps(rig.shape(expression(eyeBlink=0.4))).sum()
    assert 0.1 < half / lid_gaps(rig.shape(expression())).sum() < 0.9


def test_a_blink_shuts_wide_and_narrow_eyes() -> None:
    for own in (expression(eyeWide=0.9), expression(eyeSquint=0.7, eyeBlink=0.3)):
        face = made_face(own=own)
        rig = Rig(face.neutral, face.expression)
        open_by = lid_gaps(rig.shape(own)).mean()
        for blink, least, most in ((0.3, 0.3, 0.9), (1.0, 0, 0.01)):
            shape = rig.shape(np.clip(own + expression(eyeBlink=blink), 0, 1))
            assert least <= lid_gaps(shape).mean() / open_by <= most


def test_own_expression_is_the_portrait() -> None:
    face = made_face(rotation=(20, -5, 10), own=expression(jawOpen=0.4, eyeBlink=0.3))
    pose = Pose(face.rotation, face.scale, face.origin)
    shape = Rig(face.neutral, face.expression).shape(face.expression)
    assert np.allclose(pose.project(shape), face.landmarks, atol=0.02)
