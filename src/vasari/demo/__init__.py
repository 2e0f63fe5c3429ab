"""A portrait that is free of rights and a voice that is nobody's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from vasari.errors import PictureError

__all__ = ["demo_portrait", "demo_voice"]


def demo_portrait() -> Path:
    """Eileen Collins, photographed by NASA, in the public domain: a file of scikit-image.

    Only the file is used. Importing skimage would need scipy, a hundred megabytes for one picture.

    Raises:
        PictureError: scikit-image is not installed.
    """
    spec = find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise PictureError("The demo portrait is not there: pip install 'vasari[demo]'.")
    return Path(spec.submodule_search_locations[0]) / "data" / "astronaut.png"


def demo_voice() -> Path:
    """A synthesiser's voice, 8 s (see README.md beside it)."""
    return Path(__file__).parent / "voice.ogg"
