"""Where a moving head carries every vertex of its mesh."""

from __future__ import annotations

import numpy as np

from vasari.render.body import Carried
from vasari.render.mesh import build_mesh
from vasari.render.stage import Stage
from vasari.shape.landmarks import MESH_POINTS
from vasari.shape.space import NECK, Pose, Rig
from vasari.values import Face, FloatArray, Motion
from vasari.values.motion import CAMERA

BODY_FOLLOWS = 0.4  # of the way that the neck goes


class Puppet:
    """One portrait's face, head, hair and body, ready to take any motion.

    Attributes:
        mesh: what carries them.
        rig: the face's own shape.

    Args:
        face: the portrait.
        stage: it at the size it is drawn in.
    """

    def __init__(self, face: Face, stage: Stage) -> None:
        self._own = stage.pose
        self.rig = Rig(face.neutral, face.expression, face.traits.mouth_hidden)
        self._slack = stage.landmarks - self._own.project(self.rig.shape(face.expression))
        height, width = stage.picture.shape[:2]
        self.mesh = build_mesh(stage.landmarks, self._own, (width, height))
        self._rest = self._own.unproject(self.mesh.source)

    def placed(
        self, motion: Motion, k: int, expression: FloatArray, carried: Carried | None
    ) -> tuple[Pose, FloatArray, FloatArray]:
        """Frame k of a motion.

        Args:
            motion: in absolute terms.
            k: the frame.
            expression: (EXPRESSION,) what the face shows of it.
            carried: hair and breath of each frame; None: hair goes with the head, no breath.

        Returns:
            The head's pose; the face (478, 3) in the face space; and where each vertex (V, 3) lies,
            pixels.
        """
        position = motion.position[k]
        if carried is not None and carried.away is not None:  # the whole person goes: see Distance
            position = position - np.array([0, 0, carried.away[k]], np.float32)
        pose = trailing = self._posed(motion.rotation[k], position)
        shape = self.rig.shape(expression)
        breath = 0.0
        if carried is not None:
            breath = float(carried.breath[k])
            trailing = self._posed(carried.hair[k, :3], carried.hair[k, 3:])
        return pose, shape, self._place(pose, shape, breath, trailing)

    def _posed(self, rotation: FloatArray, position: FloatArray) -> Pose:
        unit = self._own.scale
        scale = unit * CAMERA / (CAMERA + float(position[2]))
        move = np.array([position[0] * unit, position[1] * unit, 0], np.float32)
        return Pose(rotation, scale, self._own.origin + move)

    def _place(self, pose: Pose, shape: FloatArray, breath: float, trailing: Pose) -> FloatArray:
        """(V, 3) where every vertex goes; loose hair towards the pose that trails the head's."""
        mesh, face = self.mesh, slice(MESH_POINTS)
        shown = pose.project(shape) + self._slack * np.float32(pose.scale / self._own.scale)
        turned = pose.project(self._rest)
        target = mesh.source + mesh.weight[:, None] * (turned - mesh.source)
        target += mesh.hair[:, None] * (trailing.project(self._rest) - turned)
        target += mesh.body[:, None] * self._body_goes(pose, breath)
        target[face] = mesh.source[face] + mesh.weight[face, None] * (
            shown[face] - mesh.source[face]
        )
        stretch = shown[mesh.oval] - turned[mesh.oval]
        target[MESH_POINTS:] += (mesh.follow[MESH_POINTS:, None] * stretch).astype(np.float32)
        risen = np.minimum(target[:, 1] - mesh.source[:, 1], 0)
        target[:, 1] -= (1 - mesh.rise) * risen
        return np.ascontiguousarray(target, np.float32)

    def _body_goes(self, pose: Pose, breath: float) -> FloatArray:
        """(V, 3) where the body goes: a part of the way that the neck goes, without turning, and
        up by a breath (eye distances)."""
        neck, own = pose.project(NECK), self._own.project(NECK)
        grown = np.float32(pose.scale / self._own.scale)
        moves = BODY_FOLLOWS * (neck - own + (grown - 1) * (self.mesh.source - own))
        moves[:, 1] -= breath * self._own.scale
        return np.asarray(moves, np.float32)
