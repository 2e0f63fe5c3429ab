"""Law 5: with its own expression, pose and gaze, the portrait comes back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.faces import expression, made_face, still
from vasari.render import Renderer


@pytest.mark.parametrize("frame", ["crop", "full"])
@pytest.mark.parametrize("own", [{}, {"jawOpen": 0.5, "mouthSmile": 0.5}, {"eyeBlink": 0.5}])
def test_the_portrait_comes_back(frame: str, own: dict[str, float]) -> None:
    face = made_face(rotation=(12, -6, 8), own=expression(**own))
    shown = Renderer(face, 256, frame=frame).draw(still(face), 0)  # type: ignore[arg-type]
    error = shown.astype(float) - face.picture
    inside = face.matte > 250
    assert 10 * np.log10(255**2 / max((error[inside] ** 2).mean(), 1e-9)) >= 40
    assert not error[face.matte == 0].any()
