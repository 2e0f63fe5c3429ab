"""Makes the pictures of these pages: `python docs/pictures/make.py`, from the repository's root.

Only the demo portrait is shown: Eileen Collins, photographed by NASA, in the public domain.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

import vasari
from vasari.demo import demo_portrait, demo_voice
from vasari.media import open_sound
from vasari.motion import MotionStream
from vasari.motion.mouth import lip_opening
from vasari.portrait.draw import draw_face
from vasari.portrait.teeth import draw_teeth, tones
from vasari.render import Renderer
from vasari.render.mesh import build_mesh
from vasari.shape.onto_face import onto_face
from vasari.shape.space import Pose, face_space
from vasari.speech import SpeechStream
from vasari.values import BLENDSHAPES, EXPRESSION, SOUND_HZ, Face, Motion

HERE = Path(__file__).parent
QUALITY = 82  # of JPEG: each picture stays under 200 KB
PAPER, INK, GREY = 255, (40, 40, 40), (150, 150, 150)
COLOURS = ((200, 70, 60), (60, 120, 200), (60, 150, 90), (150, 90, 170))


def save(name: str, picture: np.ndarray) -> None:
    """Write (H, W, 3) uint8 RGB, as JPEG or PNG by its name."""
    bgr = np.ascontiguousarray(picture[..., ::-1])
    how = [cv2.IMWRITE_JPEG_QUALITY, QUALITY] if name.endswith(".jpg") else []
    cv2.imwrite(str(HERE / name), bgr, how)
    print(name, (HERE / name).stat().st_size // 1024, "KB")


def small(picture: np.ndarray, side: int) -> np.ndarray:
    """A square picture, resampled."""
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


def titled(picture: np.ndarray, title: str) -> np.ndarray:
    """A picture with a line of text above it."""
    out = cv2.copyMakeBorder(picture, 24, 4, 2, 2, cv2.BORDER_CONSTANT, value=(PAPER,) * 3)
    cv2.putText(out, title, (6, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    return out


def on_checks(rgba: np.ndarray) -> np.ndarray:
    """(H, W, 4) laid on the chequers that stand for nothing."""
    ys, xs = np.mgrid[: rgba.shape[0], : rgba.shape[1]]
    checks = np.where((xs // 12 + ys // 12) % 2, 205, 235)[..., None]
    share = rgba[..., 3:] / 255
    return (rgba[..., :3] * share + checks * (1 - share)).astype(np.uint8)


def posed(face: Face, **change: float) -> Motion:
    """One frame of a face at rest, with something changed: yaw, pitch, gaze, or blendshapes."""
    expression = np.zeros((1, EXPRESSION), np.float32)
    for name, value in change.items():
        hits = [k for k, b in enumerate(BLENDSHAPES) if b in (name, f"{name}Left", f"{name}Right")]
        expression[0, hits] = value
    turn = [[change.get("yaw", 0), change.get("pitch", 0), change.get("roll", 0)]]
    look = [[change.get("gaze", 0), 0]]
    rest = np.zeros((1, 3), np.float32)
    return onto_face(face, Motion(np.float32(turn), rest, np.float32(look), expression))


def one_thing(face: Face) -> np.ndarray:
    """The same portrait, one factor changed in each."""
    changes = {
        "at rest": {}, "yaw 15": {"yaw": 15}, "pitch 10": {"pitch": 10}, "gaze 18": {"gaze": 18},
        "jawOpen 0.6": {"jawOpen": 0.6}, "mouthPucker 0.9": {"mouthPucker": 0.9},
        "eyeBlink 1": {"eyeBlink": 1}, "browInnerUp, browOuterUp 1":
            {"browInnerUp": 1, "browOuterUp": 1},
    }  # fmt: skip
    renderer = Renderer(face, 512)
    cells = [
        titled(small(renderer.draw(posed(face, **c), 0), 230), name) for name, c in changes.items()
    ]
    return np.vstack([np.hstack(cells[:4]), np.hstack(cells[4:])])


def mesh(face: Face) -> np.ndarray:
    """The mesh at rest, red where it turns with the head; and carried along by a turn."""
    height, width = face.picture.shape[:2]
    pose = Pose(face.rotation, face.scale, face.origin)
    built = build_mesh(face.landmarks, pose, (width, height))
    turned = onto_face(face, posed_relative(yaw=14, pitch=-6))
    now = Pose(turned.rotation[0], face.scale, face.origin + turned.position[0] * face.scale)
    rest = pose.unproject(built.source)
    moved = built.source + built.weight[:, None] * (now.project(rest) - built.source)
    return np.hstack([
        titled(wires(face, built.source, built.triangles, built.weight), "the mesh at rest"),
        titled(wires(face, moved, built.triangles, built.weight), "turned by 14 degrees"),
    ])  # fmt: skip


def posed_relative(yaw: float, pitch: float) -> Motion:
    """One frame, relative to rest, of a turned head."""
    zero = np.zeros((1, 3), np.float32)
    turn = np.array([[yaw, pitch, 0]], np.float32)
    return Motion(turn, zero, zero[:, :2], np.zeros((1, EXPRESSION), np.float32))


def wires(
    face: Face, points: np.ndarray, triangles: np.ndarray, weight: np.ndarray, side: int = 480
) -> np.ndarray:
    """Triangles over a pale copy of the portrait, the head and shoulders of it."""
    zoom = 2
    canvas = (face.picture // 3 + 168).astype(np.uint8)
    canvas = cv2.resize(canvas, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
    for triangle in triangles[np.argsort(weight[triangles].mean(1))]:
        share = float(weight[triangle].mean())
        colour = tuple(int(a + share * (b - a)) for a, b in zip((90, 130, 220), (205, 40, 40),
                                                               strict=True))  # fmt: skip
        corners = np.round(points[triangle, :2] * zoom * 16).astype(np.int32)
        cv2.polylines(canvas, [corners], True, colour, 1, cv2.LINE_AA, 4)
    x, y, extent = (round(v * zoom) for v in face.crop)
    x, y = max(x, 0), max(y, 0)
    return small(canvas[y : y + extent, x : x + extent], side)


def layers(face: Face) -> np.ndarray:
    """What a portrait is taken apart into."""
    side = 230
    ground = Renderer(face, 512, background="transparent").draw(posed(face, jawOpen=0.5), 0)
    x, y, extent = (round(v) for v in face.crop)
    x, y = max(x, 0), max(y, 0)
    cut = (slice(y, y + extent), slice(x, x + extent))
    matte = np.repeat(face.matte[cut][..., None], 3, 2)
    cells = {
        "the picture": face.picture[cut], "matte": matte, "background plate": face.plate[cut],
        "the person, moved": on_checks(ground),
    }  # fmt: skip
    row = np.hstack([titled(small(c, side), name) for name, c in cells.items()])
    return np.vstack([row, drawn_mouth(face, row.shape[1])])


def drawn_mouth(face: Face, width: int) -> np.ndarray:
    """The drawn tooth rows, for the portrait's own tones (where it shows teeth, those cover it)."""
    at = face.landmarks.round().astype(int)

    def pixels(points: np.ndarray) -> np.ndarray:
        return face.picture[at[points, 1], at[points, 0]].astype(np.float32)

    rings = face_space().rings
    eye = np.concatenate([rings["right_eye"], rings["left_eye"]])
    tone = tones(pixels(np.array([50, 280, 117, 346])), pixels(rings["lips_outer"]), pixels(eye))
    half = (width - 12) // 3
    cells = []
    for texture, name in zip(
        draw_teeth(tone),
        ("upper row, on the head", "lower row, on the jaw", "tongue"),
        strict=True,
    ):
        picture = on_checks(texture)
        height = round(picture.shape[0] * half / picture.shape[1])
        seen = cv2.resize(picture, (half, height), interpolation=cv2.INTER_AREA)
        cells.append(titled(seen[: height - height // 6], name))
    row = np.hstack(cells)
    return cv2.copyMakeBorder(row, 0, 0, 0, width - row.shape[1], cv2.BORDER_CONSTANT,
                              value=(PAPER,) * 3)  # fmt: skip


def strip(face: Face, count: int = 6, side: int = 230) -> np.ndarray:
    """Pictures of the demo, those in which the mouth differs most from each other."""
    pictures = list(vasari.talk(face, demo_voice()))
    opening = lip_opening(spoken().expression)
    at = np.linspace(4, min(len(pictures), len(opening)) - 12, count + 1).astype(int)
    best = [a + int(np.argmax(opening[a:b]) if k % 2 else np.argmin(opening[a:b]))
            for k, (a, b) in enumerate(pairwise(at))]  # fmt: skip
    return np.hstack([small(pictures[k], side) for k in best])


def spoken() -> Motion:
    """The motion that the demo voice makes, relative to rest."""
    sound = np.concatenate(list(open_sound(demo_voice()).pieces()))
    return MotionStream(chunk=25).push(SpeechStream(25).push(sound, last=True), last=True)


def curves(width: int = 940, row: int = 74) -> np.ndarray:
    """The demo voice, and what moves with it."""
    sound = np.concatenate(list(open_sound(demo_voice()).pieces()))
    motion = spoken()
    blink = motion.expression[:, BLENDSHAPES.index("eyeBlinkLeft")]
    lines = {
        "sound": None, "lips apart": lip_opening(motion.expression), "blink": blink,
        "head yaw": motion.rotation[:, 0], "gaze yaw": motion.gaze[:, 0],
    }  # fmt: skip
    canvas = np.full((row * len(lines) + 26, width, 3), PAPER, np.uint8)
    left, seconds = 96, len(sound) / SOUND_HZ
    for k, (name, values) in enumerate(lines.items()):
        top = k * row
        cv2.putText(canvas, name, (6, top + row // 2 + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1,
                    cv2.LINE_AA)  # fmt: skip
        if values is None:
            draw_wave(canvas, sound, left, top, row)
            continue
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        x = left + (width - left - 8) * np.arange(len(values)) / max(len(values) - 1, 1)
        y = top + row - 10 - (row - 20) * (values - low) / max(high - low, 1e-6)
        points = np.round(np.column_stack([x, y]) * 16).astype(np.int32)
        cv2.polylines(canvas, [points], False, COLOURS[k - 1], 2, cv2.LINE_AA, 4)
    for second in range(int(seconds) + 1):
        x = left + round((width - left - 8) * second / seconds)
        cv2.line(canvas, (x, 4), (x, row * len(lines)), (228, 228, 228), 1)
        cv2.putText(canvas, f"{second} s", (x - 6, canvas.shape[0] - 8), cv2.FONT_HERSHEY_SIMPLEX,
                    0.4, GREY, 1, cv2.LINE_AA)  # fmt: skip
    return canvas


def draw_wave(canvas: np.ndarray, sound: np.ndarray, left: int, top: int, row: int) -> None:
    """The reach of the sound, column by column, in one row of the canvas."""
    columns = canvas.shape[1] - left - 8
    loudest = max(float(np.abs(sound).max()), 1e-6)
    for k, piece in enumerate(np.array_split(sound, columns)):
        reach = round((row / 2 - 6) * float(np.abs(piece).max()) / loudest)
        middle = top + row // 2
        cv2.line(canvas, (left + k, middle - reach), (left + k, middle + reach), GREY, 1)


def main() -> None:
    """Make them all."""
    face = vasari.read_portrait(demo_portrait())
    save("read.jpg", small_drawing(face))
    save("mesh.jpg", mesh(face))
    save("layers.jpg", layers(face))
    save("one-thing.jpg", one_thing(face))
    save("strip.jpg", strip(face))
    save("curves.png", curves())


def small_drawing(face: Face) -> np.ndarray:
    """What `vasari read --draw` writes, smaller."""
    drawing = draw_face(face)
    return cv2.resize(drawing, (640, round(640 * drawing.shape[0] / drawing.shape[1])),
                      interpolation=cv2.INTER_AREA)  # fmt: skip


if __name__ == "__main__":
    main()
