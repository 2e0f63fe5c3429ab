"""Face + Motion -> pictures: prepare once, then draw each frame on fixed buffers."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, cached_property, partial
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.checks import Background, Framing
from vasari.render.body import Carried
from vasari.render.distance import Distance, grown
from vasari.render.layers import Layer, Now
from vasari.render.layers.creases import Creases
from vasari.render.layers.eye import Eye
from vasari.render.layers.flat_mouth import FlatMouth
from vasari.render.layers.folds import Folds
from vasari.render.layers.lid import Lid
from vasari.render.layers.light import Light
from vasari.render.layers.mouth import Mouth, how_dim
from vasari.render.layers.rims import Rims, band_of, without_rims
from vasari.render.puppet import Puppet
from vasari.render.raster import find_cuts, over, rasterise, soften
from vasari.render.stage import Stage, around, finer, set_stage, straight
from vasari.shape.coherent import check_coherent
from vasari.shape.eyes import CORNERS
from vasari.shape.landmarks import LIDS_ABOVE, LIDS_UPPER, MESH_POINTS
from vasari.values import BLENDSHAPES, Face, FloatArray, Motion, Picture
from vasari.values.motion import check_motion

FINE_AREA = 1100 * 1100  # pixels: larger pictures are read as they are
CUT = 8.0  # pixels over which the mesh does not stretch: a larger step is one part before another
MOST_CUTS = 8192  # pixels along such edges
DRAWN_AT_ONCE = 2  # pictures, by all renderers of a process together
STILL = 0.02  # pixels: a triangle that moves less is left as it lies
EYE_CODES = np.array([name.startswith("eye") for name in BLENDSHAPES])
LIP_CODES = np.array([name.startswith(("mouth", "tongue")) for name in BLENDSHAPES])

Paint = Literal["all", "baked", "none"]


class Renderer:
    """Draws one face.

    Attributes:
        stage: the portrait at the size it is drawn in.
        puppet: where it goes.

    Args:
        face: the portrait as it was read.
        size: side of the square picture of frame "crop", pixels, 256 to 1024.
        frame: "crop" (head and shoulders) or "full" (the whole picture at its own size).
        background: None keeps the portrait's; an RGB triple replaces it; "transparent" makes
            draw() give straight alpha as fourth channel.
        paint: "all", or less for measuring what it adds: "baked" (eyes, lids and mouth are laid
            in, nothing is shaded) or "none" (the warped portrait alone).
    """

    def __init__(
        self, face: Face, size: int = 512, frame: Framing = "crop", background: Background = None,
        paint: Paint = "all",
    ) -> None:  # fmt: skip
        check_coherent(face)
        self._transparent = background == "transparent"
        self.stage = set_stage(face, size, frame, background)
        height, width = self.stage.still.shape[:2]
        self.size = width, height
        self.puppet = Puppet(face, self.stage)
        self._own, self._gaze = face.expression, face.gaze
        self._held = np.zeros(len(face.expression), bool)
        self._held[: len(BLENDSHAPES)] = face.traits.dark_glass & EYE_CODES
        self._held[: len(BLENDSHAPES)] |= face.traits.mouth_hidden & LIP_CODES
        self._held[len(BLENDSHAPES) :] = face.traits.mouth_hidden
        height, width = self.stage.picture.shape[:2]
        fine = 2 if width * height <= FINE_AREA else 1
        self._layers, person = _layers(face, self.stage, self.puppet, fine, paint)
        self._person = finer(person, fine)
        mesh = self.puppet.mesh
        self._in_face = (mesh.triangles < MESH_POINTS).all(1)
        self._source = np.ascontiguousarray(mesh.source[:, :2]) * np.float32(fine)
        self._fine = fine
        self._around = partial(around, face, self.stage, frame)
        self._mouth = next((m for m in self._layers if isinstance(m, Mouth)), None)
        self._cut = np.float32(CUT * fine)
        ys, xs = np.mgrid[:height, :width].astype(np.float32)
        self._identity = np.ascontiguousarray(np.dstack([xs, ys])) * np.float32(fine)
        self._rooms = threading.local()

    def draw_all(self, motion: Motion, carried: Carried | None = None) -> Iterator[Picture]:
        """Every frame of a motion, in order; some are drawn ahead, on threads of their own.

        Raises:
            VideoError: the motion holds what none may.
        """
        check_motion(motion)
        waiting: deque[Future[Picture]] = deque()
        try:
            for k in range(len(motion)):
                waiting.append(_threads().submit(self._draw, motion, k, carried))
                if len(waiting) > DRAWN_AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for picture in waiting:
                picture.cancel()

    def draw(self, motion: Motion, k: int, carried: Carried | None = None) -> Picture:
        """Frame k of a motion in absolute terms (see `onto_face`).

        Args:
            motion: in absolute terms.
            k: the frame.
            carried: hair and breath of each frame; None: hair goes with the head, no breath.

        Returns:
            (H, W, 3) uint8, or (H, W, 4) with straight alpha for a transparent background.

        Raises:
            VideoError: the motion holds what none may.
        """
        check_motion(motion.part(k, k + 1))
        return self._draw(motion, k, carried)

    def _draw(self, motion: Motion, k: int, carried: Carried | None) -> Picture:
        room = self._room()
        now = self.now(motion, k, room.backward, carried)
        self._warp(now, room)
        for layer in self._layers:
            layer.draw(room.person, now)
        larger = _larger(motion, k, carried)
        if larger != 1:
            return self._at_distance(room.person, larger)
        x0, y0, x1, y1 = self.stage.box
        out = self.stage.still.copy()
        if self._transparent:
            out[y0:y1, x0:x1] = straight(room.person)
        else:
            over(room.person, self.stage.plate, room.picture)
            out[y0:y1, x0:x1] = room.picture
        return out

    def _at_distance(self, person: NDArray[np.uint8], larger: float) -> Picture:
        """The picture of the person, as drawn in the box, so many times as large."""
        (x0, y0, x1, y1), plate = self.stage.box, self.stage.whole[1]
        there, (left, top), distance = self._surroundings
        there = there.copy()
        there[y0 + top : y1 + top, x0 + left : x1 + left] = person
        shown = distance.show(there, larger)
        if self._transparent:
            return straight(shown)
        out = np.empty_like(plate)
        over(shown, plate, out)
        return out

    @cached_property
    def _surroundings(self) -> tuple[NDArray[np.uint8], tuple[int, int], Distance]:
        """The person with what is around the picture, the picture's corner in that, and what shows
        both at a distance: made when it is first asked for."""
        there, corner = self._around()
        middle = self.stage.pose.origin[:2] + np.array(self.stage.box[:2], np.float32)
        return there, corner, Distance(there, middle, self.stage.pose.scale, corner, self.size)

    def now(
        self, motion: Motion, k: int, backward: FloatArray | None = None,
        carried: Carried | None = None,
    ) -> Now:  # fmt: skip
        """What layers are told of frame k; `backward` (h, w, 2) is where the warp writes to."""
        # behind dark glass no eyes are seen to move, and behind a mask no lips
        expression = np.where(self._held, self._own, motion.expression[k])
        pose, shape, points = self.puppet.placed(motion, k, expression, carried)
        backward = self._identity if backward is None else backward
        return Now(pose, shape, points, expression, motion.gaze[k] - self._gaze, backward)

    def _room(self) -> _Room:
        """The buffers of the thread that asks."""
        if not hasattr(self._rooms, "own"):
            self._rooms.own = _Room(self._identity)
        return self._rooms.own  # type: ignore[no-any-return]

    def _warp(self, now: Now, room: _Room) -> None:
        """Fill the room with the person as the mesh now carries it."""
        mesh, target, source = self.puppet.mesh, now.points, self._source
        if self._mouth is not None:
            source = self._mouth.source(source, now.shape, self._fine)
        moved = np.abs(target[:, :2] - mesh.source[:, :2]).max(1) > STILL
        # The face is drawn as a whole: its hidden far side must find the near one before it.
        active = moved[mesh.triangles].any(1) | (self._in_face & moved[:MESH_POINTS].any())
        np.copyto(room.backward, self._identity)
        room.depth.fill(np.float32(1e9))
        rasterise(mesh.triangles[active], target, source, room.backward, room.depth)
        cv2.remap(  # type: ignore[call-overload]  # one map holds both coordinates
            self._person, room.backward, None, cv2.INTER_LINEAR, dst=room.person,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        cuts = find_cuts(room.backward, self._cut, room.cuts)
        soften(room.person, room.cuts, room.colours, cuts)


def _larger(motion: Motion, k: int, carried: Carried | None) -> float:
    """How many times as large as at the portrait's own distance the whole person is shown."""
    if carried is None or carried.away is None or not carried.away[k]:
        return 1.0
    away = float(carried.away[k])
    return grown(float(motion.position[k, 2]) - away, away)


