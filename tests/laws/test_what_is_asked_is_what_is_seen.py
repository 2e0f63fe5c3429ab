"""Law 6: an opening that is asked for is seen in the picture; closed is closed.

The reader is a simple one: between the middles of both lips, the inside of a mouth begins and ends
where it is much darker or paler than they are.
`python -m benchmarks.mouth` asks a better one, on twenty portraits.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.mouth.asked import code_of, measured, opened, talking

from tests.faces import expression, made_face, painted_lips
from vasari.render import Renderer
from vasari.shape.space import Rig
from vasari.values import Face

GAPS = (0.0, 0.05, 0.10, 0.15, 0.20)  # eye distances
DARK, PALE = 0.75, 0.5  # of the lips' own light, and of their redness
LIPS = (12, 15)  # the middles of both lips
COLUMNS = 0.03  # eye distances to each side of the middle that are looked at


def seen_gaps(face: Face) -> list[float]:
    """The openings of GAPS as they are seen, eye distances."""
    rig, renderer = Rig(face.neutral, face.expression), Renderer(face, 512)
    motion = talking(face, np.stack([opened(face, rig, code_of(), gap) for gap in GAPS]))
    corner = np.array(renderer.stage.box[:2])
    out = []
    for k in range(len(GAPS)):
        points = renderer.now(motion, k).points[:, :2] + corner
        out.append(inside_span(renderer.draw(motion, k), points, renderer.stage.pose.scale))
    return out


def inside_span(picture: np.ndarray, points: np.ndarray, unit: float) -> float:
    x, reach = round(float(points[13, 0])), max(1, round(COLUMNS * unit))
    top, bottom = (round(float(points[k, 1])) for k in LIPS)
    strip = picture[top : bottom + 1, x - reach : x + reach + 1].mean(1)
    light, lips = strip.mean(1), strip[[0, 1, -2, -1]].mean(0)
    red = (strip[:, 0] - strip[:, 1:].mean(1)) / light
    least_red = PALE * (lips[0] - lips[1:].mean()) / lips.mean()
    inside = np.flatnonzero((light < DARK * lips.mean()) | (red < least_red))
    return float(inside.max() - inside.min() + 1) / unit if len(inside) else 0.0


@pytest.mark.parametrize("own", [{}, {"jawOpen": -0.05}, {"jawOpen": 0.35, "mouthSmile": 0.6}])
def test_on_a_made_face(own: dict[str, float]) -> None:
    face = painted_lips(expression(**own))
    seen = seen_gaps(face)
    assert seen[0] <= 0.02
    assert np.allclose(seen[1:], GAPS[1:], atol=0.03), seen


def test_on_a_photograph(face_file: Path) -> None:
    seen = seen_gaps(Face.load(face_file))
    assert seen[0] <= 0.02
    assert np.allclose(seen[1:], GAPS[1:], atol=0.03), seen


def test_the_rig_closes_every_mouth() -> None:
    for own in ({}, {"jawOpen": 0.6}, {"jawOpen": 0.4, "mouthSmile": 0.9}, {"mouthFunnel": 0.5}):
        face = made_face(own=expression(**own))
        rig = Rig(face.neutral, face.expression)
        at_rest = talking(face, code_of()[None]).expression[0]
        assert measured(rig.shape(at_rest)).gap < 0.001
