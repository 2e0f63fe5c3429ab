"""Face + Motion -> pictures."""

from vasari.render.hair import Hair
from vasari.render.onto_face import onto_face
from vasari.render.renderer import Renderer

__all__ = ["Hair", "Renderer", "onto_face"]