def _layers(
    face: Face, stage: Stage, puppet: Puppet, fine: int, paint: Paint
) -> tuple[list[Layer], NDArray[np.uint8]]:
    """What is drawn over the warped person, from back to front, and the person that is warped."""
    if paint == "none":
        return [], stage.person
    traits, all_paint = face.traits, paint == "all" and not face.traits.flat
    layers: list[Layer] = []
    if all_paint:  # a flat drawing knows no folds and no light
        layers.append(Folds(traits.folds, stage.pose, face.expression, fine))
        own = face.expression
        layers.append(Creases(stage.picture, stage.landmarks, stage.pose, own, fine))
    if not traits.dark_glass:
        layers += _eyes(face, stage, puppet.rig.shape(face.expression))
    person = stage.person
    if len(traits.rims):
        band = band_of(stage.rims, stage.landmarks, stage.pose.scale, person.shape[:2])
        band[cv2.erode(person[..., 3], np.ones((5, 5), np.uint8)) < 255] = 0
        if band.any():  # some of it in the part that is drawn
            layers.append(Rims(person, band, puppet.mesh, stage.pose))
            person = without_rims(person, band)
    own = puppet.rig.shape(face.expression)
    if traits.flat:
        layers.append(FlatMouth(own))
    elif not traits.mouth_hidden:
        closed = puppet.rig.shape(np.zeros_like(face.expression))
        colour = traits.colour if all_paint else None
        dim = how_dim(stage.picture, stage.landmarks)
        layers.append(
            Mouth(traits.mouth, stage.landmarks, stage.pose.scale, closed, own, colour, dim)
        )
    if all_paint and not traits.mouth_hidden:  # it learned from bare faces, and would draw lips
        layers.append(Light(face.expression, stage.landmarks, stage.pose, traits.colour))
    return layers, person


