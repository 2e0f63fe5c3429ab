"""Face + Motion -> pictures: prepare once, then draw each frame on fixed buffers."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.portrait.flat import is_flat
from vasari.portrait.glasses import BELOW_EYES, behind_dark_glass
from vasari.portrait.mouth import read_mouth
from vasari.render.layers.eye import Eye
from vasari.render.layers.flat_mouth import FlatMouth
from vasari.render.layers.folds import Folds
from vasari.render.layers.lid import Lid
from vasari.render.layers.light import Painter, colourfulness
from vasari.render.layers.mouth import TONGUE_OUT, Mouth
from vasari.render.layers.mouth_painter import MouthPainter
from vasari.render.layers.rims import Rims, find_rims, without_rims
from vasari.render.mesh import BODY_FADE, BODY_RADIUS, build_mesh, unfold
from vasari.render.raster import find_cuts, over, rasterise, soften
from vasari.shape.space import LIDS_ABOVE, LIDS_UPPER, NECK, Pose, Rig, face_space
from vasari.values import BLENDSHAPES, Face, FloatArray, Motion, Picture

CAMERA = 12.0  # eye distances from the camera to the head: what "nearer" does to its size
FINE_AREA = 1100 * 1100  # pixels: larger pictures are read as they are
BODY_FOLLOWS = 0.4  # of the way that the neck goes
CUT = 8.0  # pixels over which the mesh does not stretch: a larger step is one part before another
MOST_CUTS = 8192  # pixels along such edges
DRAWN_AT_ONCE = 2  # pictures
STILL = 0.02  # pixels: a triangle that moves less is left as it lies
EYE_CODES = np.array([name.startswith("eye") for name in BLENDSHAPES])

Frame = Literal["crop", "full"]
Paint = Literal["all", "baked", "none"]


class Renderer:
    """Draws one face.

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
        self, face: Face, size: int = 512, frame: Frame = "crop",
        background: tuple[int, int, int] | Literal["transparent"] | None = None,
        paint: Paint = "all",
    ) -> None:  # fmt: skip
        self._transparent = background == "transparent"
        picture, matte, plate, corner, zoom = _working(face, size, frame)
        self.size = picture.shape[1], picture.shape[0]
        if isinstance(background, tuple):
            behind = np.empty_like(plate)
            behind[:] = background
        else:
            behind = plate
        person = _lift(picture, matte, plate)
        self._still = self._composed(person, behind)
        self._box = _moving_box(face, corner, zoom, self.size)
        picture, person = _part(picture, self._box), _part(person, self._box)
        self._plate = _part(behind, self._box)
        height, width = picture.shape[:2]
        corner = corner + np.array(self._box[:2], np.float32) / np.float32(zoom)
        self._pose = Pose(
            face.rotation, face.scale * zoom,
            np.append((face.origin[:2] - corner) * zoom, face.origin[2] * zoom).astype(np.float32),
        )  # fmt: skip
        self._landmarks = face.landmarks * np.float32(zoom)
        self._landmarks[:, :2] -= np.asarray(corner, np.float32) * np.float32(zoom)
        self._landmarks = unfold(self._landmarks, picture)
        self._gaze = face.gaze
        self._rig = Rig(face.neutral, face.expression)
        own = self._rig.shape(face.expression)
        self._slack = self._landmarks - self._pose.project(own)
        self._mesh = build_mesh(self._landmarks, self._pose, (width, height))
        self._rest = self._pose.unproject(self._mesh.source)
        self._fine = 2 if width * height <= FINE_AREA else 1
        flat = is_flat(picture, self._landmarks)
        self._make_eyes(picture, face.expression, flat)
        closed = self._rig.shape(np.zeros_like(face.expression))
        self._mouth: Mouth | FlatMouth = (
            FlatMouth(own) if flat
            else Mouth(read_mouth(picture, self._landmarks, self._pose, closed, own),
                       self._landmarks, self._pose.scale, closed, own)
        )  # fmt: skip
        self._baked = paint != "none"
        person = self._lift_rims(person, picture)
        self._painters: tuple[Folds, MouthPainter, Painter] | None = None
        if paint == "all" and isinstance(self._mouth, Mouth):  # a flat drawing knows no light
            colour = colourfulness(picture, self._landmarks)
            self._painters = (
                Folds(picture, self._landmarks, self._pose, face.expression, self._fine),
                MouthPainter(self._mouth.line, self._mouth.tooth, colour),
                Painter(face, picture, self._landmarks, self._pose, colour),
            )
        self._person = _finer(person, self._fine)
        self._in_face = (self._mesh.triangles < 468).all(1)
        self._source = np.ascontiguousarray(self._mesh.source[:, :2]) * np.float32(self._fine)
        ys, xs = np.mgrid[:height, :width].astype(np.float32)
        self._identity = np.ascontiguousarray(np.dstack([xs, ys])) * np.float32(self._fine)
        self._rooms = threading.local()
        self._pool = ThreadPoolExecutor(DRAWN_AT_ONCE, "vasari-draw")

    def _make_eyes(self, picture: Picture, own: FloatArray, flat: bool) -> None:
        """Eyes and lids, or none behind a dark glass: there the portrait's own codes are held."""
        self._own = own
        self._held = np.zeros(len(own), bool)
        self._eyes, self._lids = [], []
        if behind_dark_glass(picture, self._landmarks):
            self._held[: len(BLENDSHAPES)] = EYE_CODES
            return
        rings = face_space().rings
        self._eyes = [
            Eye(picture, self._landmarks, self._pose, rings["right_eye"], 468),
            Eye(picture, self._landmarks, self._pose, rings["left_eye"], 473),
        ]
        self._lids = [
            Lid(picture, self._landmarks, LIDS_UPPER[half], LIDS_ABOVE[half], below, flat)
            for half, below in zip((slice(7), slice(7, 14)), BELOW_EYES, strict=True)
        ]

    def _lift_rims(self, person: NDArray[np.uint8], picture: Picture) -> NDArray[np.uint8]:
        """Take the rims of clear glasses off the person; dark ones stay with their lids."""
        self._rims = None
        if not self._baked or not self._eyes:
            return person
        band = find_rims(picture, self._landmarks)
        if band is None:
            return person
        band[cv2.erode(person[..., 3], np.ones((5, 5), np.uint8)) < 255] = 0
        self._rims = Rims(person, band, self._mesh)
        return without_rims(person, band)

    def draw_all(self, motion: Motion) -> Iterator[Picture]:
        """Every frame of a motion, in order; some are drawn ahead, on threads of their own."""
        waiting: deque[Future[Picture]] = deque()
        try:
            for k in range(len(motion)):
                waiting.append(self._pool.submit(self.draw, motion, k))
                if len(waiting) > DRAWN_AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for picture in waiting:
                picture.cancel()

    def _room(self) -> _Room:
        """The buffers of the thread that asks."""
        if not hasattr(self._rooms, "own"):
            self._rooms.own = _Room(self._identity)
        return self._rooms.own  # type: ignore[no-any-return]

    def draw(self, motion: Motion, k: int) -> Picture:
        """Frame k of a motion in absolute terms (see `onto_face`).

        Returns:
            (H, W, 3) uint8, or (H, W, 4) with straight alpha for a transparent background.
        """
        pose, shape, target = self.placed(motion, k)
        room, now = self._room(), self._shown(motion, k)
        self._warp(target, room, shape)
        person, turn = room.person, motion.gaze[k] - self._gaze
        if self._painters:
            self._painters[0].draw(person, target, room.backward, now)
        drawn = self._lay_in(person, pose, shape, target, turn, now) if self._baked else 0.0
        if self._painters:
            _, mouth, face = self._painters
            mouth.paint(person, target, pose, drawn)
            face.paint(person, target, pose, now, turn)
        x0, y0, x1, y1 = self._box
        out = self._still.copy()
        if self._transparent:
            out[y0:y1, x0:x1] = _straight(person)
        else:
            over(person, self._plate, room.picture)
            out[y0:y1, x0:x1] = room.picture
        return out

    def _lay_in(
        self, person: NDArray[np.uint8], pose: Pose, shape: FloatArray, points: FloatArray,
        turn: FloatArray, now: FloatArray,
    ) -> float:  # fmt: skip
        """Eyes, lids and mouth into the holes of the warped face; gives how much of the mouth was
        drawn."""
        for eye in self._eyes:
            eye.draw(person, points, pose, turn)
        for lid in self._lids:
            lid.draw(person, points)
        if self._rims:
            self._rims.draw(person, pose.project(self._rest))
        return self._mouth.draw(person, points, pose, shape, float(now[TONGUE_OUT]))

    def placed(self, motion: Motion, k: int) -> tuple[Pose, FloatArray, FloatArray]:
        """Frame k: the head's pose in pixels of the part that is drawn, the face (478, 3) in the
        face space, and where each vertex of the mesh (468 of the face first) lies, pixels."""
        pose = self._posed(motion.rotation[k], motion.position[k])
        shape = self._rig.shape(self._shown(motion, k))
        breath = 0.0 if motion.breath is None else float(motion.breath[k])
        trailing = pose
        if motion.hair is not None:
            trailing = self._posed(motion.hair[k, :3], motion.hair[k, 3:])
        return pose, shape, self._place(pose, shape, breath, trailing)

    def _shown(self, motion: Motion, k: int) -> FloatArray:
        """(EXPRESSION,) the expression of frame k, less what this portrait cannot show."""
        return np.where(self._held, self._own, motion.expression[k])

    def _composed(self, person: NDArray[np.uint8], behind: Picture) -> NDArray[np.uint8]:
        """The whole picture at rest: what lies outside the moving box never changes."""
        if self._transparent:
            return _straight(person)
        out = np.empty_like(behind)
        over(person, behind, out)
        return out

    def _posed(self, rotation: FloatArray, position: FloatArray) -> Pose:
        unit = self._pose.scale
        scale = unit * CAMERA / (CAMERA + float(position[2]))
        move = np.array([position[0] * unit, position[1] * unit, 0], np.float32)
        return Pose(rotation, scale, self._pose.origin + move)

    def _place(self, pose: Pose, shape: FloatArray, breath: float, trailing: Pose) -> FloatArray:
        """(V, 3) where every vertex goes; loose hair towards the pose that trails the head's."""
        mesh = self._mesh
        face = pose.project(shape) + self._slack * np.float32(pose.scale / self._pose.scale)
        turned = pose.project(self._rest)
        target = mesh.source + mesh.weight[:, None] * (turned - mesh.source)
        target += mesh.hair[:, None] * (trailing.project(self._rest) - turned)
        target += mesh.body[:, None] * self._body_goes(pose, breath)
        target[:468] = mesh.source[:468] + mesh.weight[:468, None] * (
            face[:468] - mesh.source[:468]
        )
        stretch = face[mesh.oval] - turned[mesh.oval]
        target[468:] += (mesh.follow[468:, None] * stretch).astype(np.float32)
        risen = np.minimum(target[:, 1] - mesh.source[:, 1], 0)
        target[:, 1] -= (1 - mesh.rise) * risen
        return np.ascontiguousarray(target, np.float32)

    def _body_goes(self, pose: Pose, breath: float) -> FloatArray:
        """(V, 3) where the body goes: a part of the way that the neck goes, without turning, and
        up by a breath (eye distances)."""
        neck, own = pose.project(NECK), self._pose.project(NECK)
        grown = np.float32(pose.scale / self._pose.scale)
        moves = BODY_FOLLOWS * (neck - own + (grown - 1) * (self._mesh.source - own))
        moves[:, 1] -= breath * self._pose.scale
        return np.asarray(moves, np.float32)

    def _warp(self, target: FloatArray, room: _Room, shape: FloatArray) -> None:
        """Fill the room with the person as the mesh now carries it."""
        mesh = self._mesh
        moved = np.abs(target[:, :2] - mesh.source[:, :2]).max(1) > STILL
        # The face is drawn as a whole: its hidden far side must find the near one before it.
        active = moved[mesh.triangles].any(1) | (self._in_face & moved[:468].any())
        np.copyto(room.backward, self._identity)
        room.depth.fill(np.float32(1e9))
        source = self._mouth.source(self._source, shape, self._fine)
        rasterise(mesh.triangles[active], target, source, room.backward, room.depth)
        cv2.remap(  # type: ignore[call-overload]  # one map holds both coordinates
            self._person, room.backward, None, cv2.INTER_LINEAR, dst=room.person,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        cuts = find_cuts(room.backward, np.float32(CUT * self._fine), room.cuts)
        soften(room.person, room.cuts, room.colours, cuts)


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


def _working(
    face: Face, size: int, frame: Frame
) -> tuple[Picture, NDArray[np.uint8], Picture, FloatArray, float]:
    """Picture, matte and plate at the size they are drawn in; their corner and zoom."""
    if frame == "full":
        height, width = (n - n % 2 for n in face.picture.shape[:2])
        cut = (slice(height), slice(width))
        return (np.ascontiguousarray(face.picture[cut]), np.ascontiguousarray(face.matte[cut]),
                np.ascontiguousarray(face.plate[cut]), np.zeros(2, np.float32), 1.0)  # fmt: skip
    x, y, side = face.crop
    zoom = size / side
    layers = [_cut(layer, x, y, side, size) for layer in (face.picture, face.matte, face.plate)]
    return layers[0], layers[1], layers[2], np.array([x, y], np.float32), zoom


def _moving_box(
    face: Face, corner: FloatArray, zoom: float, size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the part of the working picture that can move, even numbers."""
    unit = face.scale * zoom
    points = (face.landmarks[[10, 152], :2] - corner) * zoom
    middle, reach = points.mean(0), (BODY_RADIUS + BODY_FADE + 0.5) * unit
    box = np.concatenate([middle - reach, middle + reach])
    low = np.maximum(box[:2] // 2 * 2, 0).astype(int)
    high = np.minimum(box[2:] // 2 * 2 + 2, size).astype(int)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _part(layer: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(layer[y0:y1, x0:x1])


def _cut(layer: NDArray[np.uint8], x: float, y: float, side: float, size: int) -> NDArray[np.uint8]:
    """A square of a picture, resampled; beyond the picture its border goes on."""
    zoom = size / side
    if zoom < 1:  # shrink first, so that nothing aliases
        smaller = cv2.resize(layer, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        layer = np.asarray(smaller, np.uint8)
        x, y, zoom = x * zoom, y * zoom, 1.0
    matrix = np.array([[zoom, 0, -x * zoom], [0, zoom, -y * zoom]], np.float64)
    cut = cv2.warpAffine(
        layer, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cut, np.uint8)


def _lift(picture: Picture, matte: NDArray[np.uint8], plate: Picture) -> NDArray[np.uint8]:
    """(H, W, 4) the person with premultiplied alpha: laid over the plate it is the picture.

    Where the plate is too bright or too dark to be behind the picture's pixel at the matte's
    alpha, alpha is raised to the least that explains the pixel.
    """
    front, back = picture.astype(np.float32), plate.astype(np.float32)
    darker = (back - front) / np.maximum(back, 1)
    brighter = (front - back) / np.maximum(255 - back, 1)
    least = np.ceil(255 * np.maximum(darker, brighter).max(2)).clip(0, 255)
    least[(picture == plate).all(2)] = 0
    alpha = np.maximum(matte, least.astype(np.uint8))
    left = (255 - alpha.astype(np.int32))[..., None]
    colour = np.clip(picture - (left * plate + 127) // 255, 0, 255)
    return np.ascontiguousarray(np.dstack([colour, alpha[..., None]]).astype(np.uint8))


def _finer(person: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Enlarged so that pixel (x, y) lies unchanged at (factor x, factor y): bilinear reading of
    it is as sharp as bicubic reading of the original, and five times as fast."""
    if factor == 1:
        return person
    matrix = np.array([[factor, 0, 0], [0, factor, 0]], np.float64)
    size = (person.shape[1] * factor, person.shape[0] * factor)
    finer = cv2.warpAffine(
        person, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    out = np.asarray(finer, np.uint8)
    np.minimum(out[..., :3], out[..., 3:], out=out[..., :3])  # no ringing where nothing is
    return out


def _straight(person: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Premultiplied to straight alpha."""
    alpha = person[..., 3:].astype(np.float32)
    colour = person[..., :3] * (255 / np.maximum(alpha, 1))
    return np.dstack([np.clip(colour + 0.5, 0, 255), alpha]).astype(np.uint8)
