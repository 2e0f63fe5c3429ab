"""Face + Motion -> pictures."""

from vasari.render.onto_face import onto_face
from vasari.render.renderer import Renderer

__all__ = ["Renderer", "onto_face"]