def _eyes(face: Face, stage: Stage, own: FloatArray) -> list[Layer]:
    """Both eyes, then both lids; `own` (478, 3) is the portrait's own shape."""
    lids, marks, halves = face.traits.lids, stage.landmarks, (slice(7), slice(7, 14))
    layers: list[Layer] = []
    for k, (outer, inner) in enumerate(CORNERS):
        width = float(abs(own[outer, 0] - own[inner, 0]))
        layers.append(
            Eye(stage.picture, marks, stage.pose, face.gaze, width, face.traits.eyes, k)
        )  # fmt: skip
    for tones, half in zip(lids, halves, strict=True):
        layers.append(Lid(tones, marks, LIDS_UPPER[half], LIDS_ABOVE[half], face.traits.flat))
    return layers


@cache
def _threads() -> ThreadPoolExecutor:
    """Those that draw, for all renderers of a process."""
    return ThreadPoolExecutor(DRAWN_AT_ONCE, "vasari-draw")


class _Room:
    """Buffers in which one thread draws."""

    def __init__(self, identity: FloatArray) -> None:
        height, width = identity.shape[:2]
        self.backward = identity.copy()
        self.depth = np.empty((height, width), np.float32)
        self.person = np.empty((height, width, 4), np.uint8)
        self.picture = np.empty((height, width, 3), np.uint8)
        self.cuts = np.empty((MOST_CUTS, 2), np.int32)
        self.colours = np.empty((MOST_CUTS, 4), np.uint8)
